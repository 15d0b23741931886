"""Bring a database's schema to what this code knows, forward only."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from infra.store.dsn import Dsn
from infra.store.errors import (
    MigrationBusyError,
    MigrationChangedError,
    MigrationNameError,
    MigrationUnknownError,
)
from infra.store.pool import Connection, connected

FOLDER = Path(__file__).with_name("migrations")
FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
LOCK_KEY = 7_253_120_001
LOCK_WITHIN = timedelta(seconds=60)
LOCK_POLL_SECONDS = 0.1
# Such a file holds one statement that PostgreSQL refuses inside a transaction.
NO_TRANSACTION = "-- no-transaction"

CREATE_TABLE = """
create table if not exists schema_migration (
  version integer primary key,
  name text not null,
  sha256 text not null,
  applied_at timestamptz not null default now()
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file: its number, its name, its text."""

    version: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the text, in hexadecimal."""
        return sha256(self.sql.encode()).hexdigest()


def migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Return the migrations of a folder, in order.

    Raises:
        MigrationNameError: A file's name has no number, or two have the same.
    """
    found: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationNameError(path.name)
        version = int(match.group(1))
        if version in found:
            raise MigrationNameError(path.name)
        found[version] = Migration(version=version, name=path.name, sql=path.read_text())
    return tuple(found[version] for version in sorted(found))


async def migrate(
    dsn: Dsn, *, known: Sequence[Migration] | None = None, lock_within: timedelta = LOCK_WITHIN
) -> tuple[str, ...]:
    """Apply what is missing; return the names applied, oldest first.

    Safe to call from several processes at once.  Changes nothing if it refuses.

    Raises:
        MigrationError: The database is not one this code knows, or another process keeps
            the lock longer than `lock_within`.
        StoreUnavailableError: PostgreSQL did not answer.
    """
    wanted = migrations() if known is None else tuple(known)
    async with connected(dsn, application_name="relance migrate") as connection:
        await _take_lock(connection, lock_within)
        try:
            await connection.execute(CREATE_TABLE)
            missing = await _missing(connection, wanted)
            for migration in missing:
                await _apply(connection, migration)
            return tuple(migration.name for migration in missing)
        finally:
            await connection.execute("select pg_advisory_unlock($1)", LOCK_KEY)


async def _take_lock(connection: Connection, within: timedelta) -> None:
    # Polled: waiting inside PostgreSQL would deadlock with `create index concurrently`.
    started = time.monotonic()
    while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK_KEY):
        waited_seconds = time.monotonic() - started
        if waited_seconds > within.total_seconds():
            raise MigrationBusyError(waited_seconds)
        await asyncio.sleep(LOCK_POLL_SECONDS)


async def _missing(connection: Connection, wanted: Sequence[Migration]) -> tuple[Migration, ...]:
    rows = await connection.fetch("select version, name, sha256 from schema_migration")
    applied = {row["version"]: row for row in rows}
    known_versions = {migration.version for migration in wanted}
    unknown = tuple(
        row["name"] for version, row in sorted(applied.items()) if version not in known_versions
    )
    if unknown:
        raise MigrationUnknownError(unknown)
    for migration in wanted:
        row = applied.get(migration.version)
        if row is not None and row["sha256"] != migration.digest:
            raise MigrationChangedError(migration.name)
    return tuple(migration for migration in wanted if migration.version not in applied)


async def _apply(connection: Connection, migration: Migration) -> None:
    if migration.sql.startswith(NO_TRANSACTION):
        await connection.execute(migration.sql)
        await _record(connection, migration)
        return
    async with connection.transaction():
        await connection.execute(migration.sql)
        await _record(connection, migration)


async def _record(connection: Connection, migration: Migration) -> None:
    await connection.execute(
        "insert into schema_migration (version, name, sha256) values ($1, $2, $3)",
        migration.version,
        migration.name,
        migration.digest,
    )
