"""What a sender knows after each way a conversation can go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop

from engine.errors import InvalidValueError
from infra.mail.catcher import Catcher
from infra.mail.errors import ForeignHostError
from infra.mail.faults import Drop, MailFault, Refuse, Slow, Stall
from infra.mail.message import compose
from infra.mail.sender import (
    NotSent,
    NotSentReason,
    SendOutcome,
    SendRefused,
    SendUnknown,
    Sent,
    SmtpStage,
    UnknownReason,
)
from infra.mail.smtp_sender import SmtpSender
from infra.mail.smtp_settings import AnyHost, CatcherOnly, Security, SmtpSettings
from tests.infra.mail.examples import (
    FROM,
    MESSAGE_ID,
    SHORT,
    TO,
    draft,
    outgoing,
    past_at_question,
    settings,
)
from tests.infra.mail.fault_script import FaultScript
from tests.infra.mail.peer import CLOSE, SILENT, Peer

REFUSED_LATER = SendRefused(
    code=451, status="4.7.1", stage=SmtpStage.RECIPIENT, text="4.7.1 Try again later"
)
REFUSED_AT_END = SendRefused(code=554, status="5.7.1", stage=SmtpStage.CONTENT, text="5.7.1 Spam")


@asynccontextmanager
async def sending(using: SmtpSettings) -> AsyncIterator[SmtpSender]:
    """Give a sender, closed afterwards."""
    sender = SmtpSender(using, hosts=AnyHost())
    try:
        yield sender
    finally:
        await sender.close()


async def sent_to(peer: Peer, **changes: object) -> SendOutcome:
    """Return the outcome of one message to a peer that may be slow or silent."""
    async with sending(settings(peer.port, timeouts=SHORT)) as sender:
        return await sender.send(outgoing(**changes))  # type: ignore[arg-type]  # the helper's own


class TestCatcher:
    """Against the catcher: a full server, with faults on demand."""

    async def test_accepted_message_arrives_byte_for_byte(self, catcher: Catcher) -> None:
        """What was hashed into the log is what the person reads."""
        content = compose(draft(text=".\n..\nA line\n.\n" + "x" * 3000))

        async with sending(settings(catcher.port)) as sender:
            outcome = await sender.send(outgoing(content=content))

        assert outcome == Sent(queue_id="1")
        (caught,) = catcher.find(MESSAGE_ID)
        assert (caught.content, caught.mail_from, caught.recipients) == (content, FROM, (TO,))

    @pytest.mark.parametrize(
        ("fault", "outcome", "count"),
        [
            (Refuse(code=451, text="4.7.1 Try again later"), REFUSED_LATER, 0),
            (Refuse(code=554, text="5.7.1 Spam", stage=SmtpStage.CONTENT), REFUSED_AT_END, 0),
            (Drop(is_stored=True), SendUnknown(reason=UnknownReason.DISCONNECTED), 1),
            (Drop(is_stored=False), SendUnknown(reason=UnknownReason.DISCONNECTED), 0),
            (Stall(is_stored=True), SendUnknown(reason=UnknownReason.TIMEOUT), 1),
            (Stall(is_stored=False), SendUnknown(reason=UnknownReason.TIMEOUT), 0),
            (Slow(wait_for=timedelta(milliseconds=20)), Sent(queue_id="1"), 1),
        ],
    )
    async def test_each_fault_gives_its_answer_and_the_next_message_leaves(
        self,
        catcher: Catcher,
        faults: FaultScript,
        fault: MailFault,
        outcome: SendOutcome,
        count: int,
    ) -> None:
        """Doubt taken for failure sends twice; taken for success it loses a message."""
        faults.add(TO, fault)

        async with sending(settings(catcher.port, timeouts=SHORT)) as sender:
            first = await sender.send(outgoing())
            held_count = catcher.count(MESSAGE_ID)
            second = await sender.send(outgoing(recipient="autre@ville.example"))

        assert (first, held_count) == (outcome, count)
        assert isinstance(second, Sent)

    async def test_recovers_when_the_server_comes_back(self, catcher: Catcher) -> None:
        """A night without mail server must not need a restart in the morning."""
        async with sending(settings(catcher.port)) as sender:
            await sender.send(outgoing())
            port = catcher.port
            await catcher.stop()
            during = await sender.send(outgoing())
            again = Catcher(catcher.folder, port=port)
            await again.start()
            after = await sender.send(outgoing())
        await again.stop()

        assert during == NotSent(reason=NotSentReason.UNREACHABLE)
        assert after == Sent(queue_id="2")

    async def test_cancelled_send_leaves_a_usable_sender(
        self, catcher: Catcher, faults: FaultScript
    ) -> None:
        """An orderly stop may cut a send; a late answer must not pass for the next message's."""
        faults.add(TO, Stall(is_stored=True))
        async with sending(settings(catcher.port)) as sender:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await sender.send(outgoing())

            assert await sender.send(outgoing()) == Sent(queue_id="2")


