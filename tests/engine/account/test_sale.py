"""What somebody says of a sale: what it ends, what goes on, and what is taken back."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.sale import TAKEN_BACK_FOR
from engine.decision import Events
from engine.plan import SequenceClass
from engine.refusals import RefusalCode
from engine.requests import Request
from tests.engine.account.story import DGS, DSI, HEAD, MONDAY, Story, at, code_of, thirty_days

BOUGHT = r.ChangeStatus(
    status="client", evidence="contract", reference="C-2027-014", signed_on=MONDAY
)
PROSPECT = r.ChangeStatus(status="prospect")
OPPORTUNITY = r.RecordOpportunity(reference="O-1")
PROPOSITION = r.ChangeStage(stage="proposition")
QUALIFICATION = r.ChangeStage(stage="qualification")
MISTAKEN = r.TakeBack(reason="un autre compte")


def going(sequence_class: str = SequenceClass.PROSPECTING) -> Story:
    """Return an account on its way, its first e-mail sent."""
    plan = replace(thirty_days(), sequence_class=sequence_class)
    return Story(plan).enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))


def sending() -> Story:
    """Return an account whose first e-mail is under way."""
    story = Story().enrolled(HEAD)
    story.run_until(at("2027-01-19", 8, 29))
    due_at = at("2027-01-19", 8, 30)
    request = r.AttemptTouch(touch=story.touch("1.3"), attempt=1, due_at=due_at, fired_at=due_at)
    story.ask(request, when=due_at)
    return story


def answered(story: Story) -> Story:
    """Let the service head reply."""
    story.ask(r.RecordReply(person=HEAD))
    return story


def qualified(story: Story) -> Story:
    """Make the account a prospect, its enrolment engaged: neither ends the other."""
    answered(story).ask(PROSPECT)
    return story


def ends(story: Story) -> list[tuple[str, str]]:
    """Return how enrolments ended: reason and rule."""
    return [(event.reason, event.rule) for event in story.of(e.EnrolmentFinished)]


class TestPurchase:
    @pytest.mark.capability("C12.4")
    def test_ends_prospecting(self) -> None:
        """C43.2: five e-mails and three calls went to somebody who had signed."""
        story = going()

        story.ask(BOUGHT)

        assert ends(story) == [("purchase", "exit.purchase")]
        assert not story.state.touches

    def test_ends_prospecting_that_waits_for_its_campaign(self) -> None:
        """It would begin with the others on the day of the opening."""
        story = Story().enrolled(HEAD, campaign="guichet")

        story.ask(BOUGHT)

        assert ends(story) == [("purchase", "exit.purchase")]

    @pytest.mark.parametrize("sequence_class", [SequenceClass.NURTURING, SequenceClass.RENEWAL])
    def test_leaves_what_is_for_clients_too(self, sequence_class: str) -> None:
        """What was bought ends one day, and is to be bought again."""
        story = going(sequence_class)
        before = dict(story.state.touches)

        story.ask(BOUGHT)

        assert story.state.touches == before

    def test_of_a_meeting_on_its_way_ends_that_too(self) -> None:
        """An interview to find out about the need comes too late."""
        story = answered(going())

        story.ask(BOUGHT)

        assert ends(story) == [("purchase", "exit.purchase")]

    def test_awaits_what_is_in_flight(self) -> None:
        """A message that left has left; nothing follows it."""
        story = sending()

        story.ask(BOUGHT)
        story.settle(r.Reach.SENT)

        assert not story.state.touches
        assert story.of(e.TouchWithdrawn)


class TestClient:
    @pytest.mark.capability("C28.4")
    def test_is_not_enrolled_in_prospecting(self) -> None:
        """Whoever bought is asked how it goes, not whether there is a need."""
        story = Story().with_people(HEAD)
        story.ask(BOUGHT)

        outcome = story.ask(story.enrol(HEAD))

        assert code_of(outcome) is RefusalCode.CLIENT

    @pytest.mark.parametrize("sequence_class", [SequenceClass.NURTURING, SequenceClass.RENEWAL])
    def test_is_enrolled_in_the_rest(self, sequence_class: str) -> None:
        """Clients are to be kept."""
        story = Story(replace(thirty_days(), sequence_class=sequence_class)).with_people(HEAD)
        story.ask(BOUGHT)

        assert isinstance(story.ask(story.enrol(HEAD)), Events)

    def test_of_an_older_log_is_left_alone(self) -> None:
        """Older decisions let prospecting run on: each touch is left out when it is due."""
        story = going()
        client = replace(story.state, status="client")
        story.stream = replace(story.stream, state=client)

        story.run_until(at("2027-03-01"))

        contacts = [event.rule for event in story.of(e.TouchSkipped)]
        assert set(contacts) <= {"client.class", "requires.held", "requires.sent"}
        assert len(story.of(e.TouchAttempted)) == 1


class TestProposition:
    @pytest.mark.parametrize("sequence_class", [SequenceClass.PROSPECTING, SequenceClass.NURTURING])
    def test_ends_what_leads_to_it(self, sequence_class: str) -> None:
        """C12.4: a change of stage is an exit."""
        story = qualified(going(sequence_class))
        before = len(ends(story))

        story.ask(PROPOSITION)

        assert ends(story)[before:] == [("proposition", "exit.stage")]

    def test_leaves_renewals(self) -> None:
        """Another contract ends whatever is proposed."""
        story = qualified(going(SequenceClass.RENEWAL))

        story.ask(PROPOSITION)

        assert not ends(story)


class TestQualification:
    @pytest.mark.parametrize(
        ("news", "end"),
        [(PROSPECT, ("prospect", "exit.status")), (QUALIFICATION, ("qualification", "exit.stage"))],
    )
    def test_by_somebody_ends_cold_outreach(self, news: Request, end: tuple[str, str]) -> None:
        """A colleague speaks with them: « je n'ai pas réussi à vous joindre » is wrong by then."""
        story = going()

        story.ask(news)

        assert ends(story) == [end]

    def test_leaves_what_was_answered(self) -> None:
        """A meeting is on its way, and is what qualifies them."""
        story = answered(going())

        story.ask(PROSPECT)

        assert not ends(story)

    def test_by_a_fact_ends_nothing(self) -> None:
        """It happened in this very enrolment."""
        story = going()
        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-01-29")))

        assert (story.state.status, story.state.stage) == ("prospect", "qualification")
        assert not ends(story)


