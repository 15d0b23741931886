"""Decide for every partition this process owns, in turns that leave the loop to others.

A turn: raise what is due, load what the next inputs need, decide a slice per partition,
append the slices, and act on those that are valid.  All deciding of a turn together is
bounded in time.  Where units land together, one append holds all slices; elsewhere each
partition has its own, and decides again once that is answered, whatever the others wait for.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from engine import rules
from engine.decision import PlacedDecision
from engine.errors import DamageError
from engine.ids import WORKSPACE, StreamId
from engine.inputs import Lane
from engine.validity import Cursor
from infra.log.checks import in_units
from infra.log.errors import FencedError, LogDamageError, LogUnavailableError
from infra.log.leases import Tenure
from infra.log.port import Append, Place, Record
from infra.runtime.errors import LostTenureError, PlaceDamageError
from infra.runtime.following.hand_over import Batch
from infra.runtime.owning.consequences import Consequences
from infra.runtime.owning.lanes import AHEAD_COUNT, Inbox, LaneReader
from infra.runtime.owning.ownership import Ownership
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.publications import Publications
from infra.runtime.owning.slices import Slice, has_kind
from infra.runtime.owning.state import StreamKey
from infra.runtime.owning.taking import take_loaded
from infra.runtime.owning.timing import fire_due, load_or_drop, load_timers
from infra.runtime.partitions import WORKSPACE_PLACE, quarantine_of
from infra.runtime.parts import Parts
from infra.runtime.reading import read_valid
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

TURN_SECONDS = 0.010  # of deciding; the decision that passes it is the last
SHARES = (
    (Lane.OWN, 0.4),
    (Lane.EXPRESS, 0.8),
    (Lane.BULK, 1.0),
    (Lane.OWN, 1.0),
    (Lane.EXPRESS, 1.0),
)
"""Up to which part of a turn a lane decides, in this order: each at least one decision, so
that none starves; what one leaves over the next may use, and the first again at the end."""
READY_MAX = 1_000  # arrivals made ready in one turn: more than it can decide
LOADED_AT_ONCE = 250  # decoding them keeps the loop busy
BACK_OFF_SECONDS = 0.5

LOG = get_logger("owner")


class Owner:
    """The loop over the partitions that run in this process."""

    def __init__(  # noqa: PLR0913  (services belong to a constructor)
        self,
        *,
        parts: Parts,
        ownership: Ownership,
        consequences: Consequences,
        publications: Publications,
        readers: Sequence[LaneReader],
        hand_over: Callable[[Batch], None],
        drop: Callable[[Partition, Exception], None],
    ) -> None:
        """Call `drop` when a partition cannot go on; its error says what becomes of it."""
        self._log = parts.log
        self._clock = parts.clock
        self._ownership = ownership
        self._consequences = consequences
        self._publications = publications
        self._readers = tuple(readers)
        self._hand_over = hand_over
        self._drop = drop
        self._turn_count = 0
        self._is_deciding = False
        self._appending: set[Tenure] = set()  # apart, and not answered
        self._appends = asyncio.TaskGroup()

    @property
    def is_busy(self) -> bool:
        """Whether a turn is under way, or an append."""
        return self._is_deciding or bool(self._appending)

    async def run(self) -> None:
        """Decide until cancelled; once in the life of an owner."""
        async with self._appends:
            while True:
                await self._ownership.ready.wait()
                self._ownership.ready.clear()
                self._is_deciding = True
                try:
                    while await self._turn():
                        pass
                except (StoreUnavailableError, LogUnavailableError) as error:
                    self._let_go(error)
                    await asyncio.sleep(BACK_OFF_SECONDS)
                    self._ownership.ready.set()
                finally:
                    self._is_deciding = False

    async def _turn(self) -> bool:
        """Decide and append one slice per partition; return whether there was any.

        Raises:
            StoreUnavailableError, LogUnavailableError: Before anything was decided.
        """
        await self._clock.right()
        partitions = self._free()
        has_loaded = await load_timers(self._ownership.states, partitions)
        has_fired = await fire_due(
            self._ownership,
            partitions,
            self._clock.now(),
            consequences=self._consequences,
            drop=self._drop,
        )
        if has_loaded or has_fired:
            self._ownership.timers_changed.set()
        await self._load(partitions)
        slices = self._decide(filter(self._ownership.is_current, partitions))
        if self._log.lands_together and slices:
            await self._append(slices)
        else:
            for part in slices:
                self._begin_append(part)
            await asyncio.sleep(0)
        for partition in partitions:
            partition.streams.evict()
        return bool(slices)

    def _let_go(self, error: Exception) -> None:
        """Let every partition that has something to decide be taken again.

        What it has read may be gone: inboxes are transport, and a database that went down
        may have lost their tail (docs/decisions/0105).  Where units do not land together
        the log is no database, and keeps what it acknowledged.
        """
        if not self._log.lands_together:
            return
        for partition in tuple(self._ownership.running.values()):
            if partition.own or any(inbox.arrivals for inbox in partition.inboxes):
                self._drop(partition, error)

    def _free(self) -> list[Partition]:
        """Return the partitions that no append is under way of, each turn from another one on."""
        for partition in tuple(self._ownership.running.values()):
            damaged = [inbox.damage for inbox in partition.inboxes if inbox.damage]
            if damaged:
                self._drop(partition, damaged[0])
        running = [
            partition
            for partition in self._ownership.running.values()
            if partition.tenure not in self._appending
        ]
        self._turn_count += 1
        first = self._turn_count % len(running) if running else 0
        return running[first:] + running[:first]

    async def _load(self, partitions: Sequence[Partition]) -> None:
        """Make the next inputs ready: their states in memory, what they need published known."""
        keys = [key for partition in partitions for key in _needed_always(partition)]
        ahead: list[tuple[Inbox, int]] = []
        newest_w, left_count = 0, READY_MAX
        for partition, inbox in _in_order(partitions):
            if left_count <= 0:
                break
            arrivals = inbox.ahead()
            left_count -= len(arrivals)
            newest_w = max([newest_w, *(each.item.needs_w for each in arrivals if each.item)])
            streams = {each.stream for each in arrivals if has_kind(each.stream)}
            keys += _missing(partition, streams)
            ahead.append((inbox, len(arrivals)))
        if newest_w > self._publications.newest_w:
            await self._publications.look()
        for start in range(0, len(keys), LOADED_AT_ONCE):
            await self._load_keys(partitions, keys[start : start + LOADED_AT_ONCE])
        for inbox, count in ahead:
            inbox.ready_count += count

    async def _load_keys(self, partitions: Iterable[Partition], keys: Sequence[StreamKey]) -> None:
        try:
            loaded = await self._ownership.states.load(keys)
            for partition in partitions:
                take_loaded(partition, keys, loaded)
        except DamageError:
            # One at a time, so that only the partition with the damaged row stops.
            for partition in partitions:
                streams = {key.stream for key in keys if key.place == partition.place}
                await load_or_drop(self._ownership, partition, streams, self._drop)

    def _decide(self, partitions: Iterable[Partition]) -> list[Slice]:
        count, now = self._ownership.partition_count, self._clock.now()
        slices = [Slice(partition, partition_count=count, now=now) for partition in partitions]
        began_seconds = time.monotonic()
        for lane, share in SHARES:
            self._decide_lane(slices, lane, began_seconds + share * TURN_SECONDS)
        for reader in self._readers:
            reader.made_room()
        return [part for part in slices if part.records]

    def _decide_lane(self, slices: list[Slice], lane: Lane, until_seconds: float) -> None:
        """Decide what waits in one lane, partition by partition, until an instant."""
        for part in tuple(slices):
            before_count = len(part.records)
            try:
                if self._adopt(part, until_seconds):
                    _decide_some(part, lane, until_seconds)
            except DamageError as error:
                self._drop(part.partition, error)
                slices.remove(part)
            if len(part.records) > before_count and time.monotonic() > until_seconds:
                return

    def _adopt(self, part: Slice, until_seconds: float) -> bool:
        """Take every known publication first, so that `needs_w` is met; return whether it is."""
        while part.partition.place != WORKSPACE_PLACE:
            following = self._publications.following(part.published.w)
            if following is None:
                return True
            if part.is_full:
                return False
            part.adopt(*following)
            if time.monotonic() > until_seconds:
                return False
        return True

    def _begin_append(self, part: Slice) -> None:
        self._appending.add(part.partition.tenure)
        self._appends.create_task(self._append_apart(part))

    async def _append_apart(self, part: Slice) -> None:
        try:
            await self._append([part])
        finally:
            self._appending.discard(part.partition.tenure)
            self._ownership.ready.set()

    async def _append(self, slices: Sequence[Slice]) -> None:
        tenures = [part.partition.tenure for part in slices]
        try:
            await self._append_quarantined(slices)
            bases = await self._log.append(
                [
                    Append(tenure.place, part.records, tenure.epoch)
                    for tenure, part in zip(tenures, slices, strict=True)
                ]
            )
        except (FencedError, LogUnavailableError) as error:
            # Nobody knows which units landed, so each partition is taken again.
            for part in slices:
                self._drop(part.partition, error)
            if isinstance(error, LogUnavailableError):
                self._let_go(error)
            return
        for part, base in zip(slices, bases, strict=True):
            if self._ownership.is_current(part.partition):
                await self._appended(part, base)
                await asyncio.sleep(0)

    async def _append_quarantined(self, slices: Sequence[Slice]) -> None:
        units: dict[Place, list[Record]] = {}
        for part in slices:
            records = part.quarantined
            if records:
                units.setdefault(quarantine_of(part.partition.place), []).extend(records)
                LOG.warning(
                    "input_quarantined", partition=part.partition.number, count=len(records)
                )
        for place, records in units.items():
            for unit in in_units(records):
                await self._log.append([Append(place, unit)])

    async def _appended(self, part: Slice, base: int) -> None:
        try:
            after = await self._validate(part, base)
        except (LogUnavailableError, LogDamageError, LostTenureError, PlaceDamageError) as error:
            self._drop(part.partition, error)
            return
        self._valid(part, base, after)

    async def _validate(self, part: Slice, base: int) -> Cursor:
        """Return the cursor after a slice whose append was acknowledged at `base`.

        Raises:
            LostTenureError: Another owner's marker came before it.
            PlaceDamageError: What was read back is damaged.
            LogUnavailableError: It could not be read back.
        """
        partition = part.partition
        before = partition.cursor
        end = base + len(part.records)
        if base == before.offset:
            return Cursor(end, before.generation, before.epoch, part.seq)
        # Somebody else wrote in between: acknowledged is not valid, so read it back.
        cursor = before
        async for stretch in read_valid(self._log, partition.place, before):
            cursor, count = stretch.after, stretch.skipped_count
            partition.skipped_count += count
            LOG.warning("late_write_skipped", partition=partition.number, count=count)
        if cursor.epoch != before.epoch:
            raise LostTenureError(partition.place, before.epoch, cursor.epoch)
        if cursor.seq != part.seq:
            raise PlaceDamageError(partition.place, base, "an own append does not count")
        return cursor

    def _valid(self, part: Slice, base: int, after: Cursor) -> None:
        partition, before = part.partition, part.partition.cursor
        decisions = tuple(
            PlacedDecision(partition.number, before.seq + 1 + index, base + index, body, item)
            for index, (body, item) in enumerate(part.decisions)
        )
        partition.cursor, partition.next = after, part.next
        partition.tail_count += len(decisions)
        partition.decided_at_seconds = time.monotonic()
        partition.streams.validated(part.states)
        for _, item in part.decisions:
            if item is not None:
                partition.under_way.discard((item.stream, item.id))
        for stream, state in part.states.items():
            partition.timers.arm(stream, rules.due_at(state))
        for placed in decisions:
            self._consequences.decided(partition, placed)
        self._hand_over(
            Batch(place=partition.place, before=before, after=after, decisions=decisions)
        )
        self._ownership.timers_changed.set()


def _needed_always(partition: Partition) -> Iterable[StreamKey]:
    """Return the missing states of what a partition decides without any arrival."""
    own = {item.stream for item in islice(partition.own, AHEAD_COUNT)}
    return _missing(partition, own | {WORKSPACE})


def _in_order(partitions: Iterable[Partition]) -> list[tuple[Partition, Inbox]]:
    """Return the inboxes with something in them, express ones first."""
    found = [
        (partition, inbox)
        for partition in partitions
        for inbox in partition.inboxes
        if inbox.arrivals
    ]
    for partition, inbox in found:
        next_stream = inbox.arrivals[0].stream
        if has_kind(next_stream) and not partition.streams.holds(next_stream):
            inbox.ready_count = 0  # evicted meanwhile
    return sorted(found, key=lambda found: found[1].lane is Lane.BULK)


def _missing(partition: Partition, streams: set[StreamId]) -> list[StreamKey]:
    missing = partition.streams.missing(streams)
    return [StreamKey(partition.place, stream) for stream in sorted(missing)]


def _decide_some(part: Slice, lane: Lane, until_seconds: float) -> None:
    if lane is Lane.OWN:
        _decide_own(part, until_seconds)
    for inbox in part.partition.inboxes:
        if inbox.lane is lane:
            _decide_arrivals(part, inbox, until_seconds)


def _decide_own(part: Slice, until_seconds: float) -> None:
    own, streams = part.partition.own, part.partition.streams
    while own and streams.holds(own[0].stream) and not part.is_full:
        part.decide_own(own.popleft())
        if time.monotonic() > until_seconds:
            return


def _decide_arrivals(part: Slice, inbox: Inbox, until_seconds: float) -> None:
    """Decide what is ready, in order."""
    streams = part.partition.streams
    while inbox.ready_count and not part.is_full:
        stream = inbox.arrivals[0].stream
        if has_kind(stream) and not streams.holds(stream):
            return
        part.decide_arrival(inbox.pop())
        if time.monotonic() > until_seconds:
            return
