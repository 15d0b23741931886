"""The page on operating lists what the command line has, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

from cyclopts import App

from console.cli.application import application
from console.cli.exits import Exit

PAGE = Path(__file__).parent.parent.parent / "docs/operating.md"
OWN = ("--help", "--version", "-h")


def commands(app: App, path: tuple[str, ...] = ("relance",)) -> Iterator[str]:
    """Yield the full name of each command that does something."""
    for name in app:
        if name not in OWN:
            yield from commands(app[name], (*path, name))
    if app.default_command is not None:
        yield " ".join(path)


def test_the_page_lists_every_command_and_no_other() -> None:
    """A command nobody knows of is not used, one that is gone misleads."""
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition("## Commands")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`relance.*?) \|", section, re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(relance[\w ]*)`", row)}

    assert listed == set(commands(application()))


def test_the_page_lists_every_exit_code() -> None:
    """Scripts are written from this table."""
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", text, re.MULTILINE)

    assert [(int(code), word) for code, word in rows] == [(code.value, code.word) for code in Exit]


def test_every_command_has_a_help_that_says_what_it_is_for() -> None:
    """The tree is what a new user reads first."""

    def silent(app: App) -> Iterator[str]:
        for name in app:
            if name not in OWN:
                yield from silent(app[name])
                if not app[name].help:
                    yield name

    assert list(silent(application())) == []
