"""Decide what may be done to the world: the points on which a message depends.

Pure: gate, dispatcher and reconciler ask these functions with what they have read, and
the model test asks the same ones under races, freezes and crashes.  Nothing here may
grow a second copy elsewhere, or the model would prove something else.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from engine.requests import Reach
from engine.rule_ids import RuleId
from infra.mail.reconciler import Finding

DEADLINE_SECONDS = 10.0
"""From hearing of a validated attempt to DATA, by the dispatcher's own monotonic clock."""

BUCKET_FOR = timedelta(hours=1)
BUCKETS_COUNTED = 25
"""The hour under way and the 24 before it: any 24 hours lie within (docs/decisions/0071)."""

SUPPRESSED = RuleId.SUPPRESSED
MAILBOX_UNREACHABLE = RuleId.MAILBOX_UNREACHABLE
CONTENT_UNWRITTEN = RuleId.CONTENT_UNWRITTEN
CAP_MAILBOX = RuleId.CAP_MAILBOX
CAP_RECIPIENT_DOMAIN = RuleId.CAP_RECIPIENT_DOMAIN
DEADLINE = RuleId.DEADLINE
WINDOW_CLOSED = RuleId.WINDOW_CLOSED
WINDOW_OF_GRANT = RuleId.WINDOW_GRANT

_WINDOW_FORM = "%Y-%m-%dT%H"


class Report(NamedTuple):
    """What became of an attempt, in the words of `RecordAttempt`."""

    reach: Reach
    code: str = ""


class KeptBack(NamedTuple):
    """The rule that keeps an attempt back, and until when if time alone lifts it."""

    rule: RuleId
    until_at: datetime | None = None


class Caps(NamedTuple):
    """What a mailbox may send in any 24 hours."""

    per_day_max: int
    per_domain_max: int


class Row(NamedTuple):
    """What the ledger says of an attempt."""

    process: str  # which process took it, or released it
    report: Report | None  # None: no outcome


class Move(StrEnum):
    """What a dispatcher does with a validated attempt."""

    TAKE = "take"  # insert a row without outcome; whoever inserts sends
    RELEASE = "release"  # insert a row that says it was not sent
    REPORT = "report"  # the row has an outcome
    DOUBT = "doubt"  # no outcome, and nobody is left who would write one
    WAIT = "wait"  # another process may be sending this very moment
    GO_ON = "go_on"  # the row is ours, and we never began to send under it


# --- the gate ----------------------------------------------------------------------


def window_of(at: datetime) -> str:
    """Return the counting window of an instant: its hour, `2027-01-19T08`, in UTC.

    Examples:
        >>> window_of(datetime(2027, 1, 19, 8, 59, tzinfo=UTC))
        '2027-01-19T08'
    """
    return at.astimezone(UTC).strftime(_WINDOW_FORM)


def oldest_window(at: datetime) -> str:
    """Return the oldest window that counts at an instant."""
    return window_of(at - (BUCKETS_COUNTED - 1) * BUCKET_FOR)


def leaves_at(window: str) -> datetime:
    """Return the instant from which a window counts no more."""
    start_at = datetime.strptime(window, _WINDOW_FORM).replace(tzinfo=UTC)
    return start_at + BUCKETS_COUNTED * BUCKET_FOR


def room(
    caps: Caps, mailbox: Mapping[str, int], domain: Mapping[str, int], *, at: datetime
) -> KeptBack | None:
    """Return which cap keeps one more message back; None if there is room.

    Args:
        caps: Of the mailbox.
        mailbox: Messages counted, by window, of the mailbox.
        domain: The same, of these to the recipient's domain.
        at: Aware instant; windows older than the caps look back are ignored.
    """
    for rule, limit, counts in (
        (CAP_MAILBOX, caps.per_day_max, mailbox),
        (CAP_RECIPIENT_DOMAIN, caps.per_domain_max, domain),
    ):
        counted = {name: n for name, n in counts.items() if n > 0 and name >= oldest_window(at)}
        if sum(counted.values()) >= limit:
            return KeptBack(rule, leaves_at(min(counted)) if counted else None)
    return None


# --- the dispatcher ----------------------------------------------------------------


def is_late(age_seconds: float) -> bool:
    """Whether an attempt may not begin, or go on, any more."""
    return age_seconds > DEADLINE_SECONDS


def move(
    row: Row | None,
    *,
    age_seconds: float,
    process: str,
    sender_is_dead: bool,
    is_unknown: bool = False,
) -> Move:
    """Return what to do with a validated attempt that this process is not sending.

    Args:
        row: What the ledger says; None: nothing.
        age_seconds: Since this process heard of it.
        process: This process.
        sender_is_dead: Whether the row's process is known to have ended.
        is_unknown: Whether its outcome was decided to be unknown: then a missing row is
            a ledger that was lost, and no leave to send.
    """
    if row is None and is_unknown:
        return Move.DOUBT
    if row is None:
        return Move.RELEASE if is_late(age_seconds) else Move.TAKE
    if row.report is not None:
        return Move.REPORT
    if row.process == process:
        return Move.DOUBT if is_unknown else Move.GO_ON
    return Move.DOUBT if sender_is_dead or is_late(age_seconds) else Move.WAIT


def stop_before_sending(
    *, is_suppressed: bool, window: str, closes_at: datetime, at: datetime, age_seconds: float
) -> Report | None:
    """Return why an attempt that has its ledger row is not sent; None: send it.

    Read after the row is committed, never before: an objection commits its own row and
    then reads the ledger, so one of the two sees the other.

    Args:
        is_suppressed: Whether the suppression table holds the address.
        window: Of the grant.
        closes_at: End of the touch's slot, half-open.
        at: Aware instant of the clock.
        age_seconds: Since this process heard of the attempt.
    """
    if is_suppressed:
        return Report(Reach.NOT_SENT, SUPPRESSED)
    if window != window_of(at):
        return Report(Reach.NOT_SENT, WINDOW_OF_GRANT)
    if at >= closes_at:
        return Report(Reach.NOT_SENT, WINDOW_CLOSED)
    if is_late(age_seconds):
        return Report(Reach.NOT_SENT, DEADLINE)
    return None


def may_still_send(*, window: str, at: datetime, age_seconds: float) -> bool:
    """Whether DATA may be said now: asked before connecting and again before DATA."""
    return not is_late(age_seconds) and window == window_of(at)


def gives_back(reach: Reach) -> bool:
    """Whether an outcome is certain to have sent nothing, so that no cap counts it.

    A refusal counts: the peer saw us.  What is unknown counts as sent.
    """
    return reach in (Reach.NOT_SENT, Reach.ABSENT, Reach.ERASED)


# --- afterwards --------------------------------------------------------------------


def settled_by(finding: Finding, *, sender_is_dead: bool) -> Report | None:
    """Return what settles an unknown attempt; None: a person has to.

    Absence counts only when the sender is known to be dead: a frozen one may still send.
    """
    if finding is Finding.FOUND:
        return Report(Reach.SENT, "reconciled")
    if finding is Finding.ABSENT and sender_is_dead:
        return Report(Reach.ABSENT, "reconciled")
    return None


def in_flight(rows: Sequence[tuple[str, Row]]) -> tuple[str, ...]:
    """Return the touches that an objection's answer lists: those without outcome, sorted."""
    return tuple(sorted(name for name, row in rows if row.report is None))
