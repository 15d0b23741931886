"""What is told to whom of an objection, and when a recording error may be lifted."""

from datetime import timedelta

import pytest

from engine import objections
from engine.ids import StreamId
from engine.refusals import RefusalCode
from engine.requests import LiftObjection, RecordObjection, RecordPersonObjection
from engine.values import Sealed
from tests.engine.account.story import MONDAY, at

REASON = Sealed("p", "lift_reason", "sealed")
ORDER = LiftObjection(reason=REASON)
SAID_AT = at(MONDAY)


def test_a_person_is_told_where_and_about_what() -> None:
    """The objection binds the person, and the record says where it was heard."""
    assert objections.of_person("a", account="79191", touch=4) == (
        StreamId("person:a"),
        RecordPersonObjection(account="79191", touch=4),
    )


def test_a_point_named_twice_is_told_once() -> None:
    """An address may be typed in two ways."""
    report = RecordObjection(account="79191", person="a", touch=4)

    assert objections.of_points(("x", "y", "x"), account="79191", person="a", touch=4) == (
        (StreamId("contact_point:x"), report),
        (StreamId("contact_point:y"), report),
    )


@pytest.mark.parametrize(
    ("request_", "is_first_hand", "after", "code"),
    [
        (ORDER, False, timedelta(days=7), None),
        (ORDER, False, timedelta(days=7, seconds=1), RefusalCode.OBJECTION_STANDS),
        (ORDER, True, timedelta(), RefusalCode.OBJECTION_STANDS),
        (LiftObjection(), False, timedelta(), RefusalCode.REASON_REQUIRED),
        (LiftObjection(person="p"), False, timedelta(), None),
    ],
)
def test_only_a_recording_error_is_lifted(
    request_: LiftObjection,
    is_first_hand: bool,  # noqa: FBT001  (a column of the table)
    after: timedelta,
    code: RefusalCode | None,
) -> None:
    """A person's own word stands, and so does what nobody doubted for a week."""
    refused = objections.against_lifting(
        request_, objected_at=SAID_AT, is_first_hand=is_first_hand, at=SAID_AT + after
    )

    assert (refused.code if refused else None) is code
