"""Compare views with a fold of the whole log from zero, row by row.

The fold goes through the same statements into temporary tables, up to the cursors that
the live tables stood at when the check began; everything is rolled back.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import asyncpg
import msgspec
from msgspec import Struct

from engine.decision import PlacedDecision
from projections.queries.page import CURSORS
from projections.tables import TEMPORARY, AnyTable, Connection
from projections.view import View

DIFFERENCES_MAX = 1000  # of each table; a view that differs in more is to be rebuilt anyway

ReadLog = Callable[[int, int], AsyncIterator[Sequence[PlacedDecision]]]
"""Read a partition's valid decisions from its first up to the seq given, in batches."""

Fields = Mapping[str, object]

_CURSORS = """
select partition, seq from reader_cursor
where name = $1 and version = $2 and generation = $3 and seq > 0 order by partition
"""


class Difference(Struct, frozen=True, kw_only=True):
    """One value that a fold from zero does not confirm."""

    view: str
    table: str
    key: str  # "account=1034 touch=2"
    column: str  # empty: the whole row is missing or too many
    live: str | None  # as JSON; None: the live table has no such row
    folded: str | None  # as JSON; None: the fold makes no such row


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCheck:
    """What a check found of one view."""

    view: str
    version: int
    decision_count: int
    row_count: int
    differences: tuple[Difference, ...]


async def check(
    connection: Connection, views: Iterable[View], read_log: ReadLog, *, generation: int
) -> tuple[ViewCheck, ...]:
    """Return, for each view, every difference from a fold from zero.

    Args:
        connection: In no transaction; the view's writer may go on meanwhile.
        views: As in `projections.views.VIEWS`.
        read_log: Reads the log.
        generation: Of the log.
    """
    return tuple(
        [await _check(connection, view, read_log, generation=generation) for view in views]
    )


async def _check(
    connection: Connection, view: View, read_log: ReadLog, *, generation: int
) -> ViewCheck:
    async with _rolled_back(connection):
        records = await connection.fetch(_CURSORS, CURSORS + view.name, view.version, generation)
        fresh = replace(view, is_temporary=True)
        await connection.execute(fresh.tables_sql())
        decision_count = 0
        for record in records:
            async for decided in read_log(record["partition"], record["seq"]):
                decision_count += len(decided)
                await fresh.apply(connection, decided)
        differences: list[Difference] = []
        row_count = 0
        for table in view.tables:
            row_count += await connection.fetchval(_count_sql(table))
            found = await connection.fetch(_compare_sql(table, view.schema), DIFFERENCES_MAX)
            differences.extend(_differences(view.name, table, found))
    return ViewCheck(
        view=view.name,
        version=view.version,
        decision_count=decision_count,
        row_count=row_count,
        differences=tuple(differences),
    )


@asynccontextmanager
async def _rolled_back(connection: Connection) -> AsyncIterator[None]:
    """Hold one snapshot for a block, and undo all that the block wrote."""
    await connection.execute("begin isolation level repeatable read")
    try:
        yield
    finally:
        await connection.execute("rollback")


def _count_sql(table: AnyTable) -> str:
    return f"select count(*) from {TEMPORARY}.{table.name}"  # noqa: S608 names are our own


def _compare_sql(table: AnyTable, schema: str) -> str:
    """Return the statement that finds rows which only one side has."""
    names = ", ".join(column.name for column in table.columns)
    live, folded = f"{schema}.{table.name}", f"{TEMPORARY}.{table.name}"
    return f"""
        select 'live' as side, to_jsonb(l)::text as fields
        from (select {names} from {live} except all select {names} from {folded}) l
        union all
        select 'folded', to_jsonb(f)::text
        from (select {names} from {folded} except all select {names} from {live}) f
        limit $1
    """  # noqa: S608 the same


def _differences(
    view: str, table: AnyTable, records: Sequence[asyncpg.Record]
) -> Iterator[Difference]:
    """Yield a difference per column of rows both sides have, else one for the row."""
    sides: dict[str, dict[str, Fields]] = {}
    for number, record in enumerate(records):
        fields: Fields = msgspec.json.decode(record["fields"])
        key = " ".join(f"{name}={fields[name]}" for name in table.identity)
        pair = sides.setdefault(key, {})
        # Rows of one key on one side: each stands for itself.
        name = f"{key} #{number}" if record["side"] in pair else key
        sides.setdefault(name, {})[record["side"]] = fields
    for key, pair in sides.items():
        live, folded = pair.get("live"), pair.get("folded")
        for column in _columns(live, folded):
            yield Difference(
                view=view,
                table=table.name,
                key=key,
                column=column,
                live=_value(live, column),
                folded=_value(folded, column),
            )


def _columns(live: Fields | None, folded: Fields | None) -> tuple[str, ...]:
    """Return the columns that differ; the empty name for a row that one side lacks."""
    if live is None or folded is None:
        return ("",)
    return tuple(name for name in live if live[name] != folded[name])


def _value(fields: Fields | None, column: str) -> str | None:
    if fields is None:
        return None
    return msgspec.json.encode(fields[column] if column else fields).decode()
