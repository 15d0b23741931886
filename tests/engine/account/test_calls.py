"""What each outcome of a call requires and causes."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.state import TouchStatus
from engine.decision import Events, Refused, Repeated
from engine.plan import Phase
from engine.refusals import RefusalCode
from engine.values import Channel, NextPoint
from tests.engine.account.story import (
    ASSESSED,
    DGS,
    HEAD,
    POINT,
    Story,
    at,
    code_of,
    points,
    sealed,
    thirty_days,
)

CALL_DAY = "2027-01-21"


def calling(*roles: str) -> Story:
    """Return a story in which the first call is open."""
    return Story().enrolled(*(roles or (HEAD,))).run_until(at(CALL_DAY, 10))


class TestInterested:
    def test_with_an_instant_agrees_on_a_meeting(self) -> None:
        """S2 comes from a call more often than from anywhere else."""
        story = calling(HEAD, DGS)

        story.close("joint_interesse", meeting_at=at("2027-01-29", 14), **ASSESSED)

        assert story.planned() == {("1.8", HEAD): date(2027, 1, 29), ("1.13", ""): date(2027, 2, 5)}
        assert story.state.status == "prospect"

    def test_without_an_instant_goes_on(self) -> None:
        """Interest is no date: the next call proposes one."""
        story = calling()

        story.close("joint_interesse", next_point=POINT, **ASSESSED)

        assert story.state.enrolments[1].phase is Phase.OUTREACH
        assert (story.state.status, story.state.milestone) == ("prospect", POINT)

    def test_without_the_assessment_is_refused(self) -> None:
        """What was heard is worth more than that somebody was reached."""
        story = calling()

        assert code_of(story.close("joint_interesse")) is RefusalCode.ASSESSMENT_REQUIRED

    def test_with_a_meeting_in_the_past_is_refused(self) -> None:
        """A meeting nobody can attend is a slip of the pen."""
        outcome = calling().close("joint_interesse", meeting_at=at("2027-01-04"), **ASSESSED)

        assert code_of(outcome) is RefusalCode.INSTANT_PAST

    @pytest.mark.parametrize(
        "given", [NextPoint(date(2026, 1, 5), "point", "note"), NextPoint(POINT.on, "point", "")]
    )
    def test_with_a_bad_next_point_is_refused(self, given: NextPoint) -> None:
        """A point in the past, or without what it brings, reminds nobody of anything."""
        outcome = calling().close("joint_interesse", next_point=given, **ASSESSED)

        assert code_of(outcome) in {RefusalCode.INSTANT_PAST, RefusalCode.MILESTONE_REQUIRED}

    def test_loses_against_a_withdrawal(self) -> None:
        """Whoever closes the task a second late hears that it is closed."""
        story = calling()
        number = story.task("call")
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))

        outcome = story.ask(r.CompleteTask(task=number, outcome="joint_interesse"))

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED


class TestLater:
    def test_sets_the_point_and_ends_the_enrolment(self) -> None:
        """C16: a date, an object, a deliverable; then silence until that day."""
        story = calling(HEAD, DGS)

        story.close("joint_plus_tard", next_point=POINT, **ASSESSED)

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["later"]
        assert (story.state.milestone, story.planned()) == (POINT, {})

    def test_again_under_the_same_id_gets_the_same_answer(self) -> None:
        """A lost answer is asked for again; the call must not be closed twice."""
        story = calling()
        request = replace(
            r.CompleteTask(task=1, outcome="joint_plus_tard", next_point=POINT), **ASSESSED
        )
        story.ask(request, name="once")

        assert isinstance(story.ask(request, name="once"), Repeated)

    def test_without_a_point_is_refused(self) -> None:
        """« Rappelez plus tard » without a date is a forgotten account."""
        outcome = calling().close("joint_plus_tard", **ASSESSED)

        assert code_of(outcome) is RefusalCode.MILESTONE_REQUIRED


class TestRefusal:
    def test_of_the_service_head_ends_the_enrolment_with_a_rest(self) -> None:
        """Sixty days without a contact after an expressed no."""
        story = calling(HEAD, DGS)

        story.close("joint_refus")

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["refusal"]
        assert [rest.until for rest in story.state.cool_downs] == [date(2027, 3, 22)]

    def test_of_any_more_calls_is_an_objection(self) -> None:
        """« Ne m'appelez plus » holds everywhere, so the contact points must hear of it."""
        story = calling()

        story.close("joint_refus", no_more_calls=True)

        (stated,) = story.of(e.ObjectionStated)
        assert stated.tags == (f"mail-{HEAD}", f"call-{HEAD}")
        assert story.state.people[HEAD].stopped_by == "objection"

    def test_is_asked_again_by_nobody_for_sixty_days(self) -> None:
        """The rest binds enrolling, and says when it ends."""
        story = calling()
        story.close("joint_refus")

        outcome = story.ask(story.enrol(HEAD, start_on=date(2027, 2, 1)))

        assert isinstance(outcome, Refused)
        assert (outcome.code, outcome.until) == (RefusalCode.COOL_DOWN, at("2027-03-22", 0))


