"""E-mail as touching sees a channel: what a mail server answers, in the words of attempts.

What an answer is about is decided by its stage and its codes, never by its words:
our own set-up, the way to the server, the recipient's address, or this one message
(docs/decisions/0113).
"""

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
    SmtpStage,
)
from infra.touching.channel_ports import (
    CONTENT_BROKEN,
    POINT_MALFORMED,
    SENDER_MALFORMED,
    SENDER_REFUSED,
    Parcel,
)
from infra.touching.protocol import AttemptReport, holds_sender

UNREACHABLE = frozenset(NotSentReason) - {NotSentReason.DEADLINE}

BEFORE_RECIPIENT = frozenset(
    (SmtpStage.GREETING, SmtpStage.TLS, SmtpStage.AUTHENTICATION, SmtpStage.SENDER)
)
"""Stages at which the peer does not know yet whom we write to."""

OUR_CODES = frozenset((530, 534, 535, 538))
"""Replies that ask for a login, at whatever stage (RFC 4954)."""

OUR_CLASSES = ("5.7.", "5.3.")
OUR_STATUSES = frozenset(("5.1.7", "5.1.8"))
"""Security and policy; the mail system; the sender's address (RFC 3463, RFC 7505)."""

CLOSING = 421
"""The peer closes the conversation, at whatever stage (RFC 5321, 3.8)."""

MALFORMED = {
    "sender": AttemptReport(Reach.NOT_SENT, f"{SENDER_MALFORMED}:from address"),
    "recipient": AttemptReport(Reach.BROKEN, POINT_MALFORMED),
}
"""What a message is that breaks a rule of SMTP, by the part that breaks it."""


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
        except InvalidValueError as error:
            return MALFORMED.get(error.name, AttemptReport(Reach.BROKEN, CONTENT_BROKEN))
        return _report(await self._sender.send(message))

    def is_unreachable(self, report: AttemptReport) -> bool:
        """Whether the mail server or our own set-up, not the message, was the obstacle."""
        if report.reach is not Reach.NOT_SENT:
            return False
        return report.code.partition(":")[0] in UNREACHABLE or holds_sender(report)


def _report(outcome: SendOutcome) -> AttemptReport:
    match outcome:
        case Sent():
            return AttemptReport(Reach.SENT, "250")
        case SendRefused():
            return _refusal(outcome)
        case NotSent(reason=reason):
            return AttemptReport(Reach.NOT_SENT, reason.value)
        case SendUnknown():
            return AttemptReport(Reach.UNKNOWN)


def _refusal(answer: SendRefused) -> AttemptReport:
    """Return what a refusal is about; at the recipient its code stands without a stage."""
    codes = f"{answer.code} {answer.status}".strip()
    staged = f"{answer.stage.value} {codes}"
    if not answer.is_permanent:
        if answer.stage in BEFORE_RECIPIENT or answer.code == CLOSING:
            return AttemptReport(Reach.NOT_SENT, f"{NotSentReason.DEFERRED}:{staged}")
        return AttemptReport(Reach.POSTPONED, codes)
    if _is_ours(answer):
        return AttemptReport(Reach.NOT_SENT, f"{SENDER_REFUSED}:{staged}")
    return AttemptReport(Reach.REFUSED, codes if answer.stage is SmtpStage.RECIPIENT else staged)


def _is_ours(answer: SendRefused) -> bool:
    return (
        answer.stage in BEFORE_RECIPIENT
        or answer.code in OUR_CODES
        or answer.status in OUR_STATUSES
        or answer.status.startswith(OUR_CLASSES)
    )
