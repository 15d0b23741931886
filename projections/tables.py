"""Tables as their row structs say, and the statements that move whole batches of rows.

A row struct's fields are the columns, in order; the first few are the key.  Rows are
only ever inserted or replaced, each at most once a batch: the fold collapses them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Generic, Protocol, TypeAlias, TypeVar, get_args, get_type_hints

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from msgspec import Struct, json, structs

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

TEMPORARY = "pg_temp"
"""The schema whose tables end with the session: where a check folds from zero."""

Small = Annotated[int, "smallint"]
Big = Annotated[int, "bigint"]
ColumnValue = int | str | bool | date | datetime | None
Key = tuple[ColumnValue, ...]

R = TypeVar("R", bound=Struct)

_SQL_TYPES: dict[object, str] = {
    int: "integer",
    str: "text",
    bool: "boolean",
    date: "date",
    datetime: "timestamptz",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    sql_type: str
    is_optional: bool

    @property
    def definition(self) -> str:
        """Return what `create table` says of it."""
        return f"{self.name} {self.sql_type}{'' if self.is_optional else ' not null'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[R]):
    """A table whose rows are structs."""

    name: str
    row: type[R]
    key_length: int = 0  # the first so many columns are the primary key; 0: append only
    indexes: tuple[str, ...] = ()  # what follows `on TABLE`: "(name)", "(due_on) where ..."
    named_by: tuple[str, ...] = ()  # columns that tell its rows apart, if it has no key
    fill_percent: int = 90  # of a page at insert: the rest lets a changed row stay near

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns in the order of the struct's fields."""
        return _columns_of(self.row)

    @property
    def key(self) -> tuple[str, ...]:
        """Return the names of the key's columns."""
        return self.row.__struct_fields__[: self.key_length]

    @property
    def identity(self) -> tuple[str, ...]:
        """Return the columns that tell one row from another."""
        return self.named_by or self.key

    def key_of(self, row: R) -> Key:
        """Return the key of a row."""
        return structs.astuple(row)[: self.key_length]

    def create_sql(self, schema: str) -> str:
        """Return the statements that create the table and its indexes if they are missing."""
        where = f"{schema}.{self.name}"
        lines = [column.definition for column in self.columns]
        if self.key_length:
            lines.append(f"primary key ({', '.join(self.key)})")
        body = ",\n  ".join(lines)
        table = (
            f"create table if not exists {where} (\n  {body}\n)"
            f" with (fillfactor = {self.fill_percent});"
        )
        indexes = [
            f"create index if not exists {self.name}_{number} on {where} {index};"
            for number, index in enumerate(self.indexes, start=1)
        ]
        return "\n".join([table, *indexes])

    def upsert_sql(self, schema: str) -> str:
        """Return the statement that writes one batch, given as a JSON list of rows."""
        where = f"{schema}.{self.name}"
        names = self.row.__struct_fields__
        changes = [f"{name} = excluded.{name}" for name in names[self.key_length :]]
        return " ".join(
            [
                f"insert into {where} ({', '.join(names)}) select {', '.join(names)}",
                f"from json_populate_recordset(null::{where}, $1::json)",
                f"on conflict ({', '.join(self.key)}) do update set {', '.join(changes)}",
            ]
        )

    def select_sql(self, schema: str, by: Sequence[str]) -> str:
        """Return the statement that reads the rows whose columns `by` have given values."""
        types = {column.name: column.sql_type for column in self.columns}
        arrays = [f"${number}::{types[name]}[]" for number, name in enumerate(by, start=1)]
        names = ", ".join(f"t.{name}" for name in self.row.__struct_fields__)
        return " ".join(
            [
                f"select {names} from unnest({', '.join(arrays)}) as k({', '.join(by)})",  # noqa: S608 the same
                f"join {schema}.{self.name} t using ({', '.join(by)})",
            ]
        )


class AnyTable(Protocol):
    """A table, whatever its rows."""

    @property
    def name(self) -> str:
        """Name within its schema."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns in order."""

    @property
    def identity(self) -> tuple[str, ...]:
        """Names of the columns that tell one row from another."""

    def create_sql(self, schema: str) -> str:
        """Return the statements that create it and its indexes if they are missing."""


class Rows(Generic[R]):
    """The rows of one table as a fold sees them: known ones, and on top those it changed."""

    __slots__ = ("_known", "changed", "table")

    def __init__(self, table: Table[R], known: Iterable[R] = ()) -> None:
        self.table = table
        self._known: dict[Key, R] = {}
        self.changed: dict[Key, R] = {}
        self.know(known)

    def know(self, rows: Iterable[R]) -> None:
        """Take rows as they are stored; those never taken do not exist."""
        self._known.update((self.table.key_of(row), row) for row in rows)

    def find(self, *key: ColumnValue) -> R | None:
        """Return a row, or None if there is none."""
        return self.changed.get(key) or self._known.get(key)

    def get(self, *key: ColumnValue) -> R:
        """Return a row; raise `KeyError` if there is none."""
        row = self.find(*key)
        if row is None:
            raise KeyError(key)
        return row

    def put(self, row: R) -> None:
        """Insert or replace a row."""
        self.changed[self.table.key_of(row)] = row

    def all(self) -> tuple[R, ...]:
        """Return every row, known and changed."""
        return tuple((self._known | self.changed).values())


async def load(
    connection: Connection,
    table: Table[R],
    *,
    schema: str,
    by: Sequence[str],
    wanted: Collection[Key],
) -> tuple[R, ...]:
    """Return the rows whose columns `by` have one of the wanted values; one statement."""
    if not wanted:
        return ()
    arrays = [list(values) for values in zip(*wanted, strict=True)]
    records = await connection.fetch(table.select_sql(schema, by), *arrays)
    return tuple(table.row(*record.values()) for record in records)


async def upsert(connection: Connection, rows: Rows[R], *, schema: str) -> None:
    """Write what a fold changed of one table; one statement."""
    if not rows.changed:
        return
    # As JSON: the driver's arrays cost four times the CPU of this process (docs/decisions/0083).
    data = json.encode(list(rows.changed.values())).decode()
    await connection.execute(rows.table.upsert_sql(schema), data)


async def append(
    connection: Connection, table: Table[R], rows: Sequence[R], *, schema: str
) -> None:
    """Add rows to a table without a key, by COPY."""
    if rows:
        await connection.copy_records_to_table(
            table.name,
            schema_name=schema,
            columns=table.row.__struct_fields__,
            records=[structs.astuple(row) for row in rows],
        )


def schema_sql(schema: str, tables: Iterable[AnyTable]) -> str:
    """Return the statements that create a schema's tables if they are missing."""
    own = [] if schema == TEMPORARY else [f"create schema if not exists {schema};"]
    return "\n".join([*own, *(table.create_sql(schema) for table in tables)])


@cache
def _columns_of(row: type[Struct]) -> tuple[Column, ...]:
    hints = get_type_hints(row, include_extras=True)
    return tuple(_column(name, hints[name]) for name in row.__struct_fields__)


def _column(name: str, hint: object) -> Column:
    arguments = get_args(hint)
    if hint in (Small, Big):
        return Column(name=name, sql_type=str(arguments[1]), is_optional=False)
    plain = [kind for kind in arguments or (hint,) if kind is not NoneType]
    return Column(name=name, sql_type=_SQL_TYPES[plain[0]], is_optional=NoneType in arguments)
