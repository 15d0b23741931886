"""The file of log lines: its owner's alone, and bounded."""

from pathlib import Path

import pytest

from console.cli.log_file import KEPT_COUNT, open_log


def test_a_full_file_makes_way_and_a_few_are_kept(tmp_path: Path) -> None:
    """A home that runs for years must not fill the disk with lines nobody reads."""
    path = tmp_path / "relance.log"
    with open_log(path, size_bytes_max=20) as log:
        for number in range(20):
            log.write(f"line {number:02} ....\n")

    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["relance.log", *(f"relance.log.{n}" for n in range(1, KEPT_COUNT + 1))]
    assert path.read_text() == "line 19 ....\n"
    assert path.with_name("relance.log.1").read_text() == "line 18 ....\n"


def test_it_goes_on_where_it_stopped_and_is_its_owners_alone(tmp_path: Path) -> None:
    """A restart is no reason to lose what led to it."""
    path = tmp_path / "relance.log"
    for word in ("before\n", "after\n"):
        with open_log(path) as log:
            print(word, file=log, end="", flush=True)

    assert path.read_text() == "before\nafter\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_follows_no_link(tmp_path: Path) -> None:
    """Lines would be added to whatever file somebody chose."""
    (tmp_path / "relance.log").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match=r"relance\.log"):
        open_log(tmp_path / "relance.log")

    assert not (tmp_path / "elsewhere").exists()
