"""What is told to whom of an objection, and when a recording error may be lifted."""

from datetime import timedelta

import pytest

from engine import objections
from engine.ids import InputId, StreamId
from engine.inputs import REACTOR, Input
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
        (LiftObjection(person="p"), False, timedelta(), RefusalCode.REASON_REQUIRED),
    ],
)
def test_only_a_recording_error_is_lifted(
    request_: LiftObjection,
    is_first_hand: bool,  # noqa: FBT001  (a column of the table)
    after: timedelta,
    code: RefusalCode | None,
) -> None:
    """A person's own word stands, and so does what nobody doubted for a week."""
    assert refusal(request_, after, is_first_hand=is_first_hand) is code


def test_what_follows_from_a_lift_needs_no_reason_of_its_own() -> None:
    """Only a reactor can say so: no entrance gives that source."""
    assert refusal(LiftObjection(person="p"), timedelta(), source=REACTOR) is None


def refusal(
    request: LiftObjection, after: timedelta, *, is_first_hand: bool = False, source: str = "cli"
) -> RefusalCode | None:
    """Return the code by which a lift is refused."""
    item = Input(
        id=InputId("i"),
        stream=StreamId("person:p"),
        at=SAID_AT,
        actor="ana",
        source=source,
        request=request,
    )
    refused = objections.against_lifting(
        item, request, objected_at=SAID_AT, is_first_hand=is_first_hand, at=SAID_AT + after
    )
    return refused.code if refused else None
