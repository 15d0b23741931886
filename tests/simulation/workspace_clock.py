"""The workspace's clock in a simulation."""

import asyncio
from datetime import datetime, timedelta

from tests.infra.runtime.homes import MONDAY
from tests.simulation.virtual_loop import VirtualLoop


class WorkspaceClock:
    """It runs with virtual time, and jumps to what is due."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._skipped = timedelta()
        self._waiting: set[asyncio.Future[None]] = set()

    def now(self) -> datetime:
        """Return the instant."""
        return MONDAY + self._skipped + timedelta(seconds=self._loop.time())

    def advance_to(self, instant: datetime) -> None:
        """Jump forward."""
        self._skipped += max(timedelta(), instant - self.now())
        for one in sorted(self._waiting, key=hash):
            if not one.done():
                one.set_result(None)

    @property
    def is_right(self) -> bool:
        """Whether its instant can be believed."""
        return True

    async def right(self) -> None:
        """Return once it can."""

    async def wait_until(self, instant: datetime) -> None:
        """Return at or after an instant."""
        while (rest := (instant - self.now()).total_seconds()) > 0:
            moved: asyncio.Future[None] = self._loop.create_future()
            self._waiting.add(moved)
            try:
                await asyncio.wait([moved], timeout=rest)
            finally:
                self._waiting.discard(moved)
