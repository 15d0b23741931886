"""How far an account has come: people, values, milestones, status, stage, votes."""

from datetime import date

import pytest

from engine import events as e
from engine import requests as r
from engine import rules
from engine.account import Account
from engine.account.state import KnownVote
from engine.decision import Events, Nothing, Refused
from engine.refusals import RefusalCode
from engine.requests import Attributes
from engine.ruleset import Locality
from engine.values import NextPoint
from tests.engine.account.story import (
    DGS,
    HEAD,
    NIORT,
    POINT,
    Story,
    at,
    code_of,
    library_sequence,
    points,
)


class TestAddAccount:
    def test_makes_it_known(self) -> None:
        """Everything else is refused until somebody did."""
        assert len(Story().of(e.AccountAdded)) == 1

    def test_again_is_nothing(self) -> None:
        """An import runs twice."""
        story = Story()
        attributes = story.state.attributes
        assert attributes is not None

        assert story.ask(r.AddAccount(attributes=attributes)) == Nothing()

    @pytest.mark.parametrize(
        ("attributes", "code"),
        [
            (Attributes(name="Niort"), RefusalCode.ALREADY_EXISTS),
            (Attributes(name="Nior"), RefusalCode.ALREADY_EXISTS),
        ],
    )
    def test_with_other_facts_is_refused(self, attributes: Attributes, code: RefusalCode) -> None:
        """A merge of accounts is a decision, not an overwriting."""
        assert code_of(Story().ask(r.AddAccount(attributes=attributes))) is code

    @pytest.mark.parametrize("zone", ["Europe/Pariss", "", "../etc"])
    def test_in_no_time_zone_is_refused(self, zone: str) -> None:
        """Without its wall clock nothing of it could be planned, ever."""
        story = Story()
        story.stream = rules.new(NIORT)

        outcome = story.ask(r.AddAccount(attributes=Attributes(name="N", time_zone=zone)))

        assert code_of(outcome) is RefusalCode.UNKNOWN_ZONE

    def test_is_asked_for_before_anything_else(self) -> None:
        """A reaction that overtakes the import finds nothing to act on, and says so."""
        story = Story()
        story.stream = rules.new(NIORT)

        assert code_of(story.ask(r.RecordReply(person=HEAD))) is RefusalCode.UNKNOWN_ACCOUNT


class TestPeople:
    def test_again_is_nothing(self) -> None:
        """An import runs twice."""
        story = Story().with_people(HEAD)

        assert story.ask(r.AddPerson(person=HEAD, role=HEAD, points=points(HEAD))) == Nothing()

    def test_in_another_role_is_refused(self) -> None:
        """One position a person: the second one is a decision."""
        story = Story().with_people(HEAD)

        outcome = story.ask(r.AddPerson(person=HEAD, role=DGS, points=points(HEAD)))

        assert code_of(outcome) is RefusalCode.ALREADY_EXISTS

    @pytest.mark.parametrize(("typed", "role"), [("maire", "elu"), ("Chef de service", HEAD)])
    def test_have_a_role_of_the_list(self, typed: str, role: str) -> None:
        """A role decides who comes before whom: another name for it is that role."""
        story = Story()

        story.ask(r.AddPerson(person="p", role=typed, points=points("p")))
        again = story.ask(r.AddPerson(person="p", role=role, points=points("p")))

        assert story.state.people["p"].role == role
        assert again == Nothing()

    def test_in_a_role_that_nobody_knows_are_refused(self) -> None:
        """A typo made somebody whom no step would ever address."""
        outcome = Story().ask(r.AddPerson(person="p", role="dgss", points=points("p")))

        assert isinstance(outcome, Refused)
        assert outcome.code is RefusalCode.UNKNOWN_ROLE
        assert outcome.detail.startswith("nearest: dgs; known: ")

    def test_get_another_address_once(self) -> None:
        """The same address by two roads is one address."""
        story = Story().with_people(HEAD)
        request = r.AddContactPoint(person=HEAD, point=points("second")[0])

        assert isinstance(story.ask(request), Events)
        assert story.ask(request) == Nothing()

    def test_unknown_get_none(self) -> None:
        """An address of nobody cannot be stopped."""
        outcome = Story().ask(r.AddContactPoint(person="x", point=points("x")[0]))

        assert code_of(outcome) is RefusalCode.UNKNOWN_PERSON


