"""What a backup of a home is: two folders, each with a list of what it holds.

The record (log, ledger, grants, suppressions) says nothing about anybody without the keys;
the keys open every record of the same home.  States and views are left out: they are built
again from the log.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from infra.home.errors import BackupFormError

FORM = 1
LIST_FILE = "backup.json"
TABLES = "tables"
KEY_TABLE = "vault_key"
READ_BYTES = 1024 * 1024

LEFT_OUT = frozenset({
    "schema_migration",  # made by restoring
    "log_topic",
    "home_start",  # of the home that was backed up
    "stream_state",  # built again from the log
    "owner_cursor",
})  # fmt: skip
"""Tables of which nothing is kept; all others are, whatever a later version adds."""

ONLY = {"reader_cursor": "name = 'reactors'"}
"""Of these tables some rows are kept: the cursors of views begin anew with them."""


class BackedUpFile(Struct, frozen=True):
    """One file of a backup."""

    sha256: str
    size_bytes: int


class BackupList(Struct, frozen=True, kw_only=True):
    """What a folder of a backup holds, written last: without it the folder is half a backup."""

    form: int = FORM
    kind: str  # "record" or "keys"
    version: str  # of the Relance that wrote it
    taken_at: datetime
    migrations: tuple[str, ...] = ()  # of the database it was taken from
    columns: dict[str, tuple[str, ...]] = {}  # by table
    files: dict[str, BackedUpFile] = {}  # by path in the folder


def written(folder: Path) -> dict[str, BackedUpFile]:
    """Return every file of a folder, by its path in it, and make it durable."""
    return {
        str(path.relative_to(folder)): _digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LIST_FILE
    }


def write_list(folder: Path, listed: BackupList) -> None:
    """Write the list into its folder; durable on return."""
    path = folder / LIST_FILE
    path.write_bytes(msgspec.json.format(msgspec.json.encode(listed)) + b"\n")
    path.chmod(0o600)
    _digest(path)


def read_list(folder: Path, kind: str) -> BackupList:
    """Return what a folder holds, after reading all of it.

    Raises:
        BackupFormError: It is no such folder, of another form, or not as it was written.
    """
    try:
        listed = msgspec.json.decode((folder / LIST_FILE).read_bytes(), type=BackupList)
    except FileNotFoundError:
        raise BackupFormError(folder, f"a backup's {kind}", f"no {LIST_FILE}") from None
    except msgspec.DecodeError:
        raise BackupFormError(folder / LIST_FILE, "a backup's list", "something else") from None
    if (listed.form, listed.kind) != (FORM, kind):
        found = f"{listed.kind}, form {listed.form}"
        raise BackupFormError(folder, f"a backup's {kind} of form {FORM}", found)
    for name, expected in listed.files.items():
        path = folder / name
        if not path.is_file():
            raise BackupFormError(path, "a file of the backup", "nothing")
        if _digest(path) != expected:
            raise BackupFormError(path, "a file as it was backed up", "other bytes")
    return listed


def _digest(path: Path) -> BackedUpFile:
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
            size_bytes += len(block)
        os.fsync(file.fileno())
    return BackedUpFile(digest.hexdigest(), size_bytes)