@pytest.mark.parametrize("is_stored", [True, False])
def test_lost_answer_is_unknown_on_the_production_loop(tmp_path: Path, *, is_stored: bool) -> None:
    """The event loop that runs in production closes sockets in another order."""
    faults = FaultScript()
    faults.add(TO, Drop(is_stored=is_stored))

    async def outcome_and_count() -> tuple[SendOutcome, int]:
        catcher = Catcher(tmp_path, faults=faults)
        await catcher.start()
        async with sending(settings(catcher.port)) as sender:
            outcome = await sender.send(outgoing())
        await catcher.stop()
        return outcome, catcher.count(MESSAGE_ID)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome, count = runner.run(outcome_and_count())

    assert (outcome, count) == (SendUnknown(reason=UnknownReason.DISCONNECTED), int(is_stored))


class TestConnection:
    """One connection, kept as long as is polite."""

    async def test_is_used_again_after_asking_whether_it_lives(self) -> None:
        """A handshake a message would triple the time of each."""
        async with Peer() as peer, sending(settings(peer.port)) as sender:
            for _ in range(3):
                await sender.send(outgoing())

        assert peer.connection_count == 1
        assert [line for line in peer.commands if line == "NOOP"] == ["NOOP"] * 2

    async def test_is_replaced_after_so_many_messages(self) -> None:
        """Servers cut those who stay too long, and cut them in the middle."""
        async with (
            Peer() as peer,
            sending(settings(peer.port, messages_per_connection_max=2)) as sender,
        ):
            for _ in range(5):
                await sender.send(outgoing())

        assert peer.connection_count == 3

    async def test_is_replaced_when_it_died_unseen(self) -> None:
        """A firewall forgets idle connections without a word."""
        async with Peer(NOOP=CLOSE) as peer, sending(settings(peer.port)) as sender:
            outcomes = [await sender.send(outgoing()) for _ in range(2)]

        assert outcomes == [Sent(queue_id="4F1D2C")] * 2
        assert peer.connection_count == 2

    async def test_is_closed_when_idle(self) -> None:
        """A connection held all night is one that others cannot have."""
        idle_for = timedelta(milliseconds=30)
        async with Peer() as peer, sending(settings(peer.port, idle_for=idle_for)) as sender:
            await sender.send(outgoing())

            async with asyncio.timeout(5):
                await peer.gone.wait()

    async def test_takes_one_message_at_a_time(self) -> None:
        """Two conversations mixed on one connection would mix two people's messages."""
        async with Peer() as peer, sending(settings(peer.port)) as sender:
            outcomes = await asyncio.gather(*(sender.send(outgoing()) for _ in range(5)))

        assert outcomes == [Sent(queue_id="4F1D2C")] * 5
        assert (peer.connection_count, len(peer.contents)) == (1, 5)


