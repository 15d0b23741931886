"""People: one row per position in an account; what is personal stays sealed."""

from datetime import date, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.values import ContactPoint
from projections.facts import Fact
from projections.parts import Part, Sheet
from projections.tables import Table

_POINTS: msgspec.json.Decoder[tuple[ContactPoint, ...]] = msgspec.json.Decoder(
    tuple[ContactPoint, ...]
)


class PersonRow(Struct, frozen=True):
    """One person's place in one account."""

    account: int
    person: str
    role: str
    since_at: datetime
    is_invented: bool
    fields: str  # JSON list of sealed fields: name, salutation, function...
    points: str  # JSON list of contact points, each sealed
    failed_tags: str = ""  # joined by "+"
    is_gone: bool = False
    stopped_by: str = ""  # "objection"; empty while contact is allowed
    stopped_at: datetime | None = None
    absent_until: date | None = None
    refused_at: datetime | None = None
    first_exchanged_at: datetime | None = None
    exchanged_at: datetime | None = None
    stopped_tags: str = ""  # of shared addresses that are used no more, joined by "+"
    domain: str = ""


TABLE = Table(name="person", row=PersonRow, key_length=2)


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put what an event changes of a person's place."""
    rows = sheet.of(TABLE)
    match event:
        case e.PersonAdded():
            rows.put(_added(fact, event))
        case e.ContactPointAdded(person=person, point=point):
            row = rows.get(fact.number, person)
            points = (*_POINTS.decode(row.points), point)
            rows.put(replace(row, points=msgspec.json.encode(points).decode()))
        case e.ContactPointFailed(person=person, tag=tag):
            row = rows.get(fact.number, person)
            rows.put(replace(row, failed_tags=_joined(row.failed_tags, tag)))
        case e.PersonDeparted(person=person):
            rows.put(replace(rows.get(fact.number, person), is_gone=True))
        case e.PersonStopped(person=person, reason=reason):
            row = rows.get(fact.number, person)
            rows.put(replace(row, stopped_by=reason, stopped_at=fact.at))
        case e.ContactPointStopped(person=person, tag=tag):
            row = rows.get(fact.number, person)
            rows.put(replace(row, stopped_tags=_joined(row.stopped_tags, tag)))
        case e.StopLifted(person=person, tag=tag):
            rows.put(_lifted(rows.get(fact.number, person), tag))
        case e.Postponed(person=person, until=until):
            rows.put(replace(rows.get(fact.number, person), absent_until=until))
        case e.RefusalReceived(person=person):
            rows.put(replace(rows.get(fact.number, person), refused_at=fact.at))
        case e.ExchangeHad(person=person):
            row = rows.get(fact.number, person)
            first_at = row.first_exchanged_at or fact.at
            rows.put(replace(row, first_exchanged_at=first_at, exchanged_at=fact.at))
        case _:
            return


PART = Part(
    table=TABLE,
    events=(
        e.PersonAdded,
        e.ContactPointAdded,
        e.ContactPointFailed,
        e.PersonDeparted,
        e.PersonStopped,
        e.ContactPointStopped,
        e.StopLifted,
        e.Postponed,
        e.ExchangeHad,
        e.RefusalReceived,
    ),
    fold=fold,
)


def _added(fact: Fact, event: e.PersonAdded) -> PersonRow:
    return PersonRow(
        account=fact.number,
        person=event.person,
        role=event.role,
        since_at=fact.at,
        is_invented=event.is_invented,
        fields=msgspec.json.encode(event.fields).decode(),
        points=msgspec.json.encode(event.points).decode(),
        domain=event.domain,
    )


def _lifted(row: PersonRow, tag: str) -> PersonRow:
    if not tag:
        return replace(row, stopped_by="", stopped_at=None)
    kept = (other for other in row.stopped_tags.split("+") if other != tag)
    return replace(row, stopped_tags="+".join(kept))


def _joined(former: str, tag: str) -> str:
    return f"{former}+{tag}" if former else tag
