"""A page reads one snapshot of the views, and can show its cut.

Every query of `projections.queries` takes a page first, and writes nothing.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import asyncpg
import msgspec
from msgspec import Struct

from engine.decision import PlacedDecision
from projections.tables import Connection
from projections.views import VIEWS

S = TypeVar("S", bound=Struct)

CURSORS = "projection."
"""What the names of the views' cursors begin with: stored, so it stays."""

_SEARCH = f"set local search_path to {', '.join(view.schema for view in VIEWS)}, public"
_CUT = """
select substr(name, $2) as view, version, partition, seq, next_offset
from reader_cursor
where generation = $1 and starts_with(name, $3)
order by view, version, partition
"""


class LogPlace(NamedTuple):
    """Where a decision stands in the log."""

    partition: int  # of `events`, or `WORKSPACE_PARTITION`
    offset: int


ReadDecisions = Callable[[Sequence[LogPlace]], AsyncIterator[PlacedDecision]]
"""Read decisions by place, in the order asked: what the composition root brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The views as of one instant, and the log behind them."""

    connection: Connection  # inside `snapshot`
    read: ReadDecisions
    generation: int  # of the log

    async def fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Return what a statement finds."""
        return await self.connection.fetch(statement, *arguments)


class CutLine(Struct, frozen=True, kw_only=True):
    """How far one view has got in one partition."""

    view: str
    version: int
    partition: int
    seq: int  # of the last decision it holds
    next_offset: int


@asynccontextmanager
async def snapshot(connection: Connection) -> AsyncIterator[Connection]:
    """Give the connection as of one instant, with the views' tables in reach."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(_SEARCH)
        yield connection


async def cut(page: Page) -> tuple[CutLine, ...]:
    """Return how far each view has got, by view and partition."""
    records = await page.fetch(_CUT, page.generation, len(CURSORS) + 1, CURSORS)
    return structs_of(CutLine, records)


def structs_of(
    kind: type[S], records: Iterable[asyncpg.Record], *, json_columns: tuple[str, ...] = ()
) -> tuple[S, ...]:
    """Return records as structs: column names are field names, some hold JSON."""
    return tuple(msgspec.convert(_values(record, json_columns), kind) for record in records)


def _values(record: asyncpg.Record, json_columns: tuple[str, ...]) -> dict[str, object]:
    values = dict(record)
    for name in json_columns:
        if values[name] is not None:
            values[name] = msgspec.json.decode(values[name])
    return values
