"""Which addresses nothing goes to, and what is known of why."""

from datetime import timedelta

from engine import events as e
from engine.decision import Body, Nothing, PlacedDecision
from engine.ids import StreamKind
from projections.parts import Sheet, episodes_of
from projections.suppression import PARTS, TABLE, StopRow
from projections.tables import Rows
from tests.projections.examples import (
    ADDRESS,
    FOUNDING,
    POINT,
    START_AT,
    decision,
    history,
)


def folded(*decided: PlacedDecision) -> Rows[StopRow]:
    """Return the stops after decisions."""
    sheet = Sheet()
    PARTS.fold(sheet, episodes_of(decided, StreamKind.CONTACT_POINT))
    return sheet.of(TABLE)


def test_the_first_statement_of_a_reason_stands() -> None:
    """The day somebody objected is the day that counts, however often it is repeated."""
    stops = folded(*history(*POINT, stream=ADDRESS, partition=5))

    assert stops.get("tag-a", "objection") == StopRow(
        tag="tag-a",
        reason="objection",
        scope="all",
        since_at=START_AT + timedelta(hours=3),
        rule="point.objection",
        actor="ines",
        source="cli",
        account="219102280",
        person="person-1",
        known_in="219102280/person-1+217901911/person-9",
        partition=5,
        seq=3,
    )


def test_a_dead_address_is_a_reason_of_its_own() -> None:
    """An address that does not exist has objected to nothing."""
    dead = folded(*history(*POINT, stream=ADDRESS)).get("tag-a", "bounce")

    assert (dead.scope, dead.code, dead.known_in) == ("all", "550 5.1.1", "217901911/person-9")


def test_what_is_no_stop_leaves_no_row() -> None:
    """A list of people who were linked would be a list of people."""
    linked = history(*POINT[:2], stream=ADDRESS)
    others = [*history(*FOUNDING), decision(stream=ADDRESS, outcome=Nothing())]

    assert folded(*linked, *others).all() == ()


def test_a_stop_whose_input_does_not_decode_is_still_a_stop() -> None:
    """Who said it may be lost; that nothing may be sent is not."""
    stated = decision(e.PointDied(rule="r"), stream=ADDRESS)
    body: Body = stated.body
    blind = PlacedDecision(5, 1, 1, body, None)

    row = folded(blind).get("tag-a", "bounce")

    assert (row.actor, row.source) == ("", "")
