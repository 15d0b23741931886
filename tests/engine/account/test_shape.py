"""After any standstill a plan keeps its shape: what went wrong once, and whatever may come."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import events as e
from engine import requests as r
from engine.plan import Phase
from engine.refusals import RefusalCode
from tests.engine.account.standstills import play
from tests.engine.account.story import ASSESSED, DGS, DSI, HEAD, Story, at, code_of


def attempted(story: Story) -> list[tuple[str, str]]:
    """Return step and person of each message attempted so far."""
    planned = {event.touch: event for event in story.of(e.TouchPlanned)}
    return [
        (planned[event.touch].step, planned[event.touch].person)
        for event in story.of(e.TouchAttempted)
    ]


@settings(max_examples=120)
@given(seed=st.integers(0, 10**9))
def test_whatever_stood_still_keeps_its_order_and_its_distances(seed: int) -> None:
    """Holds of every scope, late openings, absences, 60 days without anybody to run it."""
    play(seed)


def in_order(planned: dict[tuple[str, str], date]) -> list[tuple[str, str]]:
    """Return the open touches by their days."""
    return sorted(planned, key=planned.__getitem__)


class TestHold:
    def test_lifted_while_hours_are_open_lets_nothing_leave_at_once(self) -> None:
        """Paused on 21 January, resumed on 2 February at 9: e-mail D left, call 1 still open."""
        story = Story().enrolled(HEAD, DGS, DSI).run_until(at("2027-01-21", 10))
        story.ask(r.Pause(reason="gel"))
        before = story.planned()
        story.run_until(at("2027-02-02", 9))

        story.ask(r.Resume(hold=1))
        story.run_until(at("2027-02-02", 9, 1))

        assert attempted(story) == [("1.3", HEAD)]
        assert story.kinds() == ["call"]
        assert story.planned()["1.10", HEAD] == date(2027, 2, 12)
        assert in_order(story.planned()) == in_order(before)

    def test_of_a_person_keeps_the_delay_that_remained(self) -> None:
        """Five days between two calls became two, 17 between two e-mails became two."""
        story = Story(zone="").enrolled(HEAD, DGS).run_until(at("2027-01-20"))
        story.ask(r.Pause(reason="congé", person=HEAD))
        story.ask(r.Pause(reason="congé", person=DGS))
        before = story.planned()
        story.run_until(at("2027-02-10"))

        story.ask(r.Resume(hold=1))
        story.ask(r.Resume(hold=2))

        after = story.planned()
        assert (after["1.6", HEAD] - after["1.4", HEAD]).days == 5
        assert (after["1.10", DGS] - after["1.5", DGS]).days >= 17
        assert in_order(after) == in_order(before)

    def test_leaves_an_agreed_meeting_where_it_is(self) -> None:
        """Somebody wrote it into a diary; the note that is due after it moves."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-21", 18))
        story.close("joint_interesse", meeting_at=at("2027-02-12", 10), **ASSESSED)
        story.ask(r.Pause(reason="gel"))
        story.run_until(at("2027-02-05", 9))

        story.ask(r.Resume(hold=1))

        assert story.planned()["1.8", HEAD] == date(2027, 2, 12)

    def test_of_one_moves_on_what_hangs_on_it_once_it_is_lifted(self) -> None:
        """A step that requires a held one was asked about again every minute."""
        story = Story().enrolled(HEAD, DGS, DSI)
        story.ask(r.Pause(reason="congé", person=HEAD))

        story.run_until(at("2027-02-12", 18))
        waited = story.rules_of(e.TouchKeptBack), set(story.rules_of(e.TouchWaits))
        story.ask(r.Resume(hold=1))

        assert waited == ([], {"requires.sent"})
        assert in_order(story.planned())[0] == ("1.3", HEAD)
        assert [touch.status for touch in story.state.touches.values()] == ["planned"] * 11


class TestLateOpening:
    def test_opens_no_task_before_the_first_contact(self) -> None:
        """Opened on 29 January instead of the 19th: LinkedIn tasks opened that minute."""
        story = Story(zone="").enrolled(HEAD, DGS, DSI, campaign="c")
        planned = story.planned()
        story.run_until(at("2027-01-29", 10))

        story.ask(r.OpenEnrolment(enrolment=1, start_on=date(2027, 1, 11)))
        story.run_until(at("2027-01-29", 18))

        assert story.kinds() == []
        later = {(on - planned[step]).days for step, on in story.planned().items()}
        assert later == {14}


