"""Hold the limits that are the same on every backend.

So a simulation on memory refuses what Kafka would refuse.
"""

from collections.abc import Iterable, Iterator, Sequence

from infra.log.errors import (
    BeyondEndError,
    MalformedAppendError,
    RecordTooLargeError,
    TrimmedError,
    UnknownPlaceError,
    UntrimmableError,
)
from infra.log.port import Append, Place, Record, Span, StoredRecord, Topic

# A slice of decisions is some 10 ms of work (about 1 MiB); Kafka topics are created to take this.
UNIT_BYTES_MAX = 4 * 1024 * 1024
# What Kafka adds to a record at most: lengths, deltas, attributes.
RECORD_OVERHEAD_BYTES = 32

_WORKSPACE_TOPICS = frozenset({Topic.WORKSPACE, Topic.INBOX_WORKSPACE})
_INBOX_TOPICS = frozenset({Topic.EXPRESS, Topic.BULK, Topic.INBOX_WORKSPACE})


def partitions_of(topic: Topic, partition_count: int) -> int:
    """Return how many partitions `topic` has in a log of P = `partition_count`."""
    return 1 if topic in _WORKSPACE_TOPICS else partition_count


def places_of(partition_count: int) -> tuple[Place, ...]:
    """Return every place of a log, topic by topic, partitions ascending."""
    return tuple(
        Place(topic, partition)
        for topic in Topic
        for partition in range(partitions_of(topic, partition_count))
    )


def is_inbox(topic: Topic) -> bool:
    """Say whether `topic` is transport, which may be trimmed and re-sent."""
    return topic in _INBOX_TOPICS


def check_place(place: Place, partition_count: int) -> None:
    """Refuse a partition the log does not have.

    Raises:
        UnknownPlaceError: The partition is negative or too high.
    """
    count = partitions_of(place.topic, partition_count)
    if not 0 <= place.partition < count:
        raise UnknownPlaceError(place, count)


def check_trim(place: Place, partition_count: int) -> None:
    """Refuse to trim what is kept for ever.

    Raises:
        UntrimmableError: The place is no inbox.
        UnknownPlaceError: The log has no such partition.
    """
    if not is_inbox(place.topic):
        raise UntrimmableError(place)
    check_place(place, partition_count)


def check_offset(place: Place, offset: int, span: Span) -> None:
    """Refuse to read where the log holds nothing; the end itself is no fault.

    Raises:
        TrimmedError: The offset is below the span.
        BeyondEndError: It is above.
    """
    if offset < span.first:
        raise TrimmedError(place, offset, span.first)
    if offset > span.end:
        raise BeyondEndError(place, offset, span.end)


def check_appends(appends: Sequence[Append], partition_count: int) -> None:
    """Refuse a call that no backend could land as asked.

    Raises:
        MalformedAppendError: A unit is empty, or a place occurs twice.
        RecordTooLargeError: A unit is larger than `UNIT_BYTES_MAX`.
        UnknownPlaceError: The log has no such partition.
    """
    seen: set[Place] = set()
    for unit in appends:
        check_place(unit.place, partition_count)
        if not unit.records:
            raise MalformedAppendError(unit.place, "hold at least one record", 0)
        if unit.place in seen:
            raise MalformedAppendError(unit.place, "occur once in a call", 2)
        seen.add(unit.place)
        size_bytes = unit_bytes(unit.records)
        if size_bytes > UNIT_BYTES_MAX:
            raise RecordTooLargeError(unit.place, size_bytes, UNIT_BYTES_MAX)


def unit_bytes(records: Sequence[Record]) -> int:
    """Return the size of a unit as the limit counts it, in bytes before compression."""
    return sum(len(key) + len(value) + RECORD_OVERHEAD_BYTES for key, value in records)


def in_units(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield the records in order, in as few units as one append each may take."""
    unit: list[Record] = []
    size_bytes = 0
    for record in records:
        record_bytes = unit_bytes([record])
        if unit and size_bytes + record_bytes > UNIT_BYTES_MAX:
            yield unit
            unit, size_bytes = [], 0
        unit.append(record)
        size_bytes += record_bytes
    if unit:
        yield unit


def limited(records: Iterable[StoredRecord], bytes_max: int) -> tuple[StoredRecord, ...]:
    """Return the first records up to a size; at least one where there is one."""
    taken: list[StoredRecord] = []
    size_bytes = 0
    for record in records:
        size_bytes += len(record.key) + len(record.value)
        if taken and size_bytes > bytes_max:
            break
        taken.append(record)
    return tuple(taken)
