"""Due touches, and what becomes of them: kept back, attempted, settled."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine import rules
from engine.account.state import TouchStatus
from engine.decision import Events, Nothing, Refused
from engine.plan import StepKind
from engine.refusals import RefusalCode
from engine.requests import Reach
from tests.engine.account.story import DGS, DSI, GRANT, HEAD, Story, at, thirty_days

TUESDAY = "2027-01-19"


def attempting(story: Story) -> r.AttemptTouch:
    """Return what the timer of the first e-mail asks, at its instant."""
    due_at = story.state.touches[1].slot.due_at
    story.now = max(story.now, due_at)
    return r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=story.now)


class TestAttemptTouch:
    def test_is_decided_once_it_is_due(self) -> None:
        """The world is touched on this event and on no other."""
        story = Story().enrolled(HEAD)

        outcome = story.ask(attempting(story))

        assert outcome == Events(
            events=(e.TouchAttempted(rule="step.due", touch=1, attempt=1, grant=GRANT),)
        )

    def test_without_the_gates_leave_is_asked_for_anew(self) -> None:
        """Raised because its slot had ended, it found the touch moved: no cap had counted it."""
        story = Story().enrolled(HEAD)
        request = attempting(story)
        slot = story.state.touches[1].slot

        story.gate_is_open = False
        outcome = story.ask(request)

        assert outcome == Events(
            events=(e.TouchKeptBack(rule="attempt.too_early", touch=1, attempt=2, slot=slot),)
        )
        ((name, again),) = rules.due(story.stream, story.now)
        assert (name, again) == ("attempt:1:2", replace(request, attempt=2))

    def test_with_a_former_number_is_nothing(self) -> None:
        """A timer that fires twice must not send twice."""
        story = Story().enrolled(HEAD)
        request = attempting(story)
        story.ask(request)

        assert story.ask(request) == Nothing()

    def test_loses_against_a_reply_decided_first(self) -> None:
        """The promise of the product: the reply is in the log before the attempt."""
        story = Story().enrolled(HEAD, DGS)
        request = attempting(story)
        story.ask(r.RecordReply(person=DGS))

        assert story.ask(request) == Nothing()
        assert story.of(e.TouchAttempted) == []

    def test_kept_back_by_a_cap_lands_again_under_another_number(self) -> None:
        """An attempt number is never used twice, or a former owner's send would fit it."""
        story = Story().enrolled(HEAD)
        request = replace(
            attempting(story), kept_back_by="cap.mailbox", until_at=at("2027-01-20", 10)
        )

        story.ask(request)

        (kept,) = story.of(e.TouchKeptBack)
        assert (kept.rule, kept.attempt) == ("cap.mailbox", 2)
        assert kept.slot.due_at == at("2027-01-20", 10)

    def test_of_a_suppressed_address_is_skipped(self) -> None:
        """The gate has read the table that every account shares."""
        story = Story().enrolled(HEAD)

        story.ask(replace(attempting(story), kept_back_by="suppressed"))

        assert next(skipped.rule for skipped in story.of(e.TouchSkipped)) == "suppressed"

    def test_after_its_window_lands_again(self) -> None:
        """Nobody ran during the window: the message goes out in the next one, not at night."""
        story = Story().enrolled(HEAD)
        request = attempting(story)
        story.now = at(TUESDAY, 20)

        story.ask(replace(request, fired_at=story.now))

        (kept,) = story.of(e.TouchKeptBack)
        assert (kept.rule, kept.slot.on) == ("window.passed", date(2027, 1, 20))

    def test_that_waited_in_line_past_its_hours_gets_others(self) -> None:
        """Its slot ended at 11:30; that the afternoon's hours are open is no leave."""
        story = Story().enrolled(HEAD)
        request = attempting(story)
        story.now = at(TUESDAY, 14, 30)

        story.ask(replace(request, fired_at=story.now, has_waited=True))

        (kept,) = story.of(e.TouchKeptBack)
        assert (kept.rule, kept.slot.due_at) == ("window.passed", at(TUESDAY, 14, 30))

    def test_that_lacks_a_value_waits_for_it_and_names_it(self) -> None:
        """A missing value is never replaced by a vague word."""
        plan = thirty_days()
        message = plan.messages["1.3-email-a"]
        lacking = replace(message, needs=(*message.needs, "signal_source"))
        story = Story(replace(plan, messages=plan.messages | {"1.3-email-a": lacking}))
        story.enrolled(HEAD)

        story.ask(attempting(story))
        blocked = story.of(e.TouchBlocked)
        story.ask(r.SetValues(values={"signal_source": "registre"}))

        assert [event.missing for event in blocked] == [("signal_source",)]
        assert story.state.touches[1].status is TouchStatus.PLANNED
        assert story.state.tasks == {}

    def test_is_kept_from_a_second_person_of_the_day(self) -> None:
        """One person a day per account, whatever was planned."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-22", 8))
        story.close("absent")

        story.run_until(at("2027-01-22", 12))

        kept = [event for event in story.of(e.TouchMoved) if event.rule == "step.done"]
        kept_back = [event.rule for event in story.of(e.TouchKeptBack)]
        assert kept or kept_back == ["cap.one_person_a_day"]
        assert story.planned()["1.5", DGS] > date(2027, 1, 22)


class TestRecordAttempt:
    def test_sent_goes_on_with_the_sequence(self) -> None:
        """The next step counts from what really happened."""
        story = Story().enrolled(HEAD)
        story.ask(attempting(story))

        story.settle(Reach.SENT)

        assert story.state.enrolments[1].results["1.3"] == ("attempted", "sent", "done")
        assert ("1.3", HEAD) not in story.planned()

    def test_repeated_is_nothing(self) -> None:
        """Reports come at least once."""
        story = Story().enrolled(HEAD)
        story.ask(attempting(story))
        story.settle(Reach.SENT)

        assert story.ask(r.RecordAttempt(touch=1, attempt=1, reach=Reach.SENT)) == Nothing()

    def test_postponed_is_attempted_again_by_rule(self) -> None:
        """A 4xx is a matter of minutes, then hours, then it is over."""
        story = Story().enrolled(HEAD)

        story.run_until(at(TUESDAY, 11), sends=Reach.POSTPONED)

        ruled = [event.rule for event in story.of(e.TouchKeptBack)]
        assert ruled[:2] == ["attempt.postponed", "attempt.postponed"]
        assert [event.attempt for event in story.of(e.TouchKeptBack)][:2] == [2, 3]

    def test_postponed_for_ever_is_skipped_in_the_end(self) -> None:
        """A server that never answers must not keep an enrolment open."""
        story = Story().enrolled(HEAD)

        story.run_until(at("2027-02-20"), sends=Reach.POSTPONED)

        assert "attempt.postponed_too_often" in {event.rule for event in story.of(e.TouchSkipped)}

    def test_refused_for_a_dead_address_ends_it_for_the_person(self) -> None:
        """Exit S4: the required role holds the enrolment and asks for a replacement."""
        story = Story().enrolled(HEAD)
        story.ask(attempting(story))

        story.settle(Reach.REFUSED, code="550 5.1.1")

        assert story.state.people[HEAD].failed_tags == (f"mail-{HEAD}",)
        assert [task.kind for task in story.state.tasks.values()] == ["find_replacement"]

    def test_refused_for_another_reason_leaves_the_address_alone(self) -> None:
        """5.7.1 is a policy, not a dead mailbox."""
        story = Story().enrolled(HEAD)
        story.ask(attempting(story))

        story.settle(Reach.REFUSED, code="550 5.7.1")

        assert story.state.people[HEAD].failed_tags == ()
        assert ("1.6", HEAD) in story.planned()

    def test_not_sent_lands_again(self) -> None:
        """Nothing left; the touch keeps its turn under another number."""
        story = Story().enrolled(HEAD)
        story.ask(attempting(story))

        story.settle(Reach.NOT_SENT)

        assert story.state.touches[1].attempt == 2
        assert story.state.contacted == ()

    def test_after_the_end_plans_nothing_more(self) -> None:
        """A late outcome of an enrolment that was withdrawn is noted, and that is all."""
        story = Story().enrolled(HEAD)
        story.ask(attempting(story))
        story.ask(r.Withdraw(enrolment=1, reason="raced"))

        story.settle(Reach.POSTPONED)

        assert (story.planned(), story.state.enrolments) == ({}, {})


class TestUnknown:
    def unknown(self) -> Story:
        """Return a story in which the first e-mail's outcome is unknown."""
        story = Story().enrolled(HEAD)
        story.ask(attempting(story))
        story.settle(Reach.UNKNOWN)
        return story

    def test_counts_as_sent_in_every_cap(self) -> None:
        """What may have arrived must not be followed as if it had not."""
        story = self.unknown()

        assert story.state.enrolments[1].counts == {f"email:{HEAD}": 1}

    def test_keeps_what_depends_on_it_waiting(self) -> None:
        """The call that says "I wrote to you" waits until it is known."""
        story = self.unknown().run_until(at("2027-01-21", 18))

        assert [event.steps for event in story.of(e.TouchWaits)] == [("1.3",)]

    def test_found_at_the_peer_is_sent(self) -> None:
        """The reconciler's answer lets what waited go on."""
        story = self.unknown().run_until(at("2027-01-21", 18))

        story.ask(r.RecordAttempt(touch=1, attempt=1, reach=Reach.SENT))

        assert story.state.touches[2].status is TouchStatus.PLANNED

    def test_is_settled_by_a_person_no_sooner_than_fifteen_minutes_after(self) -> None:
        """A sender that only froze may still write."""
        story = self.unknown()
        order = r.SettleTouch(touch=1, was_sent=True, reason="seen in the sent folder")

        early = story.ask(order)
        story.now += timedelta(minutes=15)

        assert isinstance(early, Refused)
        assert early.code is RefusalCode.TOO_EARLY
        assert isinstance(story.ask(order), Events)

    def test_settled_as_absent_is_attempted_again_under_another_number(self) -> None:
        """Only a person's order allows a second message."""
        story = self.unknown()
        story.now += timedelta(minutes=20)

        story.ask(
            r.SettleTouch(touch=1, was_sent=False, attempt_again=True, reason="not in the folder")
        )

        assert (story.state.touches[1].status, story.state.touches[1].attempt) == ("planned", 2)

    def test_of_a_known_outcome_is_refused(self) -> None:
        """There is nothing to settle."""
        story = Story().enrolled(HEAD)

        outcome = story.ask(r.SettleTouch(touch=1, was_sent=True, reason="x"))

        assert isinstance(outcome, Refused)
        assert outcome.code is RefusalCode.NOT_UNKNOWN


