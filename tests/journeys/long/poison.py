"""Kill a play with three poisoned accounts twenty times; the others must not have noticed."""

import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.journeys import poisoned_play
from tests.journeys.interrupting import Point, interrupt, play_out
from tests.journeys.outcome import Outcome, outcome_of
from tests.journeys.poisoned_play import POISONED
from tests.journeys.stage import looked_at

KILL_COUNT: Final = 20
LIVES_SECONDS: Final = (1.5, 5.5)  # of which a start takes two
PLAY: Final = poisoned_play.__name__
WORD: Final = "poisoned"
NEEDING: Final = """
    select a.name, t.status, t.rule, t.reason, t.attempts
    from touch t join account a using (account)
    where t.channel = 'email'
      and a.name in ('texte-casse', 'valeur-longue', 'serveur-fache')
    order by 1, t.touch
"""


async def poison(words: Sequence[str]) -> bool:
    """Compare, for each seed given (by default 1), with a play without the three."""
    with tempfile.TemporaryDirectory(prefix="relance-") as folder:
        await play_out(Path(folder) / "plain", play=PLAY)
        expected, _, _ = await _came_to(Path(folder) / "plain")
        ended_well = True
        for seed in [int(word) for word in words] or [1]:
            home, started = Path(folder) / str(seed), time.monotonic()
            killed_count = await _kill_often(home, random.Random(seed))
            await play_out(home, WORD, play=PLAY)
            outcome, poisoned, faults = await _came_to(home)
            different = outcome.without(POISONED).by_day().differences(expected.by_day())
            _say(
                f"seed {seed}: {killed_count} kills in {time.monotonic() - started:.1f} s; "
                f"of {len(expected.rows['accounts'])} other accounts and "
                f"{len(expected.rows['touches'])} touches differ: {different or 'none'}; "
                f"faults: {faults or 'none'}"
            )
            for row in poisoned:
                _say(f"  {' '.join(str(value) for value in row if value)}")
            ended_well = ended_well and not different and not faults and killed_count == KILL_COUNT
        return ended_well


async def _kill_often(home: Path, drawn: random.Random) -> int:
    """Kill a play at random instants, from its start on; return how often it was."""
    killed_count = 0
    for _ in range(KILL_COUNT):
        point = Point(share=0.0, after_seconds=drawn.uniform(*LIVES_SECONDS), stage="")
        ended = await interrupt(home, signal.SIGKILL, point, WORD, play=PLAY)
        killed_count += ended.exit_code == -signal.SIGKILL
    return killed_count


async def _came_to(home: Path) -> tuple[Outcome, list[tuple[object, ...]], list[object]]:
    """Return what a play came to, what became of the poisoned, and what is wrong with the home."""
    async with looked_at(home) as look:
        outcome = await outcome_of(look)
        await look.decisions()
        faults = [*look.caught_twice(), *await look.differences()]
        return outcome, await look.rows(NEEDING), faults


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
