"""Keep how far readers of valid decisions have got: reactors, and each view."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import asyncpg

from engine.validity import Cursor
from infra.log.port import Place
from infra.runtime.following.hand_over import Batch
from infra.runtime.partitions import number_of, place_of
from infra.store.pool import Connection, Pool, translated


class Reader(NamedTuple):
    """Who reads; another version or generation begins anew."""

    name: str
    version: int
    generation: int


class Cursors(Protocol):
    """Cursors of one reader that needs no transaction of its own."""

    async def load(self) -> Mapping[Place, Cursor]:
        """Return every cursor that was kept."""

    async def keep(self, cursors: Mapping[Place, Cursor]) -> None:
        """Move cursors forward; one that is further already stays."""


class PostgresCursors:
    """Cursors of one reader in PostgreSQL."""

    def __init__(self, pool: Pool, reader: Reader) -> None:
        self._pool = pool
        self._reader = reader

    async def load(self) -> Mapping[Place, Cursor]:
        """Return every cursor that was kept."""
        with translated():
            async with self._pool.acquire() as connection:
                return await load_cursors(connection, self._reader)

    async def keep(self, cursors: Mapping[Place, Cursor]) -> None:
        """Move cursors forward; one that is further already stays."""
        with translated():
            await self._pool.execute(_KEEP, *self._reader, *_columns(cursors))


_LOAD = """
    select partition, next_offset, epoch, seq from reader_cursor
    where name = $1 and version = $2 and generation = $3 order by partition
"""

_PUT = """
    update reader_cursor as old
    set next_offset = new.next_offset, epoch = new.epoch, seq = new.seq
    from unnest($4::smallint[], $5::bigint[], $6::integer[], $7::bigint[])
      as new (partition, next_offset, epoch, seq)
    where old.name = $1 and old.version = $2 and old.generation = $3
      and old.partition = new.partition
"""

_KEEP = """
    insert into reader_cursor (name, version, generation, partition, next_offset, epoch, seq)
    select $1, $2, $3, new.partition, new.next_offset, new.epoch, new.seq
    from unnest($4::smallint[], $5::bigint[], $6::integer[], $7::bigint[])
      as new (partition, next_offset, epoch, seq)
    on conflict (name, version, generation, partition) do update
      set next_offset = excluded.next_offset, epoch = excluded.epoch, seq = excluded.seq
      where reader_cursor.seq <= excluded.seq
"""

# Rows are locked in one order, whoever moves them.
_MOVE = """
    with new as materialized (
      select * from unnest(
        $2::text[], $3::integer[], $4::smallint[],
        $5::bigint[], $6::integer[], $7::bigint[], $8::bigint[], $9::bigint[]
      ) as n (name, version, partition, next_offset, epoch, seq, former_offset, former_seq)
    ), locked as materialized (
      select name, version, partition from reader_cursor join new using (name, version, partition)
      where generation = $1
      order by name, version, partition for no key update of reader_cursor
    )
    update reader_cursor as old
    set next_offset = new.next_offset, epoch = new.epoch, seq = new.seq
    from new join locked using (name, version, partition)
    where old.generation = $1 and old.name = new.name and old.version = new.version
      and old.partition = new.partition
      and old.next_offset = new.former_offset and old.seq = new.former_seq
"""


async def load_cursors(connection: Connection, reader: Reader) -> dict[Place, Cursor]:
    """Return every cursor of a reader."""
    return _cursors(reader, await connection.fetch(_LOAD, *reader))


async def lock_cursors(connection: Connection, reader: Reader) -> dict[Place, Cursor]:
    """Return the same, and let nobody move them before the caller's transaction ends."""
    return _cursors(reader, await connection.fetch(f"{_LOAD} for update", *reader))


async def put_cursors(
    connection: Connection, reader: Reader, cursors: Mapping[Place, Cursor]
) -> None:
    """Put cursors where they stand, forward or back; the caller's transaction holds them."""
    await connection.execute(_PUT, *reader, *_columns(cursors))


def _cursors(reader: Reader, rows: Iterable[asyncpg.Record]) -> dict[Place, Cursor]:
    return {
        place_of(row["partition"]): Cursor(
            row["next_offset"], reader.generation, row["epoch"], row["seq"]
        )
        for row in rows
    }


async def create_cursors(connection: Connection, reader: Reader, places: Sequence[Place]) -> None:
    """Give a reader a cursor at the beginning of each partition where it has none."""
    await connection.execute(
        """
        insert into reader_cursor (name, version, generation, partition, next_offset, epoch, seq)
        select $1, $2, $3, unnest($4::smallint[]), 0, 0, 0
        on conflict (name, version, generation, partition) do nothing
        """,
        *reader,
        [number_of(place) for place in places],
    )


async def move_cursors(
    connection: Connection, generation: int, moves: Sequence[tuple[Reader, Batch]]
) -> bool:
    """Move cursors by compare-and-set; False if any is not where its batch begins.

    The caller's transaction holds what the batches changed: on False it must roll back.
    """
    moved: str = await connection.execute(
        _MOVE,
        generation,
        [reader.name for reader, _ in moves],
        [reader.version for reader, _ in moves],
        [number_of(batch.place) for _, batch in moves],
        [batch.after.offset for _, batch in moves],
        [batch.after.epoch for _, batch in moves],
        [batch.after.seq for _, batch in moves],
        [batch.before.offset for _, batch in moves],
        [batch.before.seq for _, batch in moves],
    )
    return moved == f"UPDATE {len(moves)}"


def _columns(cursors: Mapping[Place, Cursor]) -> tuple[list[int], ...]:
    return (
        [number_of(place) for place in cursors],
        [cursor.offset for cursor in cursors.values()],
        [cursor.epoch for cursor in cursors.values()],
        [cursor.seq for cursor in cursors.values()],
    )
