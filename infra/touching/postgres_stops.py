"""The suppression table in PostgreSQL."""

from collections.abc import Collection

from engine.decision import PlacedDecision
from infra.store.pool import Connection, Pool, translated
from infra.touching.tables import Stop

INSERT = """
insert into suppression (tag, reason, scope, since_at, partition, seq)
values ($1, $2, $3, $4, $5, $6)
on conflict (tag, reason) do nothing
"""
SUPPRESSED = "select distinct tag from suppression where tag = any($1::text[])"


class PostgresStops:
    """The stops of one database; see `infra.touching.tables.Stops`."""

    def __init__(self, pool: Pool) -> None:
        """Keep the pool; its commits must be synchronous."""
        self._pool = pool

    async def write(self, tag: str, stop: Stop, placed: PlacedDecision) -> None:
        """Commit a stop; the first of a reason stands."""
        at, partition, seq = placed.body.at, placed.partition, placed.seq
        with translated():
            await self._pool.execute(INSERT, tag, stop.reason, stop.scope, at, partition, seq)

    async def suppressed(self, tags: Collection[str]) -> frozenset[str]:
        """Return which of these tags nothing may go to."""
        with translated():
            async with self._pool.acquire() as connection:
                return await suppressed(connection, tags)


async def suppressed(connection: Connection, tags: Collection[str]) -> frozenset[str]:
    """Return which of these tags nothing may go to, within a caller's transaction."""
    rows = await connection.fetch(SUPPRESSED, sorted(set(tags)))
    return frozenset(row["tag"] for row in rows)
