"""What a decision says to the table of stops, which is read before anybody is touched.

A row names a contact point by its tag, or a human by the name of the person's stream.  It
says what was stated last and what was lifted last, in numbers that grow with the stream:
whatever is written twice, late or in another order makes the same row.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from engine.contact_point import whose_word
from engine.decision import Body, Events, Nothing, PlacedDecision, Repeated
from engine.events import Objected, ObjectionLifted, ObjectionStated, PersonObjected, PointDied
from engine.ids import StreamId, StreamKind, kind_of, name_of, stream_id
from engine.requests import RecordDeadPoint, RecordObjection, RecordPersonObjection
from engine.values import ContactPoint

OBJECTION = "objection"
DEAD_POINT = "bounce"
HEARD = "heard"
"""An objection of a person, stated where the person's own stream has not decided it yet."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = 1
"""What a repeat states: the decision that it repeats stated as much or more."""


class Stop(NamedTuple):
    """One row that a decision writes: of what, why, and whether it is stated or lifted."""

    name: str  # the tag of a contact point, or `person:ID`
    reason: str
    stated: int = 0
    lifted: int = 0
    scope: str = "all"


def is_stop(placed: PlacedDecision) -> bool:
    """Whether a decision states or lifts a stop, repeats included."""
    return next(stops_of(placed), None) is not None


def stops_of(placed: PlacedDecision) -> Iterator[Stop]:
    """Yield the rows that a decision writes; none if it says nothing of stops.

    A repeat and an objection already known state it as well: each of their answers
    promises the row.
    """
    body = placed.body
    match body.outcome:
        case Events(events=events):
            for event in events:
                yield from _stops_by(body, event)
        case Nothing():
            yield from _asked(placed, stated=body.version)
        case Repeated():
            yield from _asked(placed, stated=FIRST)
        case _:
            return


def person_name(person: str) -> str:
    """Return under which name the suppression table holds a person."""
    return stream_id(StreamKind.PERSON, person)


def persons_in(names: Iterable[str]) -> list[str]:
    """Return the persons among names of the suppression table."""
    prefix = person_name("")
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def _stops_by(body: Body, event: object) -> Iterator[Stop]:
    name = _name(body.stream)
    match event:
        case Objected(scope=scope) as objected:
            yield Stop(name, OBJECTION, stated=body.version, scope=scope)
            for person in whose_word(objected):
                yield Stop(person_name(person), HEARD, stated=_micros(body.at))
        case PersonObjected():
            yield Stop(name, OBJECTION, stated=body.version)
        case ObjectionStated(person=person):
            yield Stop(person_name(person), HEARD, stated=_micros(body.at))
        case PointDied():
            yield Stop(name, DEAD_POINT, stated=body.version)
        case ObjectionLifted():
            yield Stop(name, OBJECTION, lifted=body.version)
            if kind_of(body.stream) is StreamKind.PERSON:
                yield Stop(name, HEARD, lifted=_micros(body.at))
        case _:
            return


def _asked(placed: PlacedDecision, *, stated: int) -> Iterator[Stop]:
    item = placed.input
    name = _name(placed.body.stream)
    match item.request if item else None:
        case RecordObjection(scope=scope):
            yield Stop(name, OBJECTION, stated=stated, scope=scope)
        case RecordPersonObjection():
            yield Stop(name, OBJECTION, stated=stated)
        case RecordDeadPoint():
            yield Stop(name, DEAD_POINT, stated=stated)
        case _:
            return


def _name(stream: StreamId) -> str:
    return stream if kind_of(stream) is StreamKind.PERSON else name_of(stream)


def _micros(at: datetime) -> int:
    return (at - LONG_AGO) // timedelta(microseconds=1)


def stop_names(point: ContactPoint | None, person: str) -> tuple[str, ...]:
    """Return every name under which a stop may keep a touch from a person at a point."""
    tags = point.tags if point else ()
    return (*tags, person_name(person)) if person else tags