class TestSwitchboard:
    def test_calls_again_at_the_advised_instant(self) -> None:
        """C12.3: it replaces the call, it does not add to it."""
        story = calling()

        story.close("standard", callback_at=at("2027-01-22", 14, 30))

        number = story.touch("1.4")
        assert story.state.touches[number].slot.due_at == at("2027-01-22", 14, 30)
        assert [key for key in story.planned() if key[0] == "1.4"] == [("1.4", HEAD)]

    def test_at_night_calls_when_the_window_opens(self) -> None:
        """An advised instant is advice; the windows are the law."""
        story = calling()

        story.close("standard", callback_at=at("2027-01-24", 3))

        assert story.state.touches[story.touch("1.4")].slot.due_at == at("2027-01-25", 9, 30)

    @pytest.mark.parametrize(
        ("callback", "code"),
        [(None, RefusalCode.CALLBACK_REQUIRED), ("2027-01-20", RefusalCode.INSTANT_PAST)],
    )
    def test_without_an_instant_ahead_is_refused(
        self, callback: str | None, code: RefusalCode
    ) -> None:
        """Otherwise nobody ever calls again."""
        outcome = calling().close("standard", callback_at=at(callback) if callback else None)

        assert code_of(outcome) is code

    def test_counts_as_an_attempt_in_the_rolling_cap(self) -> None:
        """Four attempts in thirty days, switchboards included: the fifth waits."""
        story = Story(replace(thirty_days(), calls_max=0)).enrolled(HEAD)
        story.run_until(at(CALL_DAY, 10))
        for day in ("2027-01-22", "2027-01-25", "2027-01-26", "2027-01-27"):
            story.close("standard", callback_at=at(day, 10))
            story.run_until(at(day, 10, 5))

        calls = [contact for contact in story.state.contacted if contact.channel is Channel.CALL]
        assert len(calls) == 4
        assert story.rules_of(e.TouchKeptBack)[-1] == "cap.call_attempts"
        assert story.state.touches[story.touch("1.4")].slot.on == date(2027, 3, 8)

    def test_counts_as_an_attempt_in_the_cap_of_the_sequence(self) -> None:
        """Three calls a person: six were made, one for each switchboard between."""
        story = calling()
        while story.planned() and story.now < at("2027-03-01"):
            if any(task.kind == "call" for task in story.state.tasks.values()):
                story.close("standard", callback_at=story.now + timedelta(hours=20))
            story.run_until(story.now + timedelta(hours=6))

        calls = [contact for contact in story.state.contacted if contact.channel is Channel.CALL]
        assert len(calls) == 3
        assert "cap.calls" in story.rules_of(e.TouchDone)
        assert story.rules_of(e.TouchSkipped).count("cap.calls") == 2

    def test_never_reached_again_leaves_the_call_out(self) -> None:
        """An instant beyond every calendar has no slot: the sequence goes on without it."""
        story = calling()

        story.close("standard", callback_at=at(date(9998, 1, 1)))

        assert story.rules_of(e.TouchSkipped) == ["window.none"]


