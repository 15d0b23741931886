"""Tasks: claimed, closed, asked for, and what becomes of the touch they are about."""

import pytest

from engine import events as e
from engine import requests as r
from engine.account.state import TouchStatus
from engine.decision import Events, Nothing
from engine.refusals import RefusalCode
from tests.engine.account.story import DGS, HEAD, Story, at, code_of, points, sealed


def calling() -> Story:
    """Return a story in which the first call is open."""
    return Story().enrolled(HEAD).run_until(at("2027-01-21", 10))


def lacking(*names: str) -> Story:
    """Return a story whose due e-mail lacks values."""
    story = Story().enrolled(HEAD)
    story.ask(r.SetValues(values=dict.fromkeys(names, "")))
    return story.run_until(at("2027-01-19", 9))


def lacks(story: Story) -> list[tuple[str, tuple[str, ...]]]:
    """Return the rule and the lack of each open task that asks for something missing.

    A blocked touch must lack the same, and be blocked last by the same rule.
    """
    asked = {event.task: (str(event.rule), event.missing) for event in story.of(e.TaskOpened)}
    last = {event.touch: (str(event.rule), event.missing) for event in story.of(e.TouchBlocked)}
    blocked = {
        last[n] for n, touch in story.state.touches.items() if touch.status is TouchStatus.BLOCKED
    }
    found = [asked[n] for n, task in story.state.tasks.items() if task.missing]
    assert set(found) == blocked
    return found


class TestClaim:
    def test_says_who_works_on_it(self) -> None:
        """Two people must not call the same person."""
        story = calling()

        story.ask(r.ClaimTask(task=1), actor="ana")

        assert story.state.tasks[1].claimed_by == "ana"

    def test_again_by_the_same_person_is_nothing(self) -> None:
        """The page was opened twice."""
        story = calling()
        story.ask(r.ClaimTask(task=1), actor="ana")

        assert story.ask(r.ClaimTask(task=1), actor="ana") == Nothing()

    def test_of_no_task_is_refused(self) -> None:
        """A number that never was is a slip."""
        assert code_of(calling().ask(r.ClaimTask(task=9))) is RefusalCode.UNKNOWN_TASK

    def test_loses_against_somebody_elses(self) -> None:
        """The second one hears it before dialling."""
        story = calling()
        story.ask(r.ClaimTask(task=1), actor="ana")

        outcome = story.ask(r.ClaimTask(task=1), actor="ben")

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED

    def test_loses_against_the_end_of_the_task(self) -> None:
        """Whoever opens a closed task must not work on it."""
        story = calling()
        story.close("absent")

        assert code_of(story.ask(r.ClaimTask(task=1))) is RefusalCode.ALREADY_CLOSED


class TestComplete:
    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (r.CompleteTask(task=9, outcome="done"), RefusalCode.UNKNOWN_TASK),
            (r.CompleteTask(task=1, outcome="done"), RefusalCode.UNKNOWN_OUTCOME),
        ],
    )
    def test_that_cannot_be_is_refused(self, request_: r.CompleteTask, code: RefusalCode) -> None:
        """A call ends with one of its eight outcomes."""
        assert code_of(calling().ask(request_)) is code

    def test_of_work_as_skipped_leaves_the_step_out(self) -> None:
        """Manual steps that do not block may be left."""
        story = calling()
        story.close("absent")
        story.run_until(at("2027-01-26", 18)).close("absent")
        story.run_until(at("2027-01-29", 12))

        story.close("skipped", kind="social")

        assert story.rules_of(e.TouchSkipped) == ["task.outcome"]

    def test_closed_twice_is_refused(self) -> None:
        """Two people close it at once: the first outcome stands."""
        story = calling()
        story.close("absent")

        outcome = story.ask(r.CompleteTask(task=1, outcome="repondeur"))

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED
        assert [event.outcome for event in story.of(e.TouchDone)] == ["absent"]


