"""Fold decisions of accounts and campaigns onto a sheet of rows."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from engine.decision import Events, PlacedDecision
from engine.errors import InvalidValueError, StreamDamageError
from engine.events import AccountAdded, CampaignCreated, Event
from engine.ids import StreamKind, name_of
from projections.accounts import (
    campaigns,
    enrolments,
    mailboxes,
    organisations,
    people,
    tasks,
    touches,
)
from projections.accounts.sheet import NumberingRow, Sheet
from projections.facts import Fact, fact_of

PARTITIONS_MAX = 1024
"""A number is `count * PARTITIONS_MAX + partition` (docs/decisions/0080)."""

_OWNERS = (f"{StreamKind.ACCOUNT.value}:", f"{StreamKind.CAMPAIGN.value}:")

Part = Callable[[Sheet, Fact, Event], None]

# Mailboxes come first: they look at touches as they were before the event.
PARTS: tuple[tuple[tuple[type[Event], ...], Part], ...] = (
    (
        mailboxes.EVENTS,
        lambda sheet, fact, event: mailboxes.fold(sheet.mailboxes, sheet.touches, fact, event),
    ),
    (
        organisations.EVENTS,
        lambda sheet, fact, event: organisations.fold(sheet.accounts, fact, event),
    ),
    (people.EVENTS, lambda sheet, fact, event: people.fold(sheet.people, fact, event)),
    (enrolments.EVENTS, lambda sheet, fact, event: enrolments.fold(sheet.enrolments, fact, event)),
    (
        enrolments.HOLD_EVENTS,
        lambda sheet, fact, event: enrolments.fold_holds(sheet.holds, fact, event),
    ),
    (touches.EVENTS, lambda sheet, fact, event: touches.fold(sheet.touches, fact, event)),
    (tasks.EVENTS, lambda sheet, fact, event: tasks.fold(sheet.tasks, fact, event)),
    (campaigns.EVENTS, lambda sheet, fact, event: campaigns.fold(sheet.campaigns, fact, event)),
)


def _by_event() -> Mapping[type[Event], tuple[Part, ...]]:
    wanted = dict.fromkeys(chain.from_iterable(events for events, _ in PARTS))
    return {event: tuple(part for events, part in PARTS if event in events) for event in wanted}


PARTS_OF = _by_event()
"""Which folds look at an event; those absent here change no table."""


class Concerning(NamedTuple):
    """A decision that can change a row, and its events."""

    placed: PlacedDecision
    events: tuple[Event, ...]


def concerning(decided: Iterable[PlacedDecision]) -> tuple[Concerning, ...]:
    """Return what can change a row: events of accounts and campaigns."""
    return tuple(
        Concerning(one, outcome.events)
        for one in decided
        if isinstance(outcome := one.body.outcome, Events) and one.body.stream.startswith(_OWNERS)
    )


def fold(sheet: Sheet, wanted: Iterable[Concerning]) -> None:
    """Write onto the sheet what the decisions change.

    Args:
        sheet: Holds every row that exists and that one of the events names.
        wanted: Oldest first within each partition.

    Raises:
        StreamDamageError: An event names what no event before it made.
    """
    numbers = sheet.numbers()
    for placed, events in wanted:
        body = placed.body
        for event in events:
            try:
                if isinstance(event, AccountAdded | CampaignCreated):
                    numbers[body.stream] = _next_number(sheet, placed.partition)
                fact = fact_of(placed, number=numbers[body.stream], name=name_of(body.stream))
                for part in PARTS_OF.get(type(event), ()):
                    part(sheet, fact, event)
            except KeyError:
                event_name = type(event).__name__
                raise StreamDamageError(body.stream, body.version, event_name) from None


def _next_number(sheet: Sheet, partition: int) -> int:
    if not 0 <= partition < PARTITIONS_MAX:
        name = "partition of an account"
        raise InvalidValueError(name, f"be below {PARTITIONS_MAX}", partition)
    known = sheet.numbering.find(partition)
    count = known.count + 1 if known else 1
    sheet.numbering.put(NumberingRow(partition=partition, count=count))
    return count * PARTITIONS_MAX + partition
