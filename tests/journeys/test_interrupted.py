"""A play that is killed or stopped at random instants comes to the same end."""

import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.interrupting import FILLING, Point, interrupt, play_out, random_points
from tests.journeys.outcome import Outcome, outcome_of
from tests.journeys.stage import looked_at

pytestmark = pytest.mark.connected

KILL_COUNT = 2
STOP_COUNT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """A play that nobody interrupted."""

    outcome: Outcome
    shares: tuple[float, ...]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def calm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Calm]:
    """What the play comes to when it is left alone."""
    home = tmp_path_factory.mktemp("calm") / "home"
    ended = await play_out(home)
    async with looked_at(home) as look:
        yield Calm(outcome=await outcome_of(look), shares=ended.shares)


@pytest.mark.parametrize("seed", [20])
async def test_a_killed_play_goes_on_as_if_nothing_had_happened(
    tmp_path: Path, calm: Calm, seed: int
) -> None:
    """Power fails at any instant; nobody may hear from us twice, and nothing may be lost."""
    home = tmp_path / "home"

    for point in random_points(seed, count=KILL_COUNT, shares=calm.shares):
        ended = await interrupt(home, signal.SIGKILL, point)
        assert ended.exit_code == -signal.SIGKILL
    await play_out(home)

    await _expect_the_same(home, calm)


@pytest.mark.parametrize("seed", [21])
async def test_a_stopped_play_ends_in_order_and_goes_on(
    tmp_path: Path, calm: Calm, seed: int
) -> None:
    """Ctrl-C is a usual way to stop, at any point of the start, the filling, the play."""
    home = tmp_path / "home"
    filling = Point(share=0.0, after_seconds=0.02, stage=FILLING)

    points = random_points(seed, count=STOP_COUNT, shares=calm.shares)
    for point in (filling, *points):
        ended = await interrupt(home, signal.SIGINT, point)
        assert ended.exit_code == 0, ended.errors
        assert "Traceback" not in ended.errors
    await play_out(home)

    await _expect_the_same(home, calm)


async def _expect_the_same(home: Path, calm: Calm) -> None:
    async with looked_at(home) as look:
        outcome = await outcome_of(look)
        await look.decisions()

        assert outcome.differences(calm.outcome) == {}
        assert outcome.message_count == calm.outcome.message_count
        assert look.caught_twice() == []
        assert await look.differences() == ()