class TestOpenTask:
    @pytest.mark.parametrize(
        ("standstill", "rule"),
        [
            (r.Pause(reason="gel"), "hold.account"),
            (r.Pause(reason="congé", person=HEAD), "hold.person"),
            (r.RecordNotice(reference="27-1234"), "exit.notice"),
            (
                r.RecordAutomaticReply(person=HEAD, return_on=date(2027, 2, 20)),
                "exit.automatic_reply",
            ),
        ],
    )
    def test_of_what_stands_still_cannot_be_closed_as_done(
        self, standstill: r.Request, rule: str
    ) -> None:
        """A call during a consultation freeze is a legal risk: nobody shall note one."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-21", 10))
        story.ask(standstill)

        refused = story.close("absent")

        assert code_of(refused) is RefusalCode.STANDS_STILL
        assert refused.rule == rule  # type: ignore[union-attr]  # code_of has looked

    def test_of_what_goes_on_again_can_be(self) -> None:
        """The call waited, and is made now."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-21", 10))
        story.ask(r.Pause(reason="gel"))
        story.ask(r.Resume(hold=1), when=at("2027-01-25", 10))

        story.close("absent")

        assert story.rules_of(e.TouchDone) == ["task.outcome"]

    def test_takes_a_no_whenever_it_is_said(self) -> None:
        """Whoever refuses does not wait for our holds."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-21", 10))
        story.ask(r.Pause(reason="gel"))

        story.close("joint_refus", no_more_calls=True)

        assert story.rules_of(e.PersonStopped) == ["exit.objection"]


class TestAbsence:
    def test_without_a_date_does_not_shorten_a_known_return(self) -> None:
        """A second notice without a date made 20 February the 1st."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-20"))
        story.ask(r.RecordAutomaticReply(person=HEAD, return_on=date(2027, 2, 20)))

        story.ask(r.RecordAutomaticReply(person=HEAD), when=at("2027-01-25"))

        assert story.state.people[HEAD].not_before_on == date(2027, 2, 21)

    def test_with_an_earlier_date_is_believed(self) -> None:
        """Back sooner than the first notice said."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-20"))
        story.ask(r.RecordAutomaticReply(person=HEAD, return_on=date(2027, 2, 20)))

        story.ask(r.RecordAutomaticReply(person=HEAD, return_on=date(2027, 1, 27)))

        assert story.state.people[HEAD].not_before_on == date(2027, 1, 28)

    def test_keeps_the_distances_of_what_waits(self) -> None:
        """What was due meanwhile came two days apart, all at the return."""
        story = Story(zone="").enrolled(HEAD, DGS).run_until(at("2027-01-20"))
        before = story.planned()

        story.ask(r.RecordAutomaticReply(person=HEAD, return_on=date(2027, 2, 3)))

        after = story.planned()
        assert after["1.4", HEAD] == date(2027, 2, 4)
        assert (after["1.6", HEAD] - after["1.4", HEAD]).days == 5
        assert after["1.5", DGS] == before["1.5", DGS]


class TestBack:
    @pytest.mark.parametrize(
        ("on", "first"), [("2027-01-27", date(2027, 1, 28)), ("2027-02-12", date(2027, 2, 15))]
    )
    def test_after_a_reply_goes_on_with_all_that_was_to_come(self, on: str, first: date) -> None:
        """After a week calls and an e-mail were omitted, after three the enrolment ended."""
        story = Story().enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))
        before = story.planned()
        story.ask(r.RecordReply(person=DGS), when=at("2027-01-20"))
        story.run_until(at(on))

        story.close("back", kind="after_reply")

        assert story.of(e.StepOmitted) == []
        assert in_order(story.planned()) == in_order(before)
        assert story.planned()["1.4", HEAD] == first

    def test_within_a_hold_waits_for_its_end(self) -> None:
        """Answered, paused, back: it stood still from the answer to the end of the pause."""
        story = Story(zone="").enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))
        story.ask(r.RecordReply(person=DGS))
        story.ask(r.Pause(reason="gel"), when=at("2027-01-22"))
        story.close("back", kind="after_reply")

        story.ask(r.Resume(hold=1), when=at("2027-01-27"))

        assert story.state.enrolments[1].phase is Phase.OUTREACH
        assert story.planned()["1.4", HEAD] == date(2027, 1, 28)


def test_a_home_that_nobody_ran_for_a_month_sends_what_was_due_in_order() -> None:
    """Everything overdue came at the next open hours, two days apart, whatever the plan asked."""
    story = Story(zone="").enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))
    before = story.planned()

    story.now = at("2027-02-22", 9)
    story.run_until(at("2027-02-22", 9, 1))

    assert attempted(story) == [("1.3", HEAD)]
    assert in_order(story.planned()) == in_order(before)
    assert story.planned()["1.4", HEAD] == date(2027, 2, 22)
    assert story.planned()["1.6", HEAD] == date(2027, 2, 25)  # three business days later, as ever


@pytest.mark.parametrize("seed", [20541, 24826])
def test_what_is_due_now_comes_after_what_was_missed(seed: int) -> None:
    """A message due on the morning a home came back left before the overdue ones."""
    play(seed)


def test_whose_turn_comes_late_takes_the_hours_that_are_open() -> None:
    """Behind a cap nothing stood still: put off each day, all would be decided each day."""
    story = Story().enrolled(HEAD)
    due_at, story.now = story.state.touches[1].slot.due_at, at("2027-01-20", 9)
    asked = r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=story.now, has_waited=True)

    story.ask(asked)

    (kept,) = story.of(e.TouchKeptBack)
    assert (kept.rule, kept.slot.due_at) == ("window.passed", story.now)
    assert not story.of(e.EnrolmentShifted)
