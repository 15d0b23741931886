"""Make a home of a backup; it does not run before a person says `up --restored`."""

import secrets
import shutil
from pathlib import Path

from infra.home.backup_form import TABLES, BackupList, read_list
from infra.home.errors import FolderTakenError
from infra.home.layout import HOME_MODE, POSTGRES_FOLDER
from infra.home.whereabouts import FILE_NAME as MARKER_FILE
from infra.home.whereabouts import write_marker
from infra.store.dsn import Dsn
from infra.store.errors import MigrationUnknownError
from infra.store.migrate import Migration, migrate, migrations
from infra.store.pool import close_pool, connected, open_pool
from infra.store.server import ServerSettings, running
from infra.vault.home_keys import unlock_home
from infra.vault.postgres_keys import PostgresCheckStore

FILE_MODE = 0o600
COPY_SECONDS = 24 * 3600.0


async def restore(
    home: Path, *, record: Path, keys: Path, binaries: Path | None = None
) -> BackupList:
    """Make a home of a record and the keys of it or of a later one; return the record's list.

    The home is made beside, and gets its name at the end: killed before, it is not there.

    Raises:
        FolderTakenError: Something stands at the home's place.
        BackupFormError: A folder is not what was backed up.
        MigrationUnknownError: A newer version wrote it.
        KeyHomeError: The keys are of another home.
    """
    _check_free(home)
    of_record, of_keys = read_list(record, "record"), read_list(keys, "keys")
    known = _migrations_of(of_record)
    draft = _draft(home)
    write_marker(draft, secrets.token_hex(8), is_restored=True)
    for folder, listed in ((record, of_record), (keys, of_keys)):
        _put_files(folder, listed, draft)
    server = ServerSettings(folder=draft / POSTGRES_FOLDER, binaries=binaries)
    async with running(server) as database:
        await migrate(database.dsn, known=known)
        await _load(database.dsn, record, of_record)
        await _load(database.dsn, keys, of_keys)
        await _check_keys(draft, database.dsn)
    _put_in_place(draft, home)
    return of_record


def _check_free(home: Path) -> None:
    if home.exists() and any(home.iterdir()):
        raise FolderTakenError(home)


def _draft(home: Path) -> Path:
    """Return an empty folder beside the home; one that a killed restore left is cleared."""
    draft = home.with_name(f"{home.name}.r")  # short: a socket lies in it
    if draft.exists() and not (draft / MARKER_FILE).exists():
        raise FolderTakenError(draft)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=HOME_MODE, parents=True)
    return draft


def _put_in_place(draft: Path, home: Path) -> None:
    if home.exists():
        home.rmdir()
    draft.rename(home)


def _migrations_of(listed: BackupList) -> tuple[Migration, ...]:
    """Return the migrations that the backed up database had; `up` applies what came since."""
    known = {migration.name: migration for migration in migrations()}
    unknown = tuple(name for name in listed.migrations if name not in known)
    if unknown:
        raise MigrationUnknownError(unknown)
    return tuple(known[name] for name in listed.migrations)


def _put_files(folder: Path, listed: BackupList, home: Path) -> None:
    for name in listed.files:
        if not name.startswith(f"{TABLES}/"):
            (home / name).parent.mkdir(mode=HOME_MODE, parents=True, exist_ok=True)
            shutil.copyfile(folder / name, home / name)
            (home / name).chmod(FILE_MODE)


async def _load(dsn: Dsn, folder: Path, listed: BackupList) -> None:
    async with (
        connected(dsn, application_name="relance restore") as connection,
        connection.transaction(),
    ):
        for table, columns in listed.columns.items():
            await connection.copy_to_table(
                table,
                source=folder / TABLES / table,
                columns=columns,
                format="binary",
                timeout=COPY_SECONDS,
            )


async def _check_keys(home: Path, dsn: Dsn) -> None:
    pool = await open_pool(dsn, application_name="relance restore", size_max=1)
    try:
        await unlock_home(home, PostgresCheckStore(pool))
    finally:
        await close_pool(pool)
