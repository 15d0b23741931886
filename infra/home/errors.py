"""Why a home does not start, each with what to do.

HomeError
+- HomeFormError        written by another version
+- HomeFileError        its file does not decode
+- MailFileError        its mail.toml breaks rules; all of them
+- HomeCopiedError      it is not where it ran last
+- RestoreUnsettledError  what was due since its backup cannot be settled
+- BackupFormError      a folder is not what was backed up
+- FolderTakenError     something stands where a backup or a restored home is to be
+- HomeLinkError        a name in it is a link, or no file
+- SampleOnlyError      something only a sample home does was asked of an own one
+- NowError             a given now that cannot be
+- StreamsDamagedError  partitions whose log does not read
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from engine.errors import RelanceError
from sequences.findings import Finding


class HomeError(RelanceError):
    """A home that cannot be started as asked; nothing was changed."""


class LogApartError(HomeError):
    """The log of the home is not in its database, so that a copy of that is no backup."""

    def __init__(self, home: Path, address: str) -> None:
        self.home, self.address = home, address
        super().__init__(
            f"expected the log of {home} to be in its own database, got: {address}; keep "
            "copies of the topics as your cluster does, and of the folder while nothing runs"
        )


class HomeFormError(HomeError):
    """The home was written by another version."""

    def __init__(self, home: Path, *, expected: int, found: int) -> None:
        self.home, self.expected, self.found = home, expected, found
        super().__init__(
            f"expected the home {home} to have form {expected}, got: {found}; "
            "start it with the version that wrote it"
        )


class HomeFileError(HomeError):
    """The home's file does not decode, or is missing beside what it speaks of."""

    def __init__(self, file: Path, found: str = "something else") -> None:
        self.file = file
        super().__init__(
            f"expected {file} to be a home's file, got: {found}; restore it from a backup"
        )


class MailFileError(HomeError):
    """What a person wrote into `mail.toml` breaks rules."""

    def __init__(self, file: Path, findings: tuple[Finding, ...]) -> None:
        self.file, self.findings = file, findings
        told = "\n".join(f"  {finding}" for finding in findings)
        super().__init__(
            f"expected {file.name} to keep its rules, got: {_faults(findings)}\n{told}"
        )


def _faults(findings: tuple[Finding, ...]) -> str:
    return "one fault" if len(findings) == 1 else f"{len(findings)} faults"


class HomeCopiedError(HomeError):
    """The home is not where it ran last: started as it is, it might send again."""

    def __init__(self, home: Path, found: str, *, can_be_moved: bool = True) -> None:
        self.home, self.found = home, found
        moved = "if nothing runs at its former place any more, `relance up --moved`; "
        super().__init__(
            f"expected the home {home} to be as it ran last, got: {found}; "
            f"{moved if can_be_moved else ''}"
            "if it comes from a copy or a backup, `relance up --restored`"
        )


class RestoreUnsettledError(HomeError):
    """A restored home whose doubts could not be settled: it does not run."""

    def __init__(self, name: str, found: str) -> None:
        self.name, self.found = name, found
        super().__init__(
            f"expected {name} to run while what was due since the backup is settled, "
            f"got: {found}; mend that, then `relance up --restored` again"
        )


class BackupFormError(HomeError):
    """A folder or a file is not what a backup wrote."""

    def __init__(self, path: Path, rule: str, found: str) -> None:
        self.path, self.rule, self.found = path, rule, found
        super().__init__(
            f"expected {path} to be {rule}, got: {found}; take another copy of the backup"
        )


class FolderTakenError(HomeError):
    """Something stands where something new is to be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"expected {folder} to be free, got: something that is there; name another folder"
        )


class HomeLinkError(HomeError):
    """A name in the home leads elsewhere."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"expected {path} to be a file, got: a link or something else; "
            "put the file itself in its place"
        )


class SampleOnlyError(HomeError):
    """Something that only a sample home does was asked of another."""

    def __init__(self, home: Path, option: str) -> None:
        self.home, self.option = home, option
        super().__init__(
            f"expected {option} with a sample home, got: {home}; "
            "name an empty folder in RELANCE_HOME"
        )


class NowError(HomeError):
    """A given now that the home cannot take."""

    def __init__(self, now_at: datetime, rule: str) -> None:
        self.now_at, self.rule = now_at, rule
        super().__init__(f"expected --now to {rule}, got: {now_at.isoformat()}")


class StreamsDamagedError(HomeError):
    """Partitions of the log stopped: what they hold is damaged."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        super().__init__(
            f"expected every partition to read, got: {told}; restore the log from a backup"
        )


def first_cause(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the one error to tell of those that ended several tasks: one raised on purpose first.

    Examples:
        >>> first_cause(ExceptionGroup("", [ValueError(1), ExceptionGroup("", [HomeError(2)])]))
        HomeError(2)
    """
    leaves = tuple(_leaves(group))
    return next((error for error in leaves if isinstance(error, RelanceError)), leaves[0])


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    waiting: list[BaseException] = [group]
    while waiting:
        error = waiting.pop(0)
        if isinstance(error, BaseExceptionGroup):
            waiting = [*error.exceptions, *waiting]
        else:
            yield error
