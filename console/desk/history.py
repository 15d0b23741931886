"""Read decisions from the log by where they stand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from engine.decision import Decision, PlacedDecision
from engine.validity import Cursor
from engine.wire import decode_body_and_input, decode_record
from infra.log.port import Log, StoredRecord
from infra.runtime.errors import PlaceDamageError
from infra.runtime.partitions import place_of
from infra.runtime.reading import read_valid
from projections.queries.page import LogPlace

# Decisions of one account lie near each other: a frame read for one often holds the next.
READ_BYTES = 64 * 1024


class History:
    """The log behind the views, which say which of its records count."""

    def __init__(self, log: Callable[[], Awaitable[Log]], *, generation: int) -> None:
        self._log = log
        self._generation = generation

    async def read(self, places: Sequence[LogPlace]) -> AsyncIterator[PlacedDecision]:
        """Yield the decisions at these places, in the order given.

        Raises:
            PlaceDamageError: A place holds no decision.
        """
        near: dict[LogPlace, StoredRecord] = {}
        for place in places:
            if place not in near:
                near = await self._near(place)
            yield _placed(place, near.get(place))

    async def read_partition(self, partition: int, seq: int) -> AsyncIterator[list[PlacedDecision]]:
        """Yield a partition's valid decisions from its first up to `seq`, in batches."""
        place = place_of(partition)
        start = Cursor(generation=self._generation)
        async for read in read_valid(await self._log(), place, start):
            wanted = [placed for placed in read.placed(place) if placed.seq <= seq]
            if wanted:
                yield wanted
            if read.after.seq >= seq:
                return

    async def _near(self, place: LogPlace) -> dict[LogPlace, StoredRecord]:
        log = await self._log()
        records = await log.read(place_of(place.partition), place.offset, bytes_max=READ_BYTES)
        return {LogPlace(place.partition, record.offset): record for record in records}


def _placed(place: LogPlace, stored: StoredRecord | None) -> PlacedDecision:
    record = None if stored is None else decode_record(stored.value)
    if not isinstance(record, Decision):
        raise PlaceDamageError(place_of(place.partition), place.offset, "no decision")
    return PlacedDecision(
        place.partition, record.envelope.seq, place.offset, *decode_body_and_input(record.body)
    )
