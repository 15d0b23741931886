"""A restored home doubts what was due since: nothing of it is sent again by itself."""

from datetime import datetime, timedelta

import pytest

from engine import events as e
from engine import requests as r
from engine.account.state import TouchStatus
from engine.decision import Nothing
from engine.requests import Reach
from engine.values import Channel, Grant
from tests.engine.account.story import DGS, HEAD, Story, at

LONG_AFTER = at("2027-02-15")
FORGOTTEN = "attempt.forgotten"


def mails(story: Story, status: TouchStatus) -> set[int]:
    """Return the open e-mails of a status."""
    return {
        number
        for number, touch in story.state.touches.items()
        if touch.channel is Channel.EMAIL and touch.status is status
    }


def mails_due(story: Story, until: datetime) -> set[int]:
    """Return the planned e-mails whose instant has come by another."""
    due_at = {number: touch.slot.due_at for number, touch in story.state.touches.items()}
    return {number for number in mails(story, TouchStatus.PLANNED) if due_at[number] <= until}


class TestDoubtTouches:
    def test_makes_every_mail_due_by_then_unknown(self) -> None:
        """A second step may have followed the first, all in the time nobody remembers."""
        story = Story().enrolled(HEAD)
        due = mails_due(story, LONG_AFTER)
        assert len(due) > 1

        story.ask(r.DoubtTouches(until_at=LONG_AFTER))

        assert mails(story, TouchStatus.UNKNOWN) == due
        assert story.rules_of(e.TouchAttempted) == [FORGOTTEN] * len(due)
        assert story.rules_of(e.TouchSettled) == [FORGOTTEN] * len(due)

    def test_leaves_what_is_due_later_and_what_people_do(self) -> None:
        """Nobody called by themselves, and what is ahead is ahead for both homes."""
        story = Story().enrolled(HEAD)
        first = min(touch.slot.due_at for touch in story.state.touches.values())
        before = story.state

        outcome = story.ask(r.DoubtTouches(until_at=first - timedelta(microseconds=1)))

        assert outcome == Nothing()
        assert story.state == before

    def test_again_is_nothing(self) -> None:
        """A start that was killed while it settled is asked for again."""
        story = Story().enrolled(HEAD)
        story.ask(r.DoubtTouches(until_at=LONG_AFTER))

        assert story.ask(r.DoubtTouches(until_at=LONG_AFTER)) == Nothing()

    def test_doubts_an_attempt_that_was_under_way(self) -> None:
        """Its ledger row may have been written after the backup."""
        story = Story().enrolled(HEAD)
        touch = story.state.touches[1]
        due_at = touch.slot.due_at
        grant = Grant("contact", "2027-01-19T08")
        request = r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at, grant=grant)
        story.ask(request, when=due_at)

        story.ask(r.DoubtTouches(until_at=story.now))

        assert story.state.touches[1].status is TouchStatus.UNKNOWN
        assert story.rules_of(e.TouchSettled) == [FORGOTTEN]

    def test_doubts_what_waited_for_an_attempt_under_way(self) -> None:
        """What became of that attempt may have let it go, in the time nobody remembers."""
        story = Story().enrolled(HEAD, DGS)
        story.run_until(LONG_AFTER, sends=Reach.UNKNOWN)
        waiting = mails(story, TouchStatus.WAITING)
        assert waiting

        story.ask(r.DoubtTouches(until_at=story.now + timedelta(days=90)))

        assert waiting <= mails(story, TouchStatus.UNKNOWN)

    @pytest.mark.parametrize(("until", "status"), [("", "planned"), ("2027-01-25", "unknown")])
    def test_trusts_a_hold_that_only_a_person_could_lift(self, until: str, status: str) -> None:
        """A pause that ran out by itself held nothing from then on."""
        story = Story().enrolled(HEAD)
        story.ask(r.Pause(reason="congés", until=at(until).date() if until else None))

        story.ask(r.DoubtTouches(until_at=LONG_AFTER))

        assert story.state.touches[1].status == status

    def test_is_settled_by_a_person_and_sent_again_only_by_order(self) -> None:
        """Whoever finds nothing in the mail server's log says so, touch by touch."""
        story = Story().enrolled(HEAD)
        story.ask(r.DoubtTouches(until_at=LONG_AFTER), when=LONG_AFTER)
        number = min(mails(story, TouchStatus.UNKNOWN))

        story.ask(
            r.SettleTouch(
                touch=number, was_sent=False, attempt_again=True, reason="not in the log"
            ),
            when=LONG_AFTER + timedelta(hours=1),
        )

        assert story.state.touches[number].status is TouchStatus.PLANNED


def test_the_name_of_a_message_in_doubt_is_noted_once() -> None:
    """A person looks for it in the mail server's log."""
    story = Story().enrolled(HEAD)
    story.ask(r.DoubtTouches(until_at=LONG_AFTER))
    named = r.RecordAttempt(touch=1, attempt=1, reach=Reach.UNKNOWN, message_id="<1@x>")

    story.ask(named)

    assert story.state.touches[1].message_id == "<1@x>"
    assert story.ask(named) == Nothing()