class TestBeforeTheText:
    """Whatever happens here, the peer holds nothing."""

    @pytest.mark.parametrize(
        ("replies", "reason"),
        [
            ({"GREETING": CLOSE}, NotSentReason.UNREACHABLE),
            ({"GREETING": SILENT}, NotSentReason.UNREACHABLE),
            ({"GREETING": "not smtp"}, NotSentReason.PROTOCOL),
            ({"EHLO": CLOSE}, NotSentReason.DISCONNECTED),
            ({"MAIL": CLOSE}, NotSentReason.DISCONNECTED),
            ({"MAIL": SILENT}, NotSentReason.TIMEOUT),
            ({"RCPT": CLOSE}, NotSentReason.DISCONNECTED),
            ({"RCPT": "what"}, NotSentReason.PROTOCOL),
            ({"RCPT": "354 what"}, NotSentReason.PROTOCOL),
            ({"DATA": CLOSE}, NotSentReason.DISCONNECTED),
            ({"DATA": SILENT}, NotSentReason.TIMEOUT),
            ({"DATA": "250 what"}, NotSentReason.PROTOCOL),
        ],
    )
    async def test_a_broken_conversation_is_not_sent(
        self, replies: dict[str, str | None], reason: NotSentReason
    ) -> None:
        """Called unknown, each night without network would leave a pile for people to settle."""
        async with Peer(**replies) as peer:
            assert await sent_to(peer) == NotSent(reason=reason)

        assert peer.contents == []

    @pytest.mark.parametrize(
        ("replies", "stage", "code"),
        [
            ({"GREETING": "421 4.3.2 Too busy"}, SmtpStage.GREETING, 421),
            ({"GREETING": "554 No"}, SmtpStage.GREETING, 554),
            ({"EHLO": "502 No", "HELO": "502 No"}, SmtpStage.GREETING, 502),
            ({"MAIL": "550 5.7.1 Not yours"}, SmtpStage.SENDER, 550),
            ({"RCPT": "452 4.2.2 Full"}, SmtpStage.RECIPIENT, 452),
            ({"DATA": "554 5.5.1 No"}, SmtpStage.DATA, 554),
            ({"RCPT": "550 5.1.1 Unknown", "RSET": CLOSE}, SmtpStage.RECIPIENT, 550),
            ({"RCPT": "550 5.1.1 Unknown", "RSET": "500 No"}, SmtpStage.RECIPIENT, 550),
        ],
    )
    async def test_a_refusal_says_what_was_refused(
        self, replies: dict[str, str | None], stage: SmtpStage, code: int
    ) -> None:
        """A dead address and a mailbox that may not send call for different people."""
        async with Peer(**replies) as peer:
            outcome = await sent_to(peer)

        assert isinstance(outcome, SendRefused)
        assert (outcome.stage, outcome.code) == (stage, code)
        assert outcome.is_permanent is (code >= 500)

    async def test_refusal_shows_no_address(self) -> None:
        """Its text goes to the log, which is for ever, and servers quote whom they refuse."""
        said = f"550-5.1.1 <{TO.upper()}>: no\n550 5.1.1 aurelie.vasseur unknown, ask x@y.example"
        async with Peer(RCPT=said) as peer:
            outcome = await sent_to(peer)

        assert outcome == SendRefused(
            code=550,
            status="5.1.1",
            stage=SmtpStage.RECIPIENT,
            text="5.1.1 <(address)>: no 5.1.1 (address) unknown, ask (address)",
        )

    async def test_nobody_listening_is_unreachable(self) -> None:
        """The commonest failure of all."""
        async with Peer() as peer:
            port = peer.port

        async with sending(settings(port)) as sender:
            assert await sender.send(outgoing()) == NotSent(reason=NotSentReason.UNREACHABLE)

    @pytest.mark.parametrize(
        ("number", "reason", "commands"),
        [
            (1, NotSentReason.DEADLINE, []),
            (2, NotSentReason.SLOW, ["EHLO", "MAIL", "RCPT", "RSET"]),
        ],
    )
    async def test_past_deadline_goes_no_further(
        self, number: int, reason: NotSentReason, commands: list[str]
    ) -> None:
        """Past it, an objection may have been acknowledged that this process has not seen."""
        async with Peer() as peer:
            outcome = await sent_to(peer, is_past_deadline=past_at_question(number))

        assert outcome == NotSent(reason=reason)
        assert [line.split(" ")[0] for line in peer.commands if line != "QUIT"] == commands


