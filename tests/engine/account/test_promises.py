"""Interest and promised hours: what somebody said is not undone by what we send."""

from datetime import date

from engine import events as e
from engine import requests as r
from engine.values import NextPoint
from tests.engine.account.story import ASSESSED, DGS, HEAD, Story, at

AGREED = NextPoint(date(2027, 3, 15), "démonstration", "note de deux pages")


def attempt(story: Story, step: str, person: str) -> r.AttemptTouch:
    """Return the attempt of a message that the gate keeps back until that afternoon."""
    number = story.touch(step, person)
    touch = story.state.touches[number]
    return r.AttemptTouch(
        touch=number,
        attempt=touch.attempt,
        due_at=touch.slot.due_at,
        fired_at=story.now,
        kept_back_by="cap.mailbox",
        until_at=at("2027-01-22", 14),
    )


class TestInterest:
    def interested(self) -> Story:
        """Return a story in which the service head was reached, and agreed a next point."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 18))
        story.close("joint_interesse", next_point=AGREED, **ASSESSED)
        for day in ("2027-01-26", "2027-02-04"):
            story.run_until(at(day, 18)).close("absent")
        for number in tuple(story.state.tasks):
            story.ask(r.CompleteTask(task=number, outcome="done"))
        return story.run_until(at("2027-02-20"))

    def test_keeps_the_message_for_those_never_reached_back(self) -> None:
        """« Je n'ai pas réussi à vous joindre » left two days after three conversations."""
        story = self.interested()

        assert "condition.without_exchange" in story.rules_of(e.TouchSkipped)
        assert "1.14" not in {touch.step for touch in story.state.touches.values()}

    def test_keeps_the_point_that_was_agreed(self) -> None:
        """The 15th of March became the 29th of April."""
        assert self.interested().state.milestone == AGREED

    def test_ends_without_a_rest_for_silence(self) -> None:
        """Whoever spoke to us was not silent."""
        story = self.interested()

        assert story.of(e.CoolDownStarted) == []
        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["engaged"]


class TestPromisedHour:
    def test_is_kept_and_what_is_automatic_moves(self) -> None:
        """« Rappelez-moi à 14 h » was put off to the next day by that morning's e-mail."""
        story = Story(zone="").enrolled(HEAD, DGS).run_until(at("2027-01-21", 18))
        story.now = at("2027-01-22", 8, 30)
        story.ask(attempt(story, "1.5", DGS))
        story.close("standard", callback_at=at("2027-01-22", 15))

        story.run_until(at("2027-01-22", 18))

        assert [task.kind for task in story.state.tasks.values()] == ["call"]
        assert "cap.one_person_a_day" in story.rules_of(e.TouchKeptBack)
        assert story.planned()["1.5", DGS] == date(2027, 1, 25)

    def test_is_kept_though_a_colleague_answers(self) -> None:
        """The switchboard said three o'clock, whoever writes to us at noon."""
        story = Story(zone="").enrolled(HEAD, DGS).run_until(at("2027-01-22", 10))
        story.close("standard", callback_at=at("2027-01-22", 15))
        story.ask(r.RecordReply(person=DGS))

        story.run_until(at("2027-01-22", 18))

        assert story.kinds() == ["after_reply", "call"]

    def test_is_over_once_the_person_answers(self) -> None:
        """There is nothing left to call about."""
        story = Story(zone="").enrolled(HEAD, DGS).run_until(at("2027-01-22", 10))
        story.close("standard", callback_at=at("2027-01-22", 15))
        story.ask(r.RecordReply(person=HEAD))

        story.run_until(at("2027-01-22", 18))

        assert story.kinds() == ["after_reply"]

    def test_is_kept_after_a_message_of_the_same_morning(self) -> None:
        """The message has left already; the promise stands all the same."""
        story = Story(zone="").enrolled(HEAD, DGS).run_until(at("2027-01-22", 10))

        story.close("standard", callback_at=at("2027-01-22", 15))
        story.run_until(at("2027-01-22", 18))

        assert [event.touch for event in story.of(e.TaskOpened)] == [2, 2]
