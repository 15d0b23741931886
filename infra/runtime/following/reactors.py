"""Carry what events ask of other streams into their inboxes, at least once.

The cursor moves only when the inputs of a batch are in their inboxes; what is carried
twice after a crash is decided once, since its id is made of the event and its target.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from engine.errors import DamageError
from engine.ids import StreamId
from engine.inputs import Input, Lane
from engine.reactions import lane_of, needs_state, reactions
from engine.rules import State, Stream
from engine.validity import Cursor
from infra.log.errors import LogDamageError, LogUnavailableError
from infra.log.port import Log, Place
from infra.runtime.errors import PlaceDamageError
from infra.runtime.following.cursors import Cursors
from infra.runtime.following.hand_over import Batch, Following
from infra.runtime.inboxes import Inboxes
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

BACK_OFF_SECONDS = 1.0
# Losing this much of the cursor costs that many repeats after a crash, decided as such.
KEEP_EVERY_COUNT = 5_000

NOT_RUNNING = "partition_not_running"

LOG = get_logger("reactors")

StateOf = Callable[[StreamId], Awaitable[Stream | None]]


class Reactors:
    """One reader over all partitions of this process."""

    def __init__(
        self, *, log: Log, inboxes: Inboxes, cursors: Cursors, state_of: StateOf, generation: int
    ) -> None:
        """Read states of this process's streams through `state_of`."""
        self._following = Following(log)
        self._inboxes = inboxes
        self._cursors = cursors
        self._state_of = state_of
        self._generation = generation
        self._kept: dict[Place, Cursor] = {}
        self._moved: dict[Place, Cursor] = {}
        self._since_kept_count = 0
        self._is_busy = False
        self.stopped = ""  # why, once damage was found

    def hand_over(self, batch: Batch) -> None:
        """Take what an owner validated."""
        self._following.hand_over(batch)

    @property
    def is_quiet(self) -> bool:
        """Whether everything handed over was carried."""
        return bool(self.stopped) or (self._following.is_drained and not self._is_busy)

    async def start(self, places: Iterable[Place]) -> None:
        """Go on from the cursors that were kept.

        Raises:
            StoreUnavailableError: They could not be read.
        """
        kept = await self._cursors.load()
        first = Cursor(generation=self._generation)
        self._following.start({place: kept.get(place, first) for place in places})

    async def run(self) -> None:
        """Carry until cancelled, or until a partition turns out damaged."""
        while not self.stopped:
            await self._following.grown()
            self._is_busy = True
            try:
                await self._carry_all()
            except (LogUnavailableError, StoreUnavailableError) as error:
                LOG.warning("reactor_backed_off", kind=type(error).__name__)
                await asyncio.sleep(BACK_OFF_SECONDS)
                self._following.again()
            except (LogDamageError, PlaceDamageError, DamageError) as error:
                self.stopped = f"stopped: {error}"
                LOG.error("reactor_stopped", reason=str(error))  # noqa: TRY400  (no fault of ours)
            finally:
                self._is_busy = False

    async def keep(self) -> None:
        """Write the cursors down: at rest, and now and then.

        Raises:
            StoreUnavailableError: They could not be written; repeats follow a crash.
        """
        moved, self._moved = self._moved, {}
        self._since_kept_count = 0
        if moved:
            await self._cursors.keep(moved)

    async def _state(self, stream: StreamId) -> State:
        found = await self._state_of(stream)
        if found is None:
            # Its partition is being taken again; what it asks must not be lost.
            raise StoreUnavailableError(NOT_RUNNING)
        return found.state

    async def _carry_all(self) -> None:
        while batches := await self._following.take():
            for batch in batches:
                await self._carry(batch)
            if self._since_kept_count >= KEEP_EVERY_COUNT:
                await self.keep()

    async def _carry(self, batch: Batch) -> None:
        raised: list[Input] = []
        for placed in batch.decisions:
            state = None
            if needs_state(placed.body):
                state = await self._state(placed.body.stream)
            raised.extend(reactions(placed.body, placed.input, state))
        for lane in (Lane.EXPRESS, Lane.BULK):
            of_lane = [reaction for reaction in raised if lane_of(reaction) is lane]
            if of_lane:
                await self._inboxes.send(of_lane, lane)
        self._following.moved([batch])
        self._moved[batch.place] = batch.after
        self._since_kept_count += len(batch.decisions)
