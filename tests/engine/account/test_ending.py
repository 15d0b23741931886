"""How enrolments end, and what is left when they do."""

from datetime import date

from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.decision import Events, Nothing
from engine.plan import Anchor, AnchorKind, Message, Offset, Role, Sequence, Unit
from engine.refusals import RefusalCode
from engine.requests import Reach
from engine.ruleset import Rest
from engine.values import Channel
from tests.engine.account.story import (
    ASSESSED,
    DAF,
    DGS,
    DSI,
    HEAD,
    POINT,
    Story,
    at,
    code_of,
    library_sequence,
    points,
    thirty_days,
)


def optional() -> Sequence:
    """Return the thirty days without any required role."""
    plan = thirty_days()
    steps = tuple(
        replace(step, roles=tuple(Role(role.name) for role in step.roles)) for step in plan.steps
    )
    return replace(plan, steps=steps)


def silent(story: Story) -> Story:
    """Let the thirty days pass without an answer from the head."""
    for day in ("2027-01-21", "2027-01-26"):
        story.run_until(at(day, 18)).close("absent")
    story.run_until(at("2027-01-29", 18)).close("done", kind="social")
    story.run_until(at("2027-02-04", 18)).close("absent")
    return story.run_until(at("2027-02-12"))


class TestRest:
    def test_of_no_months_is_none(self) -> None:
        """A sequence may be gone through again at once, if it says so."""
        story = silent(Story(replace(thirty_days(), cool_down_months=0)).enrolled(HEAD))

        assert (story.of(e.CoolDownStarted), len(story.of(e.EnrolmentFinished))) == ([], 1)

    def test_after_a_refusal_may_be_counted_in_months(self) -> None:
        """The ruleset says how long, and in what."""
        story = Story().enrolled(HEAD)
        ruleset = story.published.ruleset
        assert ruleset is not None
        rests = replace(ruleset.cool_downs, after_refusal=Rest(2, "calendar_month"))
        story.published = replace(story.published, ruleset=replace(ruleset, cool_downs=rests))

        story.ask(r.RecordRefusal(person=HEAD))

        assert [rest.until for rest in story.state.cool_downs] == [date(2027, 3, 11)]

    def test_of_another_class_or_that_is_over_refuses_nothing(self) -> None:
        """Nurturing goes on where prospecting rests; and three months end."""
        story = silent(Story().enrolled(HEAD))
        over = story.ask(story.enrol(HEAD, start_on=date(2027, 6, 7)), when=at("2027-06-01"))
        plan = replace(thirty_days(), sequence_class="nurturing")
        other = silent(Story().enrolled(HEAD))
        hash_of = other.enrol(HEAD).sequence.hash
        other.published = replace(other.published, sequences={hash_of: plan})

        assert isinstance(over, Events)
        assert isinstance(other.ask(other.enrol(HEAD, start_on=date(2027, 3, 1))), Events)

    def test_after_a_refusal_ends_for_the_person_too(self) -> None:
        """Sixty days, then another try is allowed."""
        story = Story().enrolled(HEAD, DGS)
        story.ask(r.RecordRefusal(person=DGS))

        request = r.AddTouch(
            enrolment=1, person=DGS, channel=Channel.CALL, on=date(2027, 4, 1), reason="x"
        )

        assert isinstance(story.ask(request, when=at("2027-03-15")), Events)


class TestEnd:
    def test_without_terms_sets_no_point(self) -> None:
        """1.14 fixes the campaign's default point; without one there is none."""
        story = Story().with_people(HEAD)
        plan = thirty_days()
        free = replace(plan.messages["1.14-email-f"], needs=())
        story.published = replace(
            story.published,
            sequences={
                key: replace(plan, messages=plan.messages | {"1.14-email-f": free})
                for key in story.published.sequences
            },
        )
        story.ask(replace(story.enrol(HEAD), next_point=None))

        silent(story)

        assert (story.of(e.MilestoneSet), len(story.of(e.EnrolmentFinished))) == ([], 1)

    def test_of_one_enrolment_leaves_the_others_holds(self) -> None:
        """Two enrolments in one account are two conversations."""
        story = Story().enrolled(HEAD).with_people(DSI)
        story.ask(story.enrol(DSI))
        story.ask(r.Pause(reason="x", enrolment=2))

        story.ask(r.Withdraw(enrolment=1, reason="x"))

        assert [hold.enrolment for hold in story.state.holds.values()] == [2]

    def test_by_a_dead_address_heard_while_sending(self) -> None:
        """The only participant cannot be written to: the enrolment is over at once."""
        story = Story(optional()).enrolled(HEAD)
        due_at = story.state.touches[1].slot.due_at
        story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at), when=due_at)

        story.settle(Reach.REFUSED, code="550 5.1.1")

        assert len(story.of(e.EnrolmentFinished)) == 1

    def test_by_a_reply_that_finishes_it(self) -> None:
        """The answer was no sequence's business any more."""
        story = Story().enrolled(HEAD)
        story.ask(r.RecordReply(person=HEAD))

        story.close("finish", kind="after_reply", next_point=POINT)

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["reply"]


