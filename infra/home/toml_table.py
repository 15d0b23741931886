"""Read a table of a TOML file key by key, each fault with its place, all at once."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple, TypeVar

from sequences.findings import START, Findings, Mark

Value = TypeVar("Value", str, int)


class Broken(NamedTuple):
    """What is wrong with a value, and what to do about it."""

    message: str
    remedy: str


_HEADER = re.compile(r"\s*\[\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"""(\s*)(["']?)([\w.-]+)\2\s*=""")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlTable:
    """One table; what is read of it is known, all else is a fault."""

    def __init__(
        self,
        values: Mapping[str, object],
        marks: Mapping[str, Mark],
        findings: Findings,
        *,
        name: str = "",
    ) -> None:
        self._values, self._marks, self._findings = values, marks, findings
        self._prefix = f"{name}." if name else ""
        self._read: list[str] = []

    def text(
        self, key: str, rule: Callable[[str], Broken | None], *, default: str | None = None
    ) -> str:
        """Return a key's text, empty where it breaks the rule; without default it must be there."""
        return self._value(key, str, "a text in quotes", rule, default)

    def number(
        self, key: str, rule: Callable[[int], Broken | None], *, default: int | None = None
    ) -> int:
        """Return a key's whole number, 0 where it breaks the rule."""
        return self._value(key, int, "a whole number", rule, default)

    def table(self, key: str) -> "TomlTable | None":
        """Return a table within this one; None if it is absent or none (then reported)."""
        self._read.append(key)
        found = self._values.get(key)
        if isinstance(found, dict):
            return TomlTable(found, self._marks, self._findings, name=f"{self._prefix}{key}")
        if found is not None:
            self.add(key, "it is no table", f"write `[{self._prefix}{key}]` on a line of its own")
        return None

    def add(self, key: str, message: str, remedy: str) -> None:
        """Report a fault of a key's value, or of its absence."""
        name = f"{self._prefix}{key}"
        mark = self._marks.get(name) or self._marks.get(self._prefix.rstrip("."), START)
        self._findings.add(name, mark, message=message, remedy=remedy)

    def report_unknown(self) -> None:
        """Report each key that nobody read: a mistyped limit would otherwise be none."""
        for key in self._values.keys() - set(self._read):
            near = get_close_matches(key, self._read, n=1)
            known = near or sorted(self._read)
            self.add(key, "no such key is known here", f"use {' or '.join(known)}")

    def _value(
        self,
        key: str,
        kind: type[Value],
        expected: str,
        rule: Callable[[Value], Broken | None],
        default: Value | None,
    ) -> Value:
        self._read.append(key)
        found = self._values.get(key)
        if found is None:
            if default is None:
                self.add(key, "it is missing", f"write `{key} = ...`, {expected}")
            return kind() if default is None else default
        if not isinstance(found, kind) or isinstance(found, bool):
            self.add(key, f"it is not {expected}", f"write {expected}")
            return kind()
        broken = rule(found)
        if broken is not None:
            self.add(key, *broken)
            return kind()
        return found


def toml_table(text: str, findings: Findings) -> TomlTable | None:
    """Return a file's table, or None after reporting why it does not read."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line, column = place.groups() if place else (None, None)
        mark = Mark(int(line), int(column)) if line and column else _end_of(text)
        what = _PLACE.sub("", str(error))
        message = f"the file is no TOML: {what[:1].lower()}{what[1:]}"
        remedy = 'write `key = "text"` or `key = 1` on each line'
        findings.add("toml.syntax", mark, message=message, remedy=remedy)
        return None
    return TomlTable(values, _marks(text.splitlines()), findings)


def _end_of(text: str) -> Mark:
    return Mark(max(1, len(text.splitlines())), 1)


def _marks(lines: Iterable[str]) -> dict[str, Mark]:
    """Return where each key stands, by its dotted name; a table by its own."""
    marks: dict[str, Mark] = {}
    prefix, is_within_text = "", False
    for number, line in enumerate(lines, 1):
        if not is_within_text and (header := _HEADER.match(line)):
            prefix = f"{header[1]}."
            marks.setdefault(header[1], Mark(number, 1))
        elif not is_within_text and (key := _KEY.match(line)):
            marks.setdefault(f"{prefix}{key[3]}", Mark(number, len(key[1]) + 1))
        code = line.partition("#")[0]
        is_within_text ^= (code.count('"""') + code.count("'''")) % 2 == 1
    return marks
