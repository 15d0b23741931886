"""One page reads one snapshot, and can show its cut."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg
import msgspec
from msgspec import Struct

from projections import suppression, timeline
from projections.accounts import view as accounts
from projections.tables import Connection

S = TypeVar("S", bound=Struct)

CURSORS = "projection."
"""What the names of the projector's cursors begin with."""

_SEARCH = (
    f"set local search_path to {accounts.SCHEMA}, {timeline.SCHEMA}, {suppression.SCHEMA}, public"
)
_CUT = """
select substr(name, $2) as view, version, partition, seq, next_offset
from reader_cursor
where generation = $1 and starts_with(name, $3)
order by view, version, partition
"""


class Position(Struct, frozen=True, kw_only=True):
    """How far one view has got in one partition."""

    view: str
    version: int
    partition: int
    seq: int  # of the last decision it holds
    next_offset: int


@asynccontextmanager
async def page(connection: Connection) -> AsyncIterator[Connection]:
    """Give the connection as of one instant, with the views' tables in reach.

    Every query of `projections.queries` runs inside such a block; nothing may be written.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(_SEARCH)
        yield connection


async def cut(connection: Connection, generation: int) -> tuple[Position, ...]:
    """Return how far each view has got, by view and partition."""
    records = await connection.fetch(_CUT, generation, len(CURSORS) + 1, CURSORS)
    return structs_of(Position, records)


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
