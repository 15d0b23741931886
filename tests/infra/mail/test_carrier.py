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
from infra.touching.protocol import AttemptReport, holds_sender
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


def refused(code: int, status: str, stage: SmtpStage = SmtpStage.RECIPIENT) -> SendRefused:
    """Return a peer's refusal, of the recipient by default."""
    return SendRefused(code=code, status=status, stage=stage, text="No")


RCPT, DATA, CONTENT = SmtpStage.RECIPIENT, SmtpStage.DATA, SmtpStage.CONTENT
OURS, WAY = "mailbox.refused", "smtp.deferred"

ABOUT = [
    (SmtpStage.GREETING, 554, "", Reach.NOT_SENT, f"{OURS}:greeting 554"),
    (SmtpStage.GREETING, 421, "4.7.0", Reach.NOT_SENT, f"{WAY}:greeting 421 4.7.0"),
    (SmtpStage.AUTHENTICATION, 535, "5.7.8", Reach.NOT_SENT, f"{OURS}:auth 535 5.7.8"),
    (SmtpStage.AUTHENTICATION, 454, "4.7.0", Reach.NOT_SENT, f"{WAY}:auth 454 4.7.0"),
    (SmtpStage.SENDER, 530, "", Reach.NOT_SENT, f"{OURS}:sender 530"),
    (SmtpStage.SENDER, 553, "", Reach.NOT_SENT, f"{OURS}:sender 553"),
    (SmtpStage.SENDER, 550, "5.7.1", Reach.NOT_SENT, f"{OURS}:sender 550 5.7.1"),
    (SmtpStage.SENDER, 451, "4.3.0", Reach.NOT_SENT, f"{WAY}:sender 451 4.3.0"),
    (RCPT, 550, "5.7.1", Reach.NOT_SENT, f"{OURS}:rcpt 550 5.7.1"),
    (RCPT, 530, "", Reach.NOT_SENT, f"{OURS}:rcpt 530"),
    (RCPT, 553, "5.1.8", Reach.NOT_SENT, f"{OURS}:rcpt 553 5.1.8"),
    (RCPT, 550, "5.1.1", Reach.REFUSED, "550 5.1.1"),
    (RCPT, 550, "", Reach.REFUSED, "550"),
    (RCPT, 552, "5.2.2", Reach.REFUSED, "552 5.2.2"),
    (RCPT, 450, "4.2.0", Reach.POSTPONED, "450 4.2.0"),
    (RCPT, 421, "4.3.2", Reach.NOT_SENT, f"{WAY}:rcpt 421 4.3.2"),
    (DATA, 554, "5.7.26", Reach.NOT_SENT, f"{OURS}:data 554 5.7.26"),
    (CONTENT, 550, "5.7.26", Reach.NOT_SENT, f"{OURS}:content 550 5.7.26"),
    (CONTENT, 552, "5.3.4", Reach.NOT_SENT, f"{OURS}:content 552 5.3.4"),
    (CONTENT, 550, "5.1.1", Reach.REFUSED, "content 550 5.1.1"),
    (CONTENT, 554, "5.6.0", Reach.REFUSED, "content 554 5.6.0"),
    (CONTENT, 451, "4.7.1", Reach.POSTPONED, "451 4.7.1"),
]
"""Stage and codes of an answer, and what it is about."""


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

    @pytest.mark.parametrize(("stage", "code", "status", "reach", "report"), ABOUT)
    async def test_tells_what_an_answer_is_about(
        self, stage: SmtpStage, code: int, status: str, reach: Reach, report: str
    ) -> None:
        """A wrong password is no word about an address; nor is a policy against us."""
        carrier = MailCarrier(Answering(refused(code, status, stage)))

        found = await carrier.carry(PARCEL, is_past_deadline=lambda: False)

        assert found == AttemptReport(reach, report)
        assert carrier.is_unreachable(found) is (reach is Reach.NOT_SENT)
        assert holds_sender(found) is report.startswith(OURS)

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

        assert report == AttemptReport(Reach.BROKEN, RuleId.CONTACT_POINT_MALFORMED)
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
