"""Take partitions, keep their leases, write their state down, and let them go.

What becomes of a partition that cannot go on depends on who must act: nobody (another
process owns it), time (something did not answer), or a person (damage).
"""

import asyncio
import math
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple

from engine.decision import PlacedDecision
from engine.errors import DamageError
from engine.ids import StreamId
from engine.inputs import Lane
from infra.log.errors import (
    FencedError,
    LeaseHeldError,
    LeaseLostError,
    LogDamageError,
    LogUnavailableError,
)
from infra.log.leases import RENEW_AFTER
from infra.log.port import Place
from infra.runtime.errors import LostTenureError, PlaceDamageError
from infra.runtime.following.hand_over import Batch
from infra.runtime.owning.consequences import Consequences
from infra.runtime.owning.lanes import LaneReader
from infra.runtime.owning.ownership import Ownership
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.publications import Publications
from infra.runtime.owning.state_rebuilding import catch_up, is_far_behind
from infra.runtime.owning.taking import attempting, take
from infra.runtime.partitions import WORKSPACE_PLACE, number_of
from infra.runtime.parts import Parts
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

LOOK_SECONDS = 0.5
BACK_OFF_SECONDS = 0.05  # doubled by each failure in a row
BACK_OFF_SECONDS_MAX = 5.0
FORGOTTEN_SECONDS = 30.0  # without a failure: the next one is the first again
TAKEN_AT_ONCE = 16  # each wait lasts a turn of those that run already, so they wait together
REBUILT_AT_ONCE = 4  # each holds thousands of states
TAIL_MAX = 5_000  # what a recovery reads, over all partitions: about half a second
REST_SECONDS = 5.0

UNANSWERED = (LogUnavailableError, StoreUnavailableError)
NOT_OURS = (FencedError, LostTenureError, LeaseHeldError, LeaseLostError)
DAMAGED = (PlaceDamageError, LogDamageError, DamageError)

LOG = get_logger("keeper")


class _Failures(NamedTuple):
    """Failures in a row of one partition; it is not taken again before an instant."""

    in_row: int = 0
    last_seconds: float = -math.inf
    wait_until_seconds: float = -math.inf

    def and_one(self, now_seconds: float) -> "_Failures":
        """Return these and one more, now."""
        is_in_row = now_seconds - self.last_seconds < FORGOTTEN_SECONDS
        in_row = self.in_row + 1 if is_in_row else 1
        seconds = min(BACK_OFF_SECONDS * 2.0 ** min(in_row - 1, 10), BACK_OFF_SECONDS_MAX)
        return _Failures(in_row, now_seconds, now_seconds + seconds)


_NONE = _Failures()


