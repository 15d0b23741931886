"""Suppression: which addresses asked for no more contact, or do not exist, and by what.

People read this view.  What stops a message is the suppression table, which the contact
point's owner writes before it answers.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.events import Event, Objected, PersonLinked, PointDied
from engine.ids import StreamKind
from projections.facts import Fact
from projections.parts import Part, PartList, Sheet, view_of
from projections.tables import Big, Key, Small, Table

OBJECTION = "objection"
DEAD_POINT = "bounce"


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


TABLE = Table(name="stop", row=StopRow, key_length=2)


def fold(sheet: Sheet, fact: Fact, event: Event) -> None:
    """Put what an event changes of a contact point's stops."""
    rows = sheet.of(TABLE)
    match event:
        case Objected() | PointDied():
            stop = _stop(fact, event)
            if rows.find(stop.tag, stop.reason) is None:
                rows.put(stop)
        case PersonLinked(account=account, person=person):
            for key in keys(sheet, fact, event):
                known = rows.find(*key)
                if known is not None:
                    linked = f"{known.known_in}+{account}/{person}".removeprefix("+")
                    rows.put(replace(known, known_in=linked))
        case _:
            return


def keys(_sheet: Sheet, fact: Fact, _event: Event) -> Iterator[Key]:
    """Yield the stops that a contact point can have."""
    yield fact.name, OBJECTION
    yield fact.name, DEAD_POINT


PARTS = PartList(
    Part(table=TABLE, events=(Objected, PointDied, PersonLinked), fold=fold, keys=keys),
)
VIEW = view_of(PARTS, StreamKind.CONTACT_POINT, name="suppression", version=1)


def _stop(fact: Fact, event: Objected | PointDied) -> StopRow:
    is_objection = isinstance(event, Objected)
    return StopRow(
        tag=fact.name,
        reason=OBJECTION if is_objection else DEAD_POINT,
        scope=event.scope if isinstance(event, Objected) else "all",
        since_at=fact.at,
        rule=event.rule,
        actor=fact.actor,
        source=fact.source,
        account=event.account if isinstance(event, Objected) else "",
        person=event.person if isinstance(event, Objected) else "",
        known_in="+".join(f"{account}/{person}" for account, person in event.accounts),
        partition=fact.partition,
        seq=fact.seq,
        code=event.code if isinstance(event, PointDied) else "",
    )
