"""Read the documentation as data: pages, links, anchors, prose."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.repository import ROOT, files

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ANCHOR_SIGNS = re.compile(r"[^\w\- ]")


@cache
def pages() -> tuple[Path, ...]:
    """Return every Markdown page that people read: those of the root and of docs/."""
    return tuple(
        path
        for path in files()
        if path.suffix == ".md" and (path.parent == ROOT or ROOT / "docs" in path.parents)
    )


@cache
def documentation() -> str:
    """Return the text of all pages."""
    return "\n".join(page.read_text(encoding="utf-8") for page in pages())


def links(page: Path) -> Iterator[str]:
    """Yield the links of a page that stay inside the repository."""
    for _, line in prose(page, with_tables=True):
        yield from (target for target in LINK.findall(line) if "://" not in target)


def resolves(page: Path, link: str) -> bool:
    """Return whether a link leads to a file of the repository, and to a title in it."""
    target = target_of(page, link)
    anchor = link.partition("#")[2]
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or anchor in _anchors(target)


def target_of(page: Path, link: str) -> Path:
    """Return the file that a link of a page leads to."""
    path = link.partition("#")[0]
    return (page.parent / path).resolve() if path else page


def _anchors(page: Path) -> set[str]:
    titles = (line.lstrip("# ") for _, line in prose(page) if line.startswith("#"))
    return {ANCHOR_SIGNS.sub("", title.lower()).replace(" ", "-") for title in titles}


def prose(page: Path, *, with_tables: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the lines outside code blocks, each with its number from 1."""
    is_code = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code and (with_tables or not line.lstrip().startswith("|")):
            yield number, line
