"""Check that the system can name a socket: apart, since every command asks it first."""

import os
from pathlib import Path

from infra.store.errors import SocketPathError

SOCKET_PATH_BYTES_MAX = 107  # sockaddr_un of Linux; macOS has 103


def check_socket_path(path: Path) -> None:
    """Raise `SocketPathError` if the system cannot name a socket there."""
    length_bytes = len(os.fsencode(path))
    if length_bytes > SOCKET_PATH_BYTES_MAX:
        raise SocketPathError(path, length_bytes, SOCKET_PATH_BYTES_MAX)
