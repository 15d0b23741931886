"""Keep flushed states in PostgreSQL: rows and position in one fenced transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from engine import rules
from engine.decision import Next
from engine.ids import StreamId
from engine.rules import Stream
from engine.validity import Cursor
from infra.log.leases import Tenure
from infra.log.port import Place
from infra.log.postgres_leases import hold_epochs
from infra.runtime.owning.state import DueStream, FlushPosition, StreamKey, is_attempting
from infra.runtime.owning.state_codec import SCHEMA, decode_state, encode_state
from infra.runtime.partitions import number_of, place_of
from infra.store.pool import Connection, Pool, translated

ROWS_AT_ONCE = 500  # encoding them holds up the loop for about 20 ms

_POSITION = """
    select * from owner_cursor where schema = $1 and generation = $2 and partition = $3
"""

_FURTHEST = """
    select next_offset, generation, epoch, seq from owner_cursor
    where generation = $1 and partition = $2 order by next_offset desc limit 1
"""

_LOAD = """
    select partition, stream, seq, codec, data
    from unnest($3::smallint[], $4::text[]) as wanted (partition, stream)
    join stream_state using (partition, stream)
    where schema = $1 and generation = $2
"""

_PUT_ROWS = """
    insert into stream_state (
      schema, generation, partition, stream, seq, version, next_due, is_attempting, codec, data
    )
    select $1, $2, $3, *
    from unnest(
      $4::text[], $5::bigint[], $6::integer[], $7::timestamptz[], $8::boolean[],
      $9::smallint[], $10::bytea[]
    )
    on conflict (schema, generation, partition, stream) do update
    set seq = excluded.seq, version = excluded.version, next_due = excluded.next_due,
        is_attempting = excluded.is_attempting, codec = excluded.codec, data = excluded.data
"""

_PUT_POSITION = """
    insert into owner_cursor (
      schema, generation, partition, next_offset, epoch, seq, express, bulk,
      workspace_offset, workspace_generation, workspace_epoch, workspace_seq, w
    )
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict (schema, generation, partition) do update
    set next_offset = excluded.next_offset, epoch = excluded.epoch, seq = excluded.seq,
        express = excluded.express, bulk = excluded.bulk,
        workspace_offset = excluded.workspace_offset,
        workspace_generation = excluded.workspace_generation,
        workspace_epoch = excluded.workspace_epoch, workspace_seq = excluded.workspace_seq,
        w = excluded.w
"""

# The row comparison makes one index range of it.
_DUE = """
    select next_due, stream from stream_state
    where schema = $1 and generation = $2 and partition = $3 and next_due is not null
      and ($4::timestamptz is null or (next_due, stream) > ($4, $5))
    order by next_due, stream limit $6
"""

_ATTEMPTING = """
    select stream from stream_state
    where schema = $1 and generation = $2 and partition = $3 and is_attempting
    order by stream
"""


class PostgresStates:
    """Rows of this code's state types, in one generation of the log."""

    def __init__(self, pool: Pool, *, generation: int, schema: int = SCHEMA) -> None:
        """Keep whose rows these are; another schema sees none of them."""
        self._pool = pool
        self._key = (schema, generation)

    async def position(self, place: Place) -> FlushPosition | None:
        """Return how far the last flush had got."""
        with translated():
            row = await self._pool.fetchrow(_POSITION, *self._key, number_of(place))
        return _position(row) if row is not None else None

    async def furthest(self, place: Place) -> Cursor | None:
        """Return how far a flush had got, of whichever code: valid records end there."""
        _, generation = self._key
        with translated():
            row = await self._pool.fetchrow(_FURTHEST, generation, number_of(place))
        return _cursor(row) if row is not None else None

    async def load(self, keys: Sequence[StreamKey]) -> Mapping[StreamKey, Stream]:
        """Return the states that are stored."""
        partitions = [number_of(key.place) for key in keys]
        streams = [key.stream for key in keys]
        with translated():
            rows = await self._pool.fetch(_LOAD, *self._key, partitions, streams)
        return {
            StreamKey(place_of(row["partition"]), StreamId(row["stream"])): decode_state(
                StreamId(row["stream"]), row["seq"], row["codec"], row["data"]
            )
            for row in rows
        }

    async def flush(
        self, tenure: Tenure, position: FlushPosition, *, states: Mapping[StreamId, Stream]
    ) -> None:
        """Write states and position together; see the port."""
        rows = list(states.items())
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await hold_epochs(connection, (tenure,))
                for start in range(0, len(rows), ROWS_AT_ONCE):
                    await self._put_rows(connection, tenure, rows[start : start + ROWS_AT_ONCE])
                await self._put_position(connection, tenure, position)

    async def due(
        self, place: Place, *, after: DueStream | None, limit: int
    ) -> Sequence[DueStream]:
        """Return the timers that follow `after`, earliest first."""
        at: datetime | None = after.due_at if after else None
        stream = after.stream if after else None
        with translated():
            rows = await self._pool.fetch(_DUE, *self._key, number_of(place), at, stream, limit)
        return [DueStream(row["next_due"], StreamId(row["stream"])) for row in rows]

    async def attempting(self, place: Place) -> Sequence[StreamId]:
        """Return the streams with an attempt open at the last flush."""
        with translated():
            rows = await self._pool.fetch(_ATTEMPTING, *self._key, number_of(place))
        return [StreamId(row["stream"]) for row in rows]

    async def _put_rows(
        self, connection: Connection, tenure: Tenure, rows: Sequence[tuple[StreamId, Stream]]
    ) -> None:
        encoded = [encode_state(state) for _, state in rows]
        await connection.execute(
            _PUT_ROWS,
            *self._key,
            number_of(tenure.place),
            [stream for stream, _ in rows],
            [state.seq for _, state in rows],
            [state.version for _, state in rows],
            [rules.due_at(state) for _, state in rows],
            [is_attempting(state) for _, state in rows],
            [codec for codec, _ in encoded],
            [data for _, data in encoded],
        )

    async def _put_position(
        self, connection: Connection, tenure: Tenure, position: FlushPosition
    ) -> None:
        cursor, following, w = position
        workspace = following.workspace
        await connection.execute(
            _PUT_POSITION,
            *self._key,
            number_of(tenure.place),
            *(cursor.offset, cursor.epoch, cursor.seq),
            *(following.express, following.bulk),
            *(workspace.offset, workspace.generation, workspace.epoch, workspace.seq),
            w,
        )


def _cursor(row: asyncpg.Record) -> Cursor:
    return Cursor(row["next_offset"], row["generation"], row["epoch"], row["seq"])


def _position(row: asyncpg.Record) -> FlushPosition:
    workspace = Cursor(
        row["workspace_offset"],
        row["workspace_generation"],
        row["workspace_epoch"],
        row["workspace_seq"],
    )
    return FlushPosition(_cursor(row), Next(row["express"], row["bulk"], workspace), row["w"])
