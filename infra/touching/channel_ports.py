"""What touching asks of a channel: content written, carried once, found again.

A channel that the engine serves itself brings one adapter of each port; `infra.mail` is
the first.  Each gets jobs whole: a job has its touch, and the touch its channel.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from engine.rule_ids import RuleId
from infra.runtime.owning.touch_ports import GrantKey
from infra.touching.jobs import Job
from infra.touching.protocol import AttemptReport, Evidence

# Codes of touches whose content could not be written.
# After a colon each names what is wrong, joined by "+" if it is more than one thing.
CONTENT_MISSING = RuleId.CONTENT_MISSING_MESSAGE
CONTENT_BROKEN = RuleId.CONTENT_BROKEN
CONTENT_MALFORMED = RuleId.CONTENT_MALFORMED
POINT_MALFORMED = RuleId.CONTACT_POINT_MALFORMED
POINT_MISMATCH = RuleId.CONTACT_POINT_MISMATCH
VAULT_DAMAGED = RuleId.VAULT_DAMAGED
# What is wrong with the sender identity, whatever the touch.
SENDER_ADDRESS_MISSING = RuleId.MAILBOX_ADDRESS_MISSING
SENDER_MALFORMED = RuleId.MAILBOX_MALFORMED
SENDER_REFUSED = RuleId.MAILBOX_REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one attempt hands to the world; prints without addresses and content."""

    reference: str  # names the attempt at the peer
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the content, in hexadecimal."""
        return sha256(self.content).hexdigest()


class Writer(Protocol):
    """Writes what attempts hand to the world."""

    def reference(self, job: Job) -> str:
        """Return what names an attempt at the peer; the same for ever."""

    async def write(self, jobs: Sequence[Job]) -> Mapping[GrantKey, Parcel | AttemptReport]:
        """Return each job's parcel, or the report that says why there is none.

        Raises:
            StoreUnavailableError: What must be opened for it could not be read.
        """


class Carrier(Protocol):
    """Hands parcels to the world, one transaction each."""

    async def carry(self, parcel: Parcel, *, is_past_deadline: Callable[[], bool]) -> AttemptReport:
        """Try once to hand a parcel over; `UNKNOWN` once the peer may hold it.

        If cancelled, nobody knows either.

        Args:
            parcel: What to hand over.
            is_past_deadline: To be asked before the first byte, and again before the
                step after which the peer may hold the parcel.
        """

    def is_unreachable(self, report: AttemptReport) -> bool:
        """Whether the way itself, not the parcel, was the obstacle: others wait a little."""


class Reconciler(Protocol):
    """Finds out what became of an attempt whose answer was lost."""

    async def find(self, reference: str) -> Evidence:
        """Return what is known of one attempt; never `ABSENT` on a guess."""
