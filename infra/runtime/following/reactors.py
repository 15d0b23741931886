"""Carry what events ask of other streams into their inboxes, at least once.

The cursor moves only when the inputs of a batch are in their inboxes; what is carried
twice after a crash is decided once, since its id is made of the event and its target.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from engine.decision import Body, PlacedDecision
from engine.errors import DamageError
from engine.ids import StreamId
from engine.inputs import Input, Lane
from engine.reactions import lane_of
from engine.rules import State, Stream
from engine.validity import Cursor
from infra.log.errors import LogDamageError, LogUnavailableError
from infra.log.port import Log, Place
from infra.runtime.errors import PlaceDamageError
from infra.runtime.following.cursors import Cursors
from infra.runtime.following.hand_over import Batch, Following
from infra.runtime.health import RUNNING
from infra.runtime.inboxes import Inboxes
from infra.runtime.partitions import number_of
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

BACK_OFF_SECONDS = 1.0
# Losing a cursor's last moves costs that many repeats after a crash, decided as such while
# their ids are remembered: thirty days, so a quiet home keeps its cursors too.
KEEP_EVERY_COUNT = 5_000
KEEP_EVERY_SECONDS = 5.0

NOT_RUNNING = "partition_not_running"

LOG = get_logger("reactors")

StateOf = Callable[[StreamId], Awaitable[Stream | None]]

Asks = Callable[[Body, Input | None, State | None], tuple[Input, ...]]
"""What a decision asks of other streams: one of the functions of `engine.reactions`."""


class ReactionReader(NamedTuple):
    """What one reader carries, and where it keeps how far it has got."""

    asks: Asks
    cursors: Cursors
    needs_state: Callable[[Body], bool]  # whether `asks` looks at the stream's state


@dataclass(slots=True, kw_only=True)
class _Carrying:
    """The reactions of one partition under way."""

    place: Place
    following: Following
    stopped: str = ""  # why, once damage was found
    is_busy: bool = False

    @property
    def is_quiet(self) -> bool:
        """Whether everything handed over was carried, or never will be."""
        return bool(self.stopped) or (self.following.is_drained and not self.is_busy)


class Reactors:
    """A reader for each partition of this process: what stops one leaves the others alone."""

    def __init__(
        self,
        *,
        reader: ReactionReader,
        log: Log,
        inboxes: Inboxes,
        state_of: StateOf,
        generation: int,
    ) -> None:
        """Read states of this process's streams through `state_of`."""
        self._reader = reader
        self._log = log
        self._inboxes = inboxes
        self._state_of = state_of
        self._generation = generation
        self._carryings: dict[Place, _Carrying] = {}
        self._moved: dict[Place, Cursor] = {}
        self._since_kept_count = 0

    def hand_over(self, batch: Batch) -> None:
        """Take what an owner validated."""
        self._carryings[batch.place].following.hand_over(batch)

    @property
    def is_quiet(self) -> bool:
        """Whether everything handed over was carried."""
        return all(carrying.is_quiet for carrying in self._carryings.values())

    @property
    def standing(self) -> str:
        """Return `RUNNING`, or which partitions' reactions stopped and why."""
        stopped = [
            f"partition {number_of(place)} stopped: {carrying.stopped}"
            for place, carrying in self._carryings.items()
            if carrying.stopped
        ]
        return "; ".join(stopped) or RUNNING

    async def start(self, places: Iterable[Place]) -> None:
        """Go on from the cursors that were kept.

        Raises:
            StoreUnavailableError: They could not be read.
        """
        kept = await self._reader.cursors.load()
        first = Cursor(generation=self._generation)
        for place in places:
            following = Following(self._log)
            following.start({place: kept.get(place, first)})
            self._carryings[place] = _Carrying(place=place, following=following)

    async def run(self) -> None:
        """Carry until cancelled; a partition that turns out damaged stops by itself."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_often_enough())
            for carrying in self._carryings.values():
                group.create_task(self._run(carrying))

    async def keep(self) -> None:
        """Write the cursors down: every few seconds, after much at once, at the end.

        Raises:
            StoreUnavailableError: They could not be written; repeats follow a crash.
        """
        moved, self._moved = self._moved, {}
        self._since_kept_count = 0
        if not moved:
            return
        try:
            await self._reader.cursors.keep(moved)
        except StoreUnavailableError:
            self._moved = moved | self._moved
            raise

    async def _keep_often_enough(self) -> None:
        while True:
            await asyncio.sleep(KEEP_EVERY_SECONDS)
            try:
                await self.keep()
            except StoreUnavailableError as error:
                LOG.warning("reactor_backed_off", kind=type(error).__name__)

    async def _run(self, carrying: _Carrying) -> None:
        number = number_of(carrying.place)
        while not carrying.stopped:
            await carrying.following.grown()
            carrying.is_busy = True
            try:
                await self._carry_all(carrying.following)
            except (LogUnavailableError, StoreUnavailableError) as error:
                LOG.warning("reactor_backed_off", partition=number, kind=type(error).__name__)
                await asyncio.sleep(BACK_OFF_SECONDS)
                carrying.following.again()
            except (LogDamageError, PlaceDamageError, DamageError) as error:
                carrying.stopped = str(error)
                LOG.error("reactor_stopped", partition=number, reason=str(error))  # noqa: TRY400  (no fault of ours)
            except Exception as error:  # the loop survives whatever one batch brings
                LOG.exception("reactor_backed_off", partition=number, kind=type(error).__name__)
                await asyncio.sleep(BACK_OFF_SECONDS)
                carrying.following.again()
            finally:
                carrying.is_busy = False

    async def _state(self, stream: StreamId) -> State:
        found = await self._state_of(stream)
        if found is None:
            # Its partition is being taken again; what it asks must not be lost.
            raise StoreUnavailableError(NOT_RUNNING)
        return found.state

    async def _carry_all(self, following: Following) -> None:
        while batches := await following.take():
            for batch in batches:
                await self._carry(batch)
                following.moved([batch])
            if self._since_kept_count >= KEEP_EVERY_COUNT:
                await self.keep()

    async def _carry(self, batch: Batch) -> None:
        raised: list[Input] = []
        for placed in batch.decisions:
            state = None
            if self._reader.needs_state(placed.body):
                state = await self._state(placed.body.stream)
            raised.extend(self._asked(placed, state))
        for lane in (Lane.EXPRESS, Lane.BULK):
            of_lane = [reaction for reaction in raised if lane_of(reaction) is lane]
            if of_lane:
                await self._inboxes.send(of_lane, lane)
        self._moved[batch.place] = batch.after
        self._since_kept_count += len(batch.decisions)

    def _asked(self, placed: PlacedDecision, state: State | None) -> tuple[Input, ...]:
        """Return what a decision asks of others; one on which the rules break asks nothing."""
        try:
            return self._reader.asks(placed.body, placed.input, state)
        except Exception:  # a stop of somebody else must not wait behind it
            where = placed.body
            LOG.exception("reaction_broke", stream=where.stream, version=where.version)
            return ()
