"""What broke once: blocked, with a task that names it, and landed again once it is corrected."""

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.state import TouchStatus
from engine.account.trying import DECISIONS_MAX, TRIES_MAX, wait_after
from engine.decision import Nothing
from engine.refusals import RefusalCode
from engine.requests import Reach
from tests.engine.account.story import HEAD, Story, at, code_of, points, sealed

FIRST = "2027-01-19"


def attempted() -> Story:
    """Return a story whose first e-mail is under way."""
    story = Story().enrolled(HEAD)
    story.now = story.state.touches[1].slot.due_at
    story.ask(
        r.AttemptTouch(touch=1, attempt=1, due_at=story.now, fired_at=story.now), actor="engine"
    )
    return story


def broken(code: str) -> Story:
    """Return a story whose first e-mail broke on something."""
    story = attempted()
    story.settle(Reach.BROKEN, code)
    return story


def asked(story: Story) -> list[tuple[str, tuple[str, ...]]]:
    """Return what each open task asks for."""
    return [(task.kind, task.missing) for task in story.state.tasks.values()]


class TestBroken:
    @pytest.mark.parametrize(
        ("code", "asks"),
        [
            ("content.malformed:probleme", ("correct_value", ("probleme",))),
            ("content.malformed:a+b", ("correct_value", ("a", "b"))),
            ("content.broken", ("correct_message", ("1.3-email-a",))),
            ("content.missing_message", ("correct_message", ("1.3-email-a",))),
            ("vault.damaged:salutation", ("correct_value", ("salutation",))),
            ("of a later release", ("correct_message", ("1.3-email-a",))),
        ],
    )
    def test_waits_for_a_person_who_reads_what_is_wrong(
        self, code: str, asks: tuple[str, tuple[str, ...]]
    ) -> None:
        """It was tried daily for ever, and nobody was told."""
        story = broken(code)

        assert asked(story) == [asks]
        assert story.state.touches[1].status is TouchStatus.BLOCKED
        assert story.rules_of(e.TouchSettled) == ["attempt.broken"]
        assert not story.state.contacted

    def test_lands_again_once_its_value_is_corrected(self) -> None:
        """Correcting it freed nothing."""
        story = broken("content.malformed:probleme")

        story.ask(r.SetValues(values={"probleme": "les inscriptions"}))

        assert asked(story) == []
        touch = story.state.touches[1]
        assert (touch.status, touch.attempt) == (TouchStatus.PLANNED, 2)

    def test_does_not_land_again_on_another_value(self) -> None:
        """It would break on the same value once more."""
        story = broken("content.malformed:probleme")

        story.ask(r.SetValues(values={"service": "éducation"}))

        assert asked(story) == [("correct_value", ("probleme",))]
        assert story.state.touches[1].status is TouchStatus.BLOCKED

    def test_value_of_the_enrolment_is_corrected_with_the_account(self) -> None:
        """The enrolment's own value wins in a message: correcting the account's alone is vain."""
        story = Story().with_people(HEAD)
        story.ask(replace(story.enrol(HEAD), values={"probleme": "trop long"}))
        story.now = story.state.touches[1].slot.due_at
        story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=story.now, fired_at=story.now))
        story.settle(Reach.BROKEN, "content.malformed:probleme")

        story.ask(r.SetValues(values={"probleme": "court"}))

        assert story.state.enrolments[1].values == {"probleme": "court"}
        assert story.state.touches[1].status is TouchStatus.PLANNED

    def test_task_done_tries_again(self) -> None:
        """What no value corrects (a text, a key brought back) is said by a person."""
        story = broken("content.broken")

        story.close("done", kind="correct_message")

        assert story.state.touches[1].status is TouchStatus.PLANNED

    def test_task_skipped_leaves_it_out(self) -> None:
        """The sequence goes on without the message."""
        story = broken("content.broken")

        story.close("skipped", kind="correct_message")

        assert story.rules_of(e.TouchSkipped)[0] == "task.outcome"
        assert asked(story) == []

    def test_successor_gets_the_message(self) -> None:
        """What broke was written for somebody else."""
        story = broken("vault.damaged:salutation")
        known = (sealed("successor", "source_contact"),)
        story.ask(
            r.AddPerson(person="successor", role=HEAD, points=points("successor"), fields=known)
        )

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person="successor"))

        assert story.state.touches[1].status is TouchStatus.PLANNED
        assert asked(story) == []

    def test_address_that_mail_cannot_carry_is_a_wrong_one(self) -> None:
        """No later attempt finds it otherwise; another address is the way on."""
        story = broken("contact_point.malformed")

        assert story.of(e.ContactPointFailed)[0].tag == f"mail-{HEAD}"
        assert "find_replacement" in story.kinds()

    def test_after_the_end_is_withdrawn(self) -> None:
        """The enrolment ended while the attempt was under way: nobody is asked anything."""
        story = attempted()
        story.ask(r.Withdraw(enrolment=1, reason="test"))

        story.settle(Reach.BROKEN, "content.malformed:probleme")

        assert asked(story) == []

    def test_reported_twice_is_nothing(self) -> None:
        """Reports come at least once."""
        story = broken("content.broken")
        report = r.RecordAttempt(touch=1, attempt=1, reach=Reach.BROKEN, code="content.broken")

        assert story.ask(report) == Nothing()


