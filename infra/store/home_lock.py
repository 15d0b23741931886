"""Let one process at a time run a home.

The lock is the operating system's (`flock`): it ends with the process that holds it,
however that process ends.  So whoever obtains it knows that the former holder is dead,
and may take that one's leases at once.
"""

import fcntl
import json
import os
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.store.errors import HomeHeldError

FILE_NAME = "lock"
# `is_held` touches the lock for some microseconds: one refusal proves nothing.
ATTEMPTS_MAX = 4
ATTEMPT_SECONDS = 0.02


class HomeLock:
    """The lock of one home, held from construction to `release`."""

    def __init__(self, home: Path, *, since: datetime) -> None:
        """Take the lock, or say who holds it.

        Args:
            home: The home's folder; it exists.
            since: Aware instant written into the lock file, for whoever comes second.

        Raises:
            HomeHeldError: Another process holds it.
        """
        self.path = home / FILE_NAME
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(self.path, flags, 0o600)
        if not _locks(self._descriptor):
            os.close(self._descriptor)
            raise HomeHeldError(home, describe_holder(home))
        self._is_held = True
        self._write({"pid": os.getpid(), "since": since.isoformat()})

    def release(self) -> None:
        """Let go of the lock; repeatable."""
        if self._is_held:
            self._is_held = False
            self._write({})
            os.close(self._descriptor)

    def _write(self, content: dict[str, object]) -> None:
        # Written in place: a renamed file would be another lock.
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(content).encode(), 0)

    def __enter__(self) -> Self:
        """Return the lock."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lock."""
        self.release()


def _locks(descriptor: int) -> bool:
    for _ in range(ATTEMPTS_MAX):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(ATTEMPT_SECONDS)
        else:
            return True
    return False


def is_held(home: Path) -> bool:
    """Say whether a process runs this home now; takes nothing."""
    try:
        descriptor = os.open(home / FILE_NAME, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def describe_holder(home: Path) -> str:
    """Return who wrote the lock file, in words: `process 4711 since 2026-03-02T...`."""
    try:
        content = json.loads((home / FILE_NAME).read_text())
        return f"process {content['pid']} since {content['since']}"
    except (OSError, ValueError, KeyError):
        return "a process that has not said its name yet"
