"""Take personal values from standard input or a file, so that no argument holds one.

Arguments stand in the list of processes, which every user of a machine can read, and in the
shell's history.
"""

import csv
import io
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from console.cli.options import ASKED
from console.desk.errors import UsageError

ROW_BYTES_MAX = 64 * 1024

Row: TypeAlias = Mapping[str, tuple[str, ...]]
"""Values by field; a field that may be repeated holds several."""


def told(value: str, name: str) -> str:
    """Return a value; for `-` the next line of standard input, asked for at a terminal.

    Raises:
        UsageError: Nothing was said.
    """
    if value != ASKED:
        return value
    if sys.stdin.isatty():
        sys.stderr.write(f"{name.lstrip('-').replace('-', ' ')}: ")
        sys.stderr.flush()
    line = sys.stdin.readline().strip()
    if not line:
        raise UsageError(name, "be said on standard input", "nothing")
    return line


def row_of(file: str, *, fields: Iterable[str]) -> Row:
    """Return what a file says of one person: a JSON object, or a CSV header and one row.

    Args:
        file: Its name; `-` reads standard input, and without a name it says nothing.
        fields: Which it may give.

    Raises:
        UsageError: It cannot be read, is not one row, or has another field.
    """
    if not file:
        return {}
    text = _read(file)
    row = _json(text) if text.lstrip().startswith("{") else _csv(text)
    known = set(fields)
    unknown = sorted(set(row) - known)
    if unknown:
        raise UsageError("--file", f"have the fields {', '.join(sorted(known))}", unknown[0])
    return row


def one_of(row: Row, field: str, given: str) -> str:
    """Return a single value: the one given, else the row's, else nothing.

    Raises:
        UsageError: Both are there, or the row has several.
    """
    values = row.get(field, ())
    if len(values) + bool(given) > 1:
        name = "--" + field.replace("_", "-")
        raise UsageError(name, "be given once", "twice")
    return given or (values[0] if values else "")


def _read(file: str) -> str:
    try:
        if file == ASKED:
            data = sys.stdin.buffer.read(ROW_BYTES_MAX + 1)
        else:
            with Path(file).open("rb") as source:
                data = source.read(ROW_BYTES_MAX + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("--file", "name a readable text", type(error).__name__) from None
    if len(data) > ROW_BYTES_MAX:
        raise UsageError("--file", f"be at most {ROW_BYTES_MAX} bytes", "more")
    return text


def _json(text: str) -> Row:
    try:
        found = msgspec.json.decode(text, type=dict[str, str | list[str]])
    except msgspec.DecodeError:
        rule = "be one JSON object of texts, or lists of texts"
        raise UsageError("--file", rule, "something else") from None
    return {
        name: _present([value] if isinstance(value, str) else value)
        for name, value in found.items()
    }


def _csv(text: str) -> Row:
    sample = text.partition("\n")[0]
    delimiter = ";" if sample.count(";") > sample.count(",") else ","
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if len(rows) != 2 or len(rows[0]) != len(rows[1]):  # noqa: PLR2004 - a header and one row
        rule = "be a CSV header and one row of as many values"
        raise UsageError("--file", rule, f"{len(rows)} rows")
    found: dict[str, list[str]] = {}
    for name, value in zip(*rows, strict=True):
        found.setdefault(name.strip(), []).append(value)
    return {name: _present(values) for name, values in found.items()}


def _present(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value.strip() for value in values if value.strip())
