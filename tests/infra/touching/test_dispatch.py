"""Sending at most once, over real PostgreSQL and a real SMTP conversation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine.account import Account
from engine.account.state import TouchStatus
from engine.ids import InputId
from engine.plan import Message
from engine.requests import Reach
from engine.stream import Stream
from engine.workspace import Workspace
from infra.mail.catcher import Catcher
from infra.mail.faults import Drop, FaultScript, Refuse, Slow
from infra.mail.reconciler import Absent, CatcherReconciler, Finding
from infra.mail.sender import Sender
from infra.mail.sender import Stage as MailStage
from infra.mail.smtp_sender import SmtpSender
from infra.mail.smtp_settings import AnyHost
from infra.runtime.ledger import Entry
from infra.store.pool import Pool
from infra.vault.key_vault import KeyVault
from tests.infra.mail.examples import SHORT, settings
from tests.infra.touching import examples
from tests.infra.touching.examples import AT, MESSAGE, NIORT, PLACE, TENURE, key, objected, tag_of
from tests.infra.touching.stage import Stage, process

pytestmark = pytest.mark.connected

TO = "aurelie.perrin@ville.example"


class Absence:
    """A peer that surely has nothing."""

    async def find(self, message_id: str) -> Finding:
        """Say so."""
        del message_id
        return Absent()


@asynccontextmanager
async def working(stage: Stage) -> AsyncIterator[None]:
    """Run a dispatcher for a block."""
    task = asyncio.create_task(stage.dispatcher.run(stage.reports))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))


def smtp(catcher: Catcher) -> Sender:
    """Return a sender that talks to the catcher and loses patience soon."""
    return SmtpSender(settings(catcher.port, timeouts=SHORT), hosts=AnyHost())


async def under_attempt(
    stage: Stage, vault: KeyVault, message: Message = MESSAGE, *, address: str = TO
) -> tuple[Stream, Workspace]:
    """Return an account whose first touch was granted, and its rules."""
    box = examples.rules(await examples.mailbox(vault), message)
    person = await examples.position(vault, person="p-1", address=address)
    state = examples.account({"p-1": person}, examples.touch())
    await stage.gate.grant([examples.wanted(state, box)])
    return state, box


async def attempt(stage: Stage, vault: KeyVault, message: Message = MESSAGE) -> None:
    """Attempt one touch and wait for its first report."""
    state, box = await under_attempt(stage, vault, message)
    stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
    await stage.reports.wait_for(1)


class TestAttempted:
    async def test_sends_once_and_reports_what_was_sent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """The report lets anybody compare the log with what the mail server holds."""
        stage = await process(pool, vault, smtp(catcher))

        async with working(stage):
            await attempt(stage, vault)

        (report,) = stage.reports.attempts
        (caught,) = catcher.find(report.message_id)
        assert report.reach is Reach.SENT
        assert report.size_bytes == len(caught.content)
        assert stage.reports.raised[0][:2] == (NIORT, InputId("recorded:1:1:sent"))
        assert stage.dispatcher.is_quiet

    async def test_writes_what_the_message_asks_for(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """What leaves is the published text with the person's own values and links."""
        stage = await process(pool, vault, smtp(catcher))

        async with working(stage):
            await attempt(stage, vault)

        text = catcher.messages()[0].content.decode()
        assert "Bonjour Madame Perrin," in text
        assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in text
        assert "Date: Tue, 19 Jan 2027 09:30:00 +0100" in text

    async def test_heard_twice_sends_once(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """An owner that recovers asks again for whatever was under way."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            await stage.reports.wait_for(1)
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            await stage.reports.wait_for(2)

        assert stage.reports.reaches == [Reach.SENT, Reach.SENT]
        assert len(catcher.messages()) == 1

    async def test_by_two_processes_sends_once(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """A frozen owner that wakes has validated the same attempt as its successor."""
        stages = [
            await process(pool, vault, smtp(catcher), home=f"home-{number}") for number in range(2)
        ]
        state, box = await under_attempt(stages[0], vault)

        async with working(stages[0]), working(stages[1]):
            for stage in stages:
                stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
            for stage in stages:
                await stage.reports.wait_for(1)

        assert [stage.reports.reaches for stage in stages] == [[Reach.SENT], [Reach.SENT]]
        assert len(catcher.messages()) == 1

    async def test_too_long_ago_is_released(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """A decision that is minutes old may have been overtaken: it is decided anew."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)
        await stage.clock.advance_to(AT + timedelta(seconds=11))

        async with working(stage):
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            (report,) = await stage.reports.wait_for(1)

        assert (report.reach, report.code) == (Reach.NOT_SENT, "deadline")
        assert catcher.messages() == ()

    async def test_in_another_hour_than_its_grant_is_not_sent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """It would be a message more than that hour was counted for."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)
        await stage.clock.advance_to(AT + timedelta(hours=1))

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
            (report,) = await stage.reports.wait_for(1)

        assert (report.reach, report.code) == (Reach.NOT_SENT, "window.grant")

    async def test_past_its_slot_is_not_sent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """Nobody is written to at night because a queue was long."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)
        late = with_touch(state, slot=replace(examples.touch().slot, closes_at=AT))

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(), late, box)
            (report,) = await stage.reports.wait_for(1)

        assert (report.reach, report.code) == (Reach.NOT_SENT, "window.closed")

    async def test_after_an_objection_is_not_sent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """The stop came after the grant: the table is read last."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)
        assert await stage.suppression.before_answer(objected(tag_of(TO))) == ()

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
            (report,) = await stage.reports.wait_for(1)

        assert (report.reach, report.code) == (Reach.NOT_SENT, "suppressed")
        assert catcher.messages() == ()

    async def test_of_an_erased_person_ends(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """Without the key nobody can know where it should have gone."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)
        await vault.destroy("p-1")

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
            (report,) = await stage.reports.wait_for(1)

        assert report.reach is Reach.ERASED

    async def test_without_a_value_names_the_variable_and_waits_a_day(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """A message with a hole must not go out, nor be tried again each second."""
        stage = await process(pool, vault, smtp(catcher))
        message = Message(subject="x", body="{{ titulaire }}", needs=("titulaire",))

        async with working(stage):
            await attempt(stage, vault, message)

        (report,) = stage.reports.attempts
        assert (report.reach, report.code) == (Reach.NOT_SENT, "content.missing_value:titulaire")
        assert stage.pauses.held_until(key(attempt=2), AT) == AT + timedelta(days=1)


class TestPeer:
    async def test_that_is_down_is_reported_and_left_alone_for_a_minute(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """Nothing is lost and nothing storms; it goes on by itself afterwards."""
        stage = await process(pool, vault, smtp(catcher))
        await catcher.stop()

        async with working(stage):
            await attempt(stage, vault)

        (report,) = stage.reports.attempts
        assert (report.reach, report.code) == (Reach.NOT_SENT, "smtp.unreachable")
        assert stage.pauses.until(examples.MAILBOX, AT) == AT + timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("fault", "reach", "code"),
        [
            (Refuse(code=451, text="4.3.2 Later"), Reach.POSTPONED, "451 4.3.2"),
            (Refuse(code=550, text="5.1.1 Unknown"), Reach.REFUSED, "550 5.1.1"),
            (
                Refuse(code=554, text="5.7.1 No", stage=MailStage.CONTENT),
                Reach.REFUSED,
                "554 5.7.1",
            ),
            (Drop(is_stored=True), Reach.UNKNOWN, ""),
            (Drop(is_stored=False), Reach.UNKNOWN, ""),
            (Slow(wait_for=timedelta(seconds=1)), Reach.UNKNOWN, ""),
            (Slow(wait_for=timedelta(milliseconds=50)), Reach.SENT, "250"),
        ],
    )
    async def test_decides_the_reach(  # noqa: PLR0913, PLR0917  (a table of peers)
        self,
        pool: Pool,
        vault: KeyVault,
        catcher: Catcher,
        faults: FaultScript,
        fault: Refuse | Drop | Slow,
        reach: Reach,
        code: str,
    ) -> None:
        """Only what is certain is said to be so; the rest is visibly unknown."""
        faults.add(TO, fault)
        stage = await process(pool, vault, smtp(catcher))

        async with working(stage):
            await attempt(stage, vault)

        (report,) = stage.reports.attempts
        assert (report.reach, report.code) == (reach, code)


class TestUnknown:
    async def test_is_settled_by_a_peer_that_has_it(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: FaultScript
    ) -> None:
        """The answer was lost, the message was not."""
        faults.add(TO, Drop(is_stored=True))
        stage = await process(pool, vault, smtp(catcher))
        async with working(stage):
            await attempt(stage, vault)

        settled = await stage.reconciling(CatcherReconciler(catcher)).ask(stage.reports)

        assert settled == 1
        assert stage.reports.reaches == [Reach.UNKNOWN, Reach.SENT]
        assert stage.reports.attempts[1].message_id == catcher.messages()[0].message_id

    async def test_absent_while_its_sender_may_live_waits_for_a_person(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: FaultScript
    ) -> None:
        """What hangs in a socket may still arrive."""
        faults.add(TO, Drop(is_stored=False))
        stage = await process(pool, vault, smtp(catcher))
        async with working(stage):
            await attempt(stage, vault)

        assert await stage.reconciling(Absence()).ask(stage.reports) == 0
        assert stage.reports.reaches == [Reach.UNKNOWN]
        assert stage.dispatcher.is_quiet

    async def test_left_by_a_dead_process_is_attempted_again_if_absent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """The home's lock proves that the former process sends no more."""
        former = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(former, vault)
        await former.ledger.take([entry()], AT)

        stage = await process(pool, vault, smtp(catcher))
        async with working(stage):
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            await stage.reports.wait_for(1)
            assert not stage.dispatcher.is_quiet
            await stage.reconciling(CatcherReconciler(catcher)).ask(stage.reports)

        assert stage.reports.reaches == [Reach.UNKNOWN, Reach.ABSENT]
        assert catcher.messages() == ()
        assert stage.dispatcher.is_quiet

    async def test_left_by_another_process_that_may_live_is_not_sent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """First insert wins, whoever is alive."""
        other = await process(pool, vault, smtp(catcher), home="elsewhere")
        state, box = await under_attempt(other, vault)
        await other.ledger.take([entry()], AT)
        stage = await process(pool, vault, smtp(catcher))
        await stage.clock.advance_to(AT + timedelta(seconds=11))

        async with working(stage):
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            await stage.reports.wait_for(1)
            await stage.reconciling(Absence()).ask(stage.reports)

        assert stage.reports.reaches == [Reach.UNKNOWN]
        assert catcher.messages() == ()

    async def test_without_a_row_is_never_sent_again(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """After the loss of a ledger a missing row is no leave to send."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)

        async with working(stage):
            unknown = with_touch(state, status=TouchStatus.UNKNOWN)
            stage.dispatcher.resume(TENURE, NIORT, unknown, box)
            await stage.reports.wait_for(1)

        assert stage.reports.reaches == [Reach.UNKNOWN]
        assert catcher.messages() == ()


class TestLedger:
    async def test_lets_the_first_of_many_inserts_win(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """The row alone decides who may send."""
        ledgers = [
            (await process(pool, vault, smtp(catcher), home=f"h-{number}")).ledger
            for number in range(8)
        ]

        won = await asyncio.gather(*[ledger.take([entry()], AT) for ledger in ledgers])

        assert sum(len(one) for one in won) == 1

    async def test_row_committed_without_an_answer_is_gone_on_with(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """A commit whose answer was lost is ours, and nothing was sent under it."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)
        await stage.ledger.take([entry()], AT)

        async with working(stage):
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            await stage.reports.wait_for(1)

        assert stage.reports.reaches == [Reach.SENT]
        assert len(catcher.messages()) == 1


class TestStopping:
    async def test_finishes_what_is_being_sent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: FaultScript
    ) -> None:
        """An orderly stop leaves nothing unknown."""
        faults.add(TO, Slow(wait_for=timedelta(milliseconds=200)))
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
            async with asyncio.timeout(5):
                while catcher.connection_count == 0:  # noqa: ASYNC110  (the peer has no signal)
                    await asyncio.sleep(0)

        assert stage.reports.reaches == [Reach.SENT]

    async def test_gives_up_what_has_not_begun(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """The partition's next owner finds it in the state."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)
        stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)

        stage.dispatcher.given_up(TENURE)

        assert stage.dispatcher.is_quiet


def entry() -> Entry:
    """Return the ledger row of the first attempt."""
    return Entry(key=key(), partition=PLACE.partition, tag=tag_of(TO), message_id="<m@x>")


def with_touch(state: Stream, **changes: object) -> Stream:
    """Return an account whose first touch differs."""
    assert isinstance(state.state, Account)
    changed = replace(state.state.touches[1], **changes)
    return replace(state, state=replace(state.state, touches={1: changed}))
