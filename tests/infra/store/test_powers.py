"""The database of a home has no powers over files, and obeys nothing that it brought along."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from infra.store import launching
from infra.store.binaries import find_binaries
from infra.store.dsn import Dsn
from infra.store.errors import BinariesUnreachableError, DataFormError, PowersError
from infra.store.launching import Launch, launch_unprivileged, reachable
from infra.store.pool import connected
from infra.store.powers import ROLE, SUPERUSER
from infra.store.server import ServerSettings, embedded_dsn, running

pytestmark = pytest.mark.connected

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def settings() -> Iterator[ServerSettings]:
    """A folder with a short path, closed to others as a home is."""
    with tempfile.TemporaryDirectory(prefix="relance-powers-") as folder:
        yield ServerSettings(folder=Path(folder) / "postgres", is_durable=False)


async def ask(settings: ServerSettings, sql: str, *, user: str = ROLE) -> object:
    """Run one statement on the folder's server."""
    dsn = replace(embedded_dsn(settings.folder), user=user)
    async with connected(dsn, application_name="tests") as connection:
        answer: object = await connection.fetchval(sql)
    return answer


FORBIDDEN = {
    "run a program": "copy (select 1) to program 'touch /tmp/relance-was-here'",
    "write a file": "copy (select 1) to '/tmp/relance-was-here'",
    "read a file": "select pg_read_file('/etc/hostname')",
    "list a folder": "select pg_ls_dir('/etc')",
    "become the superuser": f"set role {SUPERUSER}",
    "change the server": "alter system set restore_command = 'touch /tmp/relance-was-here'",
    "load a library": "load '/tmp/evil.so'",
    "import a large object": "select lo_import('/etc/hostname')",
    "make a role": "create role other superuser",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=list(FORBIDDEN))
async def test_the_role_may_not(database: Dsn, statement: str) -> None:
    """`COPY ... TO PROGRAM` wrote root's folders."""
    async with connected(database, application_name="tests") as connection:
        assert await connection.fetchval("select current_setting('is_superuser')") == "off"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)

    assert not Path("/tmp/relance-was-here").exists()  # noqa: S108 - nobody may write it


@pytest.mark.parametrize("user", [SUPERUSER, "postgres"])
async def test_nobody_logs_in_as_another(database: Dsn, user: str) -> None:
    """Not even whoever runs the home: what needs the superuser needs a stopped server."""
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        async with connected(replace(database, user=user), application_name="tests"):
            pass


