"""What a home holds is its owner's alone."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.home.errors import HomeLinkError
from infra.home.modes import narrow
from infra.home.up import PRIVATE_FILES
from infra.store.home_lock import HomeLock, is_held


def test_rights_of_others_are_taken_away(tmp_path: Path) -> None:
    """A home of an older version, or one whose files were written by an editor."""
    tmp_path.chmod(0o755)
    for name in PRIVATE_FILES:
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o664)

    narrow(tmp_path, PRIVATE_FILES)

    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in PRIVATE_FILES} == {0o600}


@pytest.mark.parametrize("name", PRIVATE_FILES)
def test_links_are_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    """What they lead to would be read, or written, as if it were ours."""
    other = tmp_path / "other"
    other.touch()
    other.chmod(0o644)
    (tmp_path / name).symlink_to(other)

    with pytest.raises(HomeLinkError, match=f"{name} to be a file, got: a link"):
        narrow(tmp_path, PRIVATE_FILES)

    assert other.stat().st_mode & 0o777 == 0o644


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    """A named pipe would hold the start until somebody writes into it."""
    os.mkfifo(tmp_path / PRIVATE_FILES[0])

    with pytest.raises(HomeLinkError):
        narrow(tmp_path, PRIVATE_FILES)


def test_the_lock_is_no_link(tmp_path: Path) -> None:
    """It is written in place: through a link, into any file of ours."""
    other = tmp_path / "other"
    other.write_text("kept")
    (tmp_path / "lock").symlink_to(other)

    with pytest.raises(OSError, match="lock"):
        HomeLock(tmp_path, since=datetime(2027, 1, 11, tzinfo=UTC))
    with pytest.raises(OSError, match="lock"):
        is_held(tmp_path)

    assert other.read_text() == "kept"
