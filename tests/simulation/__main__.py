"""Simulate many seeds: `python -m tests.simulation SEEDS`, `--seed N` for one, `--trace N`."""

import argparse
import gc
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.history import history_of
from tests.simulation.running import simulate
from tests.simulation.shrinking import failure_of

SEEDS_AT_ONCE = 25
FAILURES_MAX = 5
COLLECTED_AT = 50_000


def main() -> int:
    """Run what the command line asks; return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seeds", nargs="?", type=int, default=1_000, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one, with its history")
    parser.add_argument("--trace", type=int, help="print what a seed made of the log")
    asked = parser.parse_args()
    if asked.trace is not None:
        print(simulate(history_of(asked.trace)).trace())
        return 0
    if asked.seed is not None:
        print(history_of(asked.seed))
        failure = failure_of(asked.seed)
        print(failure or "every promise is kept")
        return bool(failure)
    return _many(range(asked.first, asked.first + asked.seeds))


def _many(seeds: range) -> int:
    began_seconds = time.perf_counter()
    failures: list[str] = []
    with ProcessPoolExecutor(os.cpu_count(), initializer=_collect_seldom) as pool:
        played = pool.map(failure_of, seeds, chunksize=SEEDS_AT_ONCE)
        for failure in played:
            if failure:
                failures.append(failure)
                print(failure)
            if len(failures) >= FAILURES_MAX:
                pool.shutdown(cancel_futures=True)
                break
    seconds = time.perf_counter() - began_seconds
    print(f"{len(seeds)} seeds, {len(failures)} broken, {seconds:.0f} s")
    return bool(failures)


def _collect_seldom() -> None:
    """Spend less on garbage: what a seed leaves is small, and what was imported stays."""
    gc.freeze()
    gc.set_threshold(COLLECTED_AT)


if __name__ == "__main__":
    sys.exit(main())
