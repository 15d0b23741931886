"""End what a killed process left in a server's folder, so that the next start works.

Only the process that holds the home's lock may call this: a server found here then
belongs to nobody alive.
"""

import asyncio
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

POLL_SECONDS = 0.02
PROCESSES = Path("/proc")


async def end_leftover(data: Path, lock_files: tuple[Path, ...], *, within: timedelta) -> bool:
    """End a server that still runs on `data`; delete lock files whose process is not it.

    A process id is used again sooner or later, and PostgreSQL refuses to start while any
    process has the id written in its lock file.  Where the system has no `/proc` nothing
    is done: PostgreSQL decides.

    Returns:
        Whether nothing runs on `data` any more.
    """
    if not _can_look():
        return True
    for lock_file in lock_files:
        process_id = _process_id(lock_file)
        if process_id is None:
            continue
        if _serves(process_id, data):
            return await _end(process_id, data, within=within)
        lock_file.unlink(missing_ok=True)
    return True


def _can_look() -> bool:
    return PROCESSES.is_dir()


def _process_id(lock_file: Path) -> int | None:
    try:
        return abs(int(lock_file.read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def _serves(process_id: int, data: Path) -> bool:
    try:
        folder = (PROCESSES / str(process_id) / "cwd").readlink()
    except OSError:  # no such process, or another user's
        return False
    return folder == data.resolve()


async def _end(process_id: int, data: Path, *, within: timedelta) -> bool:
    deadline = time.monotonic() + within.total_seconds()
    try:
        os.kill(process_id, signal.SIGINT)
    except ProcessLookupError:
        return True
    while _serves(process_id, data):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True
