"""Decide what may be done to the world: the points on which an attempt depends.

Pure: gate, dispatcher and reconciler ask these functions with what they have read, and
the model test asks the same ones under races, freezes and crashes.  Nothing here may
grow a second copy elsewhere, or the model would prove something else.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from engine.requests import Reach
from engine.rule_ids import RuleId

DEADLINE_SECONDS = 10.0
"""From hearing of a validated attempt to its last step, by the dispatcher's own monotonic clock."""

BUCKET_FOR = timedelta(hours=1)
BUCKETS_COUNTED = 25
"""The hour under way and the 24 before it: any 24 hours lie within (docs/decisions/0071)."""

SUPPRESSED = RuleId.SUPPRESSED
SENDER_UNREACHABLE = RuleId.MAILBOX_UNREACHABLE
SENDER_HELD = RuleId.MAILBOX_HELD
SENDER_FAULTS = frozenset(
    (RuleId.MAILBOX_ADDRESS_MISSING, RuleId.MAILBOX_MALFORMED, RuleId.MAILBOX_REFUSED)
)
"""What is wrong with a sender identity itself, so that every attempt would fail by it."""
CAP_SENDER = RuleId.CAP_MAILBOX
CAP_RECIPIENT_DOMAIN = RuleId.CAP_RECIPIENT_DOMAIN
DEADLINE = RuleId.DEADLINE
WINDOW_CLOSED = RuleId.WINDOW_CLOSED
WINDOW_OF_GRANT = RuleId.WINDOW_GRANT

_WINDOW_FORM = "%Y-%m-%dT%H"


class AttemptReport(NamedTuple):
    """What became of an attempt, in the words of `RecordAttempt`."""

    reach: Reach
    code: str = ""


class Settlement(NamedTuple):
    """What became of an attempt, with what was sent."""

    report: AttemptReport
    digest: str = ""
    size_bytes: int = 0


class KeptBack(NamedTuple):
    """The rule that keeps an attempt back, and until when if time alone lifts it."""

    rule: RuleId
    until_at: datetime | None = None
    holder: str = ""  # the account whose claim it is


class ClaimRow(NamedTuple):
    """Who contacts a human on a day, and which enrolment alone may prospect until when."""

    on: date
    account: str
    prospector: str = ""  # an account; empty: none
    enrolment: int = 0  # its
    until_on: date = date.min


class SenderCaps(NamedTuple):
    """What a sender identity may send in any 24 hours."""

    per_day_max: int
    per_domain_max: int


class LedgerRow(NamedTuple):
    """What the ledger says of an attempt."""

    process: str  # which process took it, or released it
    report: AttemptReport | None  # None: no outcome
    digest: str = ""
    size_bytes: int = 0
    window: str = ""  # of its grant
    is_dead: bool = False  # the process is known to have ended

    @property
    def settlement(self) -> Settlement | None:
        """Return the outcome, with what was sent; None without one."""
        return Settlement(self.report, self.digest, self.size_bytes) if self.report else None


class Course(StrEnum):
    """What a dispatcher does with a validated attempt."""

    TAKE = "take"  # insert a row without outcome; whoever inserts sends
    RELEASE = "release"  # insert a row that says it was not sent
    REPORT = "report"  # the row has an outcome
    DOUBT = "doubt"  # no outcome, and nobody is left who would write one
    WAIT = "wait"  # another process may be sending this very moment
    GO_ON = "go_on"  # the row is ours, and we never began to send under it


class Evidence(StrEnum):
    """What a peer knows of one attempt."""

    FOUND = "found"  # it was sent
    ABSENT = "absent"  # the peer would know, and nothing under way can still bring it
    UNCLEAR = "unclear"  # nobody to ask, or no sure answer: ask again later, or a person


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
    caps: SenderCaps, sender: Mapping[str, int], domain: Mapping[str, int], *, at: datetime
) -> KeptBack | None:
    """Return which cap keeps one more attempt back; None if there is room.

    Args:
        caps: Of the sender identity.
        sender: Attempts counted, by window, of the sender identity.
        domain: The same, of these to the recipient's domain.
        at: Aware instant; windows older than the caps look back are ignored.
    """
    for rule, limit, counts in (
        (CAP_SENDER, caps.per_day_max, sender),
        (CAP_RECIPIENT_DOMAIN, caps.per_domain_max, domain),
    ):
        counted = {name: n for name, n in counts.items() if n > 0 and name >= oldest_window(at)}
        if sum(counted.values()) >= limit:
            return KeptBack(rule, leaves_at(min(counted)) if counted else None)
    return None


