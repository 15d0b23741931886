"""Kill a small play at twenty random instants, and compare it with one left alone."""

import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.journeys.interrupting import interrupt, play_out, random_points
from tests.journeys.outcome import outcome_of
from tests.journeys.stage import looked_at

KILL_COUNT = 20


async def kill_often(words: Sequence[str]) -> bool:
    """Kill one play for each seed given, by default 1; return whether all ended the same."""
    with tempfile.TemporaryDirectory(prefix="relance-") as folder:
        calm = await play_out(Path(folder) / "calm")
        async with looked_at(Path(folder) / "calm") as look:
            expected = await outcome_of(look)
        ended_well = True
        for seed in [int(word) for word in words] or [1]:
            home, started = Path(folder) / str(seed), time.monotonic()
            killed_count = 0
            for point in random_points(seed, count=KILL_COUNT, shares=calm.shares):
                ended = await interrupt(home, signal.SIGKILL, point)
                killed_count += ended.exit_code == -signal.SIGKILL
            await play_out(home)
            seconds = time.monotonic() - started
            async with looked_at(home) as look:
                outcome = await outcome_of(look)
                await look.decisions()
                attempts = await look.rows("select count(*) from touch where attempts > 1")
                faults = [
                    *outcome.differences(expected).items(),
                    *look.caught_twice(),
                    *await look.differences(),
                ]
            sys.stdout.write(
                f"seed {seed}: {killed_count} kills in {seconds:.1f} s,"
                f" {attempts[0][0]} messages attempted again, {outcome.message_count} caught,"
                f" differences: {faults or 'none'}\n"
            )
            sys.stdout.flush()
            ended_well = ended_well and not faults and killed_count == KILL_COUNT
        return ended_well
