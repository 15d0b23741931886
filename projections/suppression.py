"""Suppression: which addresses asked for no more contact, or do not exist, and by what.

People read this view.  What stops a message is the suppression table, which the contact
point's owner writes before it answers.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.decision import Body, Events, PlacedDecision
from engine.events import Event, Objected, PersonLinked, PointDied
from engine.ids import StreamKind, name_of
from projections.port import View
from projections.tables import (
    AnyTable,
    Big,
    Connection,
    Rows,
    Small,
    Table,
    load,
    upsert,
)

VERSION = 1
SCHEMA = f"suppression_{VERSION}"

OBJECTION = "objection"
DEAD_POINT = "bounce"

_POINT = f"{StreamKind.CONTACT_POINT.value}:"


class StopRow(Struct, frozen=True):
    """Why nothing goes to an address; the first statement of a reason stands."""

    tag: str
    reason: str
    scope: str
    since_at: datetime
    rule: str
    actor: str
    source: str
    account: str  # where it was said, if known
    person: str
    known_in: str  # "ACCOUNT/PERSON" of each account that knows the address, joined by "+"
    partition: Small
    seq: Big
    code: str = ""  # of a dead address


STOPS = Table(name="stop", row=StopRow, key_length=2)
TABLES: tuple[AnyTable, ...] = (STOPS,)


def concerning(decided: Iterable[PlacedDecision]) -> tuple[PlacedDecision, ...]:
    """Return the decisions of contact points that have events."""
    return tuple(
        one
        for one in decided
        if one.body.stream.startswith(_POINT) and isinstance(one.body.outcome, Events)
    )


def fold(stops: Rows[StopRow], decided: Iterable[PlacedDecision]) -> None:
    """Write onto the rows what the decisions of contact points change."""
    for placed in concerning(decided):
        for event in _events(placed.body):
            _fold(stops, placed, event)


def _events(body: Body) -> tuple[Event, ...]:
    return body.outcome.events if isinstance(body.outcome, Events) else ()


def _fold(stops: Rows[StopRow], placed: PlacedDecision, event: Event) -> None:
    tag = name_of(placed.body.stream)
    match event:
        case Objected() | PointDied():
            stop = _stop(tag, placed, event)
            if stops.find(tag, stop.reason) is None:
                stops.put(stop)
        case PersonLinked(account=account, person=person):
            for reason in (OBJECTION, DEAD_POINT):
                known = stops.find(tag, reason)
                if known is not None:
                    linked = f"{known.known_in}+{account}/{person}".removeprefix("+")
                    stops.put(replace(known, known_in=linked))
        case _:
            return  # a message that came in stops nothing


def _stop(tag: str, placed: PlacedDecision, event: Objected | PointDied) -> StopRow:
    item = placed.input
    is_objection = isinstance(event, Objected)
    return StopRow(
        tag=tag,
        reason=OBJECTION if is_objection else DEAD_POINT,
        scope=event.scope if isinstance(event, Objected) else "all",
        since_at=placed.body.at,
        rule=event.rule,
        actor=item.actor if item else "",
        source=item.source if item else "",
        account=event.account if isinstance(event, Objected) else "",
        person=event.person if isinstance(event, Objected) else "",
        known_in="+".join(f"{account}/{person}" for account, person in event.accounts),
        partition=placed.partition,
        seq=placed.seq,
        code=event.code if isinstance(event, PointDied) else "",
    )


async def _write(connection: Connection, schema: str, decided: Sequence[PlacedDecision]) -> None:
    """Write the stops that the decisions state."""
    wanted = concerning(decided)
    tags = {(name_of(placed.body.stream),) for placed in wanted}
    known = await load(connection, STOPS, schema=schema, by=("tag",), wanted=tags)
    stops = Rows(STOPS, known)
    fold(stops, wanted)
    await upsert(connection, stops, schema=schema)


VIEW = View(name="suppression", version=VERSION, schema=SCHEMA, tables=TABLES, write=_write)
