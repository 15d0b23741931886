"""A campaign: its own work done once, its gate, and who waits behind it."""

from datetime import date

import pytest
from msgspec import Raw
from msgspec.structs import replace

from engine import campaign, rules
from engine import events as e
from engine import requests as r
from engine.campaign import fold
from engine.campaign_state import SLICE_MAX, Campaign
from engine.decision import Body, Events, Nothing
from engine.errors import StreamDamageError
from engine.ids import StreamId
from engine.inputs import Input
from engine.plan import Sequence
from engine.reactions import reactions
from engine.refusals import RefusalCode
from engine.requests import Request
from engine.values import About, SequenceRef
from engine.wire import decode_body_and_input, decode_input, encode_body
from sequences.hashing import sequence_hash
from tests.engine.account.story import MONDAY, TERMS, at, code_of, published_with, thirty_days
from tests.engine.streams import Told

CAMPAIGN = StreamId("campaign:c")


def creation(plan: Sequence, **change: object) -> r.CreateCampaign:
    """Return the request that founds the campaign."""
    given: dict[str, object] = {
        "title": "Guichet 2027",
        "sequence": SequenceRef(plan.name, sequence_hash(plan)),
        "about": About(offer="guichet"),
        "start_on": MONDAY,
        "next_point": TERMS,
    }
    return r.CreateCampaign(**(given | change))  # type: ignore[arg-type]  # as the test gives it


class Founded(Told):
    """A campaign with its preparation ahead."""

    def __init__(self, **change: object) -> None:
        """Found it on its first day."""
        super().__init__(CAMPAIGN, published_with(thirty_days()))
        self.ask(creation(thirty_days(), **change))

    @property
    def state(self) -> Campaign:
        """Return the campaign as it stands."""
        assert isinstance(self.stream.state, Campaign)
        return self.stream.state

    def prepare(self) -> "Founded":
        """Do the campaign's own work."""
        for task, work in self.state.preparation.items():
            self.ask(r.CompleteTask(task=task, outcome="done", checked=work.checklist))
        return self


class TestCreateCampaign:
    @pytest.mark.capability("C13.1")
    def test_plans_its_own_work_once(self) -> None:
        """« 80 accounts » must not mean 80 copies of a preparation task."""
        story = Founded()

        assert {work.step: work.due_on for work in story.state.preparation.values()} == {
            "1.1": date(2027, 1, 11),
            "1.2": date(2027, 1, 14),
        }

    def test_again_is_refused(self) -> None:
        """A second founding would have other enrolments than the first."""
        assert code_of(Founded().ask(creation(thirty_days()))) is RefusalCode.ALREADY_EXISTS

    def test_without_a_title_is_founded_once_all_the_same(self) -> None:
        """What makes it known is its sequence, not its name."""
        told = Told(CAMPAIGN, published_with(thirty_days()))
        told.ask(creation(thirty_days(), title=""))

        again = told.ask(creation(thirty_days(), title=""))

        assert code_of(again) is RefusalCode.ALREADY_EXISTS

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"sequence": SequenceRef("x", "y")}, RefusalCode.UNKNOWN_SEQUENCE),
            ({"time_zone": "Europe/Pari"}, RefusalCode.UNKNOWN_ZONE),
            ({"values": {"signal": "la délibération"}}, RefusalCode.VALUE_OF_ACCOUNT),
            ({"values": {"signal_source@1.3": "lu le 4"}}, RefusalCode.VALUE_OF_ACCOUNT),
        ],
    )
    def test_that_cannot_be_is_refused(self, change: dict[str, object], code: RefusalCode) -> None:
        """A campaign about an unpublished plan could never begin."""
        told = Told(CAMPAIGN, published_with(thirty_days()))

        assert code_of(told.ask(creation(thirty_days(), **change))) is code

    def test_is_asked_for_before_anything_else(self) -> None:
        """A registration that overtakes it is refused, and seen."""
        outcome = Told(CAMPAIGN).ask(r.RegisterEnrolment(account="1", enrolment=1))

        assert code_of(outcome) is RefusalCode.UNKNOWN_CAMPAIGN


