"""The partitions this process owns now, and why it does not own the others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.ids import StreamId
from engine.rules import Stream
from infra.log.port import Place
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.state import StateStore
from infra.runtime.owning.taking import load_states
from infra.runtime.partitions import home_of, number_of


@dataclass(slots=True, kw_only=True)
class Ownership:
    """What owner, keeper and consequences of one process share."""

    states: StateStore
    partition_count: int
    wanted: Sequence[Place]  # what this process should own
    running: dict[Place, Partition] = field(default_factory=dict)
    stopped: dict[Place, str] = field(default_factory=dict)  # damage: the sentence of the error
    waiting: dict[Place, str] = field(default_factory=dict)  # not owned: the last error, or how far
    ready: asyncio.Event = field(default_factory=asyncio.Event)  # the owner has something to do
    timers_changed: asyncio.Event = field(default_factory=asyncio.Event)

    def is_current(self, partition: Partition) -> bool:
        """Whether this very tenure still runs here."""
        return self.running.get(partition.place) is partition

    def home(self, stream: StreamId) -> Partition | None:
        """Return the partition of a stream if it runs here."""
        return self.running.get(home_of(stream, self.partition_count))

    async def state_of(self, stream: StreamId) -> Stream | None:
        """Return a stream's validated state, or None if its partition does not run here.

        Raises:
            StoreUnavailableError: Its row could not be read.
        """
        partition = self.home(stream)
        if partition is None:
            return None
        await load_states(self.states, partition, {stream})
        return partition.stream(stream) if partition.streams.holds(stream) else None

    @property
    def is_complete(self) -> bool:
        """Whether every wanted partition runs or is damaged."""
        return all(place in self.running or place in self.stopped for place in self.wanted)

    def snapshot(self) -> dict[int, str]:
        """Return the standing of each wanted partition, by number."""
        return {number_of(place): self._standing(place) for place in self.wanted}

    def _standing(self, place: Place) -> str:
        if place in self.running:
            return "running"
        if place in self.stopped:
            return f"stopped: {self.stopped[place]}"
        return f"waiting: {self.waiting.get(place, 'not taken yet')}"
