"""The day of a next point: it was promised, so somebody is asked."""

from datetime import date

import pytest

from engine import events as e
from engine import requests as r
from engine import rules
from engine.refusals import RefusalCode
from engine.values import NextPoint
from tests.engine.account.story import HEAD, Story, at, code_of, sealed

POINT = NextPoint(date(2027, 3, 15), "démonstration", "note de deux pages")
LATER = NextPoint(date(2027, 6, 1), "budget", "estimatif")


def promised() -> Story:
    """Return a story in which a point was fixed, and nothing else runs."""
    story = Story().with_people(HEAD)
    story.ask(r.SetMilestone(next_point=POINT))
    return story


class TestDay:
    @pytest.mark.capability("C16.1", "C16.3")
    def test_opens_a_task_though_no_enrolment_runs(self) -> None:
        """The e-mail promised that date; the day passed and nobody was told."""
        story = promised().run_until(at("2027-03-14", 23))
        before = story.kinds()

        story.run_until(at("2027-03-15", 8))

        assert (before, story.kinds()) == ([], ["next_point"])
        assert story.rules_of(e.TaskOpened) == ["milestone.due"]
        assert rules.due_at(story.stream) is None

    def test_noticed_late_opens_it_still(self) -> None:
        """Nobody ran on that day."""
        story = promised()

        story.now = at("2027-04-02")
        story.run_until(at("2027-04-02"))

        assert [task.due_on for task in story.state.tasks.values()] == [POINT.on]

    def test_of_a_point_that_moved_opens_none(self) -> None:
        """The later agreement counts."""
        story = promised()
        story.ask(r.SetMilestone(next_point=LATER))

        assert story.run_until(at("2027-03-20")).kinds() == []
        assert story.run_until(at("2027-06-01")).kinds() == ["next_point"]

    def test_of_a_point_set_anew_withdraws_what_it_asked(self) -> None:
        """Whoever fixes the next one has answered."""
        story = promised().run_until(at("2027-03-15", 8))

        story.ask(r.SetMilestone(next_point=LATER))

        assert story.kinds() == []


class TestClosing:
    def test_takes_the_next_point(self) -> None:
        """No open account is left without a date."""
        story = promised().run_until(at("2027-03-15", 8))

        story.close("done", kind="next_point", next_point=LATER)

        assert (story.kinds(), story.state.milestone) == ([], LATER)

    def test_without_one_is_refused(self) -> None:
        """Done, and then? The sequence aims at 100 % dated."""
        story = promised().run_until(at("2027-03-15", 8))

        refused = story.close("done", kind="next_point")

        assert code_of(refused) is RefusalCode.MILESTONE_REQUIRED

    def test_as_skipped_says_why(self) -> None:
        """Or a stated reason to have none."""
        story = promised().run_until(at("2027-03-15", 8))
        silent = story.close("skipped", kind="next_point")

        story.close("skipped", kind="next_point", note=sealed(HEAD, "note"))

        assert code_of(silent) is RefusalCode.REASON_REQUIRED
        assert story.kinds() == []
