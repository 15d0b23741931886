"""Watch the machine's clock: one that jumps, or differs from the database's, is not believed.

A wrong instant decides for ever: a month ahead for five seconds is enough to skip every
call of a month.  While the clock is wrong it says what the instant must be, counted from
the last one that was right, so that nobody sees the wrong one even before it is noticed.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum

from infra.clock import Clock
from infra.store.errors import StoreUnavailableError
from infra.store.pool import Pool, translated
from infra.telemetry import get_logger

OFF_MAX = timedelta(seconds=2)
BELIEVED_AFTER_SECONDS = 600.0
"""A clock that was set, and not set back for so long, was set right."""

LOOK_SECONDS = 1.0
COMPARE_SECONDS = 5.0

LOG = get_logger("clock")


class Yardstick(StrEnum):
    """What a clock is compared with."""

    ELAPSED = "elapsed_time"
    DATABASE = "database"


def boot_seconds() -> float:
    """Return the seconds since the machine started, those it slept included where it can tell."""
    name = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(name)


class SteadyClock:
    """A wall clock that is believed as long as it goes on as time does."""

    def __init__(self, wall: Clock, seconds: Callable[[], float] = boot_seconds) -> None:
        """Believe what `wall` says now.

        Args:
            wall: The clock to watch.
            seconds: Elapsed time, which nobody sets.
        """
        self._wall, self._seconds = wall, seconds
        self._right_at, self._right_seconds = wall.now(), seconds()
        self._off: dict[Yardstick, timedelta] = {}
        self._jumped_seconds = math.inf  # when it jumped to where it is
        self._is_right = asyncio.Event()
        self._is_right.set()

    def now(self) -> datetime:
        """Return the wall's instant; while it is wrong, the one it should show."""
        wall_at, seconds = self._wall.now(), self._seconds()
        expected_at = self._right_at + timedelta(seconds=seconds - self._right_seconds)
        off = wall_at - expected_at
        if abs(off) > OFF_MAX and not self._has_stood(off, seconds):
            self._doubt(Yardstick.ELAPSED, off)
            return expected_at
        self._right_at, self._right_seconds = wall_at, seconds
        self._believe(Yardstick.ELAPSED)
        return wall_at

    async def wait_until(self, instant: datetime) -> None:
        """Return at or after an instant of this clock."""
        # Nobody signals the passing of time.
        while (rest := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(rest, LOOK_SECONDS))

    @property
    def is_right(self) -> bool:
        """Whether the clock agrees with elapsed time and with the database."""
        self.now()
        return self._is_right.is_set()

    async def right(self) -> None:
        """Return once `is_right`."""
        while not self.is_right:
            await self._is_right.wait()

    def compare(self, before_at: datetime, database_at: datetime, after_at: datetime) -> None:
        """Compare with an instant of the database, read between two of this clock."""
        if Yardstick.ELAPSED in self._off:
            return  # it is wrong, and said so
        off = max(before_at - database_at, min(after_at - database_at, timedelta()))
        if abs(off) > OFF_MAX:
            self._doubt(Yardstick.DATABASE, off)
        else:
            self._believe(Yardstick.DATABASE)

    def _has_stood(self, off: timedelta, seconds: float) -> bool:
        """Whether the clock was set to where it is, long ago."""
        former = self._off.get(Yardstick.ELAPSED)
        if former is None or abs(off - former) > OFF_MAX:
            self._jumped_seconds = seconds
        return seconds - self._jumped_seconds >= BELIEVED_AFTER_SECONDS

    def _doubt(self, yardstick: Yardstick, off: timedelta) -> None:
        former = self._off.get(yardstick)
        self._off[yardstick] = off
        self._is_right.clear()
        if former is None or abs(off - former) > OFF_MAX:
            LOG.error("clock_wrong", against=yardstick.value, off_seconds=off.total_seconds())

    def _believe(self, yardstick: Yardstick) -> None:
        if self._off.pop(yardstick, None) is None:
            return
        LOG.warning("clock_right", against=yardstick.value)
        if not self._off:
            self._is_right.set()


async def watch(clock: SteadyClock, database_now: Callable[[], Awaitable[datetime]]) -> None:
    """Look at a clock every second, and beside the database's every few, until cancelled."""
    compared_seconds = -math.inf
    while True:
        clock.now()
        if time.monotonic() - compared_seconds >= COMPARE_SECONDS:
            compared_seconds = time.monotonic()
            await _compare(clock, database_now)
        await asyncio.sleep(LOOK_SECONDS)


async def now_of(pool: Pool) -> datetime:
    """Return the instant of the database's clock.

    Raises:
        StoreUnavailableError: It did not answer.
    """
    with translated():
        database_at: datetime = await pool.fetchval("select clock_timestamp()")
    return database_at


async def _compare(clock: SteadyClock, database_now: Callable[[], Awaitable[datetime]]) -> None:
    before_at = clock.now()
    try:
        database_at = await database_now()
    except StoreUnavailableError:
        return  # without a database nothing is decided or sent either
    clock.compare(before_at, database_at, clock.now())
