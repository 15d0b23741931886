"""What a step asks for when it is due: its condition, and the caps."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.plan import Condition, Sequence
from engine.values import Channel
from tests.engine.account.story import (
    ASSESSED,
    DGS,
    DSI,
    HEAD,
    Story,
    at,
    thirty_days,
)


def with_step(step_id: str, plan: Sequence | None = None, **change: object) -> Sequence:
    """Return a sequence of which one step is otherwise."""
    plan = plan or thirty_days()
    steps = tuple(replace(step, **change) if step.id == step_id else step for step in plan.steps)
    return replace(plan, steps=steps)


def attempt(story: Story, number: int = 1, **change: object) -> r.AttemptTouch:
    """Return what the timer of a touch asks at its instant."""
    touch = story.state.touches[number]
    due_at = touch.slot.due_at
    given = {"touch": number, "attempt": touch.attempt, "due_at": due_at, "fired_at": due_at}
    return r.AttemptTouch(**(given | change))  # type: ignore[arg-type]  # as the test gives it


class TestConditions:
    def met(self, condition: Condition, *, when: str = "2027-01-20") -> Story:
        """Return a story in which the first e-mail had that condition, its day past."""
        story = Story(with_step("1.3", condition=condition)).enrolled(HEAD)
        return story.run_until(at(when))

    def test_of_a_vote_ahead_is_met_until_it_is_held(self) -> None:
        """« Avant votre vote » makes no sense after it."""
        plan = with_step("1.3", condition=Condition.VOTE_AHEAD)
        story = Story(plan).enrolled(HEAD)
        story.ask(r.RecordVote(vote_on=date(2027, 1, 8)))

        story.run_until(at("2027-01-20"))

        assert story.rules_of(e.TouchSkipped)[0] == "condition.vote_ahead"
        assert self.met(Condition.VOTE_AHEAD).of(e.TouchSkipped) == []

    @pytest.mark.parametrize(
        "condition", [Condition.MEETING_AGREED, Condition.ACCOUNT_HOT, Condition.DIGITAL_OFFER]
    )
    def test_of_a_fact_are_skipped_without_it(self, condition: Condition) -> None:
        """The step says what it takes, and why it did not happen."""
        story = self.met(condition)

        expected = [] if condition is Condition.DIGITAL_OFFER else [f"condition.{condition}"]
        assert story.rules_of(e.TouchSkipped)[:1] == expected

    def test_of_attendance_look_at_what_was_said(self) -> None:
        """A fair is attended once somebody confirmed it."""
        story = self.met(Condition.ATTENDANCE_CONFIRMED)
        coming = Story(with_step("1.3", condition=Condition.ATTENDANCE_CONFIRMED)).enrolled(HEAD)
        coming.ask(r.SetValues(values={"attendance": "confirmed"}))
        coming.run_until(at("2027-01-20"))

        assert story.rules_of(e.TouchSkipped)[0] == "condition.attendance_confirmed"
        assert len(coming.of(e.TouchAttempted)) == 1

    @pytest.mark.parametrize(("outcome", "skipped"), [("absent", False), ("joint_interesse", True)])
    def test_of_nobody_reached_wait_for_the_call(self, outcome: str, *, skipped: bool) -> None:
        """« J'ai tenté de vous joindre » goes out only if nobody was."""
        plan = with_step("1.4", group="jeudi")
        plan = with_step(
            "1.9", plan, group="jeudi", condition=Condition.NOT_REACHED, channel=Channel.EMAIL
        )
        story = Story(plan).enrolled(HEAD).run_until(at("2027-01-30"))
        waited = story.rules_of(e.TouchWaits)

        story.close(outcome, **ASSESSED)
        story.run_until(at("2027-02-05"))

        assert "condition.not_reached" in waited
        assert ("condition.not_reached" in story.rules_of(e.TouchSkipped)) is skipped


class TestCaps:
    def test_of_the_sequence_are_kept_per_person(self) -> None:
        """Three e-mails a person, counted on what was attempted."""
        story = Story(replace(thirty_days(), emails_max=1)).enrolled(HEAD)

        story.run_until(at("2027-02-03"))

        assert "cap.emails" in story.rules_of(e.TouchSkipped)

    def test_of_one_person_a_day_hold_for_tasks_closed_late(self) -> None:
        """The call of yesterday was made this morning: the colleague's mail waits."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-21", 12))
        story.ask(r.RecordAutomaticReply(person=DGS, return_on=date(2027, 1, 19)))
        story.now = at("2027-01-22", 8, 40)
        story.close("absent")

        story.ask(attempt(story, 3), when=at("2027-01-22", 8, 45))

        assert "cap.one_person_a_day" in story.rules_of(e.TouchKeptBack)


class TestTwoRoles:
    """One person may be DGS and DSI of a small town."""

    def both(self) -> Story:
        """Return an account whose DGS is its DSI too, gone through to its end."""
        story = Story().with_people(HEAD, DGS)
        request = story.enrol(HEAD)
        story.ask(replace(request, participants={HEAD: HEAD, DGS: DGS, DSI: DGS}))
        return story.run_until(at("2027-03-01"))

    def test_of_one_step_bring_it_once(self) -> None:
        """E-mail D went twice to the same person, two days apart."""
        story = self.both()

        assert sent(story, DGS).count("1.10") == 1
        assert "role.same_person" in story.rules_of(e.TouchSkipped)

    def test_of_two_steps_bring_both(self) -> None:
        """What a DGS is told and what a DSI is told are two messages."""
        assert {"1.5", "1.7", "1.10"} == set(sent(self.both(), DGS))

    def test_bring_it_by_the_second_where_the_first_was_left_out(self) -> None:
        """E-mail B could not be sent, so D does not follow it; it follows e-mail C."""
        story = Story().with_people(HEAD, DGS)
        request = story.enrol(HEAD)
        story.ask(replace(request, participants={HEAD: HEAD, DGS: DGS, DSI: DGS}))
        story.ask(r.SkipTouch(touch=story.touch("1.5", DGS), reason="on s'est parlé"))

        story.run_until(at("2027-03-01"))

        assert sent(story, DGS) == ["1.7", "1.10"]


def sent(story: Story, person: str) -> list[str]:
    """Return the steps whose messages went to a person, in order."""
    planned = {event.touch: event for event in story.of(e.TouchPlanned)}
    return [
        planned[event.touch].step
        for event in story.of(e.TouchSettled)
        if planned[event.touch].person == person and event.reach is r.Reach.SENT
    ]
