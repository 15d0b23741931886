"""A file for log lines that never grows beyond what a person would read."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

SIZE_BYTES_MAX = 10_000_000
KEPT_COUNT = 3
"""Full files beside the one in use: `relance.log.1` is the newest of them."""


def open_log(path: Path, *, size_bytes_max: int = SIZE_BYTES_MAX) -> TextIO:
    """Return a stream of lines to a `LogFile`; each is written at once."""
    file = io.BufferedWriter(LogFile(path, size_bytes_max=size_bytes_max))
    return io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", line_buffering=True)


class LogFile(io.FileIO):
    """Writes lines to a file of its owner's alone; a full one makes way for a new one."""

    def __init__(self, path: Path, *, size_bytes_max: int = SIZE_BYTES_MAX) -> None:
        super().__init__(path, "ab", opener=_opened)
        self._path = path
        self._size_bytes_max = size_bytes_max

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write a line, or a part of one."""
        size_bytes = os.fstat(self.fileno()).st_size
        if size_bytes and size_bytes + len(bytes(data)) > self._size_bytes_max:
            self._turn()
        return super().write(data)

    def _turn(self) -> None:
        for number in range(KEPT_COUNT - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))
        super().__init__(self._path, "ab", opener=_opened)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
