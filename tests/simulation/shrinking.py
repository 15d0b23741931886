"""Make a failing history short: leave out whatever it still fails without."""

from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.history import History, Step, history_of
from tests.simulation.running import broken_by

TRIES_MAX = 2_000
SIMPLE_SECONDS = (0.0, 0.01, 0.1, 1.0)


def failure_of(seed: int) -> str:
    """Return what a seed breaks and its shrunk history; empty if all is kept."""
    history = history_of(seed)
    if broken_by(history) is None:
        return ""
    shortest = shrunk(history)
    return f"{broken_by(shortest)}\n{shortest}\n\n{shortest!r}\n"


def shrunk(history: History) -> History:
    """Return the shortest history found that breaks the same promise."""
    broken = broken_by(history)
    if broken is None:
        return history
    tries_left = TRIES_MAX
    is_shorter = True
    while is_shorter:
        is_shorter = False
        for shorter in _shorter(history):
            tries_left -= 1
            if tries_left < 0:
                return history
            found = broken_by(shorter)
            if found is not None and found.promise is broken.promise:
                history, is_shorter = shorter, True
                break
    return history


def _shorter(history: History) -> Iterator[History]:
    """Yield histories with something less, the boldest first."""
    steps = history.steps
    size = len(steps) // 2
    while size:
        for start in range(0, len(steps), size):
            yield replace(history, steps=steps[:start] + steps[start + size :])
        size //= 2
    if history.is_shuffled:
        yield replace(history, is_shuffled=False)
    if history.deciding_seconds:
        yield replace(history, deciding_seconds=0.0)
    for call in history.slow_calls:
        yield replace(
            history, slow_calls=tuple(one for one in history.slow_calls if one is not call)
        )
    if history.partition_count > 1:
        yield replace(history, partition_count=history.partition_count - 1)
    for index, step in enumerate(steps):
        for seconds in SIMPLE_SECONDS:
            if _is_simpler(seconds, step.after_seconds):
                simple = Step(seconds, step.act)
                yield replace(history, steps=(*steps[:index], simple, *steps[index + 1 :]))


def _is_simpler(seconds: float, than_seconds: float) -> bool:
    if than_seconds not in SIMPLE_SECONDS:
        return True
    return SIMPLE_SECONDS.index(seconds) < SIMPLE_SECONDS.index(than_seconds)