# --- claims on a human -------------------------------------------------------------


def clash(held: ClaimRow, wanted: ClaimRow) -> RuleId | None:
    """Return by which rule what is held keeps back what is wanted; None if both can be."""
    prospectors = {(held.prospector, held.enrolment), (wanted.prospector, wanted.enrolment)}
    is_taken = bool(held.prospector) and held.until_on >= wanted.on
    if wanted.prospector and is_taken and len(prospectors) > 1:
        return RuleId.EXCLUSIVE_CONTACT_POINT
    if held.on == wanted.on and held.account != wanted.account:
        return RuleId.CAP_ONE_CONTACT_A_DAY
    return None


def claimed_after(held: ClaimRow, wanted: ClaimRow) -> ClaimRow:
    """Return the row after a claim that clashes with nothing: who prospects goes on with it."""
    if wanted.prospector:
        return wanted
    return held._replace(on=wanted.on, account=wanted.account)


# --- the dispatcher ----------------------------------------------------------------


def is_late(age_seconds: float) -> bool:
    """Whether an attempt may not begin, or go on, any more."""
    return age_seconds > DEADLINE_SECONDS


def course_of(
    row: LedgerRow | None,
    *,
    age_seconds: float,
    process: str,
    process_is_dead: bool,
    is_unknown: bool = False,
) -> Course:
    """Return what to do with a validated attempt that this process is not sending.

    Args:
        row: What the ledger says; None: nothing.
        age_seconds: Since this process heard of it.
        process: This process.
        process_is_dead: Whether the row's process is known to have ended.
        is_unknown: Whether its outcome was decided to be unknown: then a missing row is
            a ledger that was lost, and no leave to send.
    """
    if row is None and is_unknown:
        return Course.DOUBT
    if row is None:
        return Course.RELEASE if is_late(age_seconds) else Course.TAKE
    if row.report is not None:
        return Course.REPORT
    if row.process == process:
        return Course.DOUBT if is_unknown else Course.GO_ON
    return Course.DOUBT if process_is_dead or is_late(age_seconds) else Course.WAIT


def stop_before_sending(
    *, is_suppressed: bool, window: str, closes_at: datetime, at: datetime, age_seconds: float
) -> AttemptReport | None:
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
        return AttemptReport(Reach.NOT_SENT, SUPPRESSED)
    if not is_of(window, at):
        return AttemptReport(Reach.NOT_SENT, WINDOW_OF_GRANT)
    if at >= closes_at:
        return AttemptReport(Reach.NOT_SENT, WINDOW_CLOSED)
    if is_late(age_seconds):
        return AttemptReport(Reach.NOT_SENT, DEADLINE)
    return None


def may_still_send(*, window: str, at: datetime, age_seconds: float) -> bool:
    """Whether a parcel may go now: asked before the first byte and before the last step."""
    return not is_late(age_seconds) and is_of(window, at)


def is_of(window: str, at: datetime) -> bool:
    """Whether an instant lies in the hour in which a grant was counted."""
    return window == window_of(at)


def gives_back(reach: Reach) -> bool:
    """Whether an outcome is certain to have sent nothing, so that no cap counts it.

    A refusal counts: the peer saw us.  What is unknown counts as sent.
    """
    return reach in (Reach.NOT_SENT, Reach.ABSENT, Reach.ERASED, Reach.BROKEN)


def holds_sender(report: AttemptReport) -> bool:
    """Whether an outcome says that the sender identity itself is at fault.

    Examples:
        >>> holds_sender(AttemptReport(Reach.NOT_SENT, "mailbox.refused:auth 535 5.7.8"))
        True
    """
    return report.reach is Reach.NOT_SENT and report.code.partition(":")[0] in SENDER_FAULTS


# --- afterwards --------------------------------------------------------------------


def settled_by(evidence: Evidence, *, process_is_dead: bool) -> AttemptReport | None:
    """Return what settles an unknown attempt; None: a person has to.

    Absence counts only when the process is known to be dead: a frozen one may still send.
    """
    if evidence is Evidence.FOUND:
        return AttemptReport(Reach.SENT, "reconciled")
    if evidence is Evidence.ABSENT and process_is_dead:
        return AttemptReport(Reach.ABSENT, "reconciled")
    return None


def in_flight(rows: Sequence[tuple[str, LedgerRow]]) -> tuple[str, ...]:
    """Return the touches that an objection's answer lists: those without outcome, sorted."""
    return tuple(sorted(name for name, row in rows if row.report is None))
