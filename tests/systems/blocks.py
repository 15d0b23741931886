"""Measure how long the event loop was kept from everybody else."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

TICK_SECONDS = 0.005


@dataclass(slots=True)
class Blocks:
    """The longest rounds of the loop so far: by the clock, and of its own work.

    Who waits for a tick waits for the whole round before it.
    """

    longest_seconds: float = 0.0  # other processes of a busy machine count too
    longest_busy_seconds: float = 0.0  # CPU time of the loop's thread: what our code took
    _next: asyncio.TimerHandle = field(init=False)

    def __post_init__(self) -> None:
        self._wait()

    def end(self) -> None:
        """Tick no more."""
        self._next.cancel()

    def _wait(self) -> None:
        loop, now = asyncio.get_running_loop(), (time.monotonic(), time.thread_time())
        self._next = loop.call_later(TICK_SECONDS, self._tick, *now)

    def _tick(self, at_seconds: float, busy_seconds: float) -> None:
        late_seconds = time.monotonic() - at_seconds - TICK_SECONDS
        self.longest_seconds = max(self.longest_seconds, late_seconds)
        worked_seconds = time.thread_time() - busy_seconds
        self.longest_busy_seconds = max(self.longest_busy_seconds, worked_seconds)
        self._wait()


@contextmanager
def watched() -> Iterator[Blocks]:
    """Watch the running loop for a block."""
    gc.collect()
    gc.freeze()  # as `relance up` does: what other tests left is not walked in our time
    blocks = Blocks()
    try:
        yield blocks
    finally:
        blocks.end()
