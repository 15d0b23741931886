"""The adapters of one process: memory adapters behind a network that goes wrong.

What they keep outlives processes, as a database would; of inboxes it may lose the end.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from engine.ids import StreamId
from engine.rules import Stream
from engine.validity import Cursor
from infra.log.checks import check_appends, is_inbox
from infra.log.errors import FencedError, LogUnavailableError
from infra.log.leases import Tenure
from infra.log.memory import MemoryLog
from infra.log.memory_leases import MemoryLeases
from infra.log.port import Append, Place, Span, StoredRecord
from infra.log.postgres import RESTARTED
from infra.runtime.following.hand_over import Batch
from infra.runtime.following.memory_cursors import MemoryCursors
from infra.runtime.following.view_store import CursorMovedError
from infra.runtime.owning.memory_states import MemoryStates
from infra.runtime.owning.state import DueStream, FlushPosition, StreamKey
from infra.touching.memory_tables import MemoryTables
from tests.simulation.mail import MailServer
from tests.simulation.network import LOG, STORE, Call, Network
from tests.simulation.promises import Promise, need
from tests.simulation.virtual_loop import VirtualLoop, at_once, wake

LOOK_AGAIN_SECONDS = 5.0
"""After which a reader looks by itself, if the hint that wakes it was lost."""


class StoredLog(MemoryLog):
    """The log as its servers hold it."""

    def __init__(self, partition_count: int, *, is_one_database: bool) -> None:
        """Fence former owners and land all units together where there is one database."""
        super().__init__(partition_count)
        self.is_one_database = is_one_database
        self.watchers: dict[asyncio.Future[None], Mapping[Place, int]] = {}
        self.life = 0  # how often its servers were started again
        self._unflushed: list[tuple[Place, int]] = []  # of inboxes; lost if the server dies

    def land(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append all units now, or none."""
        for unit in appends:
            current_epoch = self._partitions[unit.place].epoch
            if self.is_one_database and unit.epoch is not None and unit.epoch < current_epoch:
                raise FencedError(unit.place, unit.epoch, current_epoch)
        bases = tuple(self._land(unit) for unit in appends)
        is_relaxed = all(is_inbox(unit.place.topic) and not unit.must_last for unit in appends)
        if self.is_one_database and is_relaxed:
            self._unflushed += [(unit.place, len(unit.records)) for unit in appends]
        else:
            self.flushed()
        return bases

    def end(self, place: Place) -> int:
        """Return the end of a place."""
        return self._partitions[place].end

    def fence(self, place: Place, epoch: int) -> None:
        """Let the head of a place take the epoch of its new owner."""
        if self.is_one_database:
            self._partitions[place].epoch = max(epoch, self._partitions[place].epoch)

    def flushed(self) -> None:
        """Note a synchronous commit: whatever was committed before it lasts."""
        self._unflushed.clear()

    def lose_tail(self) -> int:
        """Lose what was not flushed; return how many records that were."""
        lost_count = 0
        for place, count in reversed(self._unflushed):
            partition = self._partitions[place]
            kept_count = max(0, len(partition.records) - count)
            lost_count += len(partition.records) - kept_count
            del partition.records[kept_count:]
        self._unflushed.clear()
        return lost_count

    def passed(self) -> list["asyncio.Future[None]"]:
        """Return those who waited for what is there now."""
        return [
            future
            for future, ends in self.watchers.items()
            if any(self.end(place) > offset for place, offset in ends.items())
        ]


