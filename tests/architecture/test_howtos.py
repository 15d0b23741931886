"""The pages that say how to add something still lead to where it goes."""

import ast
from pathlib import Path

import pytest

from tests.architecture.howtos import followed
from tests.architecture.repository import ROOT

PAGES = sorted((ROOT / "docs/howto").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_can_be_followed_to_its_end(page: Path) -> None:
    """Who adds a first event reads the page beside code that others have moved since."""
    texts = followed(page)

    assert all(ast.parse(text, path) for path, text in texts.items())
