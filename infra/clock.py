"""Say what time it is, and wait for an instant.

Production runs on the wall clock.  A sample workspace, simulation and journeys run on a
virtual one, which moves only when told to, never back.  Leases stay on real time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from infra.store.pool import Pool, translated

Keep = Callable[[datetime], Awaitable[None]]

# The wall clock may be set while we wait, so we look again this often.
LOOK_AGAIN_SECONDS = 1.0


class Clock(Protocol):
    """The only source of instants outside the database."""

    def now(self) -> datetime:
        """Return the instant, aware UTC."""

    async def wait_until(self, instant: datetime) -> None:
        """Return at or after an aware instant; at once if it has passed."""

    @property
    def is_right(self) -> bool:
        """Whether its instant can be believed: nothing is decided or sent while it cannot."""

    async def right(self) -> None:
        """Return once `is_right`."""


class WallClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the machine's instant."""
        return datetime.now(UTC)

    async def wait_until(self, instant: datetime) -> None:
        """Sleep until the machine's clock has reached `instant`."""
        # Nobody signals the passing of time.
        while (rest := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(rest, LOOK_AGAIN_SECONDS))

    @property
    def is_right(self) -> bool:
        """Believe it: a command's clock, or one that a `SteadyClock` watches."""
        return True

    async def right(self) -> None:
        """Return at once."""


class VirtualClock:
    """A clock that stands still until somebody moves it forward."""

    def __init__(self, start_at: datetime, keep: Keep | None = None) -> None:
        """Begin at an aware instant.

        Args:
            start_at: Where it stands.
            keep: Stores each instant before anybody can read it; None: not stored.
        """
        self._now_at = start_at.astimezone(UTC)
        self._keep = keep
        self._moved = asyncio.Condition()
        self._runs_since_seconds: float | None = None

    def now(self) -> datetime:
        """Return where the clock stands."""
        if self._runs_since_seconds is None:
            return self._now_at
        return self._now_at + timedelta(seconds=time.monotonic() - self._runs_since_seconds)

    async def advance_to(self, instant: datetime) -> None:
        """Move to `instant`; a clock that is there already, or beyond, stays.

        Raises:
            StoreUnavailableError: The instant could not be stored; the clock stays.
        """
        if instant <= self.now():
            return
        if self._keep is not None:
            await self._keep(instant)
        async with self._moved:
            self._now_at = max(instant.astimezone(UTC), self._now_at)
            if self._runs_since_seconds is not None:
                self._runs_since_seconds = time.monotonic()
            self._moved.notify_all()

    async def run_on(self) -> None:
        """From now on move with real time, as the wall clock does."""
        async with self._moved:
            if self._runs_since_seconds is None:
                self._runs_since_seconds = time.monotonic()
            self._moved.notify_all()

    async def keep_now(self) -> None:
        """Store the present instant, so that a clock that runs on goes on from there.

        Raises:
            StoreUnavailableError: It could not be stored.
        """
        if self._keep is not None:
            await self._keep(self.now())

    async def wait_until(self, instant: datetime) -> None:
        """Return once the clock has been moved to `instant` or beyond."""
        async with self._moved:
            while self.now() < instant:
                await self._wait_for_a_move()

    @property
    def is_right(self) -> bool:
        """Believe it: it moves when told to."""
        return True

    async def right(self) -> None:
        """Return at once."""

    async def _wait_for_a_move(self) -> None:
        if self._runs_since_seconds is None:
            await self._moved.wait()
            return
        try:
            async with asyncio.timeout(LOOK_AGAIN_SECONDS / 20):
                await self._moved.wait()
        except TimeoutError:
            return


async def open_virtual_clock(pool: Pool, start_at: datetime) -> VirtualClock:
    """Return the stored clock, or a new one at `start_at` if none was stored.

    Raises:
        StoreUnavailableError: PostgreSQL did not answer.
    """

    async def keep(instant: datetime) -> None:
        await _store(pool, instant)

    with translated():
        stored_at = await pool.fetchval("select now_at from virtual_clock")
    if stored_at is None:
        await keep(start_at)
    return VirtualClock(stored_at or start_at, keep)


async def _store(pool: Pool, instant: datetime) -> None:
    statement = """
        insert into virtual_clock (now_at) values ($1)
        on conflict (one) do update set now_at = greatest(virtual_clock.now_at, excluded.now_at)
    """
    with translated():
        await pool.execute(statement, instant)
