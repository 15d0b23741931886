"""Read a longer text: from the words, a file, or standard input."""

import sys
from pathlib import Path

from console.desk.errors import UsageError

TEXT_BYTES_MAX = 32 * 1024
"""Sealed and encoded, it must still fit into an input of 64 KiB."""


def read_text(text: str, file: str, *, name: str) -> str:
    """Return the text given, or that of a file; `-` reads standard input.

    Raises:
        UsageError: Both were given, the file cannot be read, or it is too long.
    """
    if text and file:
        raise UsageError(name, f"come without {name}-file", "both")
    if file:
        text = _read(file, name)
    if len(text.encode()) > TEXT_BYTES_MAX:
        raise UsageError(name, f"take at most {TEXT_BYTES_MAX} bytes", remedy="shorten it")
    return text.strip()


def _read(file: str, name: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        option = f"{name}-file"
        raise UsageError(option, "name a readable text", type(error).__name__) from None
