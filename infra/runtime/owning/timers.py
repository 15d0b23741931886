"""Know which stream of a partition is due next, with the near timers in memory.

A timer is part of its stream's state; nothing here is stored.  Rows of the last flush
say what is due, and whatever changed since says so itself and overrides its row.
"""

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime

from engine.ids import StreamId
from infra.runtime.owning.state import DueStream

NEAR_MAX = 20_000
LOADED_PER_QUERY = 2_000


class Timers:
    """The timers of one partition."""

    def __init__(self, *, near_max: int = NEAR_MAX) -> None:
        """Keep about `near_max` timers in memory, and whatever changed since the last flush."""
        self._near_max = near_max
        self._heap: list[DueStream] = []
        self._armed: dict[StreamId, datetime | None] = {}  # None: fired, or without a timer
        self._loaded: DueStream | None = None  # rows up to this one are in memory
        self._has_all = False  # no row lies beyond

    def arm(self, stream: StreamId, due_at: datetime | None) -> None:
        """Set a stream's timer as its newest state says; None: it has none."""
        if due_at is not None and self._armed.get(stream) != due_at:
            heapq.heappush(self._heap, DueStream(due_at, stream))
        self._armed[stream] = due_at

    def next_due(self) -> datetime | None:
        """Return the earliest instant known; ask `needs_loading` first."""
        while self._heap and self._armed.get(self._heap[0].stream) != self._heap[0].due_at:
            heapq.heappop(self._heap)
        return self._heap[0].due_at if self._heap else None

    def pop_due(self, now: datetime, *, limit: int) -> tuple[StreamId, ...]:
        """Return up to `limit` streams due at `now`, earliest first; arm each again later."""
        popped: list[StreamId] = []
        while len(popped) < limit and (due_at := self.next_due()) is not None and due_at <= now:
            stream = heapq.heappop(self._heap).stream
            self._armed[stream] = None
            popped.append(stream)
        return tuple(popped)

    @property
    def needs_loading(self) -> bool:
        """Whether rows may hold a timer earlier than the earliest known."""
        if self._has_all:
            return False
        due_at = self.next_due()
        return self._loaded is None or due_at is None or due_at > self._loaded.due_at

    @property
    def loaded_up_to(self) -> DueStream | None:
        """Return the last row in memory: the next query begins after it."""
        return self._loaded

    def loaded(self, rows: Sequence[DueStream], *, limit: int) -> None:
        """Take the rows after `loaded_up_to`, earliest first, asked for with `limit`."""
        for due_at, stream in rows:
            if stream not in self._armed:
                self.arm(stream, due_at)
        self._has_all = len(rows) < limit
        if rows:
            self._loaded = rows[-1]

    def flushed(self, streams: Iterable[StreamId]) -> None:
        """Leave the far timers of streams just written down to their rows."""
        written = tuple(streams)
        for stream in written:
            if self._armed.get(stream) is None:
                self._armed.pop(stream, None)
        if len(self._armed) > self._near_max:
            self._keep_near(set(written))

    def sweep(self) -> None:
        """Ask the rows again from the beginning: a net for whatever was overlooked."""
        self._loaded = None
        self._has_all = False

    def _keep_near(self, written: set[StreamId]) -> None:
        ordered = sorted(
            DueStream(due_at, stream)
            for stream, due_at in self._armed.items()
            if due_at is not None
        )
        cut = ordered[min(self._near_max, len(ordered)) - 1]
        for timer in ordered[self._near_max :]:
            if timer.stream in written:
                del self._armed[timer.stream]
        self._heap = [timer for timer in ordered if timer.stream in self._armed]
        if self._loaded is None or cut < self._loaded or self._has_all:
            self._loaded, self._has_all = cut, False
