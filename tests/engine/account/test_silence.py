"""A prospect with nothing ahead is not forgotten (C14.2)."""

from datetime import date

import pytest

from engine import events as e
from engine import requests as r
from engine import rules
from engine.refusals import RefusalCode
from engine.values import NextPoint
from tests.engine.account.story import HEAD, Story, at, code_of, sealed


def prospect() -> Story:
    """Return a prospect since 11 January, with nobody enrolled and no next point."""
    story = Story().with_people(HEAD)
    story.ask(r.ChangeStatus(status="prospect"))
    return story


@pytest.mark.capability("C14.2", "C16.1")
class TestSilence:
    def test_of_45_days_asks_somebody_once(self) -> None:
        """Without a touch or a date nobody would think of it again."""
        story = prospect()

        story.run_until(at("2027-02-24", 12))
        before = story.kinds()
        story.run_until(at("2027-06-30"))

        assert (before, story.kinds()) == ([], ["silence"])
        (task,) = story.state.tasks.values()
        assert task.due_on == date(2027, 2, 25)
        assert story.rules_of(e.TaskOpened) == ["silence.prospect"]

    def test_is_broken_by_a_dated_point_or_by_a_plan(self) -> None:
        """What has a date is not forgotten."""
        dated, planned = prospect(), prospect()
        dated.ask(r.SetMilestone(next_point=NextPoint(date(2027, 9, 1), "point", "note")))
        planned.ask(planned.enrol(HEAD))

        assert rules.due_at(dated.stream) == at("2027-09-01", 0)
        assert planned.run_until(at("2027-02-20")).kinds() != ["silence"]

    def test_runs_from_the_last_contact(self) -> None:
        """An exchange in February is heard of until April."""
        story = prospect()
        story.run_until(at("2027-02-10"))
        story.ask(r.RecordReply(person=HEAD))

        story.run_until(at("2027-03-20"))
        before = story.kinds()
        story.run_until(at("2027-04-01"))

        assert "silence" not in before
        assert "silence" in story.kinds()

    def test_closes_with_a_dated_point_or_a_reason(self) -> None:
        """No way out of an open account without one of the two (C16.1)."""
        story = prospect().run_until(at("2027-02-26"))
        number = story.task("silence")

        bare = story.ask(r.CompleteTask(task=number, outcome="done"))
        unsaid = story.ask(r.CompleteTask(task=number, outcome="skipped"))
        note = sealed("note", "note")
        story.ask(r.CompleteTask(task=number, outcome="skipped", note=note))
        story.run_until(at("2027-12-31"))

        assert code_of(bare) is RefusalCode.MILESTONE_REQUIRED
        assert code_of(unsaid) is RefusalCode.REASON_REQUIRED
        assert story.kinds() == []

    def test_of_a_lead_or_a_client_asks_nobody(self) -> None:
        """A lead was never qualified, and a client has other points."""
        lead = Story().with_people(HEAD).run_until(at("2027-12-31"))

        assert rules.due_at(lead.stream) is None
