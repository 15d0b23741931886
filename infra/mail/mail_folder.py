"""Caught messages on disk: one file for each acceptance, never overwritten.

A message that arrives twice is there twice: duplicates are what the catcher is asked
about.  A file stands whole or not at all; what a crash left unfinished is swept at start.
"""

import fcntl
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from hashlib import sha256
from pathlib import Path
from typing import IO

from infra.mail.errors import CatcherBusyError

MESSAGES = "messages"
UNFINISHED = "unfinished"
LOCK = "lock"
SUFFIX = ".eml"
NUMBER_DIGITS = 8
DIGEST_LETTERS = 32
HEADER_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtMessage:
    """One acceptance; prints without addresses and text."""

    number: int  # 1 is the first this folder ever took
    message_id: str
    mail_from: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    content: bytes = field(repr=False)  # as it crossed the wire, dots unstuffed


class MailFolder:
    """A folder of caught messages, held by one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: IO[bytes] | None = None
        self._names: dict[int, Path] = {}
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)
        self._taken_number = 0

    def open(self) -> None:
        """Take the folder, sweep it, read what it holds.

        Raises:
            CatcherBusyError: Another process has it.
        """
        for name in (MESSAGES, UNFINISHED):
            (self._path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _locked(self._path)
        for leftover in (self._path / UNFINISHED).iterdir():
            leftover.unlink()
        self._names.clear()
        self._numbers.clear()
        for path in sorted((self._path / MESSAGES).glob(f"*{SUFFIX}")):
            self.remember(path)

    def close(self) -> None:
        """Let go of the folder; repeatable."""
        if self._lock is not None:
            self._lock.close()
        self._lock = None

    def take_number(self) -> int:
        """Return the number of the next acceptance."""
        self._taken_number += 1
        return self._taken_number

    def write(
        self, number: int, content: bytes, *, mail_from: str, recipients: Sequence[str]
    ) -> Path:
        """Write one acceptance durably and return its file; may run in a thread."""
        # The two lines a delivery agent adds, so that any mail reader opens the file.
        trace = f"Return-Path: <{mail_from}>\r\nDelivered-To: {', '.join(recipients)}\r\n"
        name = f"{number:0{NUMBER_DIGITS}d}-{_digest(message_id_of(content))}{SUFFIX}"
        draft, final = self._path / UNFINISHED / name, self._path / MESSAGES / name
        with draft.open("xb") as file:
            file.write(trace.encode("ascii") + content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(final)
        _make_durable(final.parent)
        return final

    def messages(self, *, after: int = 0) -> tuple[CaughtMessage, ...]:
        """Return what was accepted after a number, oldest first."""
        return tuple(
            _read(number, path) for number, path in sorted(self._names.items()) if number > after
        )

    def find(self, message_id: str) -> tuple[CaughtMessage, ...]:
        """Return every acceptance of one message, oldest first."""
        numbers = sorted(self._numbers.get(_digest(message_id), ()))
        return tuple(_read(number, self._names[number]) for number in numbers)

    def count(self, message_id: str) -> int:
        """Return how often one message was accepted."""
        return len(self._numbers.get(_digest(message_id), ()))

    def remember(self, path: Path) -> None:
        """Count a file of this folder."""
        number, _, digest = path.stem.partition("-")
        self._names[int(number)] = path
        self._numbers[digest].append(int(number))
        self._taken_number = max(self._taken_number, int(number))


def message_id_of(content: bytes) -> str:
    """Return the Message-ID of a message, empty if it has none."""
    header = content.partition(HEADER_END)[0] + HEADER_END
    return str(BytesHeaderParser().parsebytes(header).get("Message-ID", "")).strip()


def _locked(path: Path) -> IO[bytes]:
    file = (path / LOCK).open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise CatcherBusyError(path) from None
    return file


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(message_id: str) -> str:
    return sha256(message_id.encode("utf-8", "surrogateescape")).hexdigest()[:DIGEST_LETTERS]


def _read(number: int, path: Path) -> CaughtMessage:
    sender, recipients, content = path.read_bytes().split(b"\r\n", 2)
    return CaughtMessage(
        number=number,
        message_id=message_id_of(content),
        mail_from=sender.partition(b": <")[2][:-1].decode("ascii"),
        recipients=tuple(recipients.partition(b": ")[2].decode("ascii").split(", ")),
        content=content,
    )
