"""Sending at most once, over real PostgreSQL and a real SMTP conversation."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine.ids import InputId, StreamKind, stream_id
from engine.plan import Message
from engine.requests import Reach
from infra.mail.catcher import Catcher
from infra.mail.faults import Drop, Refuse, Slow, Stall
from infra.mail.sender import SmtpStage
from infra.store.pool import Pool
from infra.touching.dispatch import STOP_SECONDS
from infra.vault.key_vault import KeyVault
from tests.infra.mail.fault_script import FaultScript
from tests.infra.touching import examples
from tests.infra.touching.acting import (
    TO,
    attempt,
    patient_smtp,
    smtp,
    under_attempt,
    with_touch,
    working,
)
from tests.infra.touching.conftest import AnnouncedFaults
from tests.infra.touching.examples import AT, NIORT, POITIERS, TENURE, objected, tag_of
from tests.infra.touching.stage import process

pytestmark = pytest.mark.connected


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

    async def test_without_a_value_is_broken_and_names_the_variable(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """A message with a hole must not go out, nor be tried again for ever."""
        stage = await process(pool, vault, smtp(catcher))
        message = Message(subject="x", body="{{ titulaire }}", needs=("titulaire",))

        async with working(stage):
            await attempt(stage, vault, message)

        (report,) = stage.reports.attempts
        assert (report.reach, report.code) == (Reach.BROKEN, "content.malformed:titulaire")


class TestATouchThatBreaks:
    @pytest.mark.parametrize("name", ["st.denis", "lycée d'été", "x" * 150])
    async def test_of_any_account_can_be_named(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, name: str
    ) -> None:
        """An id that no message id can hold ended the home at its first due message."""
        stage = await process(pool, vault, smtp(catcher))
        stream = stream_id(StreamKind.ACCOUNT, name)
        state, box = await under_attempt(stage, vault, stream=stream)

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(stream), state, box)
            (sent,) = await stage.reports.wait_for(1)

        assert sent.reach is Reach.SENT

    async def test_while_it_is_written_is_not_sent_and_the_next_one_is(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """A message that compares a text with a number passed every check before."""
        stage = await process(pool, vault, smtp(catcher))
        message = Message(subject="x", body="{% if sujet > 3 %}y{% endif %}", needs=("sujet",))
        state, box = await under_attempt(stage, vault, message)

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
            await stage.reports.wait_for(1)
            other = ("p-2", "b.morel@poitiers.example")
            state, box = await under_attempt(stage, vault, stream=POITIERS, recipient=other)
            stage.dispatcher.attempted(TENURE, examples.attempted(POITIERS), state, box)
            broken, sent = await stage.reports.wait_for(2)

        assert (broken.reach, broken.code) == (Reach.BROKEN, "content.broken")
        assert sent.reach is Reach.SENT


class TestAKill:
    async def test_leaves_in_doubt_only_what_was_being_said(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: AnnouncedFaults
    ) -> None:
        """Each doubt needs a person: what had not begun is attempted again instead."""
        first = await process(pool, vault, patient_smtp(catcher))
        states = {}
        for number in range(8):
            stream = stream_id(StreamKind.ACCOUNT, f"ville-{number}")
            recipient = (f"p-{number}", f"n{number}@ville.example")
            states[stream] = await under_attempt(first, vault, stream=stream, recipient=recipient)
        faults.add("n0@ville.example", Stall(is_stored=False))

        async with working(first):
            for stream, (state, box) in states.items():
                first.dispatcher.attempted(TENURE, examples.attempted(stream), state, box)
            async with asyncio.timeout(5):
                await faults.has_begun.wait()
            open_count = await pool.fetchval("select count(*) from send_ledger where reach is null")
            # From here on the first one counts as dead: it says and writes nothing more.
            second = await process(pool, vault, smtp(catcher))
            async with working(second):
                for stream, (state, box) in states.items():
                    second.dispatcher.resume(TENURE, stream, state, box)
                await second.reports.wait_for(len(states))

        assert open_count == 1
        assert Counter(second.reports.reaches) == {Reach.UNKNOWN: 1, Reach.SENT: 7}
        assert len(catcher.messages()) == 7


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
                Refuse(code=554, text="5.7.1 No", stage=SmtpStage.CONTENT),
                Reach.NOT_SENT,
                "mailbox.refused:content 554 5.7.1",
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


class TestStopping:
    async def test_waits_for_a_silent_server_no_longer_than_a_home_may(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: AnnouncedFaults
    ) -> None:
        """A stop that raises, or lasts, is killed: here one touch is in doubt, as it must be."""
        faults.add(TO, Stall(is_stored=False))
        stage = await process(pool, vault, patient_smtp(catcher))
        state, box = await under_attempt(stage, vault)
        task = asyncio.create_task(stage.dispatcher.run(stage.reports))
        stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
        async with asyncio.timeout(5):
            await faults.has_begun.wait()

        task.cancel()
        async with asyncio.timeout(STOP_SECONDS + 1):
            await asyncio.wait((task,))

        assert task.cancelled()

    async def test_finishes_what_is_being_sent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: AnnouncedFaults
    ) -> None:
        """An orderly stop leaves nothing unknown."""
        faults.add(TO, Slow(wait_for=timedelta(milliseconds=200)))
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)

        async with working(stage):
            stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
            async with asyncio.timeout(5):
                await faults.has_begun.wait()

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
