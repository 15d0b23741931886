"""The pages that say how to add something still lead to where it goes."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.howtos import followed
from tests.architecture.repository import ROOT

PAGES = sorted((ROOT / "docs/howto").glob("*.md"))
RUFF = (
    sys.executable,
    "-m",
    "ruff",
    "check",
    "--isolated",
    "--no-cache",
    "--output-format=concise",
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_can_be_followed_to_its_end(page: Path, tmp_path: Path) -> None:
    """Who adds a first event reads the page beside code that others have moved since."""
    for path, text in followed(page).items():
        (tmp_path / path.replace("/", ".")).write_text(text, encoding="utf-8")

    # Names that nothing defines or nobody uses, and what is no Python.
    ran = subprocess.run(
        [*RUFF, "--select=F401,F821,E9", str(tmp_path)], capture_output=True, check=False, text=True
    )

    assert ran.returncode == 0, ran.stdout
