"""Wrapped keys and check values in PostgreSQL."""

from collections.abc import Sequence

import asyncpg

from infra.store.pool import Pool, translated
from infra.vault.errors import SubjectErasedError

FETCH = "select subject, wrapped from vault_key where subject = any($1::text[])"
ADD = """
insert into vault_key (subject, wrapped)
select * from unnest($1::text[], $2::bytea[])
on conflict (subject) do nothing
"""
DESTROY = """
insert into vault_key (subject, wrapped, destroyed_at)
select subject, null, now() from unnest($1::text[]) as subject
on conflict (subject) do update
set wrapped = null, destroyed_at = coalesce(vault_key.destroyed_at, excluded.destroyed_at)
"""
ADD_CHECK = """
insert into vault_check (name, value)
select * from unnest($1::text[], $2::bytea[])
on conflict (name) do nothing
"""


class PostgresKeyStore:
    """A key store in the table `vault_key`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def fetch(self, subjects: Sequence[str]) -> dict[str, bytes | None]:
        """Return what stands for these subjects."""
        with translated():
            return _by_subject(await self._pool.fetch(FETCH, list(subjects)))

    async def add(self, wrapped: dict[str, bytes]) -> dict[str, bytes | None]:
        """Store keys for subjects that have none; see `KeyStore.add`."""
        subjects = sorted(wrapped)  # One order for all, or two batches could deadlock.
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(ADD, subjects, [wrapped[subject] for subject in subjects])
                stored = _by_subject(await connection.fetch(FETCH, subjects))
                erased = [subject for subject in subjects if stored[subject] is None]
                if erased:
                    raise SubjectErasedError(erased)
        return stored

    async def destroy(self, subjects: Sequence[str]) -> None:
        """Replace these subjects' keys by tombstones."""
        with translated():
            await self._pool.execute(DESTROY, sorted(set(subjects)))


class PostgresCheckStore:
    """Check values in the table `vault_check`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self) -> dict[str, bytes]:
        """Return the stored check values, empty on a first start."""
        with translated():
            rows = await self._pool.fetch("select name, value from vault_check")
        return {row["name"]: row["value"] for row in rows}

    async def add(self, checks: dict[str, bytes]) -> dict[str, bytes]:
        """Store check values unless there are some; return those that stand."""
        names = sorted(checks)
        with translated():
            await self._pool.execute(ADD_CHECK, names, [checks[name] for name in names])
        return await self.read()


def _by_subject(rows: Sequence[asyncpg.Record]) -> dict[str, bytes | None]:
    return {row["subject"]: row["wrapped"] for row in rows}
