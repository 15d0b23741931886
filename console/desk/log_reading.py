"""Read the log as it stands: offsets, records, and decisions as they come."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from msgspec import Raw, Struct

from engine.decision import PlacedDecision
from engine.validity import Cursor
from infra.log.port import Log, Place, StoredRecord, Topic
from infra.runtime.partitions import homes
from infra.runtime.reading import read_valid

READ_BYTES_MAX = 256 * 1024
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


async def follow(log: Log, known: Mapping[Place, Cursor]) -> AsyncIterator[PlacedDecision]:
    """Yield valid decisions after the cursors known, for ever, as they are appended.

    Where nothing is known of a partition it is read from its first record.
    """
    generation = max((cursor.generation for cursor in known.values()), default=1)
    start = Cursor(generation=generation)
    cursors = {place: known.get(place, start) for place in homes(log.partition_count)}
    while True:
        new: list[PlacedDecision] = []
        for place, cursor in cursors.items():
            async for read in read_valid(log, place, cursor):
                cursors[place] = read.after
                new.extend(read.placed(place))
        for placed in sorted(new, key=_order):
            yield placed
        if not new:
            await log.wait({place: cursor.offset for place, cursor in cursors.items()})
        await asyncio.sleep(0)


def _order(placed: PlacedDecision) -> tuple[object, ...]:
    return (placed.body.at, placed.partition, placed.seq)


def _document(record: StoredRecord) -> RecordDocument:
    return RecordDocument(
        offset=record.offset,
        key=record.key.decode(errors="replace"),
        value=Raw(record.value),
    )
