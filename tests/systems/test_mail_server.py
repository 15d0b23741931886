"""A mail server that is away, slow, cuts the line or says no: each touch says where it stands.

Never a restart, never a second message, never a lost one: what waits goes out by itself,
and what nobody knows waits for a person.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest

from engine.events import MailboxHeld, TouchAttempted
from engine.ids import WORKSPACE
from engine.requests import LiftMailbox, SettleTouch
from infra.mail.faults import Drop, MailFault, Refuse, Slow, Stall
from infra.mail.sender import SmtpStage
from infra.runtime.owning.waiting_line import HeldUp
from infra.sample.filling import MAILBOX
from projections.queries.status import ReachCount
from tests.engine.account.story import at, sealed
from tests.infra.mail.fault_script import FaultScript
from tests.systems.house import FIRST_MAIL_AT, House, Life, Seen, account, events, submission

pytestmark = pytest.mark.connected

PEOPLE = {name: f"chef@{name}.example" for name in ("amiens", "brest", "colmar")}
EVERYBODY = sorted(PEOPLE.values())
SENT_AT_ONCE = Seen(status="sent", reach="sent", code="250", rule="attempt.sent", attempts=1)
SENT_SECOND = Seen(status="sent", reach="sent", code="250", rule="attempt.sent", attempts=2)
ATTEMPTS_A_DAY_MAX = (
    70  # of all touches, one at a time: a pause is a quarter of an hour long in the end
)


async def mailed(life: Life) -> Mapping[str, Seen]:
    """Return how the first e-mails stand once their hour has come."""
    await life.founded(PEOPLE)
    await life.play(FIRST_MAIL_AT)
    return await life.house.touches()


class TestAServerThatIsAway:
    async def test_at_start_delays_and_loses_nothing(self, house: House) -> None:
        """A laptop without network is the normal morning."""
        await house.catcher.stop()
        async with house.running() as life:
            waiting = await mailed(life)
            shown, health = await house.status(), life.runtime.health()
            await house.catcher.start()
            await life.play(FIRST_MAIL_AT + timedelta(minutes=2))

            assert Counter(waiting.values()) == {
                Seen(
                    status="planned",
                    reach="not_sent",
                    code="smtp.unreachable",
                    rule="attempt.not_sent",
                    attempts=1,
                ): 1,
                Seen(status="planned", reach="", code="", rule="plan.entry", attempts=0): 2,
            }
            assert shown.reaches == (ReachCount(reach="not_sent", touch_count=1),)
            assert health.held_up == (
                HeldUp(
                    sender=MAILBOX,
                    domain="",
                    rule="mailbox.unreachable",
                    since_at=FIRST_MAIL_AT,
                    until_at=FIRST_MAIL_AT + timedelta(minutes=1),
                    touch_count=len(PEOPLE) - 1,  # the one that asked comes again by its timer
                ),
            )
            assert Counter((await house.touches()).values()) == {SENT_SECOND: 1, SENT_AT_ONCE: 2}
            assert house.sent() == EVERYBODY
            assert await house.differences() == []

    async def test_for_a_day_is_not_stormed(self, house: House) -> None:
        """Each attempt is a decision for ever: one probes for all, and the pauses must grow."""
        await house.catcher.stop()
        async with house.running() as life:
            await mailed(life)
            await life.play(at("2027-01-19", 23))
            attempts = events(await house.history(), TouchAttempted)
            await house.catcher.start()
            await life.play(at("2027-01-20", 12))

            assert len(attempts) <= ATTEMPTS_A_DAY_MAX
            assert {touch.status for touch in (await house.touches()).values()} == {"sent"}
            assert house.sent() == EVERYBODY

    async def test_in_the_midst_of_the_work_is_found_again(self, house: House) -> None:
        """A kept connection that died must not count as an answer."""
        async with house.running() as life:
            await mailed(life)
            await house.catcher.stop()
            await life.enrol("dijon", "chef@dijon.example")
            await life.play(at("2027-01-19", 14))
            away = (await house.touches())["dijon"]
            await house.catcher.start()
            await life.play(at("2027-01-20", 12))

            assert (away.status, away.reach) == ("planned", "not_sent")
            assert house.sent() == sorted([*EVERYBODY, "chef@dijon.example"])


class TestASlowServer:
    async def test_only_delays(self, house: House, faults: FaultScript) -> None:
        """An answer that takes its time is an answer."""
        faults.add("chef@brest.example", Slow(wait_for=timedelta(milliseconds=300)))
        async with house.running() as life:
            seen = await mailed(life)

        assert set(seen.values()) == {SENT_AT_ONCE}
        assert house.sent() == EVERYBODY

    async def test_that_never_answers_leaves_a_doubt_that_the_server_settles(
        self, house: House, faults: FaultScript
    ) -> None:
        """It has the message: a second one would be a duplicate."""
        faults.add("chef@brest.example", Stall(is_stored=True))
        async with house.running() as life:
            seen = await mailed(life)
            await life.play(at("2027-01-20", 12))

        assert seen["brest"].reach in {"sent", "unknown"}
        assert (await house.touches())["brest"] == Seen(
            status="sent", reach="sent", code="reconciled", rule="attempt.sent", attempts=1
        )
        assert house.sent() == EVERYBODY


class TestALineCutAfterTheText:
    async def test_when_stored_is_found_out_at_the_server(
        self, house: House, faults: FaultScript
    ) -> None:
        """Attempted again, the person would read it twice."""
        faults.add("chef@amiens.example", Drop(is_stored=True))
        async with house.running() as life:
            seen = await mailed(life)

        assert seen["amiens"] == Seen(
            status="sent", reach="sent", code="reconciled", rule="attempt.sent", attempts=1
        )
        assert house.sent() == EVERYBODY

    async def test_when_not_stored_waits_for_a_person_and_leaves_once(
        self, house: House, faults: FaultScript
    ) -> None:
        """Nobody knows, so nothing leaves by itself; status names it until somebody decides."""
        faults.add("chef@amiens.example", Drop(is_stored=False))
        async with house.running() as life:
            await mailed(life)
            (shown,) = (await house.status()).attention
            before = house.sent()
            await life.play(FIRST_MAIL_AT + timedelta(minutes=20))
            again = SettleTouch(
                touch=shown.number, was_sent=False, attempt_again=True, reason="absent du serveur"
            )
            await life.ask(submission("settled", account("amiens"), again))
            await life.play(at("2027-01-20", 12))

            assert (shown.account, shown.status, shown.reach) == ("amiens", "unknown", "unknown")
            assert before == EVERYBODY[1:]
            assert (await house.touches())["amiens"] == SENT_SECOND
            assert house.sent() == EVERYBODY
            assert await house.differences() == []


LATER = "4.7.1 Greylisted, try again"
NO_SUCH_USER = "5.1.1 No such user"
FULL = "5.2.2 Mailbox full"
NO_LEAVE = "5.7.1 Not from you"


class TestAServerThatSaysNo:
    @pytest.mark.parametrize("stage", [SmtpStage.RECIPIENT, SmtpStage.CONTENT])
    async def test_for_now_is_asked_again_by_rule(
        self, house: House, faults: FaultScript, stage: SmtpStage
    ) -> None:
        """Greylisting is not a refusal."""
        faults.add("chef@colmar.example", *[Refuse(code=451, text=LATER, stage=stage)] * 2)
        async with house.running() as life:
            seen = await mailed(life)
            await life.play(FIRST_MAIL_AT + timedelta(minutes=15 + 60))

        assert seen["colmar"] == Seen(
            status="planned",
            reach="postponed",
            code="451 4.7.1",
            rule="attempt.postponed",
            attempts=1,
        )
        assert (await house.touches())["colmar"] == Seen(
            status="sent", reach="sent", code="250", rule="attempt.sent", attempts=3
        )
        assert house.sent() == EVERYBODY

    @pytest.mark.parametrize(
        ("fault", "code", "stops"),
        [
            (Refuse(code=550, text=NO_SUCH_USER), "550 5.1.1", 1),
            (Refuse(code=550, text=FULL), "550 5.2.2", 0),
            (Refuse(code=554, text=NO_SUCH_USER, stage=SmtpStage.CONTENT), "content 554 5.1.1", 0),
        ],
        ids=["no such user", "mailbox full", "no such user after the text"],
    )
    async def test_for_good_is_not_asked_again(
        self, house: House, faults: FaultScript, fault: MailFault, code: str, stops: int
    ) -> None:
        """Only an address that does not exist stops the address itself."""
        faults.add("chef@colmar.example", fault)
        async with house.running() as life:
            seen = await mailed(life)
            shown = await house.status()
            await life.play(at("2027-01-21", 8))

        assert seen["colmar"] == Seen(
            status="refused", reach="refused", code=code, rule="attempt.refused", attempts=1
        )
        assert ReachCount(reach="refused", touch_count=1) in shown.reaches
        assert shown.counts.stop_count == stops
        assert house.sent() == EVERYBODY[:2]
        assert await house.differences() == []


MENDED = sealed("note:lift", "reason")


class TestAFaultOfOurOwn:
    @pytest.mark.parametrize("stage", [SmtpStage.RECIPIENT, SmtpStage.CONTENT])
    async def test_holds_the_mailbox_until_a_person_lifts_it(
        self, house: House, faults: FaultScript, stage: SmtpStage
    ) -> None:
        """Everybody of that morning counted as refused for good, and nobody was told."""
        for recipient in EVERYBODY:
            faults.add(recipient, Refuse(code=550, text=NO_LEAVE, stage=stage))
        async with house.running() as life:
            await mailed(life)
            await life.play(at("2027-01-21", 12))
            held, shown, health = house.sent(), await house.status(), life.runtime.health()
            faults.forget()
            lift = LiftMailbox(mailbox=MAILBOX, reason=MENDED)
            await life.ask(submission("lift", WORKSPACE, lift))
            await life.play(at("2027-01-22", 12))

            (hold,) = shown.held_mailboxes
            assert (held, hold.mailbox, hold.rule) == ([], MAILBOX, "mailbox.refused")
            assert hold.code == f"{stage.value} 550 5.7.1"
            assert [bar.rule for bar in health.held_up] == ["mailbox.held"]
            assert len(events(await house.history(), MailboxHeld)) == 1
            assert house.sent() == EVERYBODY
            assert (await house.status()).held_mailboxes == ()
            assert {touch.status for touch in (await house.touches()).values()} == {"sent"}

    async def test_that_comes_back_for_one_message_holds_nobody_else(
        self, house: House, faults: FaultScript
    ) -> None:
        """One recipient whose own server dislikes us must not stop a team for ever."""
        faults.add("chef@brest.example", *[Refuse(code=550, text=NO_LEAVE)] * 9)
        async with house.running() as life:
            await mailed(life)
            lift = LiftMailbox(mailbox=MAILBOX, reason=MENDED)
            await life.ask(submission("lift", WORKSPACE, lift))
            await life.play(at("2027-01-20", 12))

            touch = (await house.touches())["brest"]
            assert (touch.status, touch.rule) == ("blocked", "attempt.faulted_again")
            assert house.sent() == ["chef@amiens.example", "chef@colmar.example"]
            assert (await house.status()).held_mailboxes == ()