class TestUnwritableValue:
    @pytest.mark.parametrize("value", ["a\u2028b", "a\x0bb", "a\x85b", "a\x1b[31mb", "é" * 2_001])
    def test_is_refused_where_it_is_given_and_named(self, value: str) -> None:
        """What no message may hold is found before anything waits for it."""
        story = Story().with_people(HEAD)

        outcome = story.ask(r.SetValues(values={"probleme": value}))

        assert code_of(outcome) is RefusalCode.UNWRITABLE
        assert str(outcome).find("probleme: ") > 0

    @pytest.mark.parametrize("value", ["a\nb", "a\tb", "l’été\u202f: 3\u00a0€", "👩‍🔬"])
    def test_is_none_that_a_letter_holds(self, value: str) -> None:
        """Line ends, narrow spaces and signs of several characters are fine."""
        story = Story().with_people(HEAD)

        story.ask(r.SetValues(values={"probleme": value}))

        assert story.state.values["probleme"] == value


class TestTriedAgain:
    def test_waits_longer_each_time_and_in_the_end_a_person_looks(self) -> None:
        """Twelve touches made 120 attempts in 155 s at a server that was too slow."""
        story = attempted()

        story.settle(Reach.NOT_SENT, "smtp.slow")
        story.run_until(at("2027-03-01"), sends=Reach.NOT_SENT)

        first = [event for event in story.of(e.TouchAttempted) if event.touch == 1]
        assert len(first) == TRIES_MAX
        assert ("look_at_touch", ("attempt.not_sent",)) in asked(story)

    def test_waits_are_as_the_page_says(self) -> None:
        """An hour holds six tries: at once, then after 1, 3, 7, 15 and 31 minutes."""
        minutes = [sum(wait_after(n).total_seconds() for n in range(k)) / 60 for k in range(7)]

        assert [minute for minute in minutes if minute < 60] == [0, 1, 3, 7, 15, 31]
        assert DECISIONS_MAX == 3 * 6

    def test_begins_anew_once_somebody_moved_it(self) -> None:
        """What a person has mended is tried as if it had never failed."""
        story = attempted()
        story.settle(Reach.NOT_SENT, "smtp.slow")
        story.run_until(at("2027-03-01"), sends=Reach.NOT_SENT)

        story.close("done", kind="look_at_touch")

        assert min(touch.tried_count for touch in story.state.touches.values()) == 0


