"""Read inboxes ahead of the owner: each lane has its own reader.

So a backlog of bulk inputs never delays what comes in by express.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from engine.errors import WireDamageError
from engine.ids import StreamId
from engine.inputs import Input, Lane
from engine.wire import decode_input
from infra.log.errors import LogDamageError, LogUnavailableError
from infra.log.port import Log, Place, Record, Span, StoredRecord
from infra.runtime.waits import first_of

BUFFERED_MAX = 2_000
AHEAD_COUNT = 250  # what is looked at in one go, before its turn comes
AHEAD_MIN = 100  # with fewer left of it, it is time to look again
READ_BYTES_MAX = 512 * 1024
BACK_OFF_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One record of an inbox."""

    lane: Lane
    offset: int
    stream: StreamId
    raw: bytes
    item: Input | None  # None: the bytes do not decode
    fault: str = ""


@dataclass(slots=True, kw_only=True)
class Inbox:
    """What has been read of one inbox partition and not been decided."""

    place: Place
    lane: Lane
    read_offset: int  # of the next record to read
    arrivals: deque[Arrival] = field(default_factory=deque)
    ready_count: int = 0  # of them, whose states were loaded
    damage: LogDamageError | None = None

    def take(self, records: Sequence[StoredRecord]) -> None:
        """Add what was read from `read_offset` on."""
        self.arrivals.extend(_arrival(self.lane, record) for record in records)
        if records:
            self.read_offset = records[-1].offset + 1

    def ahead(self) -> tuple[Arrival, ...]:
        """Return what should be made ready now, next first."""
        if self.ready_count >= AHEAD_MIN:
            return ()
        return tuple(islice(self.arrivals, self.ready_count, self.ready_count + AHEAD_COUNT))

    def pop(self) -> Arrival:
        """Take out what stands next, which is ready."""
        self.ready_count -= 1
        return self.arrivals.popleft()

    @property
    def has_room(self) -> bool:
        """Whether more should be read."""
        return self.damage is None and len(self.arrivals) < BUFFERED_MAX


class LaneReader:
    """Keeps the inboxes of one lane filled, over all partitions owned here."""

    def __init__(self, log: Log, on_arrival: Callable[[], None]) -> None:
        """Call `on_arrival` whenever an inbox got something."""
        self._log = log
        self._on_arrival = on_arrival
        self._inboxes: dict[Place, Inbox] = {}
        self._changed = asyncio.Event()
        self._leaves_any_out = False  # an inbox that was full when waiting began

    def open(self, inbox: Inbox) -> None:
        """Read for this inbox from now on; it replaces a former one of its place."""
        self._inboxes[inbox.place] = inbox
        self._changed.set()

    def close(self, inbox: Inbox) -> None:
        """Read no more for this inbox."""
        if self._inboxes.get(inbox.place) is inbox:
            del self._inboxes[inbox.place]
            self._changed.set()

    def offer(self, place: Place, base: int, records: Sequence[Record]) -> None:
        """Take what this process appended itself, if it continues what was read."""
        inbox = self._inboxes.get(place)
        if inbox is None or not inbox.has_room or inbox.read_offset != base:
            return
        inbox.take([StoredRecord(base + index, *record) for index, record in enumerate(records)])
        self._on_arrival()

    def made_room(self) -> None:
        """Say that records were taken out of inboxes: one that was full may be read again."""
        if self._leaves_any_out:
            self._changed.set()

    async def run(self) -> None:
        """Read until cancelled; a log that does not answer is asked again."""
        while True:
            try:
                await self._read_more()
            except LogUnavailableError:
                await asyncio.sleep(BACK_OFF_SECONDS)

    async def is_drained(self) -> bool:
        """Return whether every inbox was read to its present end and all of it taken."""
        inboxes = dict(self._inboxes)
        spans = await self._log.spans(list(inboxes)) if inboxes else {}
        return all(
            not inbox.arrivals and inbox.read_offset >= spans[place].end
            for place, inbox in inboxes.items()
        )

    async def _read_more(self) -> None:
        self._changed.clear()
        open_now = {place: inbox for place, inbox in self._inboxes.items() if inbox.has_room}
        self._leaves_any_out = len(open_now) < len(self._inboxes)
        if not open_now:
            await self._changed.wait()
            return
        ends = {place: inbox.read_offset for place, inbox in open_now.items()}
        await first_of(self._log.wait(ends), self._changed.wait())
        if any(inbox.read_offset != ends[place] for place, inbox in open_now.items()):
            return  # what arrived was offered; if there is more, the next wait ends at once
        spans = await self._log.spans(list(open_now))
        for place, inbox in open_now.items():
            await self._fill(inbox, spans[place])

    async def _fill(self, inbox: Inbox, span: Span) -> None:
        is_ours = self._inboxes.get(inbox.place) is inbox
        # A cursor outside the span is read too: the log then says what is wrong.
        if not is_ours or (span.first <= inbox.read_offset == span.end):
            return
        try:
            offset = inbox.read_offset
            records = await self._log.read(inbox.place, offset, bytes_max=READ_BYTES_MAX)
            if inbox.read_offset == offset:  # unless `offer` was faster
                inbox.take(records)
        except LogDamageError as error:
            inbox.damage = error
        self._on_arrival()


def _arrival(lane: Lane, record: StoredRecord) -> Arrival:
    stream = StreamId(record.key.decode(errors="replace"))
    value = record.value
    try:
        item = decode_input(value)
    except WireDamageError as error:
        return Arrival(
            lane=lane, offset=record.offset, stream=stream, raw=value, item=None, fault=error.reason
        )
    return Arrival(lane=lane, offset=record.offset, stream=stream, raw=value, item=item)
