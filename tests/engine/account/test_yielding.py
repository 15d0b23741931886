"""Which enrolment gives way to another, and how many contacts one may make."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.state import EnrolmentStatus
from engine.decision import Refused
from engine.plan import Role, Sequence
from engine.refusals import RefusalCode
from engine.values import About, Channel, SequenceRef
from sequences.hashing import sequence_hash
from tests.engine.account.story import DGS, HEAD, Story, at, code_of, library_sequence
from tests.engine.account.test_standstill import chain, run_on, step

WHO = "interlocuteur"


def story_of(plan: Sequence, *others: Sequence) -> Story:
    """Return a story in which several sequences are published."""
    story = Story(plan).with_people(HEAD, DGS, WHO)
    known = {sequence_hash(other): other for other in others}
    story.published = replace(story.published, sequences=story.published.sequences | known)
    return story


def enrol(plan: Sequence, *roles: str, offer: str = "guichet") -> r.Enrol:
    """Return the request to enrol these roles in a plan, a contract ending in a year."""
    return r.Enrol(
        sequence=SequenceRef(plan.name, sequence_hash(plan)),
        about=About(offer=offer, contract_end_on=date(2028, 1, 31)),
        participants={role: role for role in roles},
        start_on=date(2027, 1, 11),
    )


def of_class(plan: Sequence, name: str, *yields_to: str) -> Sequence:
    """Return a plan of another class."""
    return replace(plan, name=name, sequence_class=name, yields_to=yields_to)


SHORT = chain(step(0, Channel.EMAIL, days=1), step(1, Channel.EMAIL, days=3))
RENEWAL = of_class(SHORT, "renewal")
NURTURING = of_class(SHORT, "nurturing", "renewal")
PROSPECTING = of_class(SHORT, "prospecting", "renewal")


@pytest.mark.capability("C12.5")
class TestYields:
    def test_nurturing_stands_still_while_a_renewal_runs_and_goes_on_after_it(self) -> None:
        """A year of nurturing must not bar a renewal, nor be lost by it."""
        story = story_of(NURTURING, RENEWAL)
        story.ask(enrol(NURTURING, HEAD))

        story.ask(enrol(RENEWAL, HEAD))
        (held,) = story.of(e.HoldPlaced)
        run_on(story, wakes_first=False)

        assert (held.rule, held.enrolment, held.reason) == ("exclusivity.yields", 1, "2")
        ended = [event.enrolment for event in story.of(e.EnrolmentFinished)]
        assert ended == [2, 1]
        assert story.rules_of(e.HoldLifted) == ["exclusivity.yields"]
        attempted = [event.touch for event in story.of(e.TouchAttempted)]
        assert attempted == [3, 4, 1, 2]

    def test_prospecting_ends_since_the_account_goes_over(self) -> None:
        """Nobody takes up a first contact again after half a year of talks."""
        story = story_of(PROSPECTING, RENEWAL)
        story.ask(enrol(PROSPECTING, HEAD))

        story.ask(enrol(RENEWAL, HEAD))

        (finished,) = story.of(e.EnrolmentFinished)
        assert (finished.enrolment, finished.reason) == (1, "yields")
        assert [touch.enrolment for touch in story.state.touches.values()] == [2, 2]

    def test_what_does_not_yield_refuses_the_second(self) -> None:
        """C12.5: refused or queued, never both at once."""
        story = story_of(RENEWAL, NURTURING)
        story.ask(enrol(RENEWAL, HEAD))

        assert code_of(story.ask(enrol(NURTURING, HEAD))) is RefusalCode.ALREADY_ENROLLED

    def test_what_meets_neither_people_nor_offer_goes_on(self) -> None:
        """Another offer to another person is another conversation."""
        story = story_of(NURTURING, RENEWAL)
        story.ask(enrol(NURTURING, HEAD))
        to_dgs = replace(
            RENEWAL, steps=tuple(replace(known, roles=(Role(DGS),)) for known in RENEWAL.steps)
        )
        story.published = replace(
            story.published, sequences=story.published.sequences | {sequence_hash(to_dgs): to_dgs}
        )

        story.ask(enrol(to_dgs, DGS, offer="autre"))

        assert story.of(e.HoldPlaced) == []

    def test_what_waits_for_its_campaign_lets_the_other_go_on_until_it_begins(self) -> None:
        """A renewal of next month must not silence the account today."""
        story = story_of(NURTURING, RENEWAL)
        story.ask(enrol(NURTURING, HEAD))
        story.ask(replace(enrol(RENEWAL, HEAD), campaign="c"))
        before = story.of(e.HoldPlaced)

        story.ask(r.OpenEnrolment(enrolment=2, start_on=date(2027, 1, 18)))

        assert (before, len(story.of(e.HoldPlaced))) == ([], 1)

    def test_withdrawn_by_order_lets_the_other_go_on(self) -> None:
        """However the one ends: the other must not stand still for ever."""
        story = story_of(NURTURING, RENEWAL)
        story.ask(enrol(NURTURING, HEAD))
        story.ask(enrol(RENEWAL, HEAD))

        story.ask(r.Withdraw(enrolment=2, reason="erreur"))

        assert story.state.holds == {}
        assert story.state.enrolments[1].status is EnrolmentStatus.ACTIVE

    def test_of_the_library_nurturing_does_not_bar_a_renewal(self) -> None:
        """The sequences as they are published."""
        nurturing = library_sequence("nurturing-collectivite-12m")
        renewal = library_sequence("radar-renouvellement")
        story = story_of(nurturing, renewal)
        story.ask(enrol(nurturing, WHO))

        outcome = story.ask(enrol(renewal, HEAD))

        assert not isinstance(outcome, Refused), outcome
        assert story.rules_of(e.HoldPlaced) == ["exclusivity.yields"]


class TestContactsMax:
    def test_a_touch_by_hand_beyond_it_is_left_out(self) -> None:
        """The plan keeps to it when it is checked; what is added by hand counts as well."""
        plan = replace(SHORT, contacts_max=2)
        story = story_of(plan)
        story.ask(enrol(plan, HEAD))
        story.run_until(at("2027-01-14"))
        asked = r.AddTouch(
            enrolment=1, person=HEAD, channel=Channel.CALL, on=date(2027, 1, 14), reason="mandat"
        )
        story.ask(asked)

        run_on(story, wakes_first=False)

        assert "cap.contacts" in story.rules_of(e.TouchSkipped)
        assert len(story.of(e.TouchAttempted)) + len(story.of(e.TouchDone)) == 2

    def test_the_contacts_of_a_group_count_as_one(self) -> None:
        """A call and the mail that follows it are one contact."""
        plan = library_sequence("saas-b2b-deux-semaines")
        capped = replace(plan, contacts_max=6)  # eight touches, two pairs of them
        story = Story(capped).enrolled("decideur")

        run_on(story, wakes_first=False)

        assert "cap.contacts" not in story.rules_of(e.TouchSkipped)


class TestTwoToYieldTo:
    def test_of_which_the_first_ends_leave_it_standing_for_the_second(self) -> None:
        """It went on beside a renewal, since what it stood back for first had ended."""
        both = replace(NURTURING, yields_to=("prospecting", "renewal"))
        prospecting = replace(PROSPECTING, yields_to=())
        to_dgs = replace(
            RENEWAL, steps=tuple(replace(known, roles=(Role(DGS),)) for known in RENEWAL.steps)
        )
        story = story_of(both, prospecting, to_dgs)
        for request in (enrol(both, HEAD), enrol(prospecting, HEAD), enrol(to_dgs, DGS)):
            story.ask(request)

        story.ask(r.Withdraw(enrolment=2, reason="fin"))
        between = [hold.reason for hold in story.state.holds.values()]
        story.ask(r.Withdraw(enrolment=3, reason="fin"))

        assert (between, story.state.holds) == (["3"], {})

    def test_and_a_sale_taken_back_let_it_stand_back_again(self) -> None:
        """Two sequences wrote to one person after the slip of a hand."""
        both = replace(NURTURING, yields_to=("prospecting",))
        story = story_of(both, PROSPECTING)
        for request in (enrol(both, HEAD), enrol(PROSPECTING, HEAD)):
            story.ask(request)

        story.ask(r.RecordOpportunity(enrolment=2, reference="O-1"))
        between = dict(story.state.holds)
        story.ask(r.TakeBack(reason="un autre compte"))

        assert between == {}
        assert [hold.reason for hold in story.state.holds.values()] == ["2"]
