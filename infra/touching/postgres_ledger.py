"""Keep one row per attempt, committed before anything leaves: the first insert wins.

The row decides who may send.  An outcome is written once; whoever comes second reads the
one that stands.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

import asyncpg

from engine.ids import StreamId
from engine.requests import Reach
from engine.suppressing import persons_in
from infra.runtime.owning.touch_ports import GrantKey
from infra.store.pool import Connection, Pool, translated
from infra.touching.postgres_grants import columns, give_back
from infra.touching.protocol import AttemptReport, LedgerRow, Settlement, gives_back
from infra.touching.tables import Entry

TAKE = """
with taken as (
  insert into send_ledger
    (stream, touch, attempt, partition, tag, message_id, process, taken_at, reach, code, person)
  select stream, touch, attempt, partition, tag, message_id, $9, $10, nullif(reach, ''), code,
         person
  from unnest($1::text[], $2::integer[], $3::integer[], $4::smallint[], $5::text[], $6::text[],
              $7::text[], $8::text[], $11::text[])
    as wanted (stream, touch, attempt, partition, tag, message_id, reach, code, person)
  order by stream, touch, attempt
  on conflict do nothing
  returning stream, touch, attempt
), used as (
  update send_grant set is_used = true from taken
  where (send_grant.stream, send_grant.touch, send_grant.attempt)
      = (taken.stream, taken.touch, taken.attempt)
  returning taken.stream, taken.touch, taken.attempt, send_grant.window_name
)
select stream, touch, attempt, coalesce(window_name, '') as window_name
from taken left join used using (stream, touch, attempt)
"""
READ = """
select stream, touch, attempt, process, reach, code, digest, size_bytes,
       coalesce(window_name, '') as window_name,
       exists (select from send_process where id = process and ended_at is not null) as is_dead
from send_ledger left join send_grant using (stream, touch, attempt)
where (stream, touch, attempt) in (select * from unnest($1::text[], $2::integer[], $3::integer[]))
"""
OPEN_ROWS = """
select stream, touch, attempt, process from send_ledger
where reach is null and (tag = any($1::text[]) or person = any($2::text[]))
"""
SETTLE = """
update send_ledger
set reach = outcome.reach, code = outcome.code, digest = outcome.digest,
    size_bytes = outcome.size_bytes, settled_at = $8
from unnest($1::text[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[],
            $7::integer[])
  as outcome (stream, touch, attempt, reach, code, digest, size_bytes)
where (send_ledger.stream, send_ledger.touch, send_ledger.attempt)
    = (outcome.stream, outcome.touch, outcome.attempt)
  and send_ledger.reach is null
returning send_ledger.stream, send_ledger.touch, send_ledger.attempt
"""


class PostgresLedger:
    """The ledger of one database; see `infra.touching.tables.Ledger`."""

    def __init__(self, pool: Pool, process: str) -> None:
        """Keep the pool, and the id under which this process takes attempts."""
        self._pool = pool
        self.process = process

    async def take(self, entries: Sequence[Entry], at: datetime) -> dict[GrantKey, str]:
        """Insert rows and commit; see the port."""
        reported = {entry.key for entry in entries if entry.report}
        async with self._statements(are_one=not reported) as connection:
            rows = await connection.fetch(
                TAKE,
                *columns([entry.key for entry in entries]),
                [entry.partition for entry in entries],
                [entry.tag for entry in entries],
                [entry.reference for entry in entries],
                [entry.report.reach.value if entry.report else "" for entry in entries],
                [entry.report.code if entry.report else "" for entry in entries],
                self.process,
                at,
                [entry.person for entry in entries],
            )
            taken = {_key(row): row["window_name"] for row in rows}
            await give_back(connection, [key for key in taken if key in reported])
        return taken

    async def read(self, keys: Sequence[GrantKey]) -> dict[GrantKey, LedgerRow]:
        """Return the rows that stand under these keys."""
        if not keys:
            return {}
        with translated():
            rows = await self._pool.fetch(READ, *columns(keys))
        return {_key(row): _ledger_row(row) for row in rows}

    async def open_rows(self, names: Collection[str]) -> dict[GrantKey, LedgerRow]:
        """Return the rows without outcome whose message goes to these addresses or people."""
        with translated():
            rows = await self._pool.fetch(OPEN_ROWS, sorted(names), persons_in(names))
        return {_key(row): LedgerRow(row["process"], None) for row in rows}

    async def settle(
        self, outcomes: Mapping[GrantKey, Settlement], at: datetime
    ) -> dict[GrantKey, Settlement]:
        """Write outcomes where none stands; return those that stand now."""
        unsent = {key for key, outcome in outcomes.items() if gives_back(outcome.report.reach)}
        async with self._statements(are_one=not unsent) as connection:
            rows = await connection.fetch(
                SETTLE,
                *columns(list(outcomes)),
                [outcome.report.reach.value for outcome in outcomes.values()],
                [outcome.report.code for outcome in outcomes.values()],
                [outcome.digest for outcome in outcomes.values()],
                [outcome.size_bytes for outcome in outcomes.values()],
                at,
            )
            written = {key: outcomes[key] for key in map(_key, rows)}
            await give_back(connection, [key for key in written if key in unsent])
        found = await self.read([key for key in outcomes if key not in written])
        standing = {key: row.settlement for key, row in found.items() if row.settlement}
        return written | standing

    @asynccontextmanager
    async def _statements(self, *, are_one: bool) -> AsyncIterator[Connection]:
        """Give a connection; several statements share a transaction, one is its own."""
        with translated():
            async with self._pool.acquire() as connection:
                if are_one:
                    yield connection
                    return
                async with connection.transaction():
                    yield connection


async def begin_process(pool: Pool, *, home: str) -> str:
    """Return a new process id; every earlier process of this home is dead from now on.

    To be called under the home's lock, and by nobody else: the lock proves that whoever
    ran the home before has ended.
    """
    process = uuid4().hex
    with translated():
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "update send_process set ended_at = now() where home = $1 and ended_at is null",
                home,
            )
            await connection.execute(
                "insert into send_process (id, home) values ($1, $2)", process, home
            )
    return process


def _key(row: asyncpg.Record) -> GrantKey:
    return GrantKey(StreamId(row["stream"]), row["touch"], row["attempt"])


def _ledger_row(row: asyncpg.Record) -> LedgerRow:
    reach = row["reach"]
    return LedgerRow(
        process=row["process"],
        report=None if reach is None else AttemptReport(Reach(reach), row["code"]),
        digest=row["digest"],
        size_bytes=row["size_bytes"],
        window=row["window_name"],
        is_dead=row["is_dead"],
    )