async def test_the_server_has_not_roots_powers(settings: ServerSettings) -> None:
    """A fault in PostgreSQL is then no fault in everything the machine holds."""
    async with running(settings) as server:
        status = Path(f"/proc/{server.process_id}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        owner = (settings.folder / "data").stat().st_uid

    assert int(fields["CapEff"], 16) == 0
    user_ids = {int(word) for word in fields["Uid"].split()}
    assert user_ids == {owner}
    assert not (IS_ROOT and user_ids & {0})


async def test_what_is_above_the_data_stays_ours(settings: ServerSettings) -> None:
    """An account that owned the folder could put a link where we write next."""
    async with running(settings):
        pass

    assert settings.folder.stat().st_uid == os.geteuid()
    assert (settings.folder / "log").stat().st_uid == os.geteuid()


def _restoring(data: Path, witness: Path) -> None:
    command = f"restore_command = 'touch {witness}'\n"
    (data / "postgresql.auto.conf").write_text(command)
    (data / "recovery.signal").touch()


def _archiving(data: Path, witness: Path) -> None:
    (data / "postgresql.conf").write_text(
        f"archive_mode = on\narchive_command = 'touch {witness}'\n"
    )


def _trusting(data: Path, witness: Path) -> None:
    del witness
    (data / "pg_hba.conf").write_text("local all all trust\n")


@pytest.mark.parametrize("forged", [_restoring, _archiving, _trusting])
async def test_no_configuration_that_is_found_is_obeyed(
    settings: ServerSettings, tmp_path: Path, forged: Callable[[Path, Path], None]
) -> None:
    """A received home had `restore_command` run by `relance log head`."""
    witness = tmp_path / "witness"
    async with running(settings):
        await ask(settings, "create table kept (number integer)")
    forged(settings.folder / "data", witness)

    async with running(settings):
        assert await ask(settings, "select count(*) from kept") == 0
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
            await ask(settings, "select 1", user=SUPERUSER)
    assert not witness.exists()


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize("name", ["data", "data/pg_wal"])
async def test_data_that_lead_out_of_the_home_are_refused(
    settings: ServerSettings, name: str
) -> None:
    """What is copied or given away is then not the whole, and what is written not only there."""
    async with running(settings):
        pass
    _linked(settings.folder / name)

    with pytest.raises(DataFormError, match="to lie in the home itself, got: a link"):
        async with running(settings):
            pass


def single(settings: ServerSettings, statements: str) -> None:
    """Run statements as the superuser of a stopped server, as whoever forges a home does."""
    launch = launch_unprivileged()
    programs = reachable(find_binaries().folder, launch, is_wheel=True)
    done = subprocess.run(
        (
            *(*launch.prefix, str(programs / "postgres"), "--single", "-j"),
            *("-D", "/proc/self/cwd", "postgres"),
        ),
        input=statements.encode() + b"\n\n",
        cwd=settings.folder / "data",
        env={"PATH": os.defpath},
        check=True,
        capture_output=True,
    )
    assert b"ERROR" not in done.stdout, done.stdout


FORGERIES = {
    "code": (
        "create function evil() returns language_handler language c "
        "as '$libdir/plpgsql', 'plpgsql_call_handler';"
    ),
    "a role": "create role other superuser login;",
    "a trigger": (
        "create function said() returns event_trigger language plpgsql as $$ begin end $$;\n\n"
        "create event trigger evil on login execute function said();"
    ),
}


@pytest.mark.parametrize("statements", FORGERIES.values(), ids=list(FORGERIES))
async def test_a_received_database_with_code_of_others_is_refused(
    settings: ServerSettings, statements: str
) -> None:
    """It would run in our server, whatever the configuration says."""
    async with running(settings):
        pass
    single(settings, statements)

    with pytest.raises(PowersError, match="of others in the database, got"):
        async with running(replace(settings, is_received=True)):
            pass


async def test_a_received_database_loses_powers_and_settings(settings: ServerSettings) -> None:
    """Whoever gave it away may have given the role what it must not have."""
    async with running(settings):
        await ask(settings, "create table kept (number integer)")
    single(
        settings,
        "alter role relance superuser;\n\n"
        "grant pg_read_server_files to relance;\n\n"
        "alter database postgres set session_preload_libraries = 'evil';",
    )

    async with running(replace(settings, is_received=True)):
        assert await ask(settings, "select count(*) from kept") == 0
        assert await ask(settings, "select current_setting('is_superuser')") == "off"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(settings, "select pg_read_file('/etc/hostname')")


async def test_data_of_an_older_version_become_the_roles(settings: ServerSettings) -> None:
    """Homes of a version in which the role was the superuser open, and lose that at once."""
    data = settings.folder / "data"
    data.mkdir(parents=True)
    launch = launch_unprivileged()
    launching.give(data, launch)
    programs = reachable(find_binaries().folder, launch, is_wheel=True)
    words = ("-D", "/proc/self/cwd", "-U", "relance", "--auth=trust", "--no-sync")
    process = await asyncio.create_subprocess_exec(
        *(*launch.prefix, str(programs / "initdb"), *words),
        cwd=data,
        env={"PATH": os.defpath},
        stdout=subprocess.DEVNULL,
    )
    assert await process.wait() == 0
    single(
        settings,
        "create table public.kept (number integer primary key);\n\n"
        "create schema views_1; create table views_1.row (number bigserial);\n\n"
        "create view views_1.seen as select 1 as one;\n\n"
        "create function public.f() returns int language sql as 'select 1';",
    )

    async with running(settings):
        assert await ask(settings, "select count(*) from kept") == 0
        assert await ask(settings, "insert into views_1.row default values returning number") == 1
        await ask(settings, "alter table views_1.row add column added integer")
        await ask(settings, "drop schema views_1 cascade")
        await ask(settings, "create schema views_2")
        assert await ask(settings, "select public.f()") == 1
        assert await ask(settings, "select current_setting('is_superuser')") == "off"


class TestReachable:
    DROPPED = Launch(user_id=65534, group_id=65534, seen_as_id=0)

    def test_binaries_that_others_may_read_stay_where_they_are(self) -> None:
        """A copy is made only where there is no other way."""
        binaries = find_binaries()

        assert reachable(binaries.folder, Launch(seen_as_id=1000), is_wheel=True) == binaries.folder

    def test_binaries_in_a_closed_folder_are_named(self, tmp_path: Path) -> None:
        """An operator's own server is not copied anywhere."""
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        (closed / "postgres").touch(mode=0o755)

        with pytest.raises(BinariesUnreachableError, match="closed to other accounts; open it"):
            reachable(closed, self.DROPPED, is_wheel=False)

    def test_a_folder_that_others_may_write_is_no_place_for_a_copy(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What stands there would run with the account's powers, or with whose?"""
        package = tmp_path / "closed" / "package"
        binaries = package / "pginstall" / "bin"
        binaries.mkdir(parents=True)
        (tmp_path / "closed").chmod(0o700)
        (binaries / "postgres").touch(mode=0o755)
        cache = tmp_path / "cache"
        cache.mkdir()
        cache.chmod(0o777)
        monkeypatch.setattr(launching, "CACHE", cache)

        with pytest.raises(BinariesUnreachableError, match="a folder that others may write"):
            reachable(binaries, self.DROPPED, is_wheel=True)
