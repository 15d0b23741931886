"""Start and stop the embedded PostgreSQL server of a home.

The server belongs to the process that starts it: it listens on a socket in its own
folder only, ends when that process is killed, and ignores the terminal's Ctrl-C, so
that whoever uses it can finish first.  It is started again when it ends unasked.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg

from infra.store.binaries import end_with_parent
from infra.store.dsn import DEFAULT_PORT, Dsn
from infra.store.errors import ServerError, ServerGoneError, ServerStartError
from infra.store.leftover import end_leftover
from infra.store.powers import ROLE, WITHOUT_OTHERS
from infra.store.server_data import Programs, data_folder, last_lines, prepare, spawned
from infra.store.socket_path import check_socket_path
from infra.telemetry import get_logger

DATABASE = "postgres"
LOG_BYTES_MAX = 10_000_000
READY_POLL_SECONDS = 0.02
READY_TIMEOUT_SECONDS = 5.0
RESPAWN_SECONDS = 0.2
QUIT_SECONDS = 10.0
RESTARTS_MAX = 5
RESTART_SECONDS = 0.25  # doubled by each start in a row that fails
SHARED_MEMORY_BUSY = "pre-existing shared memory block"

DURABLE: Mapping[str, str] = {"fsync": "on", "synchronous_commit": "on"}
# For tests only: a power cut loses or breaks the database.
NOT_DURABLE: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
# For a home on a laptop: few processes, little memory, nothing personal in the server's log.
SMALL: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "checkpoint_timeout": "15min",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "random_page_cost": "1.1",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "20s",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] %a ",
    **WITHOUT_OTHERS,
}

SOCKET = f".s.PGSQL.{DEFAULT_PORT}"

StartReport = Callable[[timedelta], None]

LOG = get_logger("server")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the server keeps its data, and how it is run."""

    folder: Path
    binaries: Path | None = None  # None: those of the wheel, else of the system
    is_durable: bool = True  # False: tests only
    is_received: bool = False  # it comes from elsewhere: its roles are arranged anew
    can_create_databases: bool = False  # tests only
    start_within: timedelta = timedelta(minutes=10)  # a long crash recovery is a normal start
    stop_within: timedelta = timedelta(seconds=60)
    report_every: timedelta = timedelta(seconds=5)  # during a long start
    options: Mapping[str, str] = field(default_factory=dict)  # last word over ours


class Server:
    """A running server; `stop` it, or leave its context."""

    def __init__(self, process: asyncio.subprocess.Process, settings: ServerSettings) -> None:
        self._process = process
        self._settings = settings
        self.dsn = embedded_dsn(settings.folder)

    @property
    def process_id(self) -> int:
        """Return the id of the server's first process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Say whether the server's first process lives."""
        return self._process.returncode is None

    async def ended(self) -> int:
        """Return the exit code once the server has ended, asked or not."""
        return await self._process.wait()

    async def keep_running(self) -> None:
        """Start the server again whenever it ends unasked, until cancelled.

        Raises:
            ServerGoneError: It ended, and `RESTARTS_MAX` starts in a row failed.
        """
        while True:
            exit_code = await self.ended()
            LOG.error("database_ended", exit_code=exit_code)
            await self._start_again(exit_code)
            LOG.info("database_restarted")

    async def _start_again(self, exit_code: int) -> None:
        failure: ServerError | None = None
        for failed_count in range(RESTARTS_MAX):
            await asyncio.sleep(RESTART_SECONDS * 2**failed_count)
            try:
                self._process = await _start(self._settings)
            except ServerError as error:
                failure = error
            else:
                return
        raise ServerGoneError(self._settings.folder, exit_code, RESTARTS_MAX, str(failure))

    async def stop(self) -> None:
        """End all connections and write everything down; repeatable."""
        await _stop(self._process, self._settings.stop_within)


def embedded_dsn(folder: Path) -> Dsn:
    """Return the address of the server of `folder`, running or not."""
    return Dsn(host=str(data_folder(folder)), user=ROLE, database=DATABASE)


@asynccontextmanager
async def running(
    settings: ServerSettings, *, report: StartReport | None = None
) -> AsyncIterator[Server]:
    """Start a server, stop it at the end of the block."""
    server = await start(settings, report=report)
    try:
        yield server
    finally:
        await server.stop()


