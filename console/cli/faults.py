"""Turn whatever stopped a command into an exit code and one or two lines for a person.

Each error class builds its own sentence; here it is only decided who must act.  Modules
are imported here, and not above: most commands end well.
"""

import os
from datetime import datetime

from msgspec import Struct

from console.cli.exits import MEANINGS, Exit
from console.desk.errors import AmbiguousError, NoAnswerError, RefusedError, UsageError


class Candidate(Struct, frozen=True):
    """An account that may be meant."""

    id: str
    name: str


class Fault(Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    def sentences(self) -> str:
        """Return it as one line, its first sentence told apart."""
        return f"relance: {self.message}"


def fault_of(error: BaseException) -> Fault | None:
    """Return what to tell about an error; None if it is our own mistake."""
    match error:
        case RefusedError():
            return _refused(error)
        case AmbiguousError():
            found = tuple(Candidate(account, name) for account, name in error.candidates)
            return _fault(Exit.BAD_INPUT, str(error), candidates=found)
        case UsageError():
            return _fault(Exit.BAD_INPUT, str(error))
        case NoAnswerError():
            return _fault(Exit.NO_ANSWER, str(error))
        case KeyboardInterrupt():
            return _fault(Exit.INTERRUPTED, "interrupted")
        case BaseExceptionGroup():
            return _first(error)
        case _:
            return _foreign(error)


def fault_from(code: Exit, message: str) -> Fault:
    """Return a fault of a code."""
    return _fault(code, message)


def _fault(code: Exit, message: str, *, candidates: tuple[Candidate, ...] = ()) -> Fault:
    return Fault(error=MEANINGS[code], exit_code=code, message=message, candidates=candidates)


def _refused(error: RefusedError) -> Fault:
    refused = error.refused
    return Fault(
        error=MEANINGS[Exit.REFUSED],
        exit_code=Exit.REFUSED,
        message=str(error),
        refusal=refused.code.value,
        detail=refused.detail,
        rule=refused.rule,
        allowed_by=error.allowed_by,
        until=refused.until,
    )


def _first(group: "BaseExceptionGroup[BaseException]") -> Fault | None:
    """Return the fault of the first error that has one, unless one is our own mistake."""
    faults = [fault_of(error) for error in group.exceptions]
    if None in faults:
        return None
    return next((fault for fault in faults if fault is not None), None)


def _foreign(error: BaseException) -> Fault | None:
    if isinstance(error, OSError) and error.filename is not None:
        where, reason = os.fsdecode(error.filename), error.strerror
        return _fault(Exit.DAMAGE, f"expected {where} to be usable, got: {reason}; look at it")
    for code, kinds in _kinds():
        if isinstance(error, kinds):
            return _fault(code, _sentence(code, error))
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
    from infra.home.errors import (
        HomeError,
        NowError,
        SampleOnlyError,
    )
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
                InvalidValueError,
                ContactPointError,
                vault.SubjectErasedError,
                RulesetFileError,
                MissingValueError,
                TextTooLongError,
                GrammarError,
                log.LogAbsentError,
                log.LogExistsError,
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
