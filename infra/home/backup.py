"""Back a home up while it runs: one snapshot of its database, and its keys apart."""

import os
import shutil
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path

from infra.clock import WallClock
from infra.home.backup_form import (
    KEY_TABLE,
    LEFT_OUT,
    ONLY,
    TABLES,
    BackupList,
    write_list,
    written,
)
from infra.home.errors import FolderTakenError, LogApartError
from infra.home.facts import FILE_NAME as HOME_FILE
from infra.home.layout import HOME_MODE, POSTGRES_FOLDER
from infra.home.mail_file import FILE_NAME as MAIL_FILE
from infra.home.whereabouts import is_known_here
from infra.log.errors import LogAbsentError
from infra.log.opening import log_address
from infra.settings import Settings
from infra.store.dsn import Dsn
from infra.store.home_lock import HomeLock, is_held
from infra.store.pool import Connection, connected
from infra.store.server import ServerSettings, embedded_dsn, running
from infra.store.server_data import DATA
from infra.vault.home_keys import FOLDER as KEYS_FOLDER
from infra.vault.home_keys import MASTER_FILE, PEPPER_FILE

FILE_MODE = 0o600
COPY_SECONDS = 24 * 3600.0

COLUMNS = """
select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
group by c.relname order by c.relname
"""
REFERENCES = """
select c.relname as of, f.relname as to from pg_constraint
join pg_class c on c.oid = conrelid join pg_class f on f.oid = confrelid
where contype = 'f' and conrelid <> confrelid
"""
MIGRATIONS = "select name from schema_migration order by version"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What was backed up, and where to."""

    record: Path
    keys: Path
    taken_at: datetime
    size_bytes: int


async def back_up_home(settings: Settings, *, record: Path, keys: Path) -> BackedUp:
    """Back a home up beside whoever runs it, else on a server of our own; as `back_up`.

    Raises:
        LogAbsentError: There is no home.
    """
    home, clock = settings.home, WallClock()
    folder = home / POSTGRES_FOLDER
    if is_held(home):
        dsn = embedded_dsn(folder)
        return await back_up(home, dsn, record=record, keys=keys, at=clock.now())
    if not (folder / DATA).exists():
        raise LogAbsentError(str(home), "database")
    server = ServerSettings(
        folder=folder,
        binaries=settings.postgres_binaries,
        is_received=not is_known_here(home),
    )
    with HomeLock(home, since=clock.now()):
        async with running(server) as database:
            return await back_up(home, database.dsn, record=record, keys=keys, at=clock.now())


async def back_up(home: Path, dsn: Dsn, *, record: Path, keys: Path, at: datetime) -> BackedUp:
    """Write two folders that stand for a home as of one instant; it may go on meanwhile.

    Raises:
        FolderTakenError: One of them exists already.
        LogApartError: The log is on Kafka.
        StoreUnavailableError: The database went away; nothing stands under either name.
    """
    address = await log_address(dsn)
    if not address.is_embedded:
        raise LogApartError(home, str(address))
    for folder in (record, keys):
        if folder.exists():
            raise FolderTakenError(folder)
    drafts = {folder: folder.with_name(f"{folder.name}.unfinished") for folder in (record, keys)}
    for draft in drafts.values():
        shutil.rmtree(draft, ignore_errors=True)
        (draft / TABLES).mkdir(mode=HOME_MODE, parents=True)
        draft.chmod(HOME_MODE)
    _copy_files(home, drafts[record], [HOME_FILE, MAIL_FILE])
    names = [f"{KEYS_FOLDER}/{MASTER_FILE}", f"{KEYS_FOLDER}/{PEPPER_FILE}"]
    _copy_files(home, drafts[keys], [*names, *_password_file(home)])
    columns, migrations = await _copy_tables(dsn, drafts[record], drafts[keys])
    of_keys = {KEY_TABLE: columns.pop(KEY_TABLE)}
    size_bytes = 0
    for folder, kind, held in ((record, "record", columns), (keys, "keys", of_keys)):
        listed = BackupList(
            kind=kind,
            version=version("relance"),
            taken_at=at,
            migrations=migrations,
            columns=held,
            files=written(drafts[folder]),
        )
        write_list(drafts[folder], listed)
        size_bytes += sum(file.size_bytes for file in listed.files.values())
    for folder, draft in drafts.items():
        draft.rename(folder)
    return BackedUp(record=record, keys=keys, taken_at=at, size_bytes=size_bytes)


def _password_file(home: Path) -> tuple[str, ...]:
    """Return the password file that `mail.toml` names, if it lies in the home."""
    try:
        named = tomllib.loads((home / MAIL_FILE).read_text()).get("password_file", "")
    except (OSError, ValueError):
        return ()
    inside = bool(named) and (home / str(named)).resolve().is_relative_to(home.resolve())
    return (str(named),) if inside else ()


def _copy_files(home: Path, target: Path, names: Sequence[str]) -> None:
    for name in names:
        if (home / name).exists():
            (target / name).parent.mkdir(mode=HOME_MODE, parents=True, exist_ok=True)
            shutil.copyfile(home / name, target / name)
            (target / name).chmod(FILE_MODE)


async def _copy_tables(
    dsn: Dsn, record: Path, keys: Path
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Copy the tables as one snapshot shows them; return columns by table, and migrations."""
    async with (
        connected(dsn, application_name="relance backup") as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = {row["name"]: tuple(row["columns"]) for row in await connection.fetch(COLUMNS)}
        links = [(row["of"], row["to"]) for row in await connection.fetch(REFERENCES)]
        columns = {name: found[name] for name in _in_order(found, links) if name not in LEFT_OUT}
        for name, names in columns.items():
            folder = keys if name == KEY_TABLE else record
            await _copy_table(connection, folder / TABLES / name, name, names)
        migrations = tuple(row["name"] for row in await connection.fetch(MIGRATIONS))
    return columns, migrations


def _in_order(tables: Iterable[str], links: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return tables, each after those that its rows refer to."""
    after: dict[str, set[str]] = {name: set() for name in tables}
    for of, to in links:
        after.setdefault(of, set()).add(to)
    return tuple(name for name in TopologicalSorter(after).static_order() if name in after)


async def _copy_table(
    connection: Connection, path: Path, table: str, columns: Sequence[str]
) -> None:
    rows = f" where {ONLY[table]}" if table in ONLY else ""
    # Names come from the catalogue of our own database, not from anybody who types.
    names = ", ".join(f'"{name}"' for name in columns)
    query = f'select {names} from "{table}"{rows}'  # noqa: S608
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        await connection.copy_from_query(query, output=file, format="binary", timeout=COPY_SECONDS)
