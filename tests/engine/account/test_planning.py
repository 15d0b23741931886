"""The plan: who it is for, what moves it, what is never moved."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from engine import account, rules
from engine import events as e
from engine import requests as r
from engine.account.planning import plan as lay_out_again
from engine.account.state import TouchStatus
from engine.account.turn import Turn
from engine.decision import Events, Nothing, Repeated
from engine.inputs import Input
from engine.plan import Fill, Role, Sequence
from engine.refusals import RefusalCode
from engine.requests import Reach, Request
from engine.rule_ids import RuleId
from engine.values import Channel
from engine.wire import decode_input
from tests.engine.account.story import (
    ASSESSED,
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


def turn_of(story: Story) -> Turn:
    """Return a decision in the making, now."""
    item = decode_input(story.bodies[-1].input)
    return Turn(input=item, state=story.state, published=story.published, at=story.now)


class TestDue:
    def test_now_is_never_moved(self) -> None:
        """Somebody may be sending it this very moment."""
        story = Story().enrolled(HEAD)
        story.now = story.state.touches[1].slot.due_at

        story.ask(r.RecordAutomaticReply(person=HEAD, return_on=date(2027, 1, 29)))

        assert story.planned()["1.3", HEAD] == date(2027, 1, 19)

    def test_meanwhile_moved_is_not_attempted_early(self) -> None:
        """The gate was asked at its former instant; the plan had moved it by then."""
        story = Story().enrolled(HEAD)
        early = attempt(story)
        story.ask(r.RecordAutomaticReply(person=HEAD, return_on=date(2027, 1, 29)))

        story.ask(early, when=at("2027-01-19", 8, 30))
        story.run_until(at("2027-02-01", 12))

        assert story.rules_of(e.TouchKeptBack) == ["attempt.too_early"]
        assert [event.attempt for event in story.of(e.TouchAttempted)] == [2]

    def test_of_an_enrolment_that_waits_is_not_attempted(self) -> None:
        """Whatever is sent into the inbox, the campaign's gate holds."""
        story = Story().enrolled(HEAD, campaign="c")

        story.ask(attempt(story), when=at("2027-01-19", 9))

        assert story.rules_of(e.TouchKeptBack) == ["campaign.pending"]

    def test_of_a_call_is_not_attempted_as_a_message(self) -> None:
        """Only e-mails are attempted; calls are made by people."""
        story = Story().enrolled(HEAD)

        assert story.ask(attempt(story, 2)) == Nothing()

    def test_kept_back_without_an_instant_waits_a_little(self) -> None:
        """A gate that names no later instant must not make its owner spin."""
        story = Story().enrolled(HEAD)
        due_at = story.state.touches[1].slot.due_at

        story.ask(attempt(story, kept_back_by="mailbox.unreachable"), when=due_at)

        assert rules.due_at(story.stream) == due_at + timedelta(minutes=1)

    def test_with_no_day_left_in_any_calendar_is_left_out(self) -> None:
        """Kept back until after the end of time."""
        story = Story().enrolled(HEAD)

        never = attempt(story, kept_back_by="x", until_at=at(date(9998, 1, 1)))
        story.ask(never, when=story.state.touches[1].slot.due_at)

        assert "window.none" in story.rules_of(e.TouchSkipped)

    def test_of_several_in_one_wake_is_looked_at_again(self) -> None:
        """What the first of them moved is not due any more: its timer must fire later."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-20"))
        story.now = at("2027-03-20", 20)

        for _ in range(20):
            for name, request in rules.due(story.stream, story.now):
                assert not isinstance(story.ask(request, name=name, actor="engine"), Repeated)

        due_at = rules.due_at(story.stream)
        assert due_at is not None
        assert due_at > story.now

    def test_unknown_reported_again_is_nothing(self) -> None:
        """The reconciler still knows nothing."""
        story = Story().enrolled(HEAD)
        story.ask(attempt(story), when=story.state.touches[1].slot.due_at)
        story.settle(Reach.UNKNOWN)

        outcome = story.ask(r.RecordAttempt(touch=1, attempt=1, reach=Reach.UNKNOWN))

        assert outcome == Nothing()

    def test_unknown_settled_without_a_reason_is_refused(self) -> None:
        """A person's word is evidence only with its ground."""
        story = Story().enrolled(HEAD)
        story.ask(attempt(story), when=story.state.touches[1].slot.due_at)
        story.settle(Reach.UNKNOWN)
        story.now += timedelta(hours=1)

        outcome = story.ask(r.SettleTouch(touch=1, was_sent=True, reason=""))

        assert code_of(outcome) is RefusalCode.REASON_REQUIRED
        outcome = story.ask(r.SettleTouch(touch=77, was_sent=True, reason="x"))
        assert code_of(outcome) is RefusalCode.UNKNOWN_TOUCH

    def test_erased_is_the_end_of_the_touch(self) -> None:
        """The person's key is destroyed: there is nobody to write to."""
        story = Story().enrolled(HEAD)
        story.ask(attempt(story), when=story.state.touches[1].slot.due_at)

        story.settle(Reach.ERASED)

        assert ("1.3", HEAD) not in story.planned()

    def test_unknown_at_the_end_waits_for_its_outcome(self) -> None:
        """The enrolment ended; what may have left is still to be settled."""
        story = Story().enrolled(HEAD)
        story.ask(attempt(story), when=story.state.touches[1].slot.due_at)
        story.ask(r.Withdraw(enrolment=1, reason="x"))

        story.settle(Reach.UNKNOWN)

        assert story.state.touches[1].status is TouchStatus.UNKNOWN