class TestAfterTheText:
    """From the first byte on, only the peer's word counts."""

    @pytest.mark.parametrize(
        ("reply", "outcome"),
        [
            (CLOSE, SendUnknown(reason=UnknownReason.DISCONNECTED)),
            (SILENT, SendUnknown(reason=UnknownReason.TIMEOUT)),
            ("what", SendUnknown(reason=UnknownReason.PROTOCOL)),
            ("354 what", SendUnknown(reason=UnknownReason.PROTOCOL)),
            ("250 fine", Sent(queue_id="")),
        ],
    )
    async def test_anything_but_an_answer_is_unknown(
        self, reply: str | None, outcome: SendOutcome
    ) -> None:
        """A lost 250 is a stored message: sent again, it arrives twice."""
        async with Peer(CONTENT=reply) as peer:
            assert await sent_to(peer) == outcome

        assert len(peer.contents) == 1

    async def test_after_doubt_the_connection_is_not_used_again(self) -> None:
        """The late answer to one message must never be taken for the answer to the next."""
        async with Peer(CONTENT=SILENT) as peer:
            async with sending(settings(peer.port, timeouts=SHORT)) as sender:
                await sender.send(outgoing())
                await sender.send(outgoing())

            assert peer.connection_count == 2


class TestExtensions:
    """What a server offers, and only that."""

    async def test_delivery_notices_are_asked_for_where_offered(self) -> None:
        """The envelope's id comes back in a bounce, whatever the server does to the headers."""
        async with Peer(EHLO="250-peer.example\n250-SIZE 1000000\n250 DSN") as peer:
            await sent_to(peer)

        size_bytes = len(compose(draft()))
        envelope_id = MESSAGE_ID.strip("<>")
        assert peer.commands[1:3] == [
            f"MAIL FROM:<{FROM}> SIZE={size_bytes} RET=HDRS ENVID={envelope_id}",
            f"RCPT TO:<{TO}> NOTIFY=FAILURE,DELAY",
        ]

    async def test_nothing_is_asked_that_is_not_offered(self) -> None:
        """Unknown parameters are refused, and the message with them."""
        async with Peer() as peer:
            await sent_to(peer)

        assert peer.commands[:4] == [
            "EHLO editeur.example",
            f"MAIL FROM:<{FROM}>",
            f"RCPT TO:<{TO}>",
            "DATA",
        ]

    async def test_protection_that_is_not_offered_is_not_done_without(self) -> None:
        """Whoever strips the offer from the wire would otherwise read every message."""
        async with (
            Peer() as peer,
            sending(settings(peer.port, security=Security.STARTTLS)) as sender,
        ):
            outcome = await sender.send(outgoing())

        assert outcome == SendRefused(code=500, status="", stage=SmtpStage.TLS, text="")
        assert peer.commands == ["EHLO editeur.example"]


class TestHosts:
    """Whom a workspace may talk to."""

    def test_sample_talks_to_its_catcher_only(self, catcher: Catcher) -> None:
        """Invented people must not turn into real mail by a changed setting."""
        only = CatcherOnly(catcher.host, catcher.port)
        SmtpSender(settings(catcher.port), hosts=only)
        for other in (settings(catcher.port + 1), settings(catcher.port, host="127.0.0.2")):
            with pytest.raises(ForeignHostError, match=r"expected the mail server of a sample"):
                SmtpSender(other, hosts=only)

    @pytest.mark.parametrize("username", ["camille", ""])
    def test_nothing_leaves_in_clear(self, username: str) -> None:
        """One passive listener on the way would own the mailbox, or read who is written to."""
        with pytest.raises(InvalidValueError, match="expected security of the mail server"):
            settings(25, host="mail.ville.fr", username=username, password=username)
