"""Which contact points an objection covers, and what is told to each."""

from engine import objections
from engine.ids import StreamId
from engine.requests import RecordObjection
from tests.engine.account.story import points


def test_an_objection_of_a_person_covers_every_point() -> None:
    """Who wants no more mail is not called instead."""
    assert objections.covered(points("a")) == ("mail-a", "call-a")


def test_each_point_is_told_by_whom_and_about_what() -> None:
    """Every account that knows the address learns where it was heard."""
    report = RecordObjection(account="79191", person="a", touch=4)

    assert objections.reports(("mail-a", "call-a"), account="79191", person="a", touch=4) == (
        (StreamId("contact_point:mail-a"), report),
        (StreamId("contact_point:call-a"), report),
    )


def test_a_point_named_twice_is_told_once() -> None:
    """An address may be typed beside the person it belongs to."""
    asked = objections.reports(("mail-a", *objections.covered(points("a"))))

    assert [stream for stream, _ in asked] == ["contact_point:mail-a", "contact_point:call-a"]