class TestEntry:
    @pytest.mark.parametrize(
        ("start_on", "detail"),
        [(date(2020, 1, 6), "anchor.passed"), (date(9999, 1, 4), "date.out_of_range")],
    )
    def test_with_nothing_ahead_is_refused(self, start_on: date, detail: str) -> None:
        """An enrolment that can never do anything would never end."""
        story = Story().with_people(HEAD)

        outcome = story.ask(story.enrol(HEAD, start_on=start_on))

        assert code_of(outcome) is RefusalCode.NOTHING_PLANNED
        assert outcome.detail == detail  # type: ignore[union-attr]  # a refusal

    def test_without_its_anchor_is_refused(self) -> None:
        """A renewal counts from the end of a contract that nobody named."""
        story = Story(library_sequence("radar-renouvellement")).with_people(HEAD, DGS)

        outcome = story.ask(story.enrol(HEAD))

        assert code_of(outcome) is RefusalCode.NOTHING_PLANNED

    def test_of_optional_roles_alone_may_wait_for_its_people(self) -> None:
        """Participants may be empty at enrolment."""
        plan = thirty_days()
        steps = tuple(
            replace(step, roles=tuple(Role(role.name) for role in step.roles))
            for step in plan.steps
        )
        story = Story(replace(plan, steps=steps)).enrolled()

        story.with_people(DGS)
        story.ask(r.AssignParticipant(enrolment=1, role=DGS, person=DGS))

        assert ("1.5", DGS) in story.planned()

    def test_of_an_elected_person_under_another_role_is_refused(self) -> None:
        """The hierarchy rule looks at the person, not at the label."""
        story = Story().with_people(HEAD)
        story.ask(r.AddPerson(person="maire", role="elu", points=points("maire")))
        request = replace(story.enrol(HEAD), participants={HEAD: HEAD, DGS: "maire"})

        assert code_of(story.ask(request)) is RefusalCode.HIERARCHY

    def test_of_a_role_the_sequence_does_not_know_is_refused(self) -> None:
        """A promise to somebody whom no step addresses."""
        story = Story().with_people(HEAD)
        request = replace(story.enrol(HEAD), participants={"jardinier": HEAD})

        assert code_of(story.ask(request)) is RefusalCode.UNKNOWN_ROLE


class TestAlternatives:
    def test_give_one_touch_whoever_comes_later(self) -> None:
        """« dgs | dga »: a second person does not double the message."""
        story = Story().enrolled(HEAD).with_people("dga", DGS)
        story.ask(r.AssignParticipant(enrolment=1, role="dga", person="dga"))

        story.ask(r.AssignParticipant(enrolment=1, role=DGS, person=DGS))

        assert [key for key in story.planned() if key[0] == "1.5"] == [("1.5", "dga")]

    def test_fill_a_required_step_that_nobody_held(self) -> None:
        """The step asked for either of them."""
        roles = (Role(HEAD, is_required=True), Role(DGS, is_required=True))
        plan = with_step("1.3", roles=roles, fill=Fill.FIRST)
        story = Story(plan).enrolled().with_people(DGS)

        story.ask(r.AssignParticipant(enrolment=1, role=DGS, person=DGS))

        assert [key for key in story.planned() if key[0] == "1.3"] == [("1.3", DGS)]


