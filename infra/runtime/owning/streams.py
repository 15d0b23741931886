"""Keep the validated states of one partition in memory: what changed, and what is recent.

A state enters only when the decision behind it is valid.  What changed since the last
flush is never evicted, so memory and rows together always hold the whole partition.
"""

from collections.abc import Iterable, Mapping

from engine.ids import StreamId
from engine.rules import Stream


class Streams:
    """The states of one partition."""

    def __init__(self, *, held_max: int) -> None:
        """Keep at most `held_max` unchanged states."""
        self._held_max = held_max
        self._held: dict[StreamId, Stream] = {}  # least recently used first
        self._changed: set[StreamId] = set()

    def get(self, stream: StreamId) -> Stream | None:
        """Return a state if it is in memory, and note its use."""
        state = self._held.pop(stream, None)
        if state is not None:
            self._held[stream] = state
        return state

    def holds(self, stream: StreamId) -> bool:
        """Whether a state is in memory."""
        return stream in self._held

    def missing(self, streams: Iterable[StreamId]) -> set[StreamId]:
        """Return those of `streams` that must be loaded."""
        return {stream for stream in streams if stream not in self._held}

    def loaded(self, states: Mapping[StreamId, Stream]) -> None:
        """Take states as they are stored; what is in memory is newer and stays."""
        for stream, state in states.items():
            self._held.setdefault(stream, state)

    def validated(self, states: Mapping[StreamId, Stream]) -> None:
        """Take states after valid decisions."""
        self._held.update(states)
        self._changed.update(states)

    def changed(self) -> dict[StreamId, Stream]:
        """Return what differs from the rows."""
        return {stream: self._held[stream] for stream in self._changed}

    def flushed(self, states: Mapping[StreamId, Stream]) -> tuple[StreamId, ...]:
        """Note what was written down; return the streams that have not changed since."""
        same = tuple(stream for stream, state in states.items() if self._held.get(stream) is state)
        self._changed.difference_update(same)
        return same

    def evict(self) -> None:
        """Forget the longest unused of the unchanged states beyond the limit."""
        excess_count = len(self._held) - len(self._changed) - self._held_max
        if excess_count <= 0:
            return
        unchanged = (stream for stream in self._held if stream not in self._changed)
        for stream in [stream for stream, _ in zip(unchanged, range(excess_count), strict=False)]:
            del self._held[stream]
