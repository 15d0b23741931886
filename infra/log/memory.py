"""Keep the log in memory: for tests and simulation.

It promises what the other adapters promise (`tests/contracts/test_log.py`), except to
outlive the process.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from infra.log.checks import (
    check_appends,
    check_offset,
    check_place,
    check_trim,
    limited,
    places_of,
)
from infra.log.errors import BeyondEndError, FencedError
from infra.log.port import Append, Place, Span, StoredRecord


@dataclass(slots=True, kw_only=True)
class _MemoryPartition:
    first: int = 0
    epoch: int = 0
    records: list[StoredRecord] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.first + len(self.records)


class MemoryLog:
    """A log that lives as long as the object; shared by its readers and writers."""

    def __init__(self, partition_count: int) -> None:
        self._partition_count = partition_count
        self._partitions = {place: _MemoryPartition() for place in places_of(partition_count)}
        self._grown = asyncio.Condition()

    @property
    def partition_count(self) -> int:
        """P, as created."""
        return self._partition_count

    @property
    def lands_together(self) -> bool:
        """All units of a call land, or none."""
        return True

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append all units together; see the port."""
        check_appends(appends, self._partition_count)
        for unit in appends:
            current_epoch = self._partitions[unit.place].epoch
            if unit.epoch is not None and unit.epoch < current_epoch:
                raise FencedError(unit.place, unit.epoch, current_epoch)
        offsets = tuple(self._land(unit) for unit in appends)
        async with self._grown:
            self._grown.notify_all()
        return offsets

    def _land(self, unit: Append) -> int:
        partition = self._partitions[unit.place]
        if unit.epoch is not None:
            partition.epoch = unit.epoch
        base = partition.end
        partition.records.extend(
            StoredRecord(base + index, bytes(key), bytes(value))
            for index, (key, value) in enumerate(unit.records)
        )
        return base

    async def read(self, place: Place, offset: int, *, bytes_max: int) -> tuple[StoredRecord, ...]:
        """Return records from `offset` on; see the port."""
        check_place(place, self._partition_count)
        partition = self._partitions[place]
        check_offset(place, offset, Span(partition.first, partition.end))
        indexes = range(offset - partition.first, len(partition.records))
        return limited((partition.records[index] for index in indexes), bytes_max)

    async def spans(self, places: Sequence[Place]) -> Mapping[Place, Span]:
        """Return first and end offset of each place."""
        for place in places:
            check_place(place, self._partition_count)
        return {
            place: Span(self._partitions[place].first, self._partitions[place].end)
            for place in places
        }

    async def wait(self, ends: Mapping[Place, int]) -> None:
        """Return when any place reaches beyond its offset; see the port."""
        for place in ends:
            check_place(place, self._partition_count)
        async with self._grown:
            await self._grown.wait_for(
                lambda: any(self._partitions[place].end > offset for place, offset in ends.items())
            )

    async def trim(self, place: Place, before_offset: int) -> None:
        """Delete inbox records below `before_offset`; see the port."""
        check_trim(place, self._partition_count)
        partition = self._partitions[place]
        if before_offset > partition.end:
            raise BeyondEndError(place, before_offset, partition.end)
        kept_index = bisect_left(partition.records, before_offset, key=attrgetter("offset"))
        del partition.records[:kept_index]
        partition.first += kept_index

    async def close(self) -> None:
        """Do nothing: there is nothing to release."""
