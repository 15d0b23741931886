"""Read the log as it stands: offsets, records, and decisions as they come."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Self

from msgspec import Raw, Struct

from console.desk.errors import UsageError
from engine.decision import PlacedDecision
from engine.validity import Cursor
from infra.log.port import Log, Place, StoredRecord, Topic
from infra.runtime.partitions import homes, place_of
from infra.runtime.reading import read_valid

READ_BYTES_MAX = 256 * 1024
BEGINNING = "beginning"
_PART_NUMBERS = ("offset", "epoch", "seq", "given")
_PART = re.compile(
    r"(?P<name>w|[0-9]{1,4})=" + r"\.".join(f"(?P<{name}>[0-9]{{1,18}})" for name in _PART_NUMBERS)
)
SINGLE_TOPICS = (Topic.WORKSPACE, Topic.INBOX_WORKSPACE)


class Head(Struct, frozen=True, kw_only=True):
    """The offsets that one partition holds."""

    topic: str
    partition: int
    first: int
    end: int  # half-open
    record_count: int


class RecordDocument(Struct, frozen=True, kw_only=True):
    """A record as it stands in the log; its value is JSON, sealed where it is personal."""

    offset: int
    key: str
    value: Raw


class RecordPage(Struct, frozen=True, kw_only=True):
    """Some records of one partition, and where the next ones begin."""

    topic: str
    partition: int
    records: tuple[RecordDocument, ...]
    next_offset: int


async def head_of(log: Log) -> tuple[Head, ...]:
    """Return what each partition of each topic holds."""
    places = [
        Place(topic, number)
        for topic in Topic
        for number in range(1 if topic in SINGLE_TOPICS else log.partition_count)
    ]
    spans = await log.spans(places)
    return tuple(
        Head(
            topic=place.topic.value,
            partition=place.partition,
            first=spans[place].first,
            end=spans[place].end,
            record_count=spans[place].end - spans[place].first,
        )
        for place in places
    )


async def read_records(log: Log, place: Place, offset: int, *, count_max: int) -> RecordPage:
    """Return up to `count_max` records from an offset on."""
    found: list[StoredRecord] = []
    while len(found) < count_max:
        records = await log.read(place, offset, bytes_max=READ_BYTES_MAX)
        if not records:
            break
        found.extend(records[: count_max - len(found)])
        offset = found[-1].offset + 1
    return RecordPage(
        topic=place.topic.value,
        partition=place.partition,
        records=tuple(_document(record) for record in found),
        next_offset=offset,
    )


class TailPosition:
    """How far a reader of decisions has got, so that another can go on from there.

    Where a partition was read from, and the last decision of it that was given: decisions
    of several partitions come in the order of their instants, not of their offsets.
    """

    def __init__(self, cursors: Mapping[Place, Cursor]) -> None:
        self.cursors = dict(cursors)
        self.given = {place: cursor.seq for place, cursor in cursors.items()}

    @property
    def text(self) -> str:
        """Return it as a word: `2=118.1.4.120`, a part for each partition that was read."""
        parts = (
            f"{_named(place)}={cursor.offset}.{cursor.epoch}.{cursor.seq}.{self.given[place]}"
            for place, cursor in self.cursors.items()
            if self.given[place]
        )
        return ",".join(parts) or BEGINNING

    @classmethod
    def parse(cls, text: str, *, generation: int, partition_count: int) -> Self:
        """Return the position that a text names.

        Raises:
            UsageError: It names none of this log.
        """
        places = {_named(place): place for place in homes(partition_count)}
        position = cls({place: Cursor(generation=generation) for place in places.values()})
        for part in text.split(",") if text != BEGINNING else ():
            match = _PART.fullmatch(part)
            place = places.get(match["name"]) if match else None
            if match is None or place is None:
                rule = f"be {BEGINNING}, or where a former `log tail` ended"
                raise UsageError("--from", rule, remedy="copy the position whole")
            offset, epoch, seq, given = (int(match[name]) for name in _PART_NUMBERS)
            position.cursors[place] = Cursor(offset, generation, epoch, seq)
            position.given[place] = given
        return position


def _named(place: Place) -> str:
    """Return a place as a position names it: no word of a command may begin with a hyphen."""
    return "w" if place.topic is Topic.WORKSPACE else str(place.partition)


async def follow(log: Log, position: TailPosition) -> AsyncIterator[PlacedDecision]:
    """Yield valid decisions after a position, for ever, as they are appended; move it along."""
    while True:
        new: list[PlacedDecision] = []
        after = dict(position.cursors)
        for place, cursor in position.cursors.items():
            async for read in read_valid(log, place, cursor):
                after[place] = read.after
                given = position.given[place]
                new.extend(placed for placed in read.placed(place) if placed.seq > given)
        for placed in sorted(new, key=_order):
            position.given[place_of(placed.partition)] = placed.seq
            yield placed
        position.cursors = after
        if not new:
            await log.wait({place: cursor.offset for place, cursor in after.items()})
        await asyncio.sleep(0)


def _order(placed: PlacedDecision) -> tuple[object, ...]:
    return (placed.body.at, placed.partition, placed.seq)


def _document(record: StoredRecord) -> RecordDocument:
    return RecordDocument(
        offset=record.offset,
        key=record.key.decode(errors="replace"),
        value=Raw(record.value),
    )