async def start(settings: ServerSettings, *, report: StartReport | None = None) -> Server:
    """Start the server of a folder, creating its data the first time.

    The caller holds the home's lock: a server still running in the folder was left by a
    process that is dead, and is stopped.

    Args:
        settings: The folder becomes 0700; its path must be short (a socket lies in its data).
        report: Called every `report_every` with the time waited so far, during a long recovery.

    Raises:
        ServerError: It cannot run here; the class and sentence say why and what to do.
    """
    return Server(await _start(settings, report), settings)


async def _start(
    settings: ServerSettings, report: StartReport | None = None
) -> asyncio.subprocess.Process:
    folder = settings.folder.absolute()
    data = data_folder(folder)
    check_socket_path(data / SOCKET)
    started = time.monotonic()
    lock_files = (data / "postmaster.pid", data / f"{SOCKET}.lock")
    if not await end_leftover(data, lock_files, within=settings.stop_within):
        raise ServerStartError(folder, time.monotonic() - started, "a former server does not end")
    _rotate_log(folder / "log")
    programs = await prepare(
        folder,
        settings.binaries,
        is_durable=settings.is_durable,
        is_received=settings.is_received,
        can_create_databases=settings.can_create_databases,
    )
    return await _start_until_ready(settings, programs, report)


async def _start_until_ready(
    settings: ServerSettings, programs: Programs, report: StartReport | None
) -> asyncio.subprocess.Process:
    started = time.monotonic()
    log = settings.folder.absolute() / "log"
    while True:
        log_bytes = log.stat().st_size if log.exists() else 0
        # After the change of account, which clears it.
        ends = end_with_parent()
        command = programs.command("postgres", *_options(settings), through=ends)
        process = await spawned(command, cwd=data_folder(settings.folder), log=log)
        try:
            if await _answers(process, settings, started, report):
                return process
        except BaseException:
            await _stop(process, settings.stop_within)
            raise
        waited_seconds = time.monotonic() - started
        said = last_lines(log, log_bytes)
        # After a SIGKILL of the first process alone, its children take a moment to notice.
        if SHARED_MEMORY_BUSY not in said or _is_over(settings, started):
            await _stop(process, settings.stop_within)
            raise ServerStartError(settings.folder, waited_seconds, said)
        await asyncio.sleep(RESPAWN_SECONDS)


def _options(settings: ServerSettings) -> tuple[str, ...]:
    options = {
        **SMALL,
        **(DURABLE if settings.is_durable else NOT_DURABLE),
        "unix_socket_directories": ".",
        **settings.options,
    }
    return tuple(word for name, value in options.items() for word in ("-c", f"{name}={value}"))


async def _answers(
    process: asyncio.subprocess.Process,
    settings: ServerSettings,
    started: float,
    report: StartReport | None,
) -> bool:
    reported = started
    while process.returncode is None and not _is_over(settings, started):
        if await _accepts(embedded_dsn(settings.folder)):
            return True
        now = time.monotonic()
        if report and now - reported >= settings.report_every.total_seconds():
            reported = now
            report(timedelta(seconds=now - started))
        await asyncio.sleep(READY_POLL_SECONDS)
    return False


def _is_over(settings: ServerSettings, started: float) -> bool:
    return time.monotonic() - started > settings.start_within.total_seconds()


async def _accepts(dsn: Dsn) -> bool:
    try:
        connection = await asyncpg.connect(**dsn.connect_arguments(), timeout=READY_TIMEOUT_SECONDS)
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return False
    await connection.close()
    return True


async def _stop(process: asyncio.subprocess.Process, within: timedelta) -> None:
    # Fast, then at once (recovery follows at the next start), then by force.
    steps = (
        (signal.SIGINT, within.total_seconds()),
        (signal.SIGQUIT, QUIT_SECONDS),
        (signal.SIGKILL, QUIT_SECONDS),
    )
    for number, seconds in steps:
        if process.returncode is not None:
            return
        process.send_signal(number)
        try:
            async with asyncio.timeout(seconds):
                await process.wait()
        except TimeoutError:
            continue


def _rotate_log(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name("log.1"))
