"""Clocks: one that runs, one that waits to be moved."""

import asyncio
from datetime import UTC, datetime, timedelta

from infra.clock import VirtualClock, WallClock

MONDAY = datetime(2027, 1, 11, 8, tzinfo=UTC)


async def test_a_virtual_clock_stands_until_it_is_moved() -> None:
    """A play happens in order, however long its steps take."""
    clock = VirtualClock(MONDAY)
    waiting = asyncio.ensure_future(clock.wait_until(MONDAY + timedelta(days=2)))

    await clock.advance_to(MONDAY + timedelta(days=1))
    assert not waiting.done()
    await clock.advance_to(MONDAY + timedelta(days=2))
    await waiting

    assert clock.now() == MONDAY + timedelta(days=2)


async def test_a_virtual_clock_never_goes_back() -> None:
    """A stream's instants never run back either."""
    clock = VirtualClock(MONDAY)

    await clock.advance_to(MONDAY - timedelta(days=1))

    assert clock.now() == MONDAY


async def test_each_instant_is_stored_before_anybody_can_read_it() -> None:
    """A restart must not find a clock that is behind what was decided."""
    kept: list[datetime] = []

    async def keep(instant: datetime) -> None:
        kept.append(instant)
        assert clock.now() < instant

    clock = VirtualClock(MONDAY, keep)

    await clock.advance_to(MONDAY + timedelta(hours=1))

    assert kept == [MONDAY + timedelta(hours=1)]


async def test_a_virtual_clock_can_run_on_with_real_time() -> None:
    """After a play the sample workspace goes on living."""
    clock = VirtualClock(MONDAY)

    await clock.run_on()
    await clock.wait_until(MONDAY + timedelta(milliseconds=20))

    assert MONDAY < clock.now() < MONDAY + timedelta(minutes=1)


async def test_the_wall_clock_waits_for_an_instant() -> None:
    """And returns at once for one that has passed."""
    clock = WallClock()
    soon = clock.now() + timedelta(milliseconds=20)

    await clock.wait_until(clock.now() - timedelta(days=1))
    await clock.wait_until(soon)

    assert clock.now() >= soon
