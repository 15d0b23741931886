"""Keep what a home holds its owner's alone: modes are narrowed, links are refused.

Whoever may read the folder reads ids and counts, and whoever may write it decides what is
sent; a link would have us write, or believe, something elsewhere.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from infra.home.errors import HomeLinkError
from infra.home.layout import HOME_MODE

FILE_MODE = 0o600
OTHERS = 0o077


def narrow(home: Path, names: Iterable[str]) -> None:
    """Take every right of others away from the folder and files in it.

    Raises:
        HomeLinkError: One of the files is a link, or no file.
    """
    if stat.S_IMODE(home.stat().st_mode) & OTHERS:
        home.chmod(HOME_MODE)
    for name in names:
        narrow_file(home / name)


def narrow_file(path: Path) -> None:
    """Take every right of others away from a file, if it is there; raises as `narrow`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError as error:
        if path.is_symlink():
            raise HomeLinkError(path) from error
        raise
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise HomeLinkError(path)
        if stat.S_IMODE(mode) & OTHERS:
            os.fchmod(descriptor, FILE_MODE)
    finally:
        os.close(descriptor)
