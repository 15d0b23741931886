"""Suppression: which people and addresses asked for no more contact, or do not exist.

People read this view.  What stops a message is the suppression table, which the owner of
the person or the contact point writes before it answers.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.events import (
    Event,
    Objected,
    ObjectionLifted,
    PersonLinked,
    PersonObjected,
    PointDied,
    PointMarked,
    PositionNoted,
)
from engine.ids import StreamKind, kind_of
from engine.suppressing import DEAD_POINT, OBJECTION
from projections.facts import Fact
from projections.parts import Part, PartList, Sheet, view_of
from projections.tables import Big, Key, Rows, Small, Table

KINDS = (StreamKind.CONTACT_POINT, StreamKind.PERSON)


class StopRow(Struct, frozen=True):
    """Why nothing goes to an address or a person; the first statement of a reason stands."""

    tag: str  # of an address, or `person:ID`
    reason: str
    scope: str
    since_at: datetime
    rule: str
    actor: str
    source: str
    account: str  # where it was said, if known
    person: str
    known_in: str  # "ACCOUNT/PERSON" of each account that knows whom it names, joined by "+"
    partition: Small
    seq: Big
    code: str = ""  # of a dead address
    is_shared: bool = False  # it stops this channel, and nobody who is reached by it
    lifted_at: datetime | None = None  # it was recorded by mistake


class MarkRow(Struct, frozen=True):
    """What a person said of an address: shared by several people, or one's own."""

    tag: str
    is_shared: bool


TABLE = Table(name="stop", row=StopRow, key_length=2)
MARKS = Table(name="point_mark", row=MarkRow, key_length=1)


def fold(sheet: Sheet, fact: Fact, event: Event) -> None:
    """Put what an event changes of the stops of a person or a contact point."""
    rows = sheet.of(TABLE)
    match event:
        case Objected() | PointDied() | PersonObjected():
            stop = _stop(fact, event)
            known = rows.find(stop.tag, stop.reason)
            if known is None or known.lifted_at is not None:
                rows.put(stop)
        case PersonLinked(account=account, person=person):
            _known_to(rows, keys(sheet, fact, event), f"{account}/{person}")
        case PositionNoted(account=account):
            _known_to(rows, keys(sheet, fact, event), f"{account}/{fact.name}")
        case ObjectionLifted():
            rows.put(replace(rows.get(_tag(fact), OBJECTION), lifted_at=fact.at))
        case _:
            return


def keys(_sheet: Sheet, fact: Fact, _event: Event) -> tuple[Key, ...]:
    """Return the keys of the stops that a person or a contact point can have."""
    return (_tag(fact), OBJECTION), (_tag(fact), DEAD_POINT)


def mark(sheet: Sheet, fact: Fact, event: Event) -> None:
    """Put what a person said of an address."""
    if isinstance(event, PointMarked):
        sheet.of(MARKS).put(MarkRow(tag=fact.name, is_shared=event.is_shared))


def mark_keys(_sheet: Sheet, fact: Fact, _event: Event) -> tuple[Key, ...]:
    """Return the key of what was said of an address."""
    return ((fact.name,),)


PARTS = PartList(
    Part(
        table=TABLE,
        events=(
            Objected,
            PersonObjected,
            ObjectionLifted,
            PointDied,
            PersonLinked,
            PositionNoted,
        ),
        fold=fold,
        keys=keys,
    ),
    Part(table=MARKS, events=(PointMarked,), fold=mark, keys=mark_keys),
)
VIEW = view_of(PARTS, *KINDS, name="suppression", version=2)


def _tag(fact: Fact) -> str:
    return fact.stream if kind_of(fact.stream) is StreamKind.PERSON else fact.name


def _known_to(rows: Rows[StopRow], stops: tuple[Key, ...], name: str) -> None:
    for key in stops:
        known = rows.find(*key)
        if known is not None and name not in known.known_in.split("+"):
            rows.put(replace(known, known_in=f"{known.known_in}+{name}".removeprefix("+")))


def _stop(fact: Fact, event: Objected | PointDied | PersonObjected) -> StopRow:
    said = isinstance(event, Objected | PersonObjected)
    return StopRow(
        tag=_tag(fact),
        reason=OBJECTION if said else DEAD_POINT,
        scope=event.scope if isinstance(event, Objected) else "all",
        since_at=fact.at,
        rule=event.rule,
        actor=fact.actor,
        source=fact.source,
        account=event.account if isinstance(event, Objected | PersonObjected) else "",
        person=_person(fact, event),
        known_in="+".join(f"{account}/{person}" for account, person in _known_in(fact, event)),
        partition=fact.partition,
        seq=fact.seq,
        code=event.code if isinstance(event, PointDied) else "",
        is_shared=event.is_shared if isinstance(event, Objected) else False,
    )


def _person(fact: Fact, event: Objected | PointDied | PersonObjected) -> str:
    match event:
        case Objected(person=person):
            return person
        case PersonObjected():
            return fact.name
        case PointDied():
            return ""


def _known_in(
    fact: Fact, event: Objected | PointDied | PersonObjected
) -> tuple[tuple[str, str], ...]:
    if isinstance(event, PersonObjected):
        return tuple((account, fact.name) for account in event.accounts)
    return event.accounts