class TestNobody:
    @pytest.mark.parametrize("outcome", ["repondeur", "absent"])
    def test_leaves_the_next_attempt_to_its_step(self, outcome: str) -> None:
        """The plan knows when to try again."""
        story = calling()

        story.close(outcome)

        assert ("1.4", HEAD) not in story.planned()
        assert story.planned()["1.6", HEAD] == date(2027, 1, 26)

    def test_notes_a_second_message_on_the_machine(self) -> None:
        """One message a sequence: the second one happened, so it is noted, not refused."""
        story = calling()
        story.close("repondeur")
        story.run_until(at("2027-01-26", 10))

        story.close("repondeur")

        assert story.rules_of(e.TouchDone) == ["task.outcome", "cap.voicemails"]


class TestWrongNumber:
    def test_skips_calls_and_goes_on_by_mail(self) -> None:
        """A wrong number says nothing about the address."""
        story = calling()

        story.close("numero_errone")
        story.run_until(at("2027-02-03"))

        assert story.state.people[HEAD].failed_tags == (f"call-{HEAD}",)
        assert ("contact_point.missing") in story.rules_of(e.TouchSkipped)
        assert len(story.of(e.TouchAttempted)) == 2

    def test_of_several_tries_the_next_one(self) -> None:
        """Only the number that was dialled is known to be wrong."""
        story = calling()
        other = points("second")[1]
        story.ask(r.AddContactPoint(person=HEAD, point=other))

        story.close("numero_errone")

        assert story.state.people[HEAD].failed_tags == (f"call-{HEAD}",)
        assert "find_number" not in story.kinds()

    def test_found_again_is_called_again(self) -> None:
        """The search task is there to be answered."""
        story = calling()
        story.close("numero_errone")
        story.ask(r.AddContactPoint(person=HEAD, point=points("second")[1]))

        story.run_until(at("2027-01-26", 12))

        assert story.kinds() == ["find_number", "call"]


class TestThirdCall:
    def third(self) -> Story:
        """Return a story in which the call that dates what follows is open."""
        story = calling()
        story.close("absent")
        story.run_until(at("2027-01-26", 18)).close("absent")
        return story.run_until(at("2027-02-04", 12))

    def test_that_reached_somebody_does_not_close_without_a_point(self) -> None:
        """1.12 is there to fix a date: without the three fields it stays open."""
        outcome = self.third().close("joint_interesse", **ASSESSED)

        assert code_of(outcome) is RefusalCode.MILESTONE_REQUIRED

    def test_with_a_meeting_needs_no_other_point(self) -> None:
        """The meeting is the next point."""
        outcome = self.third().close("joint_interesse", meeting_at=at("2027-02-08", 10), **ASSESSED)

        assert isinstance(outcome, Events)

    def test_that_reached_nobody_closes(self) -> None:
        """Nobody can promise a date for somebody else."""
        assert isinstance(self.third().close("absent"), Events)


class TestByHand:
    def test_a_call_outside_the_plan_has_the_same_outcomes(self) -> None:
        """Whoever calls of their own accord is bound by the same rules."""
        story = Story().enrolled(HEAD)
        story.ask(
            r.AddTouch(
                enrolment=1,
                person=HEAD,
                channel=Channel.CALL,
                on=date(2027, 1, 14),
                reason="signal",
            )
        )
        story.run_until(at("2027-01-14", 10))

        story.close("standard", callback_at=at("2027-01-15", 15))

        number = story.touch("")
        assert story.state.touches[number].slot.on == date(2027, 1, 15)
        assert story.state.touches[number].status is TouchStatus.PLANNED

    def test_notes_stay_sealed(self) -> None:
        """What was said is personal: the rules carry it closed."""
        story = calling()

        story.close("absent", note=sealed(HEAD, "note"))

        assert [event.note for event in story.of(e.TaskDone)] == [sealed(HEAD, "note")]


def test_voicemails_may_be_allowed_more_often() -> None:
    """The cap is the ruleset's, not the code's."""
    story = calling()
    ruleset = story.published.ruleset
    assert ruleset is not None
    caps = replace(
        ruleset.caps, voicemails_per_enrolment=type(ruleset.caps.voicemails_per_enrolment)(2)
    )
    story.published = replace(story.published, ruleset=replace(ruleset, caps=caps))
    story.close("repondeur")
    story.run_until(at("2027-01-26", 10))

    story.close("repondeur")

    assert story.rules_of(e.TouchDone) == ["task.outcome", "task.outcome"]
