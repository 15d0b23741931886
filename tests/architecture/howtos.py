"""Follow a page of docs/howto as a person would: open the file, find the place, write.

Three phrases say where, always in the file named last: *below the class* (or *function*), and
*below* or *above the line* that begins so, each with the code that comes next in the page; and
*write this for that*.
"""

import ast
import re
from pathlib import Path

from tests.architecture.repository import ROOT

STEP = re.compile(
    r"`(?P<file>[\w/]+\.py)`"
    r"|(?P<side>below|above) the (?P<kind>class|function|line) `(?P<place>[^`]+)`"
    r"|write `(?P<new>[^`]+)` for `(?P<old>[^`]+)`"
    r"|^(?P<indent> *)```python\n(?P<code>.*?)^ *```$",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)


class StrayError(Exception):
    """A page tells of a place that is not there, or is there twice."""

    def __init__(self, file: str, place: str, count: int) -> None:
        super().__init__(f"expected {file} to have one `{place}`, got: {count}")


def followed(page: Path) -> dict[str, str]:
    """Return the text of each module that a page changes, once the page was followed.

    Raises:
        StrayError: A place is not where the page says.
    """
    texts = _Texts()
    file, where = "", None
    for step in STEP.finditer(page.read_text(encoding="utf-8")):
        if step["file"]:
            file = step["file"]
        elif step["place"]:
            where = file, step["side"].lower(), step["kind"].lower(), step["place"]
        elif step["new"]:
            texts[file] = _replaced(file, texts[file], step["old"], step["new"])
        elif where is not None:
            opened, side, kind, place = where
            code = re.sub(rf"^{step['indent']}", "", step["code"], flags=re.MULTILINE)
            at = _line(opened, texts[opened], kind, place) - (side == "above")
            code = code if kind == "line" else f"\n\n{code}"
            texts[opened] = _inserted(texts[opened], at, code)
            where = None
    return texts


class _Texts(dict[str, str]):
    """Texts of modules by path, read when they are asked for."""

    def __missing__(self, path: str) -> str:
        self[path] = (ROOT / path).read_text(encoding="utf-8")
        return self[path]


def _replaced(file: str, text: str, old: str, new: str) -> str:
    if (count := text.count(old)) != 1:
        raise StrayError(file, old, count)
    return text.replace(old, new)


def _line(file: str, text: str, kind: str, place: str) -> int:
    """Return the number of the line, or of the last line of the class or function."""
    if kind == "line":
        lines = enumerate(text.splitlines(), start=1)
        ends = [number for number, line in lines if line.strip().startswith(place)]
    else:
        nodes = (node for node in ast.parse(text).body if getattr(node, "name", "") == place)
        ends = [node.end_lineno or node.lineno for node in nodes]
    if len(ends) != 1:
        raise StrayError(file, place, len(ends))
    return ends[0]


def _inserted(text: str, at: int, code: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:at], code, *lines[at:]])