class Keeper:
    """Looks after which partitions this process owns."""

    def __init__(  # noqa: PLR0913  (services belong to a constructor)
        self,
        *,
        parts: Parts,
        ownership: Ownership,
        consequences: Consequences,
        publications: Publications,
        readers: dict[Lane, LaneReader],
        hand_over: Callable[[Batch], None],
    ) -> None:
        self._parts = parts
        self._ownership = ownership
        self._consequences = consequences
        self._publications = publications
        self._readers = readers
        self._dispatcher = parts.touch_ports.dispatcher
        self._hand_over = hand_over
        self._failures: dict[Place, _Failures] = {}
        self._being_taken: set[Place] = set()
        self._may_take = asyncio.Semaphore(TAKEN_AT_ONCE)
        self._may_rebuild = asyncio.Semaphore(REBUILT_AT_ONCE)
        self._look = asyncio.Event()
        self._looked = asyncio.Condition()

    async def run(self) -> None:
        """Take, renew and flush until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._take_missing())
            group.create_task(self._renew())
            group.create_task(self._flush_often_enough())

    async def complete(self) -> None:
        """Return once every wanted partition runs or is stopped by damage."""
        async with self._looked:
            await self._looked.wait_for(lambda: self._ownership.is_complete)

    def drop(self, partition: Partition, error: Exception) -> None:
        """Let a partition go at once, without writing anything."""
        if not self._ownership.is_current(partition):
            return
        del self._ownership.running[partition.place]
        for inbox in partition.inboxes:
            self._readers[inbox.lane].close(inbox)
        self._consequences.given_up(partition)
        if partition.decided_at_seconds:
            self._failures.pop(partition.place, None)  # it worked: no failures in a row
        self._note(partition.place, error)
        self._look.set()

    async def flush(self, partition: Partition) -> None:
        """Write down what changed, unless a stop is not written yet."""
        if partition.pending_stops or not partition.tail_count:
            return
        changed, tail_count = partition.streams.changed(), partition.tail_count
        try:
            await self._parts.states.flush(partition.tenure, partition.position, states=changed)
            await self._trim(partition)
        except LeaseLostError as error:
            self.drop(partition, error)
        else:
            partition.tail_count -= tail_count
            partition.timers.flushed(partition.streams.flushed(changed))
            LOG.info("state_flushed", partition=partition.number, streams=len(changed))

    async def stop(self) -> None:
        """Write everything down and give every lease back."""
        released = []
        for partition in tuple(self._ownership.running.values()):
            try:
                await self.flush(partition)
            except UNANSWERED as error:
                self.drop(partition, error)
            if self._ownership.running.pop(partition.place, None) is not None:
                released.append(partition.tenure)
                LOG.info("partition_released", partition=partition.number)
        try:
            epochs = {tenure.place: tenure.epoch for tenure in released}
            await self._parts.leases.release(epochs, holder=self._parts.holder)
        except StoreUnavailableError as error:
            LOG.warning("partition_backed_off", reason=error.reason)

    async def _take_missing(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                for place in self._missing():
                    self._being_taken.add(place)
                    group.create_task(self._take_in_turn(place))
                self._look.clear()
                try:
                    async with asyncio.timeout(self._look_again_seconds()):
                        await self._look.wait()
                except TimeoutError:
                    continue

    async def _take_in_turn(self, place: Place) -> None:
        async with self._may_take:
            await self._take(place)
        self._being_taken.discard(place)
        self._look.set()
        async with self._looked:
            self._looked.notify_all()

    def _missing(self) -> Sequence[Place]:
        now_seconds = time.monotonic()
        return [
            place
            for place in self._ownership.wanted
            if place not in self._ownership.running
            and place not in self._ownership.stopped
            and place not in self._being_taken
            and self._failures.get(place, _NONE).wait_until_seconds <= now_seconds
        ]

    def _look_again_seconds(self) -> float:
        """Return how long nothing can be taken, unless a partition is dropped."""
        now_seconds = time.monotonic()
        waits = [
            self._failures.get(place, _NONE).wait_until_seconds - now_seconds
            for place in self._ownership.waiting
            if place not in self._being_taken
        ]
        return max(0.0, min([LOOK_SECONDS, *waits]))

    async def _take(self, place: Place) -> None:
        try:
            if await is_far_behind(self._parts, place):
                async with self._may_rebuild:
                    await catch_up(self._parts, place, partial(self._progressed, place))
            taken, tail = await take(self._parts, place)
            open_attempts = await attempting(self._parts.states, taken)
            if place != WORKSPACE_PLACE:
                await self._publications.start_from(taken.next.workspace)
            self._begin(taken, tail, open_attempts)
            await self._consequences.sweep(taken)
        except (*UNANSWERED, *NOT_OURS, *DAMAGED) as error:
            partition = self._ownership.running.get(place)
            if partition is not None:
                self.drop(partition, error)
            else:
                self._note(place, error)

    def _progressed(self, place: Place, read_count: int, total_count: int) -> None:
        share = f"{read_count / total_count:.0%} of {total_count} records read"
        self._ownership.waiting[place] = f"its states are built again, {share}"

    def _begin(
        self,
        partition: Partition,
        tail: Sequence[PlacedDecision],
        open_attempts: Sequence[StreamId],
    ) -> None:
        self._ownership.running[partition.place] = partition
        self._ownership.waiting.pop(partition.place, None)
        for inbox in partition.inboxes:
            self._readers[inbox.lane].open(inbox)
        cursor = partition.cursor
        self._hand_over(Batch(place=partition.place, before=cursor, after=cursor, decisions=()))
        self._consequences.recovered(partition, tail)
        for stream in open_attempts:
            self._dispatcher.resume(
                partition.tenure, stream, partition.stream(stream), partition.published
            )
        LOG.info(
            "partition_taken",
            partition=partition.number,
            epoch=partition.tenure.epoch,
            tail=len(tail),
        )
        self._ownership.timers_changed.set()
        self._ownership.ready.set()

    def _note(self, place: Place, error: Exception) -> None:
        number, kind = number_of(place), type(error).__name__
        if isinstance(error, DAMAGED):
            self._ownership.stopped[place] = str(error)
            LOG.error("partition_stopped", partition=number, reason=str(error))
            return
        self._ownership.waiting[place] = kind
        self._failures[place] = self._failures.get(place, _NONE).and_one(time.monotonic())
        if isinstance(error, NOT_OURS):
            LOG.warning("partition_given_up", partition=number, kind=kind)
        else:
            LOG.warning("partition_backed_off", partition=number, kind=kind)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_AFTER.total_seconds())
            running = dict(self._ownership.running)
            epochs = {place: partition.tenure.epoch for place, partition in running.items()}
            try:
                lost = await self._parts.leases.renew(epochs, holder=self._parts.holder)
            except StoreUnavailableError:
                continue  # the epoch in the log still fences whoever comes after us
            for place in lost:
                self.drop(running[place], LeaseLostError(place, epochs[place], -1))

    async def _flush_often_enough(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for partition in self._worth_flushing(self._ownership.running.values()):
                try:
                    await self.flush(partition)
                except UNANSWERED as error:
                    LOG.warning("partition_backed_off", kind=type(error).__name__)

    def _worth_flushing(self, partitions: Collection[Partition]) -> list[Partition]:
        """Return the partitions at rest, and the longest tails if all are too long together.

        Half of them then: what is written down once need not be again so soon.
        """
        now_seconds = time.monotonic()
        tail_count = sum(partition.tail_count for partition in partitions)
        excess_count = tail_count - TAIL_MAX // 2 if tail_count >= TAIL_MAX else 0
        worth: list[Partition] = []
        for partition in sorted(partitions, key=_tail_count, reverse=True):
            is_at_rest = now_seconds - partition.decided_at_seconds > REST_SECONDS
            if partition.tail_count and (is_at_rest or excess_count > 0):
                worth.append(partition)
                excess_count -= partition.tail_count
        return worth

    async def _trim(self, partition: Partition) -> None:
        """Delete the inputs that valid decisions have taken."""
        for inbox in partition.inboxes:
            following = partition.next
            offset = following.bulk if inbox.lane is Lane.BULK else following.express
            if offset > 0:
                await self._parts.log.trim(inbox.place, offset)


def _tail_count(partition: Partition) -> int:
    return partition.tail_count