class TestMilestone:
    @pytest.mark.capability("C16.1")
    def test_is_set_with_its_three_fields(self) -> None:
        """C16.1: a date, an object, a deliverable."""
        story = Story()

        story.ask(r.SetMilestone(next_point=POINT))

        assert story.state.milestone == POINT

    def test_again_is_nothing(self) -> None:
        """The same point is one point."""
        story = Story()
        story.ask(r.SetMilestone(next_point=POINT))

        assert story.ask(r.SetMilestone(next_point=POINT)) == Nothing()

    @pytest.mark.parametrize(
        ("point", "number", "code"),
        [
            (NextPoint(date(2026, 1, 1), "point", "note"), 0, RefusalCode.INSTANT_PAST),
            (NextPoint(POINT.on, "", "note"), 0, RefusalCode.MILESTONE_REQUIRED),
            (NextPoint(POINT.on, "point", ""), 0, RefusalCode.MILESTONE_REQUIRED),
            (POINT, 4, RefusalCode.UNKNOWN_ENROLMENT),
        ],
    )
    @pytest.mark.capability("C16.1")
    def test_that_reminds_nobody_is_refused(
        self, point: NextPoint, number: int, code: RefusalCode
    ) -> None:
        """« Rappeler bientôt » without a date is refused."""
        outcome = Story().ask(r.SetMilestone(next_point=point, enrolment=number))

        assert code_of(outcome) is code


PROVEN = {"evidence": "contract", "reference": "C-2027-014", "signed_on": date(2027, 1, 8)}


class TestStatus:
    @pytest.mark.capability("C28.2", "C28.3")
    def test_is_client_only_by_an_act_of_purchase(self) -> None:
        """C28.2; a lead passes through prospect on the way, so that no count jumps."""
        story = Story()

        story.ask(r.ChangeStatus(status="client", **PROVEN))  # type: ignore[arg-type]  # the three fields

        assert [event.status for event in story.of(e.StatusChanged)] == ["prospect", "client"]

    def test_of_a_prospect_becomes_client_in_one_step(self) -> None:
        """It was qualified before."""
        story = Story()
        story.ask(r.ChangeStatus(status="prospect"))

        story.ask(r.ChangeStatus(status="client", **PROVEN))  # type: ignore[arg-type]  # the three fields

        assert [event.status for event in story.of(e.StatusChanged)] == ["prospect", "client"]

    def test_again_is_nothing(self) -> None:
        """Already so."""
        assert Story().ask(r.ChangeStatus(status="lead")) == Nothing()

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"status": "client"}, RefusalCode.PURCHASE_REQUIRED),
            ({"status": "client", **PROVEN, "evidence": "oral"}, RefusalCode.PURCHASE_REQUIRED),
            (
                {"status": "client", **PROVEN, "signed_on": date(2027, 3, 1)},
                RefusalCode.PURCHASE_REQUIRED,
            ),
            ({"status": "ami"}, RefusalCode.STATUS_JUMP),
        ],
    )
    @pytest.mark.capability("C28.1", "C28.4")
    def test_without_its_ground_is_refused(
        self, given: dict[str, object], code: RefusalCode
    ) -> None:
        """« Promesse verbale » is still a prospect."""
        assert code_of(Story().ask(r.ChangeStatus(**given))) is code  # type: ignore[arg-type]  # as the table gives it

    def test_of_a_client_never_goes_back(self) -> None:
        """Whoever bought has bought."""
        story = Story()
        story.ask(r.ChangeStatus(status="client", **PROVEN))  # type: ignore[arg-type]  # the three fields

        assert code_of(story.ask(r.ChangeStatus(status="lead"))) is RefusalCode.STATUS_JUMP

    def test_of_a_client_survives_a_meeting(self) -> None:
        """A meeting makes a lead a prospect, and nothing of a client."""
        story = Story().enrolled(HEAD)
        story.ask(r.ChangeStatus(status="client", **PROVEN))  # type: ignore[arg-type]  # the three fields

        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-01-29")))

        assert story.state.status == "client"


