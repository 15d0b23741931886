"""Keep flushed states and readers' cursors in memory: for tests and simulation.

They keep what the PostgreSQL adapters keep, as long as the object lives; several owners
in one process share them as they would share a database.
"""

from collections.abc import Mapping, Sequence

from engine.ids import StreamId
from engine.rules import Stream
from infra.log.errors import LeaseLostError
from infra.log.leases import Leases
from infra.log.port import Place
from infra.runtime.owning.state import DueStream, Flush, Position, StateRow, StreamKey
from infra.runtime.owning.state_codec import decode_state, encode_state


class MemoryStates:
    """Flushed states; rows are kept as bytes, so that what is loaded was really stored."""

    def __init__(self, leases: Leases) -> None:
        """Check tenures against these leases."""
        self._leases = leases
        self._positions: dict[Place, Position] = {}
        self._rows: dict[StreamKey, tuple[StateRow, int, bytes]] = {}

    async def position(self, place: Place) -> Position | None:
        """Return how far the last flush had got."""
        return self._positions.get(place)

    async def load(self, keys: Sequence[StreamKey]) -> Mapping[StreamKey, Stream]:
        """Return the states that are stored."""
        found = {key: self._rows[key] for key in keys if key in self._rows}
        return {
            key: decode_state(key.stream, row.state.seq, codec, data)
            for key, (row, codec, data) in found.items()
        }

    async def flush(self, flush: Flush) -> None:
        """Write rows and position together, or neither."""
        place, epoch = flush.tenure
        current_epoch = await self._leases.current_epoch(place)
        if current_epoch != epoch:
            raise LeaseLostError(place, epoch, current_epoch)
        for row in flush.rows:
            key = StreamKey(flush.tenure.place, row.stream)
            self._rows[key] = (row, *encode_state(row.state))
        self._positions[flush.tenure.place] = flush.position

    async def due(
        self, place: Place, *, after: DueStream | None, limit: int
    ) -> Sequence[DueStream]:
        """Return the timers that follow `after`, earliest first."""
        timers = sorted(
            DueStream(row.next_due, key.stream)
            for key, (row, _, _) in self._rows.items()
            if key.place == place and row.next_due is not None
        )
        return [one for one in timers if after is None or one > after][:limit]

    async def attempting(self, place: Place) -> Sequence[StreamId]:
        """Return the streams with an attempt open at the last flush."""
        return [
            key.stream
            for key, (row, _, _) in self._rows.items()
            if key.place == place and row.is_attempting
        ]
