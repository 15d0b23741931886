"""Keep flushed states and readers' cursors in memory: for tests and simulation.

They keep what the PostgreSQL adapters keep, as long as the object lives; several owners
in one process share them as they would share a database.
"""

from collections.abc import Mapping, Sequence

from engine import rules
from engine.ids import StreamId
from engine.rules import Stream
from infra.log.errors import LeaseLostError
from infra.log.leases import Leases, Tenure
from infra.log.port import Place
from infra.runtime.owning.state import DueStream, FlushPosition, StreamKey, is_attempting
from infra.runtime.owning.state_codec import decode_state, encode_state


class MemoryStates:
    """Flushed states; rows are kept as bytes, so that what is loaded was really stored."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._positions: dict[Place, FlushPosition] = {}
        self._rows: dict[StreamKey, tuple[Stream, int, bytes]] = {}

    async def position(self, place: Place) -> FlushPosition | None:
        """Return how far the last flush had got."""
        return self._positions.get(place)

    async def load(self, keys: Sequence[StreamKey]) -> Mapping[StreamKey, Stream]:
        """Return the states that are stored."""
        found = {key: self._rows[key] for key in keys if key in self._rows}
        return {
            key: decode_state(key.stream, state.seq, codec, data)
            for key, (state, codec, data) in found.items()
        }

    async def flush(
        self, tenure: Tenure, position: FlushPosition, *, states: Mapping[StreamId, Stream]
    ) -> None:
        """Write states and position together, or neither."""
        place, epoch = tenure
        current_epoch = await self._leases.current_epoch(place)
        if current_epoch != epoch:
            raise LeaseLostError(place, epoch, current_epoch)
        for stream, state in states.items():
            self._rows[StreamKey(place, stream)] = (state, *encode_state(state))
        self._positions[place] = position

    async def due(
        self, place: Place, *, after: DueStream | None, limit: int
    ) -> Sequence[DueStream]:
        """Return the timers that follow `after`, earliest first."""
        timers = sorted(
            DueStream(due_at, key.stream)
            for key, (state, _, _) in self._rows.items()
            if key.place == place and (due_at := rules.due_at(state)) is not None
        )
        return [timer for timer in timers if after is None or timer > after][:limit]

    async def attempting(self, place: Place) -> Sequence[StreamId]:
        """Return the streams with an attempt open at the last flush."""
        return [
            key.stream
            for key, (state, _, _) in self._rows.items()
            if key.place == place and is_attempting(state)
        ]
