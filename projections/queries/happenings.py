"""What happened, as the log tells it: decisions with their words, in flat values."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias, assert_never

from msgspec import Struct

from engine.decision import Events, Nothing, PlacedDecision, Quarantined, Refused, Repeated
from engine.events import Event
from engine.ids import StreamId
from engine.refusals import REFUSALS, RefusalCode
from engine.values import Sealed
from projections.queries.page import LogPlace, Page, structs_of
from projections.timeline import mark_of

_PLACES = """
select partition, log_offset as offset from decision
where stream = $1 and at <= coalesce($2, 'infinity'::timestamptz)
order by partition, log_offset
"""


Told: TypeAlias = "str | dict[str, Told] | list[Told]"
"""A value of an event, as text where it is one."""


class Happening(Struct, frozen=True, kw_only=True):
    """One event: what, by which rule, with which values."""

    name: str  # wire name: "touch_planned"
    rule: str
    values: dict[str, "Told"]  # as texts; what is sealed or empty is left out

    def told(self) -> dict[str, str]:
        """Return the values by their path: `slot.on` -> `2027-01-12`; lists count from 1."""
        return dict(_paths(self.values, ""))


class TimelineLine(Struct, frozen=True, kw_only=True):
    """One decision: who asked what, through what, and what came of it."""

    partition: int
    seq: int
    at: datetime
    occurred_at: datetime | None
    input_id: str
    request: str  # wire name; empty for an input that does not decode
    actor: str
    source: str
    batch: str
    cause: str
    outcome: str  # "events", "refused", "repeated", "nothing", "quarantined"
    code: str  # of a refusal, or of the refusal that was repeated
    detail: str
    allowed_by: str  # what would allow what was refused
    until: datetime | None
    rule: str  # of a refusal
    ruleset: str
    happenings: tuple[Happening, ...]


async def lines_of(
    page: Page, stream: StreamId, *, as_of_at: datetime | None = None, last: int = 0
) -> tuple[TimelineLine, ...]:
    """Return the decisions of a stream as people read them; see `decisions_of`."""
    found = await decisions_of(page, stream, as_of_at=as_of_at, last=last)
    return tuple(map(line_of, found))


async def decisions_of(
    page: Page, stream: StreamId, *, as_of_at: datetime | None = None, last: int = 0
) -> tuple[PlacedDecision, ...]:
    """Return the decisions of a stream, oldest first.

    Args:
        page: Where to look.
        stream: Whose decisions.
        as_of_at: Leave out what was decided later.
        last: Only so many of the newest; 0 returns all.
    """
    found = structs_of(_Place, await page.fetch(_PLACES, mark_of(stream), as_of_at))
    places = [LogPlace(place.partition, place.offset) for place in found]
    decided: list[PlacedDecision] = []
    # Another stream may share the mark: its name decides, and older places make up for it.
    while places and (not last or len(decided) < last):
        lacking = last - len(decided) if last else len(places)
        places, newest = places[:-lacking], places[-lacking:]
        own = [placed async for placed in page.read(newest) if placed.body.stream == stream]
        decided = [*own, *decided]
    return tuple(decided)


def line_of(placed: PlacedDecision) -> TimelineLine:
    """Return a decision as people read it."""
    body, item = placed.body, placed.input
    outcome = body.outcome
    code, detail, rule, until = _refusal(outcome)
    return TimelineLine(
        partition=placed.partition,
        seq=placed.seq,
        at=body.at,
        occurred_at=item.occurred_at if item else None,
        input_id=item.id if item else "",
        request=_wire_name(item.request) if item else "",
        actor=item.actor if item else "",
        source=item.source if item else "",
        batch=item.batch if item else "",
        cause=item.cause if item else "",
        outcome=_wire_name(outcome),
        code=code.value if code else "",
        detail=detail,
        allowed_by=REFUSALS[code].lifted_by if code else "",
        until=until,
        rule=rule,
        ruleset=body.under.ruleset,
        happenings=tuple(map(happening_of, body.events)),
    )


def happening_of(event: Event) -> Happening:
    """Return an event in flat values."""
    told = _named((name, getattr(event, name)) for name in event.__struct_fields__)
    values = {name: value for name, value in told.items() if name != "rule"}
    return Happening(name=_wire_name(event), rule=event.rule, values=values)


class _Place(Struct, frozen=True, kw_only=True):
    partition: int
    offset: int


def _refusal(
    outcome: Events | Refused | Repeated | Nothing | Quarantined,
) -> tuple[RefusalCode | None, str, str, datetime | None]:
    match outcome:
        case Refused(code=code, detail=detail, rule=rule, until=until):
            return code, detail, rule, until
        case Repeated(of=former, code=code):
            return code, former, "", None
        case Quarantined(reason=reason):
            return None, reason, "", None
        case Events() | Nothing():
            return None, "", "", None
        case _:
            assert_never(outcome)


def _told(value: object) -> "Told | None":
    """Return a value as people read it; None for one that is empty or sealed."""
    match value:
        case Sealed() | None | "" | False:
            return None
        case Struct():
            return _named((name, getattr(value, name)) for name in value.__struct_fields__)
        case dict():
            return _named(value.items())
        case tuple():
            return [told for item in value if (told := _told(item))]
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _named(fields: Iterable[tuple[str, object]]) -> dict[str, "Told"]:
    return {name: told for name, value in fields if (told := _told(value))}


def _paths(value: "Told", name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
        return
    items = value.items() if isinstance(value, dict) else enumerate(value, start=1)
    for key, item in items:
        yield from _paths(item, f"{name}.{key}".removeprefix("."))


def _wire_name(value: Struct) -> str:
    return str(type(value).__struct_config__.tag)
