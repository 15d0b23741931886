"""What a catcher can be told to do wrong, as real mail servers do."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from infra.mail.sender import SmtpStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Say no, at the recipient or after the text; the message is not stored."""

    code: int  # 400 to 599
    text: str  # begins with its enhanced code: "5.1.1 Unknown user"
    stage: SmtpStage = SmtpStage.RECIPIENT  # or CONTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Cut the connection instead of answering the text."""

    is_stored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Never answer the text; the connection stays until the client gives up."""

    is_stored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Store and accept the message, after a while."""

    wait_for: timedelta


MailFault = Refuse | Drop | Stall | Slow


class Faults(Protocol):
    """Chooses what goes wrong."""

    def pick(self, recipient: str) -> MailFault | None:
        """Return the fault of this delivery; asked once at each RCPT."""


class NoFaults:
    """Nothing goes wrong."""

    def pick(self, recipient: str) -> MailFault | None:  # noqa: ARG002  (the port's shape)
        """Return none."""
        return None
