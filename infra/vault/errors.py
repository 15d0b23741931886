"""What the vault may raise; no sentence ever holds a personal value or a key.

    VaultError
    +- SubjectErasedError       an answer: this person was erased, nothing new is sealed
    +- KeyHomeError             the home's own keys cannot be used: refuse to start
    |  +- KeyFileError, KeyFileMissingError, WrongMasterKeyError, WrongPepperError
    VaultDamageError            stored keys or sealed fields do not open: stop, say where
    +- KeyMissingError, KeyDamageError, SealDamageError

When PostgreSQL does not answer, adapters raise the store's `StoreUnavailableError`.
"""

from collections.abc import Sequence
from pathlib import Path

from engine.errors import DamageError, RelanceError

SHOWN_MAX = 5


class VaultError(RelanceError):
    """Root of what the vault raises for a stated reason."""


class SubjectErasedError(VaultError):
    """A key was asked for somebody whose key was destroyed."""

    def __init__(self, subjects: Sequence[str]) -> None:
        self.subjects = tuple(subjects)
        super().__init__(
            f"expected subjects whose key stands, got erased: {_few(self.subjects)}; "
            "an erased person is never recorded again under the same id"
        )


class KeyHomeError(VaultError):
    """The home's master key or pepper cannot be used."""


class KeyFileError(KeyHomeError):
    """A key file breaks a rule of its form."""

    def __init__(self, path: Path, rule: str, remedy: str) -> None:
        super().__init__(f"expected {path} to {rule}; {remedy}")
        self.path, self.rule, self.remedy = path, rule, remedy


class KeyFileMissingError(KeyHomeError):
    """The database was used with a key whose file is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"expected {path} to exist, since the database was sealed with it, got: nothing; "
            "bring it back from the backup of the keys"
        )
        self.path = path


class WrongMasterKeyError(KeyHomeError):
    """The master key is not the one this database was sealed with."""

    def __init__(self, path: Path) -> None:
        super().__init__(_not_the_one("master key", path))
        self.path = path


class WrongPepperError(KeyHomeError):
    """The pepper is not the one this database's tags were made with."""

    def __init__(self, path: Path) -> None:
        super().__init__(_not_the_one("pepper", path))
        self.path = path


class VaultDamageError(DamageError):
    """What the vault stored does not open."""


class KeyMissingError(VaultDamageError):
    """Sealed fields name subjects that have no key and no tombstone."""

    def __init__(self, subjects: Sequence[str]) -> None:
        self.subjects = tuple(subjects)
        super().__init__(
            f"expected a key or a tombstone for each subject, got none for: {_few(self.subjects)}; "
            "restore the keys from their backup"
        )


class KeyDamageError(VaultDamageError):
    """A wrapped key does not unwrap."""

    def __init__(self, subject: str) -> None:
        super().__init__(
            f"expected the key of {subject} to unwrap, got: damage; "
            "restore the keys from their backup"
        )
        self.subject = subject


class SealDamageError(VaultDamageError):
    """A sealed field does not open under its subject's key."""

    def __init__(self, subject: str, field: str) -> None:
        super().__init__(f"expected field {field} of {subject} to open, got: damage")
        self.subject, self.field = subject, field


def _few(subjects: Sequence[str]) -> str:
    shown = ", ".join(subjects[:SHOWN_MAX])
    more = len(subjects) - SHOWN_MAX
    return f"{shown} and {more} more" if more > 0 else shown


def _not_the_one(name: str, path: Path) -> str:
    return (
        f"expected {path} to hold the {name} this database was made with, got: another; "
        "nothing was changed, bring the right file back from the backup of the keys"
    )