class TestTakeBack:
    @pytest.mark.parametrize("news", [BOUGHT, PROSPECT, OPPORTUNITY, QUALIFICATION])
    def test_puts_back_what_it_changed_and_goes_on(self, news: Request) -> None:
        """A row too low in a list must not end an account's outreach for good."""
        story = going()
        before = (story.state.status, story.state.stage, dict(story.state.touches))
        story.ask(news)

        story.ask(MISTAKEN)

        state = story.state
        after = {touch.step: touch.slot.due_at for touch in state.touches.values()}
        expected = {touch.step: touch.slot.due_at for touch in before[2].values()}
        assert (state.status, state.stage) == before[:2]
        assert after == expected

    def test_counts_the_days_between_as_a_standstill(self) -> None:
        """The plan keeps its shape: nothing fires because the mistake took a week to find."""
        story = going()
        planned = {touch.step: touch.slot.on for touch in story.state.touches.values()}
        story.ask(BOUGHT)

        story.ask(MISTAKEN, when=at("2027-01-27"))

        moved = {touch.step: touch.slot.on for touch in story.state.touches.values()}
        assert planned["1.4"].isoformat() == "2027-01-21"
        assert moved["1.4"].isoformat() == "2027-01-28"
        assert (moved["1.12"] - moved["1.4"]).days >= (planned["1.12"] - planned["1.4"]).days

    def test_asks_again_what_a_reply_leads_to(self) -> None:
        """Somebody answered, and the question what follows went with the mistake."""
        story = answered(going())
        story.ask(BOUGHT)

        story.ask(MISTAKEN)

        assert "after_reply" in {task.kind for task in story.state.tasks.values()}

    def test_leaves_ended_what_could_not_begin_today(self) -> None:
        """An objection since then weighs more than a slip of the hand."""
        story = going()
        story.ask(BOUGHT)
        story.ask(r.StopPerson(tag="", person=HEAD))

        story.ask(MISTAKEN)

        assert story.state.status == "lead"
        assert not story.of(e.EnrolmentReopened)
        assert not story.state.enrolments
        assert story.kinds() == ["next_point"]

    def test_leaves_ended_what_was_held(self) -> None:
        """A freeze ended with it; nobody may go on as if there had been none."""
        story = going()
        story.ask(r.RecordNotice(reference="26-1"))
        story.ask(BOUGHT)

        story.ask(MISTAKEN)

        assert not story.of(e.EnrolmentReopened)

    def test_leaves_ended_what_waited_for_its_campaign(self) -> None:
        """Engaged before the opening, it would have gone on without one."""
        story = Story().enrolled(HEAD, campaign="guichet")
        story.ask(r.RecordMeeting(person=HEAD, meeting_at=at("2027-01-20", 10)))
        story.ask(OPPORTUNITY)

        story.ask(MISTAKEN)

        assert not story.of(e.EnrolmentReopened)

    def test_of_whoever_never_was_enrolled_asks_nothing(self) -> None:
        """Nothing was to come before the slip of the hand either."""
        story = Story().with_people(HEAD)
        story.ask(BOUGHT)

        story.ask(MISTAKEN)

        assert not story.state.tasks

    def test_hears_what_was_in_flight(self) -> None:
        """What was sent meanwhile counts, and is not sent again."""
        story = sending()
        touch = story.touch("1.3")
        story.ask(BOUGHT)
        story.settle(r.Reach.SENT)

        story.ask(MISTAKEN)
        story.run_until(at("2027-03-01"))

        steps = [event.touch for event in story.of(e.TouchSettled)]
        assert steps.count(touch) == 1
        assert "1.3" not in {event.step for event in story.of(e.TouchPlanned)[12:]}

    @pytest.mark.parametrize(
        ("news", "asked", "code"),
        [
            ((), MISTAKEN, RefusalCode.NOTHING_TO_TAKE_BACK),
            ((BOUGHT, MISTAKEN), MISTAKEN, RefusalCode.NOTHING_TO_TAKE_BACK),
            ((BOUGHT,), r.TakeBack(reason=""), RefusalCode.REASON_REQUIRED),
        ],
    )
    def test_without_ground_is_refused(
        self, news: tuple[Request, ...], asked: Request, code: RefusalCode
    ) -> None:
        """What is put back is named, and by whose word."""
        story = going()
        for told in news:
            story.ask(told)

        assert code_of(story.ask(asked)) is code

    def test_after_a_month_is_refused(self) -> None:
        """The month's accounts were closed on it."""
        story = going()
        story.ask(BOUGHT)

        late_at = story.now + TAKEN_BACK_FOR + timedelta(seconds=1)

        assert code_of(story.ask(MISTAKEN, when=late_at)) is RefusalCode.NOTHING_TO_TAKE_BACK

    def test_takes_the_last_news_only(self) -> None:
        """What a proposition ended does not come back because the purchase was a slip."""
        story = going()
        story.ask(PROSPECT)
        story.ask(BOUGHT)

        story.ask(MISTAKEN)

        assert story.state.status == "prospect"
        assert not story.state.enrolments