class TestWake:
    def test_opens_the_task_of_a_call(self) -> None:
        """Calls are done by people."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 10))

        assert [(task.kind, task.person) for task in story.state.tasks.values()] == [("call", HEAD)]

    def test_repeated_is_nothing(self) -> None:
        """A timer raised again after a crash opens no second task."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 10))
        now = at("2027-01-21", 10)

        assert story.ask(r.Wake(due_at=now, fired_at=now)) == Nothing()

    def test_skips_a_step_whose_requirement_failed(self) -> None:
        """A message that mentions an earlier one must not go out without it."""
        story = Story().enrolled(HEAD, DSI)
        story.ask(r.SkipTouch(touch=story.touch("1.3"), reason="no signal"))

        story.run_until(at("2027-01-28"))

        skipped = {(event.rule, event.reason) for event in story.of(e.TouchSkipped)}
        assert ("requires.sent", "1.3") in skipped

    def test_waits_for_a_blocking_step(self) -> None:
        """Some manual steps block, others do not: the plan says which."""
        plan = thirty_days()
        steps = tuple(
            replace(step, is_blocking=step.id == "1.9") if step.kind is StepKind.CONTACT else step
            for step in plan.steps
        )
        story = Story(replace(plan, steps=steps)).enrolled(HEAD).run_until(at("2027-01-21", 18))
        story.close("absent")
        story.run_until(at("2027-01-26", 18)).close("absent")

        story.run_until(at("2027-02-03"))
        waiting = story.state.touches[story.touch("1.10")].status
        story.close("done", kind="social")

        assert waiting is TouchStatus.WAITING
        assert story.state.touches[story.touch("1.10")].status is TouchStatus.PLANNED


@pytest.mark.parametrize("zone", ["A", "B", "C", ""])
def test_what_is_due_is_never_before_the_state_says(zone: str) -> None:
    """The timer and the question "what is due" must agree, or an owner spins."""
    story = Story(zone=zone).enrolled(HEAD, DGS, DSI)
    for _ in range(60):
        due_at = rules.due_at(story.stream)
        if due_at is None:
            break
        assert rules.due(story.stream, due_at - timedelta(microseconds=1)) == ()
        assert rules.due(story.stream, due_at)
        story.run_until(due_at)


class TestWaiting:
    def test_makes_what_is_only_planned_keep_the_gap(self) -> None:
        """A call that waited lands late; two contacts with a person on one day are too many."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-26", 17))
        story.close("absent")

        planned = story.planned()
        assert (planned["1.6", HEAD], planned["1.9", HEAD]) == (
            date(2027, 1, 28),
            date(2027, 2, 1),
        )
