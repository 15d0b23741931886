"""What tests of sequences share."""

from pathlib import Path

import pytest

from tests.sequences.files import Folder, write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return a fresh copy of the small sequence."""
    return write_folder(tmp_path / "small")