class TestPreparation:
    def test_is_claimed_and_done(self) -> None:
        """Every box ticked."""
        story = Founded()
        story.ask(r.ClaimTask(task=1), actor="ana")

        story.prepare()

        assert [work.is_done for work in story.state.preparation.values()] == [True, True]
        assert story.state.preparation[1].claimed_by == "ana"

    def test_claimed_again_by_the_same_person_is_nothing(self) -> None:
        """The page was opened twice."""
        story = Founded()
        story.ask(r.ClaimTask(task=1), actor="ana")

        assert story.ask(r.ClaimTask(task=1), actor="ana") == Nothing()

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (r.ClaimTask(task=9), RefusalCode.UNKNOWN_TASK),
            (r.CompleteTask(task=9, outcome="done"), RefusalCode.UNKNOWN_TASK),
            (r.CompleteTask(task=1, outcome="skipped"), RefusalCode.UNKNOWN_OUTCOME),
            (r.CompleteTask(task=1, outcome="done"), RefusalCode.CHECKLIST_REQUIRED),
        ],
    )
    def test_that_cannot_be_is_refused(self, request_: r.ClaimTask, code: RefusalCode) -> None:
        """A gate with a box left open is no gate."""
        assert code_of(Founded().ask(request_)) is code

    def test_loses_against_somebody_elses_hand(self) -> None:
        """Two people take it up at once; the work is done once."""
        story = Founded()
        story.ask(r.ClaimTask(task=1), actor="ana")
        claimed = story.ask(r.ClaimTask(task=1), actor="ben")
        story.prepare()

        assert code_of(claimed) is RefusalCode.ALREADY_CLOSED
        assert code_of(story.ask(r.ClaimTask(task=1))) is RefusalCode.ALREADY_CLOSED
        again = story.ask(r.CompleteTask(task=1, outcome="done"))
        assert code_of(again) is RefusalCode.ALREADY_CLOSED


class TestOpenCampaign:
    def test_lets_the_enrolments_begin(self) -> None:
        """Each waiting enrolment hears of it once."""
        story = Founded()
        story.ask(r.RegisterEnrolment(account="1", enrolment=1))
        story.prepare()

        story.ask(r.OpenCampaign(), when=at("2027-01-14"))

        raised = reactions(*decode_body_and_input(encode_body(story.bodies[-1])), None)
        assert [(item.stream, item.request) for item in raised] == [
            ("account:1", r.OpenEnrolment(enrolment=1, start_on=MONDAY))
        ]

    def test_again_is_nothing(self) -> None:
        """It opens once."""
        story = Founded().prepare()
        story.ask(r.OpenCampaign())

        assert story.ask(r.OpenCampaign()) == Nothing()

    @pytest.mark.capability("C13.1")
    def test_before_the_preparation_is_done_is_refused(self) -> None:
        """Week 2 cannot open while a box of week 1 is missing; the answer names what."""
        outcome = Founded().ask(r.OpenCampaign())

        assert code_of(outcome) is RefusalCode.PREPARATION_OPEN
        assert outcome.detail == "1.1, 1.2"  # type: ignore[union-attr]  # a refusal

    def test_late_moves_the_start_by_whole_weeks(self) -> None:
        """The weekdays of the plan stay what they are."""
        story = Founded().prepare()

        story.ask(r.OpenCampaign(), when=at("2027-01-21"))

        assert story.state.opened_on == date(2027, 1, 18)

    def test_counts_the_day_on_its_own_wall_clock(self) -> None:
        """At half past midnight in Paris it is the new day, whatever the server's clock says."""
        story = Founded().prepare()

        story.ask(r.OpenCampaign(), when=at("2027-01-20", 0, 30))

        assert story.state.opened_on == date(2027, 1, 18)