class TestStage:
    @pytest.mark.parametrize(
        ("status", "stage"),
        [("prospect", "proposition"), ("client", "signature"), ("lead", "qualification")],
    )
    @pytest.mark.capability("C28.5")
    def test_is_reached_on_its_condition(self, status: str, stage: str) -> None:
        """C28.5: prospect spans proposition and negotiation; a signature needs a client."""
        story = Story()
        story.ask(r.ChangeStatus(status=status, **PROVEN))  # type: ignore[arg-type]  # the three fields

        story.ask(r.ChangeStage(stage=stage))

        assert story.state.stage == stage

    def test_keeps_why_a_person_moved_it(self) -> None:
        """The timeline shows events: a reason that stands in none is told to nobody."""
        story = Story()

        story.ask(r.ChangeStage(stage="qualification", reason="rencontre au salon"))

        (changed,) = story.of(e.StageChanged)
        assert changed.reason == "rencontre au salon"

    def test_again_is_nothing(self) -> None:
        """Already so."""
        assert Story().ask(r.ChangeStage(stage="identification")) == Nothing()

    @pytest.mark.parametrize("stage", ["proposition", "signature", "magie"])
    @pytest.mark.capability("C28.5")
    def test_too_early_is_refused(self, stage: str) -> None:
        """A proposal to somebody nobody qualified is a waste of both sides' time."""
        assert code_of(Story().ask(r.ChangeStage(stage=stage))) is RefusalCode.STAGE_JUMP

    def test_is_never_moved_back_by_a_fact(self) -> None:
        """A reply during a negotiation is part of it."""
        story = Story().enrolled(HEAD)
        story.ask(r.ChangeStatus(status="prospect"))
        story.ask(r.ChangeStage(stage="negociation"))

        story.ask(r.RecordReply(person=HEAD))

        assert story.state.stage == "negociation"


