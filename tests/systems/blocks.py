"""Measure how long the event loop was kept from everybody else."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

TICK_SECONDS = 0.005


@dataclass(slots=True)
class Blocks:
    """The longest rounds of the loop so far: by the clock, and of its own work."""

    longest_seconds: float = 0.0  # other processes of a busy machine count too
    longest_busy_seconds: float = 0.0  # CPU time of the loop's thread: what our code took

    async def watch(self) -> None:
        """Tick until cancelled: who waits for a tick waits for the whole round before it."""
        while True:
            at_seconds, busy_seconds = time.monotonic(), time.thread_time()
            await asyncio.sleep(TICK_SECONDS)
            waited_seconds = time.monotonic() - at_seconds - TICK_SECONDS
            worked_seconds = time.thread_time() - busy_seconds
            self.longest_seconds = max(self.longest_seconds, waited_seconds)
            self.longest_busy_seconds = max(self.longest_busy_seconds, worked_seconds)


@asynccontextmanager
async def watched() -> AsyncIterator[Blocks]:
    """Watch the loop for a block."""
    blocks = Blocks()
    task = asyncio.ensure_future(blocks.watch())
    try:
        yield blocks
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
