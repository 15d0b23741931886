"""The tour of the README does what the README shows."""

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.cli.application import application
from tests.architecture.repository import ROOT
from tests.tour.page import blocks_of, difference
from tests.tour.shell import Shell

PAGE = ROOT / "README.md"
SECTION = "A tour"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: a socket in it has a name of at most 107 bytes."""
    made = Path(tempfile.mkdtemp(prefix="relance-tour-"))
    yield made
    shutil.rmtree(made)


@pytest.mark.connected
async def test_every_command_of_the_tour_prints_what_the_page_shows(folder: Path) -> None:
    """The first page a stranger follows must not fail them."""
    blocks = blocks_of(PAGE.read_text(encoding="utf-8"), title=SECTION)
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "USER": "claire",
        "LANG": "C.UTF-8",
    }

    async with asyncio.TaskGroup() as tasks:
        shell = Shell(folder, environment, tasks)
        try:
            for block in blocks:
                await shell.type_block(block)
        finally:
            await shell.leave()


def test_the_tour_shows_each_command_of_every_day() -> None:
    """Whoever follows it has seen what there is to look at."""
    page = PAGE.read_text(encoding="utf-8")
    typed = {line.words for block in blocks_of(page, title=SECTION) for line in block}
    shown = {match[1] for words in typed if (match := re.match(r"relance (\w+)", words))}

    assert shown >= {"pipeline", "tasks", "timeline", "why", "log", "record", "sequences", "enrol"}
    assert shown <= set(application())


class TestDifference:
    def test_a_line_too_many_is_found(self) -> None:
        """What is not marked as left out is claimed to be all there is."""
        assert difference(("a",), "a\nb\n") == "(the end)"

    def test_a_missing_line_is_named(self) -> None:
        """Whoever corrects the page wants to know where to look."""
        assert difference(("a", "…", "c"), "a\nb\n") == "c"

    def test_lines_left_out_may_look_like_what_follows(self) -> None:
        """The first place where a line fits need not be the right one."""
        assert difference(("…", "a", "b"), "a\nc\na\nb\n") == ""

    def test_what_is_shown_nothing_of_may_print_anything(self) -> None:
        """Only the exit code of such a command is claimed."""
        assert difference((), "a\n") == ""