class WiredLog:
    """The log as one process reaches it; see `infra.log.port.Log`."""

    def __init__(self, stored: StoredLog, network: Network) -> None:
        self._stored = stored
        self._network = network
        self._life = stored.life

    @property
    def partition_count(self) -> int:
        """P."""
        return self._stored.partition_count

    @property
    def lands_together(self) -> bool:
        """Whether there is one database."""
        return self._stored.is_one_database

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append, as far as the network lets it."""
        check_appends(appends, self.partition_count)
        if self._stored.is_one_database:
            return await self._begin(appends)
        replies = [self._begin([unit]) for unit in appends]
        await asyncio.wait(replies)
        errors = [error for reply in replies if (error := reply.exception())]
        if errors:
            raise errors[0]
        return tuple(base for reply in replies for base in reply.result())

    def _begin(self, appends: Sequence[Append]) -> "asyncio.Future[tuple[int, ...]]":
        call = Call.INBOX if is_inbox(appends[0].place.topic) else Call.DECISIONS

        def work() -> tuple[int, ...]:
            if call is Call.DECISIONS and self._stored.is_one_database:
                self._expect_life()
            bases = self._stored.land(appends)
            for future in self._stored.passed():
                self._network.later(self._network.delay(), partial(wake, future))
            return bases

        return self._network.begin(call, work, LOG)

    def _expect_life(self) -> None:
        """Refuse decisions of what was read before the servers died: it may be gone."""
        if self._life != self._stored.life:
            self._life = self._stored.life
            raise LOG.error(RESTARTED)

    async def read(self, place: Place, offset: int, *, bytes_max: int) -> tuple[StoredRecord, ...]:
        """Return records from `offset` on."""
        return await self._network.call(
            Call.READ,
            lambda: at_once(self._stored.read(place, offset, bytes_max=bytes_max)),
            LOG,
        )

    async def spans(self, places: Sequence[Place]) -> Mapping[Place, Span]:
        """Return first and end offset of each place."""
        return await self._network.call(Call.READ, lambda: at_once(self._stored.spans(places)), LOG)

    async def wait(self, ends: Mapping[Place, int]) -> None:
        """Return when any place reaches beyond its offset."""
        loop = asyncio.get_running_loop()
        while True:
            woken: asyncio.Future[None] = loop.create_future()
            self._stored.watchers[woken] = ends
            try:
                spans = await self.spans(list(ends))
                if any(spans[place].end > offset for place, offset in ends.items()):
                    return
                await asyncio.wait([woken], timeout=LOOK_AGAIN_SECONDS)
                if woken.done():
                    woken.result()
            finally:
                self._stored.watchers.pop(woken, None)
                if woken.done():
                    woken.exception()  # seen, whoever was faster
                woken.cancel()

    async def trim(self, place: Place, before_offset: int) -> None:
        """Delete inbox records."""
        await self._network.call(
            Call.FLUSH, lambda: at_once(self._stored.trim(place, before_offset)), LOG
        )

    async def close(self) -> None:
        """Do nothing."""


class WiredLeases:
    """Leases; see `infra.log.leases.Leases`."""

    def __init__(self, stored: MemoryLeases, log: StoredLog, network: Network) -> None:
        self._stored = stored
        self._log = log
        self._network = network

    async def take(self, place: Place, *, holder: str, log_epoch: int, force: bool = False) -> int:
        """Take a place; where log and lease share a database, its head takes the epoch."""

        def work() -> int:
            taking = self._stored.take(place, holder=holder, log_epoch=log_epoch, force=force)
            epoch = at_once(taking)
            self._log.fence(place, epoch)
            self._log.flushed()
            return epoch

        return await self._network.call(Call.LEASE, work, STORE)

    async def renew(self, epochs: Mapping[Place, int], *, holder: str) -> frozenset[Place]:
        """Make leases fresh."""
        return await self._network.call(
            Call.LEASE, lambda: at_once(self._stored.renew(epochs, holder=holder)), STORE
        )

    async def release(self, epochs: Mapping[Place, int], *, holder: str) -> None:
        """Let others take the places."""
        await self._network.call(
            Call.LEASE, lambda: at_once(self._stored.release(epochs, holder=holder)), STORE
        )

    async def current_epoch(self, place: Place) -> int:
        """Return the epoch of the latest owner."""
        return await self._network.call(
            Call.LEASE, lambda: at_once(self._stored.current_epoch(place)), STORE
        )


class WiredStates:
    """Flushed states; see `infra.runtime.owning.state.StateStore`."""

    def __init__(self, stored: MemoryStates, log: StoredLog, network: Network) -> None:
        self._stored = stored
        self._log = log
        self._network = network

    async def position(self, place: Place) -> FlushPosition | None:
        """Return how far the last flush had got."""
        return await self._network.call(
            Call.STATES, lambda: at_once(self._stored.position(place)), STORE
        )

    async def load(self, keys: Sequence[StreamKey]) -> Mapping[StreamKey, Stream]:
        """Return the states that are stored."""
        return await self._network.call(
            Call.STATES, lambda: at_once(self._stored.load(keys)), STORE
        )

    async def flush(
        self, tenure: Tenure, position: FlushPosition, *, states: Mapping[StreamId, Stream]
    ) -> None:
        """Write rows and position together."""

        def work() -> None:
            at_once(self._stored.flush(tenure, position, states=states))
            self._log.flushed()

        await self._network.call(Call.FLUSH, work, STORE)

    async def due(
        self, place: Place, *, after: DueStream | None, limit: int
    ) -> Sequence[DueStream]:
        """Return the timers that follow `after`."""
        return await self._network.call(
            Call.STATES, lambda: at_once(self._stored.due(place, after=after, limit=limit)), STORE
        )

    async def attempting(self, place: Place) -> Sequence[StreamId]:
        """Return the streams with an attempt open."""
        return await self._network.call(
            Call.STATES, lambda: at_once(self._stored.attempting(place)), STORE
        )


class WiredCursors:
    """Cursors of the reactors; see `infra.runtime.following.cursors.Cursors`."""

    def __init__(self, stored: MemoryCursors, network: Network) -> None:
        self._stored = stored
        self._network = network

    async def load(self) -> Mapping[Place, Cursor]:
        """Return every cursor that was kept."""
        return await self._network.call(Call.CURSORS, lambda: at_once(self._stored.load()), STORE)

    async def keep(self, cursors: Mapping[Place, Cursor]) -> None:
        """Move cursors forward."""
        await self._network.call(Call.CURSORS, lambda: at_once(self._stored.keep(cursors)), STORE)


@dataclass(kw_only=True)
class StoredView:
    """A view that keeps every decision it was given, and where its readers stand."""

    cursors: dict[Place, Cursor] = field(default_factory=dict)
    seqs: dict[Place, list[int]] = field(default_factory=dict)

    def open(self, places: Sequence[Place], generation: int) -> dict[Place, Cursor]:
        """Give it a cursor at the beginning of each place where it has none."""
        for place in places:
            self.cursors.setdefault(place, Cursor(generation=generation))
        return dict(self.cursors)

    def fold(self, batches: Sequence[Batch]) -> None:
        """Take the batches, and move the cursors by compare-and-set."""
        for batch in batches:
            stands = self.cursors[batch.place]
            if (stands.offset, stands.seq) != (batch.before.offset, batch.before.seq):
                raise CursorMovedError
        for batch in batches:
            self.cursors[batch.place] = batch.after
            seqs = self.seqs.setdefault(batch.place, [])
            seqs.extend(placed.seq for placed in batch.decisions)
            need(
                seqs == list(range(1, batch.after.seq + 1)), Promise.VIEW, (batch.place, seqs[-5:])
            )


class WiredViews:
    """One view; see `infra.runtime.following.view_store.ViewStore`."""

    names = ("witness",)

    def __init__(self, stored: StoredView, network: Network, *, generation: int) -> None:
        self._stored = stored
        self._network = network
        self._generation = generation

    async def open(self, _view: str, places: Sequence[Place]) -> Mapping[Place, Cursor]:
        """Create cursors that are missing."""
        return await self._network.call(
            Call.VIEW, lambda: self._stored.open(places, self._generation), STORE
        )

    async def cursors(self, _view: str) -> Mapping[Place, Cursor]:
        """Return the cursors."""
        return await self._network.call(Call.VIEW, lambda: dict(self._stored.cursors), STORE)

    async def fold(self, batches: Mapping[str, Sequence[Batch]]) -> None:
        """Take the batches."""
        (own,) = batches.values()
        await self._network.call(Call.VIEW, lambda: self._stored.fold(own), STORE)


class Servers:
    """Everything that outlives the processes."""

    def __init__(
        self, loop: VirtualLoop, network: Network, *, partition_count: int, is_one_database: bool
    ) -> None:
        self.network = network
        self.log = StoredLog(partition_count, is_one_database=is_one_database)
        self.leases = MemoryLeases(lasts_for=timedelta(seconds=15), monotonic=loop.time)
        self._states: dict[int, MemoryStates] = {}
        self.cursors, self.person_cursors = MemoryCursors(), MemoryCursors()
        self.view = StoredView()
        self.touching = MemoryTables(self.leases)
        self.mail = MailServer(loop=loop)

    def states_of(self, code: int) -> MemoryStates:
        """Return what some code has flushed: other code has states of its own."""
        return self._states.setdefault(code, MemoryStates(self.leases))

    def crash(self, seconds: float) -> None:
        """Let the servers die and come back: whoever waits hears so."""
        self.log.life += 1
        self.network.cut(seconds)
        for future in tuple(self.log.watchers):
            if not future.done():
                future.set_exception(LogUnavailableError("simulation", "connection lost"))
