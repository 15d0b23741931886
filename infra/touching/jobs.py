"""What a dispatcher has in hand, and how an outcome is reported."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.account import Account
from engine.account.state import Touch, TouchStatus
from engine.ids import InputId
from engine.requests import Mailbox, RecordAttempt
from engine.rules import Stream
from engine.suppressing import stop_names
from engine.values import ContactPoint
from engine.workspace import Workspace
from infra.log.leases import Tenure
from infra.runtime.owning.touch_ports import GrantKey
from infra.touching.addressing import point_of, sender_of, touch_of
from infra.touching.protocol import Settlement, holds_sender


@dataclass(slots=True, kw_only=True)
class Job:
    """One validated attempt on its way, with all that is asked of it more than once."""

    key: GrantKey
    tenure: Tenure
    state: Stream  # the account after its attempt was decided
    published: Workspace
    heard_seconds: float  # monotonic: when this process heard of it
    is_found: bool = False  # a row may stand already
    is_unknown: bool = False  # its outcome was decided to be unknown
    begun_seconds: float = 0.0  # monotonic: when it left the queue
    reference: str = ""  # names it at the peer; given when it is prepared
    window: str = ""  # of its grant; known once its row is ours
    touch: Touch | None = field(init=False)  # None: it is over
    point: ContactPoint | None = field(init=False)
    sender: Mailbox | None = field(init=False)

    def __post_init__(self) -> None:
        """Look up whom it reaches, and from where."""
        self.touch = touch_of(self.state, self.key.touch)
        self.point = point_of(self.state, self.touch)
        self.sender = sender_of(self.published)

    @property
    def age_seconds(self) -> float:
        """Return how long ago this process heard of it."""
        return time.monotonic() - self.heard_seconds

    @property
    def tag(self) -> str:
        """Return the tag of its contact point; empty without one."""
        return self.point.tag if self.point else ""

    @property
    def person(self) -> str:
        """Return whom it goes to; empty once it is over."""
        return self.touch.person if self.touch else ""

    @property
    def stop_names(self) -> tuple[str, ...]:
        """Return the names under which a stop would keep it from leaving."""
        return stop_names(self.point, self.person)

    @property
    def sender_name(self) -> str:
        """Return the name of its sender identity; empty without one."""
        return self.sender.name if self.sender else ""


def open_attempts(state: Stream) -> Iterator[tuple[int, Touch]]:
    """Yield number and touch of each attempt without outcome."""
    if isinstance(state.state, Account):
        for number, touch in state.state.touches.items():
            if touch.status in (TouchStatus.ATTEMPTING, TouchStatus.UNKNOWN):
                yield number, touch


def recorded(
    key: GrantKey, settlement: Settlement, reference: str, *, sender_name: str = ""
) -> tuple[InputId, RecordAttempt]:
    """Return the own input that reports an outcome; its id is made of names.

    Args:
        key: The attempt.
        settlement: What became of it.
        reference: Its name at the peer.
        sender_name: Of the sender identity it went from, named where it is at fault.
    """
    report = settlement.report
    request = RecordAttempt(
        touch=key.touch,
        attempt=key.attempt,
        reach=report.reach,
        code=report.code,
        message_id=reference,
        digest=settlement.digest,
        size_bytes=settlement.size_bytes,
        mailbox=sender_name if holds_sender(report) else "",
    )
    return InputId(f"recorded:{key.touch}:{key.attempt}:{report.reach.value}"), request
