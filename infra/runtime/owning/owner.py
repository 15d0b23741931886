"""Decide for every partition this process owns, one append at a time for all of them.

A turn: raise what is due, load what the next inputs need, decide a slice per partition,
append all slices at once, and act on those that are valid.  Own inputs and publications
come first, then express, then bulk for as long as a turn may take.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from engine import rules
from engine.decision import PlacedDecision
from engine.errors import DamageError
from engine.ids import WORKSPACE
from engine.inputs import Lane
from engine.validity import Cursor
from infra.clock import Clock
from infra.log.errors import FencedError, LogDamageError, LogUnavailableError
from infra.log.port import Append, Log, Place, Record
from infra.runtime.errors import LostTenureError, PlaceDamageError
from infra.runtime.following.hand_over import HandOver
from infra.runtime.owning.consequences import Consequences
from infra.runtime.owning.lanes import Inbox, LaneReader
from infra.runtime.owning.owned import Owned
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.publications import Publications
from infra.runtime.owning.slices import Decider, Slice, Start, has_kind
from infra.runtime.owning.state import StreamKey
from infra.runtime.owning.taking import take_loaded
from infra.runtime.owning.timing import fire_due, load_or_drop, load_timers
from infra.runtime.partitions import WORKSPACE_PLACE, quarantine_of
from infra.runtime.reading import read_valid
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

BULK_SECONDS = 0.010
AHEAD_COUNT = 1_000  # inputs of a lane whose states are loaded before a turn
BACK_OFF_SECONDS = 0.5

LOG = get_logger("owner")


class Owner:
    """The loop over the partitions that run in this process."""

    def __init__(  # noqa: PLR0913  (services belong to a constructor)
        self,
        *,
        log: Log,
        owned: Owned,
        clock: Clock,
        consequences: Consequences,
        publications: Publications,
        readers: Sequence[LaneReader],
        hand_over: Callable[[HandOver], None],
        drop: Callable[[Partition, Exception], None],
    ) -> None:
        """Call `drop` when a partition cannot go on; its error says what becomes of it."""
        self._log = log
        self._owned = owned
        self._clock = clock
        self._consequences = consequences
        self._publications = publications
        self._readers = tuple(readers)
        self._hand_over = hand_over
        self._drop = drop
        self._turn_count = 0
        self.is_busy = False

    async def run(self) -> None:
        """Decide until cancelled."""
        while True:
            await self._owned.ready.wait()
            self._owned.ready.clear()
            self.is_busy = True
            try:
                while await self.turn():
                    pass
            except (StoreUnavailableError, LogUnavailableError) as error:
                self._let_go(error)
                await asyncio.sleep(BACK_OFF_SECONDS)
                self._owned.ready.set()
            finally:
                self.is_busy = False

    async def turn(self) -> bool:
        """Decide and append one slice per partition; return whether there was any.

        Raises:
            StoreUnavailableError, LogUnavailableError: Before anything was decided.
        """
        await self._clock.right()
        partitions = self._sound()
        has_loaded = await load_timers(self._owned.states, partitions)
        has_fired = await fire_due(
            self._owned,
            partitions,
            self._clock.now(),
            consequences=self._consequences,
            drop=self._drop,
        )
        if has_loaded or has_fired:
            self._owned.timers_changed.set()
        await self._load(partitions)
        slices = self._decide([one for one in partitions if self._owned.is_current(one)])
        if slices:
            await self._append(slices)
        for partition in partitions:
            partition.streams.evict()
        return bool(slices)

    def _let_go(self, error: Exception) -> None:
        """Let every partition that has something to decide be taken again.

        What it has read may be gone: inboxes are transport, and a database that went down
        may have lost their tail (docs/decisions/0105).
        """
        for partition in tuple(self._owned.running.values()):
            if partition.own or any(one.arrived for one in partition.inboxes):
                self._drop(partition, error)

    def _sound(self) -> list[Partition]:
        """Return the running partitions, each turn beginning with another one."""
        for partition in tuple(self._owned.running.values()):
            damaged = [one.damage for one in partition.inboxes if one.damage]
            if damaged:
                self._drop(partition, damaged[0])
        running = list(self._owned.running.values())
        self._turn_count += 1
        first = self._turn_count % len(running) if running else 0
        return running[first:] + running[:first]

    async def _load(self, partitions: Iterable[Partition]) -> None:
        keys: list[StreamKey] = []
        newest_w = 0
        for partition in partitions:
            ahead = [one for box in partition.inboxes for one in islice(box.arrived, AHEAD_COUNT)]
            newest_w = max([newest_w, *(one.item.needs_w for one in ahead if one.item)])
            streams = {one.stream for one in ahead if has_kind(one.stream)}
            streams.update(item.stream for item in partition.own)
            streams.add(WORKSPACE)
            missing = partition.streams.missing(streams)
            keys.extend(StreamKey(partition.place, stream) for stream in sorted(missing))
        if newest_w > self._publications.newest_w:
            await self._publications.look()
        if keys:
            await self._load_keys(partitions, keys)

    async def _load_keys(self, partitions: Iterable[Partition], keys: Sequence[StreamKey]) -> None:
        try:
            loaded = await self._owned.states.load(keys)
            for partition in partitions:
                take_loaded(partition, keys, loaded)
        except DamageError:
            # One at a time, so that only the partition with the damaged row stops.
            for partition in partitions:
                streams = {key.stream for key in keys if key.place == partition.place}
                await load_or_drop(self._owned, partition, streams, self._drop)

    def _decide(self, partitions: Sequence[Partition]) -> list[tuple[Partition, Slice]]:
        slices = {one.place: (one, self._begin(one)) for one in partitions}
        for lane in (Lane.OWN, Lane.EXPRESS, Lane.BULK):
            until_seconds = time.monotonic() + BULK_SECONDS
            for partition, decider in tuple(slices.values()):
                try:
                    self._decide_lane(partition, decider, lane, until_seconds)
                except DamageError as error:
                    self._drop(partition, error)
                    del slices[partition.place]
        for reader in self._readers:
            reader.made_room()
        return [(one, decider.slice) for one, decider in slices.values() if decider.slice.records]

    def _decide_lane(
        self, partition: Partition, decider: Decider, lane: Lane, until_seconds: float
    ) -> None:
        if lane is Lane.OWN:
            self._adopt(partition, decider)
            _decide_own(partition, decider)
        for inbox in partition.inboxes:
            if inbox.lane is lane:
                _decide_arrived(partition, decider, inbox, until_seconds)

    def _begin(self, partition: Partition) -> Decider:
        return Decider(
            Start(
                tenure=partition.tenure,
                partition_count=self._owned.partition_count,
                cursor=partition.cursor,
                next=partition.next,
                now=self._clock.now(),
                load=partition.stream,
            )
        )

    def _adopt(self, partition: Partition, decider: Decider) -> None:
        """Take every known publication first, so that `needs_w` is always met."""
        while partition.place != WORKSPACE_PLACE and not decider.slice.is_full:
            published = self._publications.following(decider.published.w)
            if published is None:
                return
            decider.adopt(published)

    async def _append(self, slices: Sequence[tuple[Partition, Slice]]) -> None:
        try:
            await self._append_quarantined(slices)
            bases = await self._log.append(
                [Append(part.tenure.place, part.records, part.tenure.epoch) for _, part in slices]
            )
        except (FencedError, LogUnavailableError) as error:
            # Nobody knows which units landed, so each partition is taken again.
            for partition, _ in slices:
                self._drop(partition, error)
            if isinstance(error, LogUnavailableError):
                self._let_go(error)
            return
        for (partition, part), base in zip(slices, bases, strict=True):
            if self._owned.is_current(partition):
                await self._appended(partition, part, base)

    async def _append_quarantined(self, slices: Sequence[tuple[Partition, Slice]]) -> None:
        units: dict[Place, list[Record]] = {}
        for partition, part in slices:
            if part.quarantined:
                units.setdefault(quarantine_of(partition.place), []).extend(part.quarantined)
                LOG.warning(
                    "input_quarantined", partition=partition.number, count=len(part.quarantined)
                )
        if units:
            await self._log.append([Append(place, records) for place, records in units.items()])

    async def _appended(self, partition: Partition, part: Slice, base: int) -> None:
        try:
            after = await self._validate(partition, part, base)
        except (LogUnavailableError, LogDamageError, LostTenureError, PlaceDamageError) as error:
            self._drop(partition, error)
            return
        self._valid(partition, part, base, after)

    async def _validate(self, partition: Partition, part: Slice, base: int) -> Cursor:
        """Return the cursor after a slice whose append was acknowledged at `base`.

        Raises:
            LostTenureError: Another owner's marker came before it.
            PlaceDamageError: What was read back is damaged.
            LogUnavailableError: It could not be read back.
        """
        before = partition.cursor
        end = base + len(part.records)
        if base == before.offset:
            return Cursor(end, before.generation, before.epoch, part.seq)
        # Somebody else wrote in between: acknowledged is not valid, so read it back.
        cursor = before
        async for read in read_valid(self._log, partition.place, before):
            cursor = read.after
            partition.skipped_count += read.skipped_count
            LOG.warning("late_write_skipped", partition=partition.number, count=read.skipped_count)
        if cursor.epoch != before.epoch:
            raise LostTenureError(partition.place, before.epoch, cursor.epoch)
        if cursor.seq != part.seq:
            raise PlaceDamageError(partition.place, base, "an own append does not count")
        return cursor

    def _valid(self, partition: Partition, part: Slice, base: int, after: Cursor) -> None:
        first_seq = part.seq - len(part.decided) + 1
        placed = tuple(
            PlacedDecision(partition.number, first_seq + index, base + index, body, item)
            for index, (body, item) in enumerate(part.decided)
        )
        partition.cursor, partition.next = after, part.next
        partition.tail_count += len(placed)
        partition.decided_at_seconds = time.monotonic()
        partition.streams.validated(part.states)
        for one in placed:
            item = one.input
            if item is not None:
                partition.under_way.discard((item.stream, item.id))
        for stream, state in part.states.items():
            partition.timers.arm(stream, rules.due_at(state))
        for one in placed:
            self._consequences.decided(partition, one)
        self._hand_over(HandOver(place=partition.place, decided=placed, after=after))
        self._owned.timers_changed.set()


def _decide_own(partition: Partition, decider: Decider) -> None:
    own = partition.own
    while own and partition.streams.holds(own[0].stream) and not decider.slice.is_full:
        decider.decide_own(own.popleft())


def _decide_arrived(
    partition: Partition, decider: Decider, inbox: Inbox, until_seconds: float
) -> None:
    """Decide what has arrived in order, as far as states are loaded; bulk while time is left."""
    while inbox.arrived and not decider.slice.is_full:
        stream = inbox.arrived[0].stream
        if has_kind(stream) and not partition.streams.holds(stream):
            return
        decider.decide_arrived(inbox.arrived.popleft())
        if inbox.lane is Lane.BULK and time.monotonic() > until_seconds:
            return
