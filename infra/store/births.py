"""Ask the file system when a file was born: Python does not say it on Linux."""

import ctypes
import os
import struct
from functools import cache
from pathlib import Path

_AT_FDCWD = -100
_AT_SYMLINK_NOFOLLOW = 0x100
_STATX_BTIME = 0x800
_STATX_BYTES = 256
_MASK_AT, _BIRTH_AT = 0, 80  # of the mask, and of seconds and nanoseconds, in `struct statx`
_SECOND_NS = 1_000_000_000


def born_ns(path: Path) -> int:
    """Return when a file was born, in nanoseconds since 1970; 0 where the system cannot say.

    Source:
        statx(2), since Linux 4.11; `st_birthtime` of macOS and the BSDs.
    """
    seconds = getattr(path.lstat(), "st_birthtime", None)
    if seconds is not None:
        return int(seconds * _SECOND_NS)
    statx = _statx()
    if statx is None:
        return 0
    found = ctypes.create_string_buffer(_STATX_BYTES)
    failed = statx(_AT_FDCWD, os.fsencode(path), _AT_SYMLINK_NOFOLLOW, _STATX_BTIME, found)
    (mask,) = struct.unpack_from("=I", found, _MASK_AT)
    if failed or not mask & _STATX_BTIME:
        return 0
    seconds_whole, nanoseconds = struct.unpack_from("=qI", found, _BIRTH_AT)
    return int(seconds_whole) * _SECOND_NS + int(nanoseconds)


@cache
def _statx() -> "ctypes._NamedFuncPointer | None":
    try:
        return ctypes.CDLL(None).statx
    except (OSError, AttributeError):  # a C library older than the call
        return None
