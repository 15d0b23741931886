"""Migrations: each once, in order, by one process; strangers are refused."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from infra.store.dsn import Dsn
from infra.store.errors import (
    MigrationBusyError,
    MigrationChangedError,
    MigrationNameError,
    MigrationUnknownError,
)
from infra.store.migrate import LOCK_KEY, Migration, migrate, migrations
from infra.store.pool import connected

FIRST = Migration(version=901, name="0901_create_kept.sql", sql="create table kept (n integer)")
SECOND = Migration(version=902, name="0902_fill_kept.sql", sql="insert into kept values (1)")


async def fetch(dsn: Dsn, sql: str) -> object:
    """Run one statement beside the migration."""
    async with connected(dsn, application_name="tests") as connection:
        answer: object = await connection.fetchval(sql)
    return answer


def known(*more: Migration) -> tuple[Migration, ...]:
    """Return our migrations and `more`."""
    return (*migrations(), *more)


@pytest.mark.connected
class TestMigrate:
    async def test_applies_what_is_missing_once(self, database: Dsn) -> None:
        """A start on an old home brings it forward, a second start changes nothing."""
        assert await migrate(database, known=known(FIRST, SECOND)) == (FIRST.name, SECOND.name)
        assert await migrate(database, known=known(FIRST, SECOND)) == ()
        assert await fetch(database, "select count(*) from kept") == 1

    async def test_by_many_at_once_applies_each_once(self, database: Dsn) -> None:
        """Several processes start together after a deployment."""
        answers = await asyncio.gather(
            *(migrate(database, known=known(FIRST, SECOND)) for _ in range(4))
        )

        assert sorted(answers) == [(), (), (), (FIRST.name, SECOND.name)]
        assert await fetch(database, "select count(*) from kept") == 1

    async def test_a_failing_file_leaves_nothing_of_itself(self, database: Dsn) -> None:
        """Half a migration could never be applied again."""
        broken = Migration(version=903, name="0903_break.sql", sql="create table half (); boom")

        with pytest.raises(Exception, match="syntax error"):
            await migrate(database, known=known(FIRST, broken))

        assert await fetch(database, "select to_regclass('half')") is None
        assert await fetch(database, "select max(version) from schema_migration") == FIRST.version

    async def test_a_statement_without_transaction_runs(self, database: Dsn) -> None:
        """Indexes on large tables are made without stopping writers."""
        index = Migration(
            version=902,
            name="0902_index_kept.sql",
            sql="-- no-transaction\ncreate index concurrently kept_n on kept (n)",
        )

        await asyncio.gather(*(migrate(database, known=known(FIRST, index)) for _ in range(3)))

        assert await fetch(database, "select to_regclass('kept_n') is not null")

    async def test_refuses_a_file_that_changed(self, database: Dsn) -> None:
        """Two homes with one version number must have one schema."""
        await migrate(database, known=known(FIRST))
        changed = Migration(version=901, name=FIRST.name, sql=FIRST.sql + " -- again")

        with pytest.raises(MigrationChangedError, match="to be as it was applied"):
            await migrate(database, known=known(changed))

    async def test_refuses_a_database_of_a_newer_version(self, database: Dsn) -> None:
        """Old code on a new schema would write what new code does not expect."""
        await migrate(database, known=known(FIRST))

        with pytest.raises(MigrationUnknownError, match="a newer version wrote it"):
            await migrate(database, known=known(SECOND))

        assert await fetch(database, "select max(version) from schema_migration") == FIRST.version

    async def test_gives_up_when_another_process_keeps_the_lock(self, database: Dsn) -> None:
        """A process that hangs in a migration must not hang all others."""
        async with connected(database, application_name="tests") as holder:
            await holder.execute("select pg_advisory_lock($1)", LOCK_KEY)

            with pytest.raises(MigrationBusyError, match="migration lock to be free"):
                await migrate(database, lock_within=timedelta(0))


class TestFiles:
    def test_of_ours_have_numbers_of_their_own_and_a_reason_on_top(self) -> None:
        """The order of application is the order of the numbers."""
        ours = migrations()

        assert [migration.version for migration in ours][:2] == [1, 2]
        assert all(migration.sql.startswith("-- ") for migration in ours)

    @pytest.mark.parametrize("names", [("create.sql",), ("0001_a.sql", "0001_b.sql")])
    def test_without_a_number_of_their_own_are_refused(
        self, tmp_path: Path, names: tuple[str, ...]
    ) -> None:
        """Two people who add a migration at once must notice."""
        for name in names:
            (tmp_path / name).write_text("select 1")

        with pytest.raises(MigrationNameError, match=f"got: {names[-1]}"):
            migrations(tmp_path)
