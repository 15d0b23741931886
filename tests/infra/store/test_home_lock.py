"""One process a home; the second is told who holds it."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.store.errors import HomeHeldError
from infra.store.home_lock import HomeLock, describe_holder, is_held

SINCE = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)

HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from infra.store.home_lock import HomeLock

lock = HomeLock(Path(sys.argv[1]), since=datetime(2027, 1, 11, 8, 0, tzinfo=UTC))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_holder_is_told_who_is_first(tmp_path: Path) -> None:
    """Two homes running would answer twice; the user needs the process to stop."""
    with HomeLock(tmp_path, since=SINCE), pytest.raises(HomeHeldError) as caught:
        HomeLock(tmp_path, since=SINCE)

    assert str(caught.value) == (
        f"expected the home {tmp_path} to be free, got: held by process {os.getpid()} "
        "since 2027-01-11T08:00:00+00:00; stop that process, or use another home"
    )


def test_a_released_home_is_free(tmp_path: Path) -> None:
    """An orderly stop leaves nothing to clean up."""
    lock = HomeLock(tmp_path, since=SINCE)
    lock.release()
    lock.release()

    assert not is_held(tmp_path)
    with HomeLock(tmp_path, since=SINCE):
        assert is_held(tmp_path)


def test_a_home_never_started_is_free(tmp_path: Path) -> None:
    """Asking must not create anything."""
    assert not is_held(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_frees_the_home(tmp_path: Path) -> None:
    """That is the proof that it is dead, on which its leases are taken at once."""
    holder = subprocess.Popen(
        (sys.executable, "-c", HOLDER, str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    with holder.stdout, holder.stdin:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HomeHeldError, match=f"process {holder.pid} since"):
            HomeLock(tmp_path, since=SINCE)
        holder.kill()
        holder.wait()

    with HomeLock(tmp_path, since=SINCE):
        assert describe_holder(tmp_path) == f"process {os.getpid()} since {SINCE.isoformat()}"


def test_a_lock_file_without_words_still_locks(tmp_path: Path) -> None:
    """Between taking the lock and writing the name there is an instant."""
    with HomeLock(tmp_path, since=SINCE):
        (tmp_path / "lock").write_text("")

        with pytest.raises(HomeHeldError, match="a process that has not said its name yet"):
            HomeLock(tmp_path, since=SINCE)
