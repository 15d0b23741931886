"""What the world of the touch protocol is made of."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from infra.touching.protocol import AttemptReport, SenderCaps

START_AT = datetime(2027, 1, 19, 8, 0, tzinfo=UTC)
CLOSES_FOR = timedelta(days=30)
PERSON_AFTER_SECONDS = 900
CAPS = SenderCaps(per_day_max=2, per_domain_max=2)
ACCOUNTS = ("A", "B")
TOUCHES_EACH = 2

Key = tuple[str, int]  # touch, attempt


class BrokenPromiseError(AssertionError):
    """The world saw something that was promised never to happen."""


@dataclass(slots=True)
class Touch:
    """A touch as its account sees it."""

    status: str = "due"  # due, attempting, unknown, ended
    attempt: int = 1
    due: int = 0
    attempted: int = 0
    result: str = ""


@dataclass(slots=True)
class Job:
    """An attempt in a process's hands."""

    key: Key
    heard: int
    is_found: bool = False
    is_unknown: bool = False
    phase: str = "read"
    is_checked: bool = False
    report: AttemptReport | None = None
    looked_at: datetime = START_AT  # the last look at the clocks


@dataclass(slots=True)
class Process:
    """One process; what it holds in memory dies with it."""

    name: str
    epochs: dict[str, int] = field(default_factory=dict)
    is_alive: bool = True
    frozen_until: int = 0
    jobs: list[Job] = field(default_factory=list)
    doubts: set[Key] = field(default_factory=set)
    own: list[tuple[str, Key, object]] = field(default_factory=list)
    releases: list[Key] = field(default_factory=list)
    counted: list[tuple[Key, str]] = field(default_factory=list)  # only without atomic grants


def need(holds: bool, what: str) -> None:  # noqa: FBT001  (a claim)
    """Raise `BrokenPromiseError` unless a claim holds."""
    if not holds:
        raise BrokenPromiseError(what)
