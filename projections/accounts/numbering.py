"""Give each account and campaign a number local to the view (docs/decisions/0080)."""

from collections.abc import Iterable

from msgspec import Struct

from engine import events as e
from engine.errors import InvalidValueError, StreamDamageError
from engine.ids import StreamId
from projections.accounts import campaigns, organisations
from projections.facts import Concerning, Episode, Fact, fact_of
from projections.parts import Part, Sheet
from projections.tables import Small, Table

PARTITIONS_MAX = 1024
"""A number is `count * PARTITIONS_MAX + partition`."""

FOUNDING = (e.AccountAdded, e.CampaignCreated)
"""The events with which a stream gets its number."""


class NumberingRow(Struct, frozen=True):
    """How many accounts and campaigns of a partition have their number."""

    partition: Small
    count: int


TABLE = Table(name="numbering", row=NumberingRow, key_length=1, fill_percent=50)


def numbers_on(sheet: Sheet) -> dict[StreamId, int]:
    """Return the number of each account's and campaign's stream on a sheet."""
    accounts = {f"account:{row.name}": row.account for row in sheet.of(organisations.TABLE).all()}
    own = {f"campaign:{row.name}": row.campaign for row in sheet.of(campaigns.TABLE).all()}
    return {StreamId(name): number for name, number in (accounts | own).items()}


def numbered(sheet: Sheet, wanted: Iterable[Concerning]) -> tuple[Episode, ...]:
    """Return the decisions as folds take them, those of new streams with a new number.

    Args:
        sheet: Holds the accounts, campaigns and numberings that the decisions name.
        wanted: Oldest first within each partition.

    Raises:
        StreamDamageError: A stream has neither a number nor an event that gives one.
    """
    numbers = numbers_on(sheet)
    counts = {row.partition: row.count for row in sheet.of(TABLE).all()}
    episodes: list[Episode] = []
    for placed, events in wanted:
        stream = placed.body.stream
        if stream not in numbers:
            if not any(isinstance(event, FOUNDING) for event in events):
                raise StreamDamageError(stream, placed.body.version, type(events[0]).__name__)
            counts[placed.partition] = counts.get(placed.partition, 0) + 1
            numbers[stream] = _number(counts[placed.partition], placed.partition)
        episodes.append((fact_of(placed, number=numbers[stream]), events))
    return tuple(episodes)


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Note how far the numbers of a partition have got."""
    if isinstance(event, FOUNDING):
        count = fact.number // PARTITIONS_MAX
        sheet.of(TABLE).put(NumberingRow(partition=fact.partition, count=count))


PART = Part(
    table=TABLE,
    events=FOUNDING,
    fold=fold,
    keys=lambda _sheet, fact, _event: ((fact.partition,),),
)


def _number(count: int, partition: int) -> int:
    if not 0 <= partition < PARTITIONS_MAX:
        name = "partition of an account"
        raise InvalidValueError(name, f"be below {PARTITIONS_MAX}", partition)
    return count * PARTITIONS_MAX + partition
