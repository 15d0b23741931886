"""A clock that jumps is not believed, and nobody sees its wrong instant."""

import asyncio
from datetime import timedelta

import pytest

from infra.steady_clock import BELIEVED_AFTER_SECONDS, OFF_MAX, SteadyClock
from tests.infra.machine import NOON, Machine

MONTH = timedelta(days=30)
SECOND = timedelta(seconds=1)


def watched() -> tuple[Machine, SteadyClock]:
    """Return a machine and its clock, as it starts."""
    machine = Machine()
    return machine, SteadyClock(machine, machine.elapsed_seconds)


@pytest.mark.parametrize("off", [MONTH, -MONTH, OFF_MAX + SECOND, -OFF_MAX - SECOND])
def test_a_jump_is_seen_by_nobody(off: timedelta) -> None:
    """What is decided at a wrong instant is decided for ever."""
    machine, clock = watched()

    machine.seconds, machine.set_by = 5.0, off

    assert clock.now() == NOON + 5 * SECOND
    assert not clock.is_right


def test_a_clock_set_by_less_is_followed() -> None:
    """Time servers nudge; a second is nobody's wrong day."""
    machine, clock = watched()

    for step in range(1, 11):
        machine.seconds, machine.set_by = float(step), step * SECOND
        assert clock.now() == machine.now()

    assert clock.is_right


async def test_a_clock_that_is_set_right_again_goes_on() -> None:
    """A bad answer of a time server lasts seconds."""
    machine, clock = watched()
    machine.set_by = MONTH
    assert not clock.is_right
    waiting = asyncio.ensure_future(clock.right())

    machine.seconds, machine.set_by = 7.0, timedelta()
    assert clock.now() == NOON + 7 * SECOND
    await waiting

    assert clock.is_right


def test_a_clock_that_stays_where_it_was_set_is_believed_in_the_end() -> None:
    """It was wrong before, and somebody set it right."""
    machine, clock = watched()
    machine.set_by = MONTH
    assert not clock.is_right

    machine.seconds = BELIEVED_AFTER_SECONDS - 1
    assert not clock.is_right
    machine.seconds = BELIEVED_AFTER_SECONDS

    assert clock.now() == machine.now()
    assert clock.is_right


def test_a_clock_that_jumps_again_is_waited_for_anew() -> None:
    """Ten minutes at one instant are proof; ten minutes of leaping are none."""
    machine, clock = watched()
    machine.set_by = MONTH
    assert not clock.is_right
    machine.seconds, machine.set_by = BELIEVED_AFTER_SECONDS - 1, 2 * MONTH
    assert not clock.is_right

    machine.seconds = BELIEVED_AFTER_SECONDS + 1

    assert not clock.is_right


@pytest.mark.parametrize(
    ("database", "is_right"),
    [
        (timedelta(), True),
        (OFF_MAX, True),
        (OFF_MAX + SECOND, False),
        (-OFF_MAX - SECOND, False),
    ],
)
def test_the_database_is_a_second_witness(database: timedelta, is_right: bool) -> None:  # noqa: FBT001
    """Two machines that disagree about the day must not both decide."""
    machine, clock = watched()

    clock.compare(machine.now(), machine.now() + database, machine.now())
    assert clock.is_right is is_right

    clock.compare(machine.now(), machine.now(), machine.now())
    assert clock.is_right


def test_a_slow_answer_of_the_database_is_no_difference() -> None:
    """Its instant lies somewhere between the question and the answer."""
    machine, clock = watched()
    asked_at = machine.now()
    machine.seconds = 30.0

    clock.compare(asked_at, asked_at + 15 * SECOND, machine.now())

    assert clock.is_right
