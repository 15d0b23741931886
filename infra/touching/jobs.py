"""What a dispatcher has in hand, and how an outcome is reported."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from engine.account import Account
from engine.account.state import TouchStatus
from engine.ids import InputId
from engine.requests import Reach, RecordAttempt
from engine.rules import Stream
from engine.workspace import Workspace
from infra.log.leases import Tenure
from infra.mail.sender import NotSent, NotSentReason, SendRefused, SendUnknown, Sent
from infra.mail.sender import Outcome as SendOutcome
from infra.runtime.owning.touch_ports import GrantKey
from infra.touching.ledger import Settlement
from infra.touching.protocol import Report


@dataclass(slots=True, kw_only=True)
class Job:
    """One validated attempt on its way."""

    key: GrantKey
    tenure: Tenure
    state: Stream
    published: Workspace
    heard_seconds: float  # monotonic: when this process heard of it
    is_found: bool = False  # a row may stand already
    is_unknown: bool = False  # its outcome was decided to be unknown

    @property
    def age_seconds(self) -> float:
        """Return how long ago this process heard of it."""
        return time.monotonic() - self.heard_seconds


def open_attempts(state: Stream) -> Iterator[tuple[int, int, bool]]:
    """Yield number, attempt and "is unknown" of each touch without outcome."""
    if isinstance(state.state, Account):
        for number, touch in state.state.touches.items():
            if touch.status in (TouchStatus.ATTEMPTING, TouchStatus.UNKNOWN):
                yield number, touch.attempt, touch.status is TouchStatus.UNKNOWN


def report_of(outcome: SendOutcome) -> Report | None:
    """Return a send's outcome in the words of the account; None: nobody knows."""
    match outcome:
        case Sent():
            return Report(Reach.SENT, "250")
        case SendRefused(code=code, status=status, is_permanent=is_permanent):
            reach = Reach.REFUSED if is_permanent else Reach.POSTPONED
            return Report(reach, f"{code} {status}".strip())
        case NotSent(reason=reason):
            return Report(Reach.NOT_SENT, reason.value)
        case SendUnknown():
            return None


def is_unreachable(report: Report) -> bool:
    """Whether the mail server itself, not the message, was the obstacle."""
    server = set(NotSentReason) - {NotSentReason.DEADLINE}
    return report.reach is Reach.NOT_SENT and report.code in {reason.value for reason in server}


def recorded(
    key: GrantKey, settlement: Settlement, message_id: str
) -> tuple[InputId, RecordAttempt]:
    """Return the own input that reports an outcome; its id is made of names."""
    report = settlement.report
    request = RecordAttempt(
        touch=key.touch,
        attempt=key.attempt,
        reach=report.reach,
        code=report.code,
        message_id=message_id,
        digest=settlement.digest,
        size_bytes=settlement.size_bytes,
    )
    return InputId(f"recorded:{key.touch}:{key.attempt}:{report.reach.value}"), request
