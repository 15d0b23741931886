"""Run what should notice a fault, within a time limit, and say what it noticed."""

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.breakages.planting import Copy

TEST_SECONDS = 60.0
SEEDS_SECONDS = 120.0
ENDING_SECONDS = 10.0
SEEDS = "seeds:"
"""How a witness begins that is so many seeds of the simulation."""

QUIET = ("-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider")
NOTICED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


class Notice(NamedTuple):
    """What a run in a copy came to."""

    is_sound: bool  # it ran as it was asked to: it passed, failed or hung
    noticed: str  # by which test; empty: by none
    output: str


def look(copy: Copy, witness: str) -> Notice:
    """Run one witness in a copy."""
    if witness.startswith(SEEDS):
        command = copy.command("-m", "tests.breakages", "--seeds", witness.removeprefix(SEEDS))
        code, output = _run(command, copy.root, SEEDS_SECONDS)
        # Seeds that were not played to the end may be many, and hang nowhere.
        return _noticed(witness, 0 if code is None else code, output)
    command = copy.command("-m", "pytest", *QUIET, witness)
    return _noticed(witness, *_run(command, copy.root, TEST_SECONDS))


def look_at_all(copy: Copy, witnesses: Sequence[str], seconds: float) -> Notice:
    """Run many tests in one go."""
    command = copy.command("-m", "pytest", *QUIET, "-n", "2", *witnesses)
    return _noticed("all", *_run(command, copy.root, seconds))


def _noticed(witness: str, code: int | None, output: str) -> Notice:
    found = NOTICED.search(output)
    match code:
        case None:
            return Notice(is_sound=True, noticed=f"{witness} (it hangs)", output=output)
        case 0:
            return Notice(is_sound=True, noticed="", output=output)
        case 1 if found:
            return Notice(is_sound=True, noticed=found[1], output=output)
        case _:  # nothing collected, or nothing that runs
            return Notice(is_sound=False, noticed="", output=output)


def _run(command: Sequence[str], root: Path, seconds: float) -> tuple[int | None, str]:
    """Return exit code and output; no code if it had to be ended."""
    process = subprocess.Popen(
        command,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output = process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        return None, _ended(process)
    return process.returncode, output


def _ended(process: "subprocess.Popen[str]") -> str:
    """End a run with all its children, letting it put away its servers."""
    for number in (signal.SIGINT, signal.SIGKILL):
        os.killpg(process.pid, number)
        try:
            return process.communicate(timeout=ENDING_SECONDS)[0]
        except subprocess.TimeoutExpired:
            continue
    return ""
