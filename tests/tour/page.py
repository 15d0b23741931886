"""Read the tour of a page as what a person types, and what the terminal then shows.

A block of kind `console` holds commands, each after `$ `, and below each what it prints.
`…` stands for anything on its line, alone on a line for any lines.  A command that is
shown nothing may print what it likes.  `^C` ends one that runs until somebody stops it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PROMPT = "$ "
LEFT_OUT = "…"
STOPPED = "^C"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command of the page."""

    words: str  # as the shell takes them
    shown: tuple[str, ...]  # lines, without `^C`
    is_stopped: bool  # it runs until Ctrl-C


def blocks_of(page: str, *, title: str) -> tuple[tuple[Typed, ...], ...]:
    """Return the blocks of a section, each with its commands, in the order of the page."""
    section = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return tuple(tuple(_typed(block)) for block in BLOCK.findall(section))


def difference(shown: tuple[str, ...], printed: str) -> str:
    r"""Return the first shown line that does not come where it should; empty if all do.

    Spaces count as one, empty lines as none.

    Examples:
        >>> difference(("a  1", "…", "c …"), "a 1\n\nb\nc 3\n")
        ''
        >>> difference(("a", "c"), "a\nb\nc\n")
        'c'
    """
    if not shown:
        return ""
    lines = [line for line in map(_plain, printed.splitlines()) if line]
    reachable = {0}  # before which printed lines the shown ones so far may end
    for text in filter(None, map(_plain, shown)):
        if text == LEFT_OUT:
            reachable = set(range(min(reachable), len(lines) + 1))
            continue
        pattern = re.compile(".*".join(map(re.escape, text.split(LEFT_OUT))))
        reachable = {n + 1 for n in reachable if n < len(lines) and pattern.fullmatch(lines[n])}
        if not reachable:
            return text
    return "" if len(lines) in reachable else "(the end)"


def _typed(block: str) -> Iterator[Typed]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        words, *shown = part.rstrip("\n").split("\n")
        is_stopped = STOPPED in shown
        lines = tuple(line for line in shown if line != STOPPED)
        yield Typed(words=words, shown=lines, is_stopped=is_stopped)


def _plain(line: str) -> str:
    return " ".join(line.split())
