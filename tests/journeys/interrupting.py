"""Interrupt a small play at random instants, start it again each time, to its end."""

import asyncio
import random
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.journeys import small_play

ROOT = Path(__file__).resolve().parents[2]
WHILE_STARTING = 0.1  # this share of the interruptions falls before anything is said
STARTS_WITHIN_SECONDS = 2.0
BETWEEN_STEPS_SECONDS = 0.1  # from one step of the clock to the next, and beyond
STEPS_LEFT_OUT = 4
PLAYING = "playing"
FILLING = "filling"
ENDS_WITHIN_SECONDS = 300.0
SMALL = small_play.__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """An instant of a play: once so much of it is done, and then a little later."""

    share: float  # 0: from the start of the process
    after_seconds: float
    stage: str = PLAYING  # what it must have begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended."""

    exit_code: int
    shares: tuple[float, ...]  # how much of the play was done, step by step
    errors: str  # what it wrote on standard error


def random_points(seed: int, *, count: int, shares: Sequence[float]) -> tuple[Point, ...]:
    """Return the interruptions of one play, in order.

    Args:
        seed: Equal seeds give equal points.
        count: How many interruptions.
        shares: The steps of the whole play, as a calm run told them.
    """
    drawn = random.Random(seed)
    starting_count = round(count * WHILE_STARTING)
    # A play that ends first is not interrupted: the last steps are left out.
    steps = shares[: -STEPS_LEFT_OUT - count]
    reached = sorted(drawn.choice(steps) for _ in range(count - starting_count))
    starting = [
        Point(share=0.0, after_seconds=drawn.uniform(0, STARTS_WITHIN_SECONDS), stage="")
        for _ in range(starting_count)
    ]
    playing = [
        Point(share=share, after_seconds=drawn.uniform(0, BETWEEN_STEPS_SECONDS))
        for share in reached
    ]
    return (*starting, *playing)


async def interrupt(
    home: Path, number: signal.Signals, point: Point, *words: str, play: str = SMALL
) -> Ended:
    """Start the play, interrupt it at a point, and return how it ended."""
    process = await start(home, *words, play=play)
    told = await _told_until(process, point)
    try:
        async with asyncio.timeout(point.after_seconds):
            await process.wait()
    except TimeoutError:
        process.send_signal(number)
    return await _end_of(process, told)


async def play_out(home: Path, *words: str, play: str = SMALL) -> Ended:
    """Start the play and let it come to its end."""
    ended = await _end_of(await start(home, *words, play=play))
    assert ended.exit_code == 0, ended.errors
    return ended


async def start(home: Path, *words: str, play: str = SMALL) -> asyncio.subprocess.Process:
    """Start the play in a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", play, str(home), *words),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _told_until(process: asyncio.subprocess.Process, point: Point) -> bytes:
    """Return what a play tells until it has got to a point, or ends."""
    assert process.stdout is not None
    told = b""
    while point.stage.encode() not in told or max(_shares(told), default=0.0) < point.share:
        line = await process.stdout.readline()
        if not line:
            break
        told += line
    return told


async def _end_of(process: asyncio.subprocess.Process, told: bytes = b"") -> Ended:
    async with asyncio.timeout(ENDS_WITHIN_SECONDS):
        output, errors = await process.communicate()
    return Ended(
        exit_code=process.returncode or 0,
        shares=_shares(told + output),
        errors=errors.decode(errors="replace"),
    )


def _shares(told: bytes) -> tuple[float, ...]:
    lines = [line.split() for line in told.decode().splitlines()]
    return tuple(float(done) for what, done in lines if what == PLAYING)
