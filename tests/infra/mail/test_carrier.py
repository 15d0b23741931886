"""What a mail server answers, told in the words of attempts."""

from dataclasses import dataclass

import pytest

from engine.requests import Reach
from engine.rule_ids import RuleId
from infra.mail.carrier import MailCarrier
from infra.mail.sender import (
    NotSent,
    NotSentReason,
    Outgoing,
    SendOutcome,
    SendRefused,
    SendUnknown,
    Sent,
    SmtpStage,
    UnknownReason,
)
from infra.touching.channel_ports import Parcel
from infra.touching.protocol import AttemptReport
from tests.infra.mail.examples import FROM, MESSAGE_ID, TO

PARCEL = Parcel(reference=MESSAGE_ID, sender=FROM, recipient=TO, content=b"A: b\r\n\r\nText\r\n")


@dataclass(slots=True)
class Answering:
    """A sender whose peer always answers the same."""

    outcome: SendOutcome
    message: Outgoing | None = None

    conversations_max = 1

    async def send(self, message: Outgoing) -> SendOutcome:
        """Keep the message, and answer."""
        self.message = message
        return self.outcome

    async def close(self) -> None:
        """Nothing is open."""


def refused(code: int, status: str) -> SendRefused:
    """Return a peer's refusal of the recipient."""
    return SendRefused(code=code, status=status, stage=SmtpStage.RECIPIENT, text="No")


class TestCarry:
    @pytest.mark.parametrize(
        ("outcome", "report"),
        [
            (Sent(queue_id="q"), AttemptReport(Reach.SENT, "250")),
            (refused(550, "5.1.1"), AttemptReport(Reach.REFUSED, "550 5.1.1")),
            (refused(451, ""), AttemptReport(Reach.POSTPONED, "451")),
            (
                NotSent(reason=NotSentReason.TLS),
                AttemptReport(Reach.NOT_SENT, "smtp.tls"),
            ),
            (SendUnknown(reason=UnknownReason.TIMEOUT), AttemptReport(Reach.UNKNOWN)),
        ],
    )
    async def test_tells_what_became_of_a_message(
        self, outcome: SendOutcome, report: AttemptReport
    ) -> None:
        """Doubt told as failure would be sent twice, success told as doubt would wait for ever."""
        found = await MailCarrier(Answering(outcome)).carry(PARCEL, is_past_deadline=lambda: False)

        assert found == report

    async def test_hands_the_parcel_over_whole(self) -> None:
        """The deadline is asked by whoever says DATA, not by whoever wrote the message."""
        sender = Answering(Sent(queue_id=""))

        await MailCarrier(sender).carry(PARCEL, is_past_deadline=lambda: True)

        assert sender.message is not None
        assert sender.message.message_id == PARCEL.reference
        assert (sender.message.mail_from, sender.message.recipient) == (FROM, TO)
        assert sender.message.content == PARCEL.content
        assert sender.message.is_past_deadline()

    @pytest.mark.parametrize("recipient", ["a@x.example> SIZE=1", "a@x.example\r\nDATA"])
    async def test_sends_nothing_that_could_be_taken_for_a_command(self, recipient: str) -> None:
        """An address is written into a command: one that breaks out of it must never leave."""
        sender = Answering(Sent(queue_id=""))
        parcel = Parcel(reference=MESSAGE_ID, sender=FROM, recipient=recipient, content=b"\r\n")

        report = await MailCarrier(sender).carry(parcel, is_past_deadline=lambda: False)

        assert report == AttemptReport(Reach.NOT_SENT, RuleId.CONTENT_MALFORMED)
        assert sender.message is None


class TestUnreachable:
    @pytest.mark.parametrize(
        ("report", "is_unreachable"),
        [
            *(
                (AttemptReport(Reach.NOT_SENT, reason.value), reason is not NotSentReason.DEADLINE)
                for reason in NotSentReason
            ),
            (AttemptReport(Reach.NOT_SENT, RuleId.SUPPRESSED), False),
            (AttemptReport(Reach.SENT, "250"), False),
        ],
    )
    def test_is_a_server_that_took_no_message_at_all(
        self, report: AttemptReport, *, is_unreachable: bool
    ) -> None:
        """Such a sender is left alone for a while; one bad message is no reason to."""
        carrier = MailCarrier(Answering(Sent(queue_id="")))

        assert carrier.is_unreachable(report) is is_unreachable
