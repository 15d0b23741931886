"""Where commands write: pipes, narrow alphabets, readers who have had enough."""

import asyncio
import json
import os
import signal
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from rich.console import Console

from console.cli.exits import Exit
from console.cli.show.tables import table
from console.cli.terminal import Terminal
from infra.door.client import Client
from infra.runtime.errors import ForeignHomeError

RELANCE = (sys.executable, "-c", "from console.cli.entry import main; main()")
NOBODY = 65534
NIORT = {"name": "Évry « 1 » ✓", "rule": "a.b"}


def written(encoding: str, *, is_json: bool) -> str:
    """Return what a command writes to a stream of an encoding."""
    stream = TextIOWrapper(BytesIO(), encoding=encoding)
    grid = table("Comptes", "nom", "règle")
    grid.add_row(*NIORT.values())
    Terminal(is_json=is_json, out=stream).show(NIORT, lambda console: console.print(grid))
    stream.flush()
    stream.seek(0)
    return stream.read()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_document_is_whole_in_every_encoding(encoding: str) -> None:
    """A service without a locale gets the same names, written as JSON may write them."""
    assert json.loads(written(encoding, is_json=True)) == NIORT


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_table_shows_what_an_encoding_holds(encoding: str) -> None:
    """A question mark in a name is better than a traceback instead of a page."""
    assert "vry" in written(encoding, is_json=False)


def test_what_is_piped_is_not_padded() -> None:
    """It is cut, counted and compared, line by line."""
    lines = written("utf-8", is_json=False).split("\n")

    assert lines == [line.rstrip() for line in lines]


async def test_a_reader_who_has_had_enough_ends_it_without_a_word() -> None:
    """`| head -1` is no fault of ours, and none of the reader's."""
    reading, writing = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(*RELANCE, "--help"), stdout=writing, stderr=asyncio.subprocess.PIPE
    )
    os.close(writing)
    os.close(reading)
    _, said = await process.communicate()

    assert (process.returncode, said) == (Exit.NOBODY_READS, b"")


async def test_ctrl_c_while_it_is_read_in_says_nothing() -> None:
    """Half a second of imports must not answer with their own lines."""
    code = """
import os, signal, sys
from console.cli import entry
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "console.cli.main":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
entry.main()
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()

    assert (process.returncode, said) == (-signal.SIGINT, b"")


async def test_the_home_of_another_user_is_named_so(tmp_path: Path) -> None:
    """« Nothing runs » sends a person to start what runs already."""
    home = tmp_path / "home"
    home.mkdir(mode=0o000)
    us = os.geteuid()
    if us == 0:
        os.seteuid(NOBODY)  # root passes everywhere
    try:
        with pytest.raises(ForeignHomeError, match="one of another user; ask as that user"):
            await Client.connect(home)
    finally:
        os.seteuid(us)


LONG_WORDS = (
    "T-epci-200035731-11",
    "collectivite-prise-de-contact-30j",
    "75tk3zonwr57mdmiltn2hw3t2roq",
)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize("column_count", [2, 4, 7])
def test_no_word_of_a_table_is_broken(width: int, column_count: int) -> None:
    """An id is copied from what is shown: half of it means nothing."""
    names = [f"column {number}" for number in range(column_count)]
    grid = table("Title", *names)
    grid.add_row(*(f"before {LONG_WORDS[number % 3]} after" for number in range(column_count)))
    drawn = Console(width=width, file=StringIO())

    drawn.print(grid)

    assert isinstance(drawn.file, StringIO)
    words = drawn.file.getvalue().split()
    for number, word in enumerate(LONG_WORDS):
        assert words.count(word) == len(range(number, column_count, 3))
