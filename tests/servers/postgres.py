"""A real PostgreSQL for tests: one server a session, one database a test.

A migrated database is made once and copied for each test, which costs a tenth of
migrating anew.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from infra.store.dsn import Dsn
from infra.store.migrate import migrate
from infra.store.pool import connected
from infra.store.server import Server, ServerSettings, running

TEMPLATE = "template_relance"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPostgres:
    """A server for the length of a test session."""

    __test__ = False

    server: Server
    numbers: "count[int]"

    @property
    def dsn(self) -> Dsn:
        """Return the address of the server's maintenance database."""
        return self.server.dsn

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Dsn]:
        """Give a database as `migrate` leaves it, dropped at the end of the block."""
        async with self.copy(replace(self.dsn, database=TEMPLATE)) as dsn:
            yield dsn

    @asynccontextmanager
    async def copy(self, of: Dsn) -> AsyncIterator[Dsn]:
        """Give a database that holds what another one does now; nobody may be connected to it."""
        name = f"test_{next(self.numbers)}"
        await self._execute(f"create database {name} template {of.database} strategy file_copy")
        try:
            yield replace(self.dsn, database=name)
        finally:
            await self._execute(f"drop database {name} with (force)")

    async def make_template(self) -> None:
        """Create and migrate the database that the others are copies of."""
        await self._execute(f"create database {TEMPLATE}")
        await migrate(replace(self.dsn, database=TEMPLATE))

    async def _execute(self, sql: str) -> None:
        async with connected(self.dsn, application_name="tests") as connection:
            await connection.execute(sql)


@asynccontextmanager
async def postgres_for_tests() -> AsyncIterator[TestPostgres]:
    """Run a server in a folder of its own; it does not survive a killed test run."""
    folder = Path(tempfile.mkdtemp(prefix="relance-pg-"))
    try:
        settings = ServerSettings(folder=folder, is_durable=False, can_create_databases=True)
        async with running(settings) as server:
            postgres = TestPostgres(server=server, numbers=count(1))
            await postgres.make_template()
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)
