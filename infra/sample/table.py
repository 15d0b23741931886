"""Read a committed CSV file into typed rows."""

import csv
from pathlib import Path
from typing import TypeVar

import msgspec

from infra.sample.errors import SampleDataError

Row = TypeVar("Row", bound=msgspec.Struct)

FOLDER = Path(__file__).parent


def read_table(file: Path, row_type: type[Row]) -> tuple[Row, ...]:
    """Return the rows of `file` in its order; an empty cell is a field left out.

    Raises:
        SampleDataError: The file is missing, or a line breaks its type; names the line.
    """
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            return tuple(_row(cells, reader.line_num, file, row_type) for cells in reader)
    except OSError as error:
        raise SampleDataError(file, where="the file", rule="a readable table") from error


def _row(cells: dict[str, str], line: int, file: Path, row_type: type[Row]) -> Row:
    filled = {name: text for name, text in cells.items() if text}
    try:
        return msgspec.convert(filled, row_type, strict=False)
    except msgspec.ValidationError as error:
        rule = f"a {row_type.__name__} ({error})"
        raise SampleDataError(file, where=f"line {line}", rule=rule) from error