class TestSupplyValue:
    def test_is_asked_for_once_and_names_what_lacks(self) -> None:
        """The task says which variable, not that something is wrong."""
        story = lacking("probleme", "service")

        assert [event.missing for event in story.of(e.TaskOpened)] == [("probleme",)]

    def test_supplied_closes_the_task_and_lands_the_message(self) -> None:
        """Nobody has to close by hand what was answered."""
        story = lacking("probleme")

        story.ask(r.SetValues(values={"probleme": "les inscriptions"}))

        assert (story.kinds(), story.state.touches[1].status) == ([], TouchStatus.PLANNED)

    def test_supplied_in_part_goes_on_waiting(self) -> None:
        """All of it, or nothing goes out."""
        story = lacking("probleme", "societe")

        story.ask(r.SetValues(values={"probleme": "les inscriptions"}))

        assert (story.kinds(), story.state.touches[1].status) == (
            ["supply_value"],
            TouchStatus.BLOCKED,
        )

    def test_supplied_in_part_asks_for_the_rest_alone(self) -> None:
        """What was answered is asked of nobody again."""
        story = lacking("probleme", "societe")
        before = lacks(story)

        story.ask(r.SetValues(values={"probleme": "les inscriptions"}))

        assert (before, lacks(story)) == (
            [("content.missing_value", ("probleme", "societe"))],
            [("content.missing_value", ("societe",))],
        )

    def test_supplied_after_all_lands_once(self) -> None:
        """Each answer narrows the question; the last one lets the message go."""
        story = lacking("probleme", "societe")

        story.ask(r.SetValues(values={"probleme": "les inscriptions"}))
        story.ask(r.SetValues(values={"societe": "Solvaquin"}))

        assert (lacks(story), story.state.touches[1].status) == ([], TouchStatus.PLANNED)

    def test_is_asked_for_the_successor_too(self) -> None:
        """The message still lacks the value, whoever it goes to."""
        story = lacking("probleme")
        known = (sealed("successor", "source_contact"),)
        story.ask(
            r.AddPerson(person="successor", role=HEAD, points=points("successor"), fields=known)
        )

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person="successor"))

        assert lacks(story) == [("content.missing_value", ("probleme",))]
        assert {task.person for task in story.state.tasks.values()} == {"successor"}

    def test_of_something_else_asks_nothing_anew(self) -> None:
        """A task that somebody claimed stays the same one."""
        story = lacking("probleme")

        story.ask(r.SetValues(values={"autre": "chose"}))

        assert (story.kinds(), len(story.of(e.TaskOpened))) == (["supply_value"], 1)

    def test_done_without_the_value_asks_again(self) -> None:
        """Saying so does not make it so."""
        story = lacking("probleme")

        story.close("done", kind="supply_value")
        story.run_until(at("2027-01-19", 11))

        assert (story.kinds(), len(story.of(e.TouchBlocked))) == (["supply_value"], 2)

    def test_skipped_leaves_the_message_out(self) -> None:
        """Nobody knows the value: the sequence goes on without the message."""
        story = lacking("probleme")

        story.close("skipped", kind="supply_value")

        assert story.rules_of(e.TouchSkipped)[0] == "task.outcome"

    def test_is_withdrawn_with_its_touch(self) -> None:
        """A question about a message that will not go out keeps nobody busy."""
        story = lacking("probleme")

        story.ask(r.SkipTouch(touch=1, reason="no signal"))

        assert story.kinds() == []

    def test_is_withdrawn_by_a_reply(self) -> None:
        """Outreach is over, and so is what it lacked."""
        story = lacking("probleme")

        story.ask(r.RecordReply(person=HEAD))

        assert story.kinds() == ["after_reply"]


class TestAssignParticipant:
    def empty(self) -> Story:
        """Return a story whose required role has nobody when its first steps are due."""
        return Story().enrolled().run_until(at("2027-01-27"))

    def test_is_asked_for_once_for_all_steps(self) -> None:
        """Three steps lack the same person: that is one question."""
        story = self.empty()

        assert len(story.of(e.TouchBlocked)) >= 1
        assert story.kinds() == ["assign_participant"]

    def test_assigned_goes_on(self) -> None:
        """The person is found after a week: what waited lands from now on."""
        story = self.empty().with_people(HEAD)

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person=HEAD))

        assert story.kinds() == []
        assert {touch.person for touch in story.state.touches.values()} == {HEAD}
        assert story.planned()["1.3", HEAD] >= story.now.date()

    def test_assigned_where_the_message_lacks_a_value_asks_for_the_value(self) -> None:
        """The person is there: whoever looks must read what is missing today."""
        story = self.empty().with_people(HEAD)
        story.ask(r.SetValues(values={"probleme": ""}))

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person=HEAD))

        assert lacks(story) == [("content.missing_value", ("probleme",))]

    def test_skipped_leaves_out_what_waited(self) -> None:
        """Nobody holds the position: the step is left out, with its reason."""
        story = self.empty()

        story.close("skipped", kind="assign_participant")

        assert "task.outcome" in story.rules_of(e.TouchSkipped)

    def test_of_an_alternative_takes_the_empty_step(self) -> None:
        """A step that waits for one role may go to the other."""
        story = Story().enrolled(DGS)
        story.ask(r.AddPerson(person="dga", role="dga", points=points("dga")))

        outcome = story.ask(r.AssignParticipant(enrolment=1, role="dga", person="dga"))

        assert isinstance(outcome, Events)
        assert [key for key in story.planned() if key[0] == "1.5"] == [("1.5", DGS)]


class TestVerifyContact:
    def test_done_changes_nothing_else(self) -> None:
        """It belongs to no enrolment."""
        story = calling()
        story.ask(r.RecordDeparture(person=HEAD))

        story.close("done", kind="verify_contact")

        assert story.kinds() == ["find_replacement"]