class TestFaultOfTheMailbox:
    def fault(self, story: Story, code: str) -> None:
        """Report that the answer to the attempt under way is about our own set-up."""
        (number,) = (n for n, t in story.state.touches.items() if t.status == "attempting")
        story.ask(
            r.RecordAttempt(
                touch=number,
                attempt=story.state.touches[number].attempt,
                reach=Reach.NOT_SENT,
                code=code,
                mailbox="contact",
            )
        )

    def test_names_the_mailbox_and_lands_again(self) -> None:
        """It is no word about the person: nothing is skipped, no cool-down begins."""
        story = attempted()

        self.fault(story, "mailbox.refused:auth 535 5.7.8")

        (settled,) = story.of(e.TouchSettled)
        assert settled.mailbox == "contact"
        assert story.state.touches[1].status is TouchStatus.PLANNED

    def test_at_the_recipient_for_the_second_time_is_about_this_message(self) -> None:
        """One recipient whose server dislikes us must not hold everybody again and again."""
        story = attempted()
        self.fault(story, "mailbox.refused:rcpt 550 5.7.1")
        due_at = story.state.touches[1].slot.due_at
        story.now = due_at
        story.ask(r.AttemptTouch(touch=1, attempt=2, due_at=due_at, fired_at=due_at))

        self.fault(story, "mailbox.refused:rcpt 550 5.7.1")

        assert [settled.mailbox for settled in story.of(e.TouchSettled)] == ["contact", ""]
        assert asked(story) == [("look_at_touch", ("mailbox.refused:rcpt 550 5.7.1",))]

    def test_before_the_recipient_is_never_about_a_message(self) -> None:
        """The password is as wrong for the second message as for the first."""
        story = attempted()
        self.fault(story, "mailbox.refused:auth 535 5.7.8")
        due_at = story.state.touches[1].slot.due_at
        story.now = due_at
        story.ask(r.AttemptTouch(touch=1, attempt=2, due_at=due_at, fired_at=due_at))

        self.fault(story, "mailbox.refused:auth 535 5.7.8")

        assert [settled.mailbox for settled in story.of(e.TouchSettled)] == ["contact", "contact"]
        assert asked(story) == []


class TestSoftBounces:
    def test_count_until_the_address_is_left_alone(self) -> None:
        """Six of them, and mailing went on."""
        story = Story().enrolled(HEAD)

        for _ in range(3):
            assert not story.of(e.ContactPointFailed)
            story.ask(r.RecordBounce(person=HEAD, is_permanent=False))

        assert story.rules_of(e.ContactPointFailed) == ["exit.bounces_soft"]
        assert "find_replacement" in story.kinds()

    def test_begin_anew_with_a_reply(self) -> None:
        """Whoever answers reads."""
        story = Story().enrolled(HEAD)
        for _ in range(2):
            story.ask(r.RecordBounce(person=HEAD, is_permanent=False))
        story.ask(r.RecordReply(person=HEAD))

        story.ask(r.RecordBounce(person=HEAD, is_permanent=False))

        assert not story.of(e.ContactPointFailed)

    def test_of_a_full_mailbox_count_where_they_are_heard(self) -> None:
        """The server says it while we send: nobody has to enter it."""
        story = attempted()

        story.settle(Reach.REFUSED, "552 5.2.2")

        (bounce,) = story.of(e.BounceReceived)
        assert (bounce.is_permanent, bounce.rule) == (False, "exit.bounces_soft")

    def test_of_a_dead_address_are_not_soft(self) -> None:
        """That one needs no counting; nor does what was refused after the text."""
        after_text = attempted()
        after_text.settle(Reach.REFUSED, "content 554 5.1.1")
        story = attempted()
        story.settle(Reach.REFUSED, "550 5.1.1")

        assert [bounce.is_permanent for bounce in story.of(e.BounceReceived)] == [True]
        assert not after_text.of(e.BounceReceived)
