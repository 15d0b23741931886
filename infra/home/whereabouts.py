"""Know where a home ran last, so that a copy of it does not send again.

A marker file says its own inode and birth time, and the name of the last start, which the
database knows too.  A copied file is another one; files put back over a database, or a
database under files, bear another start.  A reboot, another mount point or a container over
the same volume changes none of these (docs/decisions/0120).
"""

import os
import secrets
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from infra.home.errors import HomeCopiedError
from infra.store.births import born_ns
from infra.store.dsn import Dsn
from infra.store.pool import Pool, connected, translated

FILE_NAME = "whereabouts"
MARKER_BYTES_MAX = 4096
UNSTARTED = ""
"""The start that a marker bears until the database knows the first one."""

KNOWN = "select to_regclass('home_start') is not null"
READ = "select start, former from home_start"
MARK = """
insert into home_start (start, former) values ($1, $2)
on conflict (one) do update set start = excluded.start, former = excluded.former
"""


class Claim(StrEnum):
    """What a person says of a home that is not where it ran last."""

    MOVED = "moved"  # nothing runs at its former place, nor will
    RESTORED = "restored"  # it comes from a copy or a backup


class Whereabouts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file's content."""

    inode: int
    born_ns: int = 0  # 0: the file system cannot say
    start: str  # of the last start
    is_restored: bool = False  # written by `relance restore`: only `--restored` goes on


def read_marker(home: Path, claim: Claim | None) -> Whereabouts | None:
    """Return what a home's marker says; None for a home that never had one.

    Raises:
        HomeCopiedError: It is not the file that was written here, and nobody said why.
    """
    path = home / FILE_NAME
    try:
        with path.open("rb") as file:
            marker = msgspec.json.decode(file.read(MARKER_BYTES_MAX), type=Whereabouts)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        marker = Whereabouts(inode=0, start="")
    if marker.is_restored and claim is not Claim.RESTORED:
        raise HomeCopiedError(home, "a restored backup", can_be_moved=False)
    if claim is None and not _is_here(path, marker):
        raise HomeCopiedError(home, "a copy of its files")
    return marker


async def check_start(
    home: Path, dsn: Dsn, marker: Whereabouts | None, claim: Claim | None
) -> None:
    """Compare a marker with what the database knows of the last start; changes nothing.

    Raises:
        HomeCopiedError: They do not belong together, and nobody said why.
    """
    async with connected(dsn, application_name="relance start") as connection:
        is_known = await connection.fetchval(KNOWN)
        row = await connection.fetchrow(READ) if is_known else None
    starts = (row["start"], row["former"]) if row else (UNSTARTED,)
    belong = marker.start in starts if marker else row is None
    if claim is None and not belong:
        raise HomeCopiedError(home, "files and a database of different starts")


async def mark(home: Path, pool: Pool, former: Whereabouts | None) -> None:
    """Write down that the home starts here; whatever of it is copied from now on is a copy.

    The database first: killed in between, it still knows the start that the file bears.
    """
    start = secrets.token_hex(8)
    if former is None:
        write_marker(home, UNSTARTED)
    with translated():
        await pool.execute(MARK, start, former.start if former else UNSTARTED)
    write_marker(home, start)


def write_marker(home: Path, start: str, *, is_restored: bool = False) -> None:
    """Replace the marker by a file of its own; durable on return."""
    target = home / FILE_NAME
    draft = target.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        marker = Whereabouts(
            inode=os.fstat(descriptor).st_ino,
            born_ns=born_ns(draft),
            start=start,
            is_restored=is_restored,
        )
        file.write(msgspec.json.encode(marker) + b"\n")
        file.flush()
        os.fsync(descriptor)
    draft.replace(target)


def is_known_here(home: Path) -> bool:
    """Whether a home has a marker that speaks of itself: else it may come from elsewhere."""
    try:
        return read_marker(home, None) is not None
    except HomeCopiedError:
        return False


def _is_here(path: Path, marker: Whereabouts) -> bool:
    """Whether a marker speaks of its own file; a birth that nobody can tell proves nothing."""
    born = born_ns(path)
    same_birth = born == marker.born_ns or not born or not marker.born_ns
    return path.lstat().st_ino == marker.inode and same_birth