class TestLateFacts:
    def test_a_stop_outlives_a_message_that_never_left(self) -> None:
        """Released after the objection: it lands again, and is then left out."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-22", 8))
        number = story.touch("1.5", DGS)
        due_at = story.state.touches[number].slot.due_at
        story.ask(
            r.AttemptTouch(touch=number, attempt=1, due_at=due_at, fired_at=due_at), when=due_at
        )
        story.ask(r.StopPerson(tag="t", person=DGS))

        story.settle(Reach.NOT_SENT)
        story.run_until(at("2027-01-29"))

        assert "exit.objection" in story.rules_of(e.TouchSkipped)

    def test_a_departure_outlives_a_message_that_never_left(self) -> None:
        """The person has gone: what was released is left out."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-22", 8))
        number = story.touch("1.5", DGS)
        due_at = story.state.touches[number].slot.due_at
        story.ask(
            r.AttemptTouch(touch=number, attempt=1, due_at=due_at, fired_at=due_at), when=due_at
        )
        story.ask(r.RecordDeparture(person=DGS))

        story.settle(Reach.NOT_SENT)
        story.run_until(at("2027-01-29"))

        assert "exit.departure" in story.rules_of(e.TouchSkipped)

    def test_rules_of_today_guard_what_was_planned_yesterday(self) -> None:
        """Whom the hierarchy rule protects is asked again at the last moment."""
        story = Story().enrolled(HEAD, DGS)
        ruleset = story.published.ruleset
        assert ruleset is not None
        guarded = replace(ruleset.hierarchy, elected_roles=("elu", DGS))
        story.published = replace(story.published, ruleset=replace(ruleset, hierarchy=guarded))

        story.run_until(at("2027-01-22", 12))

        assert "hierarchy.elected" in story.rules_of(e.TouchSkipped)

    def test_a_vote_of_last_winter_leaves_out_what_it_made_late(self) -> None:
        """What asks for a day that is past is skipped with its reason."""
        plan = thirty_days()
        anchor = Anchor(AnchorKind.VOTE)
        steps = tuple(
            replace(step, anchor=anchor, offset=Offset(-20, Unit.BUSINESS_DAY))
            if step.id == "1.12"
            else step
            for step in plan.steps
        )
        story = Story(replace(plan, steps=steps)).enrolled(HEAD)
        before = story.planned()["1.12", HEAD]

        story.ask(r.RecordVote(vote_on=date(2027, 1, 8)))

        assert before > date(2027, 3, 1)
        assert story.rules_of(e.TouchSkipped) == ["anchor.passed"]

    def test_a_value_supplied_after_the_meeting_lands_nothing_before_it(self) -> None:
        """The confirmation of the day before makes no sense the day after."""
        plan = library_sequence("saas-b2b-deux-semaines")
        steps = tuple(
            replace(step, message="m") if step.id == "2.8p" else step for step in plan.steps
        )
        message = Message(body="", needs=("lieu",))
        story = Story(replace(plan, steps=steps, messages={"m": message})).enrolled("decideur")
        story.ask(r.RecordMeeting(enrolment=1, person="decideur", meeting_at=at("2027-01-20", 11)))
        story.run_until(at("2027-01-19", 18))
        story.now = at("2027-01-21")

        story.ask(r.SetValues(values={"lieu": "Niort"}))

        assert "window.none" in story.rules_of(e.TouchSkipped)

    def test_an_absence_that_ends_before_the_meeting_changes_nothing(self) -> None:
        """1.11 waits for the interview anyway."""
        story = Story().enrolled(HEAD, DAF)
        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-02-10", 10)))
        before = story.planned()["1.11", DAF]

        story.ask(r.RecordAutomaticReply(person=DAF, return_on=date(2027, 1, 20)))

        assert story.planned()["1.11", DAF] == before

    def test_an_absence_of_somebody_outside_touches_no_plan(self) -> None:
        """The élu is away: nobody was going to write there."""
        story = Story().enrolled(HEAD).with_people(DAF)
        story.ask(r.AssignParticipant(enrolment=1, role=DAF, person=DAF))

        story.ask(r.RecordAutomaticReply(person=DAF, return_on=date(2027, 1, 20)))

        assert story.of(e.TouchMoved) == []

    def test_a_wake_for_a_message_alone_is_nothing(self) -> None:
        """E-mails are attempted under a grant, never by a wake."""
        story = Story().enrolled(HEAD)
        story.now = story.state.touches[1].slot.due_at

        assert story.ask(r.Wake(due_at=story.now, fired_at=story.now)) == Nothing()

    def test_interest_alone_makes_a_prospect(self) -> None:
        """No date, no point: the assessment is what was won."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 10))

        story.close("joint_interesse", **ASSESSED)

        assert (story.state.status, story.state.milestone) == ("prospect", None)

    def test_a_meeting_moved_beside_other_tasks_withdraws_its_own(self) -> None:
        """The reply's task stays; the meeting's goes."""
        story = Story().enrolled(HEAD, DGS)
        story.ask(r.RecordReply(person=DGS))
        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-01-13", 10)))
        story.run_until(at("2027-01-13", 10, 30))

        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-01-15", 10)))

        assert story.kinds() == ["after_reply"]

    def test_a_checklist_is_ticked_before_its_work_is_done(self) -> None:
        """A box left open is work left open."""
        plan = thirty_days()
        steps = tuple(
            replace(step, checklist=("relu",)) if step.id == "1.9" else step for step in plan.steps
        )
        story = Story(replace(plan, steps=steps)).enrolled(HEAD)
        for day in ("2027-01-21", "2027-01-26"):
            story.run_until(at(day, 18)).close("absent")
        story.run_until(at("2027-01-29", 18))

        outcome = story.close("done", kind="social")

        assert code_of(outcome) is RefusalCode.CHECKLIST_REQUIRED
        assert isinstance(story.close("done", kind="social", checked=("relu",)), Events)

    def test_a_role_nobody_knows_is_not_filled(self) -> None:
        """The role is checked even where the person is fine."""
        story = Story().enrolled(HEAD)
        story.ask(r.AddPerson(person="successor", role=HEAD, points=points("successor")))

        outcome = story.ask(r.AssignParticipant(enrolment=1, role="x", person="successor"))

        assert code_of(outcome) is RefusalCode.UNKNOWN_ROLE
