"""The two secrets of a home: the master key that wraps, the pepper that tags.

Both are files of their owner's alone, made on the first start.  The database keeps a
check value of each, so that a wrong file refuses to start before it has sealed a thing.
They cannot be rebuilt from the log: back them up apart.
"""

import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from infra.secret import Secret
from infra.vault.errors import (
    KeyDamageError,
    KeyFileError,
    KeyFileMissingError,
    WrongMasterKeyError,
    WrongPepperError,
)

FOLDER = "keys"
MASTER_FILE = "master.key"
PEPPER_FILE = "pepper.key"
KEY_BYTES = 32
CHECK_BYTES = 16
FOLDER_MODE = 0o700
FILE_MODE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeKeys:
    """The master key and the pepper, in memory."""

    master: Secret[bytes]
    pepper: Secret[bytes]

    def wrap(self, key: Secret[bytes]) -> bytes:
        """Return a subject's key as it may be stored: 40 bytes (RFC 3394)."""
        return aes_key_wrap(self.master.reveal(), key.reveal())

    def unwrap(self, wrapped: bytes, *, subject: str) -> Secret[bytes]:
        """Return a subject's key, or raise `KeyDamageError`."""
        try:
            return Secret(aes_key_unwrap(self.master.reveal(), wrapped))
        except (InvalidUnwrap, ValueError) as error:
            raise KeyDamageError(subject) from error

    def derived(self, purpose: str) -> Secret[bytes]:
        """Return a key for one purpose ("link", "message_id"), 32 bytes, always the same."""
        return Secret(_hmac(self.master, f"derive {purpose}"))

    def checks(self) -> dict[str, bytes]:
        """Return what the database keeps to recognise both, which tells nothing of them."""
        return {
            MASTER_FILE: _hmac(self.master, "check master")[:CHECK_BYTES],
            PEPPER_FILE: _hmac(self.pepper, "check pepper")[:CHECK_BYTES],
        }


class CheckStore(Protocol):
    """Where the check values are kept."""

    async def read(self) -> dict[str, bytes]:
        """Return the stored check values by name; empty on a first start."""

    async def add(self, checks: dict[str, bytes]) -> dict[str, bytes]:
        """Store check values unless there are some; return those that stand."""


async def unlock_home(home: Path, store: CheckStore) -> HomeKeys:
    """Return the home's keys after checking them, making them on a first start.

    Raises:
        KeyFileMissingError: The database was used with a key that is not in the folder.
        KeyFileError: A file has not the form of a key, or others may read it.
        WrongMasterKeyError, WrongPepperError: The file is of another database.
    """
    folder = home / FOLDER
    stored = await store.read()
    if not stored:
        _create_missing(folder)
    keys = read_keys(folder)
    if not stored:
        stored = await store.add(keys.checks())
    _compare(keys, stored, folder)
    return keys


def read_keys(folder: Path) -> HomeKeys:
    """Return the keys in a folder, unchecked against any database."""
    return HomeKeys(master=_read(folder / MASTER_FILE), pepper=_read(folder / PEPPER_FILE))


def _compare(keys: HomeKeys, stored: dict[str, bytes], folder: Path) -> None:
    checks = keys.checks()
    if not hmac.compare_digest(checks[MASTER_FILE], stored.get(MASTER_FILE, b"")):
        raise WrongMasterKeyError(folder / MASTER_FILE)
    if not hmac.compare_digest(checks[PEPPER_FILE], stored.get(PEPPER_FILE, b"")):
        raise WrongPepperError(folder / PEPPER_FILE)


def _create_missing(folder: Path) -> None:
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    for name in (MASTER_FILE, PEPPER_FILE):
        if not (folder / name).exists():
            _create(folder / name)
    _make_durable(folder)


def _create(path: Path) -> None:
    """Write a new key; a start that raced us and was first keeps its own."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # Unlike a rename, never replaces a key that is in use.
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> Secret[bytes]:
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except FileNotFoundError:
        raise KeyFileMissingError(path) from None
    except (OSError, UnicodeDecodeError):
        raise KeyFileError(path, "be readable text", "bring it back from its backup") from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(path, "be its owner's alone", f"run: chmod 600 {path}")
    return _parsed(path, text)


def _parsed(path: Path, text: str) -> Secret[bytes]:
    rule = f"hold {2 * KEY_BYTES} hexadecimal digits"
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        raise KeyFileError(path, rule, "bring it back from its backup") from None
    if len(key) != KEY_BYTES:
        raise KeyFileError(path, rule, "bring it back from its backup")
    return Secret(key)


def _hmac(key: Secret[bytes], purpose: str) -> bytes:
    return hmac.digest(key.reveal(), f"relance {purpose}".encode(), "sha256")