class TestFollowing:
    def test_a_call_follows_the_message_it_mentions(self) -> None:
        """The message was put off beyond the call's day: the call keeps a date after it."""
        story = Story().enrolled(HEAD)
        held = attempt(story, kept_back_by="cap.mailbox", until_at=at("2027-01-25", 9))
        story.ask(held, when=story.state.touches[1].slot.due_at)

        story.run_until(at("2027-01-21", 12))

        assert story.state.touches[2].status is TouchStatus.PLANNED
        assert story.state.touches[2].slot.on == date(2027, 1, 27)
        story.run_until(at("2027-01-27", 12))
        assert (len(story.of(e.TouchAttempted)), story.kinds()) == (1, ["call"])

    def test_a_message_that_names_its_call_is_not_held_up_by_it(self) -> None:
        """1.3 names the day of 1.4, and 1.4 waits for 1.3: landing both breaks the knot."""
        story = Story().enrolled(HEAD)
        story.ask(r.SetValues(values={"probleme": ""}))
        story.run_until(at("2027-01-22"))

        story.ask(r.SetValues(values={"probleme": "les inscriptions"}))
        story.run_until(at("2027-01-28"))

        assert len(story.of(e.TouchAttempted)) == 1
        assert story.kinds() == ["call"]


class TestLayingOut:
    @pytest.mark.parametrize("zone", ["A", "B", "C", ""])
    def test_done_as_planned_is_what_laying_out_again_would_give(self, zone: str) -> None:
        """Where laying out is left out to save its cost, it must not have been needed."""
        story = Story(zone=zone).enrolled(HEAD, DGS, DSI)
        for _ in range(30):
            due_at = rules.due_at(story.stream)
            if due_at is None:
                break
            story.run_until(due_at)
            for kind, outcome in (("call", "absent"), ("social", "done")):
                if kind in story.kinds():
                    story.close(outcome, kind=kind)
            if story.state.enrolments:
                again = lay_out_again(turn_of(story), 1, rule=RuleId.TOUCH_MOVED)
                assert again.events == ()

        assert len(story.of(e.EnrolmentFinished)) == 1

    def test_moves_the_steps_that_count_from_one_done_late(self) -> None:
        """A call closed two days later pushes what keeps its distance from it."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 12))
        story.now = at("2027-01-25", 12)

        story.close("absent")

        assert story.planned()["1.6", HEAD] == date(2027, 1, 27)


class TestBounds:
    def test_a_state_forgets_what_is_long_over(self) -> None:
        """A state stays small however old the account."""
        story = Story().enrolled(HEAD)
        for day in range(80):
            on = date(2027, 3, 1) + timedelta(days=day)
            order = r.AddTouch(
                enrolment=1, person=HEAD, channel=Channel.TASK, on=on, reason=f"{day}"
            )
            story.ask(order)
            story.ask(r.SkipTouch(touch=story.state.touch_count, reason="x"))

        assert len(story.state.recent) == 64


@pytest.mark.parametrize("request_", [r.OpenCampaign(), r.LinkPerson(account="1", person="p")])
def test_a_request_of_another_stream_is_refused(request_: Request) -> None:
    """Each `decide` knows its own, whoever calls it."""
    story = Story()
    item: Input = replace(decode_input(story.bodies[0].input), request=request_)

    outcome = account.decide(story.state, story.published, item, story.now)

    assert code_of(outcome) is RefusalCode.WRONG_STREAM


def test_rules_that_are_not_there_cannot_be_asked() -> None:
    """What needs a ruleset is refused before: reaching for it is our fault."""
    story = Story()
    item = decode_input(story.bodies[0].input)
    turn = Turn(input=item, state=story.state, published=type(story.published)(), at=story.now)

    with pytest.raises(LookupError, match="ruleset"):
        _ = turn.ruleset


def test_a_later_point_closes_a_call_with_a_meeting() -> None:
    """« Plus tard » with a meeting but no point leaves nothing to hold on to."""
    story = Story().enrolled(HEAD).run_until(at("2027-01-21", 10))

    outcome = story.close("joint_plus_tard", meeting_at=at("2027-02-01"), **ASSESSED)

    assert code_of(outcome) is RefusalCode.MILESTONE_REQUIRED
    assert isinstance(story.close("joint_plus_tard", next_point=POINT, **ASSESSED), Events)