class TestVote:
    def test_moves_what_is_counted_from_it(self) -> None:
        """Nothing of the thirty days hangs on the vote: it is noted, and nothing moves."""
        story = Story().enrolled(HEAD)

        story.ask(r.RecordVote(vote_on=date(2027, 1, 8)))

        observed = KnownVote(date(2027, 1, 8), is_observed=True)
        assert (story.state.votes, story.of(e.TouchMoved)) == ({2027: observed}, [])

    def test_again_is_nothing(self) -> None:
        """The register and the person both say so."""
        story = Story()
        story.ask(r.RecordVote(vote_on=date(2027, 1, 8)))

        assert story.ask(r.RecordVote(vote_on=date(2027, 1, 8))) == Nothing()

    def test_to_come_is_announced_and_then_observed(self) -> None:
        """An agenda gives the day weeks before; what is counted from it moves at once."""
        story = nurtured()

        story.ask(r.RecordVote(vote_on=date(2027, 3, 25)))
        announced = after_vote(story)
        story.run_until(at("2027-03-26"))
        outcome = story.ask(r.RecordVote(vote_on=date(2027, 3, 25)))

        assert announced == after_vote(story) == date(2027, 4, 9)
        observed = e.VoteObserved(rule="anchor.vote", vote_on=date(2027, 3, 25), budget_year=2027)
        assert outcome == Events(events=(observed,))

    def test_that_is_put_off_moves_everything_once_more(self) -> None:
        """Sessions are put off; the last day announced counts."""
        story = nurtured()
        story.ask(r.RecordVote(vote_on=date(2027, 3, 25)))

        story.ask(r.RecordVote(vote_on=date(2027, 4, 8)))

        assert after_vote(story) == date(2027, 5, 3)  # zone B is on holiday until 2 May

    def test_that_was_held_is_not_announced_any_more(self) -> None:
        """A budget is voted once: the other day is of another year, or a slip."""
        story = Story()
        story.ask(r.RecordVote(vote_on=date(2027, 1, 8)))

        outcome = story.ask(r.RecordVote(vote_on=date(2027, 3, 25)))

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED

    @pytest.mark.parametrize(("on", "year"), [("2030-03-25", 0), ("2027-03-25", 2031)])
    def test_too_far_ahead_is_refused(self, on: str, year: int) -> None:
        """A slip in a year would move a plan beyond everybody's horizon."""
        outcome = Story().ask(r.RecordVote(vote_on=date.fromisoformat(on), budget_year=year))

        assert code_of(outcome) is RefusalCode.OUT_OF_RANGE

    def test_of_one_year_leaves_what_is_counted_from_another(self) -> None:
        """The vote of 2028 anchors what looks ahead to 2028, and nothing of 2027."""
        story = nurtured()
        story.ask(r.RecordVote(vote_on=date(2027, 3, 25)))
        before = after_vote(story)

        story.ask(r.RecordVote(vote_on=date(2028, 3, 20)))

        assert (before, after_vote(story)) == (date(2027, 4, 9), date(2027, 4, 9))

    def test_of_2028_anchors_anew_what_begins_after_that_of_2027(self) -> None:
        """The year after, `vote` means the next one: assumed first, then as it is."""
        story = Story(library_sequence("nurturing-collectivite-12m"), zone="B")
        story.now = at("2027-03-26")
        story.with_people("interlocuteur")
        story.ask(r.RecordVote(vote_on=date(2027, 3, 25)))
        story.now = at("2027-11-29")
        story.ask(story.enrol("interlocuteur", start_on=date(2027, 11, 29)))
        assumed = after_vote(story)

        story.ask(r.RecordVote(vote_on=date(2028, 3, 20)))

        assert (assumed, after_vote(story)) == (date(2028, 5, 2), date(2028, 4, 3))


def nurtured() -> Story:
    """Return a year's enrolment of zone B, entered before the vote of 2027 is known."""
    story = Story(library_sequence("nurturing-collectivite-12m"), zone="B")
    story.with_people("interlocuteur")
    story.ask(story.enrol("interlocuteur"))
    return story


def after_vote(story: Story) -> date:
    """Return the day of the call after the vote."""
    return story.planned()["3.4a", "interlocuteur"]


class TestValues:
    def test_again_are_nothing(self) -> None:
        """Already so."""
        story = Story()
        story.ask(r.SetValues(values={"probleme": "x"}))

        assert story.ask(r.SetValues(values={"probleme": "x"})) == Nothing()

    def test_that_are_empty_are_no_values(self) -> None:
        """A mandatory variable that is empty blocks the message; it is never left blank."""
        story = Story().enrolled(HEAD)
        story.ask(r.SetValues(values={"probleme": "  "}))

        story.run_until(at("2027-01-19", 12))

        assert [event.missing for event in story.of(e.TouchBlocked)] == [("probleme",)]


@pytest.mark.parametrize("given", ["x", ""])
def test_reports_without_a_ruleset_are_not_lost(given: str) -> None:
    """The rules come with a publication; people may speak before it."""
    story = Story().with_people(HEAD)
    story.published = type(story.published)()

    assert isinstance(story.ask(r.RecordRefusal(person=HEAD)), Events)
    assert isinstance(story.ask(r.RecordReply(person=HEAD, message_id=given)), Events)
    assert code_of(story.ask(story.enrol(HEAD))) is RefusalCode.UNKNOWN_SEQUENCE


def test_an_account_nobody_added_lives_in_paris() -> None:
    """Refusals before the first fact still need a wall clock."""
    assert Account().locality == Locality("Europe/Paris")