class TestRelease:
    def crowd(self, count: int) -> "Founded":
        """Return a campaign that so many wait for, opened."""
        story = Founded().prepare()
        for number in range(count):
            story.ask(r.RegisterEnrolment(account=str(number), enrolment=1))
        story.ask(r.OpenCampaign())
        return story

    def run_out(self, story: "Founded") -> list[int]:
        """Let the timers fire until nothing is due; return how many each decision told."""
        told = []
        while rules.due_at(story.stream) is not None:
            ((name, request),) = rules.due(story.stream, story.now)
            story.ask(request, name=name, actor="engine")
            told.append(len(_raised(story.bodies[-1])))
        return told

    def test_tells_a_crowd_slice_by_slice(self) -> None:
        """Ten thousand accounts told at once held up every other answer for eight seconds."""
        story = self.crowd(2 * SLICE_MAX + 1)

        assert len(_raised(story.bodies[-1])) == SLICE_MAX
        assert self.run_out(story) == [SLICE_MAX, 1]

    def test_tells_each_enrolment_once_and_in_order(self) -> None:
        """Nobody begins twice, and nobody is forgotten."""
        story = self.crowd(SLICE_MAX + 3)
        self.run_out(story)

        told = [one.stream for body in story.bodies for one in _raised(body)]
        assert told == [f"account:{number}" for number in range(SLICE_MAX + 3)]

    def test_of_nobody_is_nothing(self) -> None:
        """A timer that fires twice finds nothing left."""
        story = self.crowd(1)

        assert rules.due_at(story.stream) is None
        assert rules.due(story.stream, story.now) == ()
        assert story.ask(r.Wake(due_at=story.now, fired_at=story.now)) == Nothing()

    def test_before_the_opening_is_nothing(self) -> None:
        """The gate is the opening, whoever knocks."""
        story = Founded()
        story.ask(r.RegisterEnrolment(account="1", enrolment=1))

        assert rules.due_at(story.stream) is None
        assert story.ask(r.Wake(due_at=story.now, fired_at=story.now)) == Nothing()

    def test_of_whoever_comes_while_it_goes_on_is_told_at_once(self) -> None:
        """It counts as open from its opening on."""
        story = self.crowd(SLICE_MAX + 1)

        story.ask(r.RegisterEnrolment(account="late", enrolment=1))

        assert len(_raised(story.bodies[-1])) == 1
        assert self.run_out(story) == [1]

    def test_takes_an_opening_of_old_for_all_who_waited(self) -> None:
        """Events once named every enrolment in one record; nobody is told again."""
        story = Founded()
        waiting = tuple((str(number), 1) for number in range(SLICE_MAX + 1))
        registered = tuple(
            e.EnrolmentRegistered(rule="x", account=account, enrolment=number)
            for account, number in waiting
        )
        opened = e.CampaignOpened(rule="x", start_on=MONDAY, enrolments=waiting)

        state = fold(story.state, (*registered, opened), CAMPAIGN)

        assert campaign.due_at(state, story.now) is None


class TestRegisterEnrolment:
    def test_after_the_opening_begins_at_once(self) -> None:
        """Whoever comes late does not wait for a gate that is open."""
        story = Founded().prepare()
        story.ask(r.OpenCampaign())

        story.ask(r.RegisterEnrolment(account="1", enrolment=1))

        raised = reactions(*decode_body_and_input(encode_body(story.bodies[-1])), None)
        assert [item.request for item in raised] == [r.OpenEnrolment(enrolment=1, start_on=MONDAY)]

    def test_again_is_nothing(self) -> None:
        """Reactors deliver at least once."""
        story = Founded()
        story.ask(r.RegisterEnrolment(account="1", enrolment=1))

        assert story.ask(r.RegisterEnrolment(account="1", enrolment=1)) == Nothing()

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_that_races_the_opening_is_opened_once(self, order: tuple[int, int]) -> None:
        """Before or after, exactly one of the two events tells the account."""
        story = Founded().prepare()
        requests: tuple[Request, ...] = (
            r.RegisterEnrolment(account="1", enrolment=1),
            r.OpenCampaign(),
        )

        for index in order:
            story.ask(requests[index])

        raised = [item for body in story.bodies for item in _raised(body)]
        assert len(raised) == 1


def _raised(body: Body) -> list[Input]:
    found = reactions(*decode_body_and_input(encode_body(body)), None)
    return [placement for placement in found if isinstance(placement.request, r.OpenEnrolment)]


def test_what_belongs_to_another_stream_is_refused() -> None:
    """A routing fault must be seen."""
    assert code_of(Founded().ask(r.Withdraw(enrolment=1, reason="x"))) is RefusalCode.WRONG_STREAM
    founded = Founded()
    item = replace(decode_input(founded.bodies[0].input), request=r.Adopt(w=1))
    direct = campaign.decide(founded.state, founded.published, item, founded.now)
    assert code_of(direct) is RefusalCode.WRONG_STREAM


@pytest.mark.parametrize(
    "event",
    [e.PersonDeparted(rule="x", person="p"), e.TaskClaimed(rule="x", task=9, claimed_by="")],
)
def test_an_event_it_cannot_take_is_damage(event: e.Event) -> None:
    """No decision could have written it."""
    with pytest.raises(StreamDamageError):
        fold(Founded().state, (event,), CAMPAIGN)


def test_a_quarantined_input_raises_nothing_elsewhere() -> None:
    """What was not understood must not be acted upon."""
    body = Founded().bodies[0]

    assert isinstance(body.outcome, Events)
    assert (
        reactions(
            Body(stream=CAMPAIGN, version=0, at=body.at, input=Raw(b"{}"), outcome=Nothing()),
            None,
            None,
        )
        == ()
    )
