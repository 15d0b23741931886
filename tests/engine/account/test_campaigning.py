"""What an enrolment hears of its campaign."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.decision import Nothing
from tests.engine.account.story import DGS, HEAD, POINT, Story, at

PAUSE = r.PauseForCampaign(enrolment=1, reason="gel")


def begun() -> Story:
    """Return an enrolment of a campaign that has opened."""
    story = Story().enrolled(HEAD, DGS, campaign="c")
    story.ask(r.OpenEnrolment(enrolment=1, start_on=date(2027, 1, 11)))
    return story


class TestPause:
    def test_stands_still_and_goes_on_at_its_distances(self) -> None:
        """Like any standstill: nothing leaves because its slot is open at that minute."""
        story = begun().run_until(at("2027-01-21", 8))
        before = story.planned()
        story.ask(PAUSE)
        story.run_until(at("2027-01-28", 8))

        story.ask(r.ResumeForCampaign(enrolment=1))

        after = story.planned()
        assert story.rules_of(e.HoldPlaced) == ["hold.campaign"]
        assert all(after[key] > day for key, day in before.items() if key in after)

    def test_again_is_nothing_and_another_takes_its_place(self) -> None:
        """The last order counts, and one hold stands for the campaign."""
        story = begun()
        story.ask(PAUSE)

        assert story.ask(PAUSE) == Nothing()
        story.ask(r.PauseForCampaign(enrolment=1, reason="gel", until=date(2027, 2, 1)))

        (hold,) = story.state.holds.values()
        assert hold.until == date(2027, 2, 1)

    def test_leaves_other_holds(self) -> None:
        """Resuming the campaign does not lift what somebody else had stated."""
        story = begun()
        story.ask(r.Pause(reason="conflit", enrolment=1))
        story.ask(PAUSE)

        story.ask(r.ResumeForCampaign(enrolment=1))

        assert [hold.reason for hold in story.state.holds.values()] == ["conflit"]

    def test_of_what_has_ended_is_nothing(self) -> None:
        """Orders are told to all that ever joined."""
        story = begun()
        story.ask(r.Withdraw(enrolment=1, reason="erreur"))

        for order in (
            PAUSE,
            r.ResumeForCampaign(enrolment=1),
            r.CloseForCampaign(enrolment=1, reason="fin"),
        ):
            assert story.ask(order) == Nothing()


@pytest.mark.capability("C16.2")
class TestClose:
    def test_ends_it_with_the_campaigns_next_point(self) -> None:
        """C16.2: closing a campaign leaves every account dated."""
        story = begun().run_until(at("2027-01-21", 8))

        story.ask(r.CloseForCampaign(enrolment=1, reason="fin"))

        assert story.rules_of(e.EnrolmentWithdrawn) == ["campaign.closed"]
        assert story.rules_of(e.MilestoneSet) == ["milestone.default"]
        assert story.state.milestone is not None

    def test_without_a_promised_point_asks_for_one(self) -> None:
        """Nothing that was begun ends without a date, or a reason to have none."""
        story = Story().with_people(HEAD)
        story.ask(replace(story.enrol(HEAD, campaign="c"), next_point=None))
        story.ask(r.OpenEnrolment(enrolment=1, start_on=date(2027, 1, 11)))

        story.ask(r.CloseForCampaign(enrolment=1, reason="fin"))

        assert story.kinds() == ["next_point"]

    def test_of_what_never_began_leaves_nothing(self) -> None:
        """Nobody promised anything to people who were never contacted."""
        story = Story().enrolled(HEAD, campaign="c")

        story.ask(r.CloseForCampaign(enrolment=1, reason="abandon"))

        assert (story.kinds(), story.state.milestone) == ([], None)

    def test_leaves_a_point_that_was_agreed(self) -> None:
        """What somebody agreed is not moved by an order."""
        story = begun()
        story.ask(r.SetMilestone(next_point=POINT))

        story.ask(r.CloseForCampaign(enrolment=1, reason="fin"))

        assert story.state.milestone == POINT
