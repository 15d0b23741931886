"""Look at every row, or those named, each on a fresh home; print what is seen beside before."""

import inspect
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

from tests.journeys.long.rows import (
    broken,
    campaigns,
    enrolling,
    homes,
    mail,
    persons,
    pressure,
    promises,
    rulesets,
    runtime,
    said,
    standstill,
    texts,
)
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row

AREAS = {
    "broken": broken.ROWS,
    "campaigns": campaigns.ROWS,
    "enrolling": enrolling.ROWS,
    "home": homes.ROWS,
    "mail": mail.ROWS,
    "persons": persons.ROWS,
    "promises": promises.ROWS,
    "rulesets": rulesets.ROWS,
    "pressure": pressure.ROWS,
    "runtime": runtime.ROWS,
    "said": said.ROWS,
    "standstill": standstill.ROWS,
    "texts": texts.ROWS,
}
LIST = "--list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A row, and what is seen now."""

    row: Row
    seen: str
    is_right: bool


async def look_at_rows(words: Sequence[str]) -> bool:
    """Look at the rows or areas named, by default at all; return whether each is right."""
    if LIST in words:
        _list()
        return True
    looked: list[Looked] = []
    for row in _chosen(words):
        looked.append(await _look(row))
        _show(looked[-1])
    wrong = [each.row.name for each in looked if not each.is_right]
    _say(f"{len(looked)} rows, {len(wrong)} wrong: {', '.join(wrong) or 'none'}")
    return bool(looked) and not wrong


def _show(looked: Looked) -> None:
    _say(f"{'right' if looked.is_right else 'WRONG'}  {looked.row.name}")
    _say(fill(looked.row.before, initial_indent="  before: ", subsequent_indent="          "))
    _say(fill(looked.seen, initial_indent="  now:    ", subsequent_indent="          "))


def _chosen(words: Sequence[str]) -> list[Row]:
    """Return the rows that were named, by their own name or that of their area."""
    rows = [row for area in AREAS.values() for row in area]
    known = {row.name for row in rows} | AREAS.keys()
    if unknown := [word for word in words if word not in known]:
        _say(f"expected names of rows or areas ({LIST} shows them), got: {', '.join(unknown)}")
        return []
    named = {row.name for word in words for row in AREAS.get(word, ())} | {*words}
    return [row for row in rows if not words or row.name in named]


def _list() -> None:
    for area, rows in AREAS.items():
        _say(f"{area}")
        for row in rows:
            _say(f"  {row.name}: {row.before}")


async def _look(row: Row) -> Looked:
    with tempfile.TemporaryDirectory(prefix="relance-row-") as folder:
        try:
            seen = row.now(FreshHome(folder=Path(folder)))
            sentence = await seen if inspect.isawaitable(seen) else seen
        except Exception as error:  # noqa: BLE001 - one row that breaks must not hide the others
            return Looked(row=row, seen=_told(error), is_right=False)
    return Looked(row=row, seen=sentence, is_right=True)


def _told(error: Exception) -> str:
    """Return what an error says; of a group, what the first in it does."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
