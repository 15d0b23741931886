"""Make and keep the folder of an embedded server: whose it is, and what it obeys.

The folder is ours, the data in it belong to the account the server runs under, and that
account alone writes into them: whatever it put there can lead nobody's hand elsewhere.  The
server's configuration is written anew before each start; none that was found is obeyed.
"""

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from infra.store.binaries import find_binaries
from infra.store.errors import DataFormError, DataVersionError, FolderError, PowersError
from infra.store.launching import Launch, give, launch_unprivileged, reachable
from infra.store.powers import (
    ARRANGE,
    FORM,
    MAY_CREATE_DATABASES,
    SUPERUSER,
    WITHOUT_OTHERS,
    WRITE_FILES,
    logins,
)

DATA = "data"
POWERS = "powers"
FOLDER_MODE = 0o700
FILE_MODE = 0o600
LAST_LINES_BYTES = 2_000
FAILED = ("ERROR:", "FATAL:", "PANIC:")
WORKING_FOLDER = "/proc/self/cwd"
"""Names the data to an account that may not pass through the folders above them."""

ENVIRONMENT = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath}


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """PostgreSQL's programs, as they are started on one data folder, which is their `cwd`."""

    folder: Path
    launch: Launch
    data: Path

    def command(self, name: str, *words: str, through: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the words that run one of them on the data, `through` another program."""
        program = str(self.folder / name)
        return (*self.launch.prefix, *through, program, *words, "-D", self.where)

    @property
    def where(self) -> str:
        """Return how the server's account names the data."""
        return str(self.data) if self.launch.user_id is None else WORKING_FOLDER

    def shell(self, script: str, *words: str) -> tuple[str, ...]:
        """Return the words that run a script as the account that owns the data."""
        return (*self.launch.prefix, "sh", "-c", script, "sh", *words)


def data_folder(folder: Path) -> Path:
    """Return where the data of a server's folder are, its socket among them."""
    return folder.absolute() / DATA


async def prepare(
    folder: Path,
    binaries: Path | None,
    *,
    is_durable: bool,
    is_received: bool,
    can_create_databases: bool,
) -> Programs:
    """Make a folder ready for a start, its data the first time; nothing runs on it.

    Raises:
        ServerError: It cannot be; the class and the sentence say why and what to do.
    """
    data, launch = data_folder(folder), launch_unprivileged()
    found = find_binaries(binaries)
    programs = Programs(
        folder=reachable(found.folder, launch, is_wheel=found.is_wheel), launch=launch, data=data
    )
    _prepare_folder(folder)
    if not data.exists():
        await _create(programs, is_durable=is_durable)
    _check_inside(data)
    data_major = (data / "PG_VERSION").read_text().strip()
    if data_major != str(found.major):
        raise DataVersionError(data, data_major, found.major)
    give(data, launch)
    await _write_files(programs)
    if is_received or not _is_arranged(folder):
        await _arrange(programs, can_create_databases=can_create_databases)
    return programs


async def spawned(
    command: tuple[str, ...], *, cwd: Path, log: Path, standard_input: int | None = None
) -> asyncio.subprocess.Process:
    """Start a command whose output is added to a log of ours."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(log, flags, FILE_MODE), "ab") as sink:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL if standard_input is None else standard_input,
            stdout=sink,
            stderr=sink,
            cwd=cwd,
            env=ENVIRONMENT,
            start_new_session=True,
        )


def last_lines(log: Path, start_bytes: int) -> str:
    """Return the end of what a log holds from a place on."""
    with log.open("rb") as source:
        source.seek(max(start_bytes, log.stat().st_size - LAST_LINES_BYTES))
        return source.read().decode(errors="replace").strip()


def _prepare_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, 0, 0)  # of an older version, it was the server's account's
    folder.chmod(FOLDER_MODE)


def _check_inside(data: Path) -> None:
    """Raise `DataFormError` where the server would be led out of the home."""
    tablespaces = data / "pg_tblspc"
    links = [data, data / "pg_wal", *(tablespaces.iterdir() if tablespaces.is_dir() else ())]
    for path in links:
        if path.is_symlink():
            raise DataFormError(path)


async def _create(programs: Programs, *, is_durable: bool) -> None:
    # Created beside and renamed: a start that is killed here leaves nothing half made behind.
    data = programs.data
    folder, unfinished = data.parent, data.with_name("data.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    (folder / POWERS).unlink(missing_ok=True)
    try:
        unfinished.mkdir(mode=FOLDER_MODE)
    except OSError as error:
        raise FolderError(folder, f"{unfinished.name}: {error.strerror}") from error
    give(unfinished, programs.launch)
    new = Programs(folder=programs.folder, launch=programs.launch, data=unfinished)
    words = (
        *("-U", SUPERUSER, "--auth=reject", "--encoding=UTF8", "--locale-provider=builtin"),
        *("--locale=C.UTF-8", "--data-checksums", "--no-instructions"),
        *(() if is_durable else ("--no-sync",)),
    )
    log = folder / "log"
    process = await spawned(new.command("initdb", *words), cwd=unfinished, log=log)
    if await process.wait() != 0:
        raise FolderError(folder, last_lines(log, 0))
    unfinished.rename(data)


async def _write_files(programs: Programs) -> None:
    command = programs.shell(WRITE_FILES, *logins(programs.launch.seen_as))
    log = programs.data.with_name("log")
    start_bytes = log.stat().st_size if log.exists() else 0
    process = await spawned(command, cwd=programs.data, log=log)
    if await process.wait() != 0:
        raise FolderError(programs.data.parent, last_lines(log, start_bytes))


def _is_arranged(folder: Path) -> bool:
    try:
        return (folder / POWERS).read_text() == FORM
    except FileNotFoundError:
        return False


async def _arrange(programs: Programs, *, can_create_databases: bool) -> None:
    """Arrange who may do what, in the single-user mode of the server."""
    options = [word for name, value in WITHOUT_OTHERS.items() for word in ("-c", f"{name}={value}")]
    statements = ARRANGE.read_text() + "\n"
    statements += MAY_CREATE_DATABASES if can_create_databases else ""
    process = await asyncio.create_subprocess_exec(
        *programs.command("postgres", "--single", "-j", *options),
        "postgres",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=programs.data,
        env=ENVIRONMENT,
        start_new_session=True,
    )
    said, _ = await process.communicate(statements.encode())
    told = said.decode(errors="replace")
    wrong = [line for line in told.splitlines() if any(word in line for word in FAILED)]
    if process.returncode != 0 or wrong:
        raise PowersError(programs.data.parent, wrong[0] if wrong else told[-LAST_LINES_BYTES:])
    (programs.data.parent / POWERS).write_text(FORM)
