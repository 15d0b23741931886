"""The suppression table in PostgreSQL."""

from collections.abc import Collection, Sequence

from engine.decision import PlacedDecision
from engine.suppressing import Stop
from infra.store.pool import Connection, Pool, translated

WRITE = """
insert into suppression (tag, reason, scope, since_at, partition, seq, stated, lifted)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (tag, reason) do update
  set stated = greatest(suppression.stated, excluded.stated),
      lifted = greatest(suppression.lifted, excluded.lifted)
"""
SUPPRESSED = """
select distinct tag from suppression where tag = any($1::text[]) and stated > lifted
"""


class PostgresStops:
    """The stops of one database; see `infra.touching.tables.Stops`."""

    def __init__(self, pool: Pool) -> None:
        """Keep the pool; its commits must be synchronous."""
        self._pool = pool

    async def write(self, stops: Sequence[Stop], placed: PlacedDecision) -> None:
        """Commit what a decision states and lifts; rows are locked in one order."""
        where = (placed.body.at, placed.partition, placed.seq)
        rows = [
            (stop.name, stop.reason, stop.scope, *where, stop.stated, stop.lifted)
            for stop in sorted(stops)
        ]
        with translated():
            await self._pool.executemany(WRITE, rows)

    async def suppressed(self, names: Collection[str]) -> frozenset[str]:
        """Return of which of these names more was stated than lifted."""
        with translated():
            async with self._pool.acquire() as connection:
                return await suppressed(connection, names)


async def suppressed(connection: Connection, names: Collection[str]) -> frozenset[str]:
    """Return the same within a caller's transaction."""
    rows = await connection.fetch(SUPPRESSED, sorted(set(names)))
    return frozenset(row["tag"] for row in rows)
