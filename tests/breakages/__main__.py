"""Plant faults, and see each noticed: `python -m tests.breakages [NAME...]`, `--part` for some."""

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from infra.clock import WallClock
from tests.breakages.page import write_page
from tests.breakages.parts import part_of
from tests.breakages.planting import Breakage, Copy
from tests.breakages.seeds import broken_seed
from tests.breakages.table import TABLE
from tests.breakages.witnesses import SEEDS, look, look_at_all

SIDE_BY_SIDE = 2
SOUND_SECONDS = 300.0


def main() -> int:
    """Run what the command line asks; return 1 unless every fault was noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.breakages", description=__doc__)
    parser.add_argument("names", nargs="*", help="these alone")
    today = WallClock().now().timetuple().tm_yday
    parser.add_argument(
        "--part", type=int, nargs="?", const=today, metavar="DAY", help="those of a day of the year"
    )
    parser.add_argument("--page", action="store_true", help="write docs/breakages.md")
    parser.add_argument("--seeds", type=int, help="play seeds of the simulation, in a copy")
    asked = parser.parse_args()
    if asked.seeds:
        broken = broken_seed(asked.seeds)
        print(f"FAILED {broken}" if broken else "every promise is kept")
        return bool(broken)
    if asked.page:
        write_page()
        return 0
    if asked.part is None:
        return _run(_named(asked.names))
    chosen = part_of(TABLE, asked.part)
    print(f"day {asked.part}: {', '.join(breakage.name for breakage in chosen)}", flush=True)
    return _run(chosen, is_proven=True)  # the gate has just run every test


def _named(names: Sequence[str]) -> tuple[Breakage, ...]:
    unknown = set(names) - {breakage.name for breakage in TABLE}
    if unknown:
        sys.exit(f"expected names of the table, got: {', '.join(sorted(unknown))}")
    return tuple(breakage for breakage in TABLE if not names or breakage.name in names)


def _run(chosen: Sequence[Breakage], *, is_proven: bool = False) -> int:
    began_seconds = time.perf_counter()
    with TemporaryDirectory(prefix="breakages-") as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(SIDE_BY_SIDE):
            copies.put(Copy.made_in(Path(folder) / str(number)))
        if not is_proven and not _is_sound(copies, chosen):
            return 1
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            caught = list(pool.map(lambda breakage: _is_caught(copies, breakage), chosen))
    seconds = time.perf_counter() - began_seconds
    print(f"{len(chosen)} faults, {caught.count(False)} not caught, {seconds:.0f} s")
    return 0 if all(caught) else 1


def _is_sound(copies: "SimpleQueue[Copy]", chosen: Iterable[Breakage]) -> bool:
    """Run the tests with nothing planted: what fails anyway notices nothing."""
    began_seconds = time.perf_counter()
    witnesses = sorted({breakage.noticed_by for breakage in chosen})
    tests = [witness for witness in witnesses if not witness.startswith(SEEDS)]
    if not tests:
        return True
    copy = copies.get()
    notice = look_at_all(copy, tests, SOUND_SECONDS)
    copies.put(copy)
    seconds = time.perf_counter() - began_seconds
    if notice.is_sound and not notice.noticed:
        print(f"nothing planted: every test passes ({seconds:.0f} s)")
        return True
    print(notice.output, f"nothing planted, and yet: {notice.noticed or 'it does not run'}")
    return False


def _is_caught(copies: "SimpleQueue[Copy]", breakage: Breakage) -> bool:
    began_seconds = time.perf_counter()
    copy = copies.get()
    try:
        with copy.with_fault(breakage):
            notice = look(copy, breakage.noticed_by)
    finally:
        copies.put(copy)
    seconds = time.perf_counter() - began_seconds
    if not notice.is_sound:
        print(f"{notice.output}\n{breakage.name}: BROKEN, its test does not run", flush=True)
    elif notice.noticed:
        print(f"{breakage.name}: caught by {notice.noticed} ({seconds:.0f} s)", flush=True)
    else:
        print(f"{breakage.name}: SURVIVED {breakage.noticed_by}", flush=True)
    return bool(notice.noticed)


if __name__ == "__main__":
    sys.exit(main())
