"""The tables of touching under contract, on each backend, with one partition owned."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple, Protocol

from engine.decision import Outcome
from engine.ids import StreamId
from infra.log.memory_leases import MemoryLeases
from infra.store.dsn import Dsn
from infra.store.pool import Pool, close_pool, open_pool
from infra.touching.memory_tables import MemoryGrants, MemoryLedger, MemoryStops, MemoryTables
from infra.touching.postgres_grants import PostgresGrants
from infra.touching.postgres_ledger import PostgresLedger, begin_process
from infra.touching.postgres_stops import PostgresStops
from infra.touching.suppression import TableSuppression
from infra.touching.tables import WHOLE_SENDER, Entry, Grants, Ledger, Stops
from tests.infra.touching.examples import NIORT, PLACE, key, objected


class Counts(NamedTuple):
    """How much stands in the tables."""

    messages: int  # counted, over all senders and windows
    stops: int


class TouchBackend(Protocol):
    """One backend; the example partition is owned at epoch 1."""

    grants: Grants
    stops: Stops

    async def ledger(self, home: str = "home") -> Ledger:
        """Return the ledger as a process that just started under a home's lock writes it."""

    async def counts(self) -> Counts:
        """Return how much stands in the tables."""


class MemoryBackend:
    """Tables in memory."""

    def __init__(self, leases: MemoryLeases) -> None:
        self._tables = MemoryTables(leases)
        self.grants: Grants = MemoryGrants(self._tables)
        self.stops: Stops = MemoryStops(self._tables)

    async def ledger(self, home: str = "home") -> Ledger:
        """Return the ledger as a new process writes it."""
        return MemoryLedger(self._tables, self._tables.begin_process(home))

    async def counts(self) -> Counts:
        """Count what is held."""
        whole = ((n, of) for (_, of, _), n in self._tables.counts.items())
        return Counts(sum(n for n, of in whole if of == WHOLE_SENDER), len(self._tables.stops))


class PostgresBackend:
    """A database of its own."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.grants: Grants = PostgresGrants(pool)
        self.stops: Stops = PostgresStops(pool)

    async def ledger(self, home: str = "home") -> Ledger:
        """Return the ledger as a new process writes it."""
        return PostgresLedger(self._pool, await begin_process(self._pool, home=home))

    async def counts(self) -> Counts:
        """Count what is held."""
        row = await self._pool.fetchrow(
            "select (select coalesce(sum(message_count), 0) from send_window where domain = ''),"
            " (select count(*) from suppression)"
        )
        assert row is not None
        return Counts(int(row[0]), int(row[1]))


@asynccontextmanager
async def memory_backend() -> AsyncIterator[MemoryBackend]:
    """Give tables in memory."""
    leases = MemoryLeases()
    await leases.take(PLACE, holder="tests", log_epoch=0)
    yield MemoryBackend(leases)


@asynccontextmanager
async def postgres_backend(database: Dsn) -> AsyncIterator[PostgresBackend]:
    """Give tables on a fresh database, with connections enough to race."""
    pool = await open_pool(database, application_name="tests", size_max=12)
    await pool.execute(
        "insert into lease (topic, partition, holder, epoch) values (1, $1, 'tests', 1)",
        PLACE.partition,
    )
    yield PostgresBackend(pool)
    await close_pool(pool)


def entry(number: int = 1, stream: StreamId = NIORT) -> Entry:
    """Return the ledger row of an attempt at one address."""
    return Entry(
        key=key(stream, number), partition=PLACE.partition, tag="t", reference=f"<{number}@x>"
    )


async def object_to(tables: TouchBackend, tag: str, outcome: Outcome | None = None) -> set[str]:
    """Let somebody object at an address; return what is listed as in flight."""
    suppression = TableSuppression(tables.stops, await tables.ledger("elsewhere"))
    return set(await suppression.before_answer(objected(tag, outcome)))
