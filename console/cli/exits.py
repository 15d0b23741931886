"""With which number a command ends, and what it tells a person or a program.

Each error class builds its own sentence; here it is only decided who must act.  Modules
of other parts are imported when a command ends badly: most end well.  `docs/operating.md`
says the same to people.
"""

import os
from datetime import datetime
from enum import IntEnum

from msgspec import Struct

from console.desk.clock_words import on_the_clock
from console.desk.errors import (
    AmbiguousError,
    NoAnswerError,
    RefusedError,
    UsageError,
    ViewBehindError,
)


class Exit(IntEnum):
    """What became of a command; the numbers and their words never change."""

    DONE = 0
    REFUSED = 1  # decided against: the code says why, and what would allow it
    BAD_INPUT = 2  # what was typed, or a file, breaks a stated rule
    NOTHING_RUNS = 3  # start it with `relance up`
    NO_ANSWER = 4  # something did not answer in time; nobody knows, ask again
    DAMAGE = 5  # refuses to start, or to go on: a person must look
    DATABASE_GONE = 6  # PostgreSQL ended under a running home and did not come back
    FAULT = 70  # our own mistake; the traceback is for a report
    INTERRUPTED = 130  # Ctrl-C
    NOBODY_READS = 141  # the pipe it wrote to was closed: `| head` had enough

    @property
    def word(self) -> str:
        """Return how an error document says it."""
        return self.name.lower()


class Candidate(Struct, frozen=True):
    """An account that may be meant."""

    id: str
    name: str


class ErrorDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a command did not do what it was asked; the document of `--json`."""

    error: str  # word of the exit code
    exit_code: int
    message: str
    refusal: str = ""  # stable code
    detail: str = ""
    rule: str = ""
    allowed_by: str = ""
    until: datetime | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def line(self) -> str:
        """Return it as a person reads it."""
        return f"relance: {self.message}"


def document_of(error: BaseException) -> ErrorDocument | None:
    """Return what to tell about an error; None if it is our own mistake."""
    match error:
        case RefusedError():
            return _refused(error)
        case AmbiguousError():
            found = tuple(Candidate(account, name) for account, name in error.candidates)
            return document_from(Exit.BAD_INPUT, str(error), candidates=found)
        case UsageError():
            return document_from(Exit.BAD_INPUT, str(error))
        case NoAnswerError() | ViewBehindError():
            return document_from(Exit.NO_ANSWER, str(error))
        case KeyboardInterrupt():
            return document_from(Exit.INTERRUPTED, "interrupted")
        case BaseExceptionGroup():
            return _first(error)
        case _:
            return _foreign(error)


def document_from(
    code: Exit, message: str, *, candidates: tuple[Candidate, ...] = ()
) -> ErrorDocument:
    """Return what to tell about a stated way to end, its instants on the workspace's clock."""
    told = on_the_clock(message)
    return ErrorDocument(error=code.word, exit_code=code, message=told, candidates=candidates)


def _refused(error: RefusedError) -> ErrorDocument:
    refused = error.refused
    return ErrorDocument(
        error=Exit.REFUSED.word,
        exit_code=Exit.REFUSED,
        message=str(error),
        refusal=refused.code.value,
        detail=refused.detail,
        rule=refused.rule,
        allowed_by=error.allowed_by,
        until=refused.until,
    )


def _first(group: "BaseExceptionGroup[BaseException]") -> ErrorDocument | None:
    """Return that of the first error, unless one of them is our own mistake."""
    documents = [document_of(error) for error in group.exceptions]
    return None if None in documents else documents[0]


def _foreign(error: BaseException) -> ErrorDocument | None:
    if isinstance(error, OSError) and error.filename is not None:
        where, reason = os.fsdecode(error.filename), error.strerror
        return document_from(
            Exit.DAMAGE, f"expected {where} to be usable, got: {reason}; look at it"
        )
    for code, kinds in _kinds():
        if isinstance(error, kinds):
            return document_from(code, _sentence(code, error))
    return None


def _sentence(code: Exit, error: BaseException) -> str:
    from infra.runtime.errors import NothingRunsError

    if isinstance(error, NothingRunsError):
        return f"nothing runs on {error.home}: start it with `relance up`"
    if code is Exit.NO_ANSWER:
        return f"{error}; `relance status` shows whether it is back"
    return str(error)


def _kinds() -> tuple[tuple[Exit, tuple[type[BaseException], ...]], ...]:
    """Return which errors of other parts end how; the first that fits counts."""
    from engine.errors import DamageError, InvalidValueError
    from infra.contacts.errors import ContactPointError
    from infra.home.errors import HomeError, MailFileError, NowError, SampleOnlyError
    from infra.log import errors as log
    from infra.runtime import errors as runtime
    from infra.sample.errors import SampleDataError, SampleRefusedError
    from infra.settings import SettingsError
    from infra.store import errors as store
    from infra.vault import errors as vault
    from sequences.errors import MissingValueError, TextTooLongError
    from sequences.grammar import GrammarError
    from sequences.rulesets import RulesetFileError

    return (
        (Exit.NOTHING_RUNS, (runtime.NothingRunsError,)),
        (
            Exit.BAD_INPUT,
            (
                SettingsError,
                SampleOnlyError,
                NowError,
                MailFileError,
                InvalidValueError,
                ContactPointError,
                vault.SubjectErasedError,
                RulesetFileError,
                MissingValueError,
                TextTooLongError,
                GrammarError,
                log.LogAbsentError,
                log.LogExistsError,
                log.LogElsewhereError,
                log.UnknownPlaceError,
                log.TrimmedError,
                log.BeyondEndError,
                store.SocketPathError,
            ),
        ),
        (
            Exit.NO_ANSWER,
            (store.StoreUnavailableError, log.LogUnavailableError, runtime.DoorError),
        ),
        (Exit.DATABASE_GONE, (store.ServerGoneError,)),
        (
            Exit.DAMAGE,
            (
                HomeError,
                SampleDataError,
                SampleRefusedError,
                DamageError,
                log.LogError,
                store.StoreError,
                vault.VaultError,
                runtime.RuntimeFaultError,
            ),
        ),
    )
