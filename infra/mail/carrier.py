"""E-mail as touching sees a channel: what a mail server answers, in the words of attempts."""

from collections.abc import Callable

from engine.errors import InvalidValueError
from engine.requests import Reach
from infra.mail.sender import (
    NotSent,
    NotSentReason,
    Outgoing,
    Sender,
    SendOutcome,
    SendRefused,
    SendUnknown,
    Sent,
)
from infra.touching.channel_ports import CONTENT_MALFORMED, Parcel
from infra.touching.protocol import AttemptReport

UNREACHABLE = frozenset(NotSentReason) - {NotSentReason.DEADLINE}


class MailCarrier:
    """Carries parcels by one sender of mail; see `infra.touching.channel_ports.Carrier`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def carry(self, parcel: Parcel, *, is_past_deadline: Callable[[], bool]) -> AttemptReport:
        """Try once to send a message; one that breaks a rule of SMTP is not sent."""
        try:
            message = Outgoing(
                message_id=parcel.reference,
                mail_from=parcel.sender,
                recipient=parcel.recipient,
                content=parcel.content,
                is_past_deadline=is_past_deadline,
            )
        except InvalidValueError:
            return AttemptReport(Reach.NOT_SENT, CONTENT_MALFORMED)
        return _report(await self._sender.send(message))

    def is_unreachable(self, report: AttemptReport) -> bool:
        """Whether the mail server itself, not the message, was the obstacle."""
        return report.reach is Reach.NOT_SENT and report.code in UNREACHABLE


def _report(outcome: SendOutcome) -> AttemptReport:
    match outcome:
        case Sent():
            return AttemptReport(Reach.SENT, "250")
        case SendRefused(code=code, status=status, is_permanent=is_permanent):
            reach = Reach.REFUSED if is_permanent else Reach.POSTPONED
            return AttemptReport(reach, f"{code} {status}".strip())
        case NotSent(reason=reason):
            return AttemptReport(Reach.NOT_SENT, reason.value)
        case SendUnknown():
            return AttemptReport(Reach.UNKNOWN)
