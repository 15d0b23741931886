"""Holds: a set of reasons, each lifted by itself; what they covered keeps its shape."""

from datetime import date, timedelta

import pytest

from engine import events as e
from engine import requests as r
from engine import rules
from engine.decision import Events, Nothing
from engine.refusals import RefusalCode
from tests.engine.account.story import DGS, DSI, HEAD, MONDAY, Story, at, code_of

HEAD_CALL = ("1.4", HEAD)


def running() -> Story:
    """Return a story in which the first e-mail was sent and the first call is to come."""
    return Story().enrolled(HEAD, DGS).run_until(at("2027-01-20", 9))


def paused(days: int, **scope: object) -> Story:
    """Return that story, held and resumed after some days."""
    story = running()
    story.ask(r.Pause(reason="gel", **scope))  # type: ignore[arg-type]  # as the test gives it
    story.now += timedelta(days=days)
    story.ask(r.Resume(hold=1))
    return story


class TestPause:
    def test_stops_every_touch_of_its_scope(self) -> None:
        """A touch runs iff no hold covers it."""
        story = running()

        story.ask(r.Pause(reason="élections"))
        story.run_until(at("2027-02-20"))

        assert (len(story.of(e.TouchAttempted)), story.kinds()) == (1, [])
        assert rules.due_at(story.stream) is None

    def test_of_a_person_leaves_the_others_alone(self) -> None:
        """The DGS is on leave; the service head is not."""
        story = running()
        story.ask(r.Pause(reason="congé", person=DGS))

        story.run_until(at("2027-01-21", 10))

        assert story.kinds() == ["call"]

    def test_of_a_person_in_an_enrolment_leaves_the_others_enrolments(self) -> None:
        """Two enrolments in one account are two conversations."""
        story = running().with_people(DSI)
        story.ask(story.enrol(DSI, start_on=date(2027, 1, 18)))
        story.ask(r.Pause(reason="x", enrolment=1, person=DSI))

        assert rules.due_at(story.stream) is not None
        story.run_until(at("2027-02-20"))
        assert "assign_participant" in story.kinds()

    def test_again_is_nothing(self) -> None:
        """The same reason twice is one hold, or lifting it once would not be enough."""
        story = running()
        story.ask(r.Pause(reason="gel", enrolment=1))

        assert story.ask(r.Pause(reason="gel", enrolment=1)) == Nothing()

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (r.Pause(reason=""), RefusalCode.REASON_REQUIRED),
            (r.Pause(reason="x", enrolment=9), RefusalCode.UNKNOWN_ENROLMENT),
            (r.Pause(reason="x", person="nobody"), RefusalCode.UNKNOWN_PERSON),
            (r.Pause(reason="x", until=MONDAY), RefusalCode.INSTANT_PAST),
        ],
    )
    def test_that_cannot_be_is_refused(self, request_: r.Pause, code: RefusalCode) -> None:
        """A hold says why and on what, and ends ahead."""
        assert code_of(running().ask(request_)) is code

    def test_of_an_ended_enrolment_is_refused(self) -> None:
        """Nothing would ever lift it."""
        story = running()
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))

        assert code_of(story.ask(r.Pause(reason="x", enrolment=1))) is RefusalCode.ALREADY_CLOSED

    def test_that_races_an_attempt_wins_if_it_was_decided_first(self) -> None:
        """The gate's grant came too late; the number is used up and the place kept."""
        story = Story().enrolled(HEAD)
        due_at = story.state.touches[1].slot.due_at
        story.ask(r.Pause(reason="gel"), when=due_at)

        story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at))
        story.ask(r.Resume(hold=1))
        story.run_until(due_at)

        assert story.rules_of(e.TouchKeptBack) == ["hold.account"]
        assert [event.attempt for event in story.of(e.TouchAttempted)] == [2]


class TestResume:
    def test_keeps_the_delay_that_remained(self) -> None:
        """Eight business days of hold are eight business days later, not everything at once."""
        story = paused(12, enrolment=1)

        assert story.planned()[HEAD_CALL] == date(2027, 2, 2)
        assert [event.business_days for event in story.of(e.EnrolmentShifted)] == [8]

    def test_of_a_lifted_hold_is_nothing(self) -> None:
        """Two people lift it at the same time."""
        assert paused(1).ask(r.Resume(hold=1)) == Nothing()

    def test_of_a_hold_that_never_was_is_refused(self) -> None:
        """A slip in the number must be seen."""
        assert code_of(running().ask(r.Resume(hold=3))) is RefusalCode.UNKNOWN_HOLD

    def test_of_a_person_keeps_that_persons_distances(self) -> None:
        """Five days between two calls stay five; the others never moved."""
        story = running()
        story.ask(r.Pause(reason="congé", person=HEAD))
        story.run_until(story.now + timedelta(days=8))
        story.ask(r.Resume(hold=1))

        shifted = [(event.person, event.business_days) for event in story.of(e.EnrolmentShifted)]
        assert shifted == [(HEAD, 6)]
        assert story.planned()[HEAD_CALL] == date(2027, 1, 29)
        assert story.planned()["1.6", HEAD] == date(2027, 2, 3)
        assert story.planned()["1.10", DGS] == date(2027, 2, 8)

    def test_within_a_day_moves_nothing(self) -> None:
        """A pause of an hour costs nothing."""
        story = running()
        before = story.planned()

        story.ask(r.Pause(reason="gel"))
        story.now += timedelta(hours=1)
        story.ask(r.Resume(hold=1))

        assert (story.planned(), story.of(e.TouchMoved)) == (before, [])

    def test_before_the_start_costs_nothing(self) -> None:
        """Days on which nothing was to happen are not made up for."""
        story = Story().enrolled(HEAD, start_on=date(2027, 2, 1))
        before = story.planned()
        story.ask(r.Pause(reason="gel"))

        story.ask(r.Resume(hold=1), when=at("2027-01-22"))

        assert story.planned() == before

    def test_under_another_hold_leaves_it_held(self) -> None:
        """A set, never a flag: lifting one leaves the other."""
        story = running()
        story.ask(r.Pause(reason="gel"))
        story.ask(r.Pause(reason="congé", enrolment=1))

        story.ask(r.Resume(hold=1))
        story.run_until(at("2027-02-20"))

        assert story.kinds() == []

    @pytest.mark.parametrize(
        ("first", "second", "shifted"),
        [
            ((0, 10), (5, 15), 11),  # one after the other, overlapping
            ((0, 15), (5, 10), 11),  # one within the other
            ((0, 5), (8, 12), 5),  # apart
        ],
    )
    def test_counts_each_held_day_once(
        self, first: tuple[int, int], second: tuple[int, int], shifted: int
    ) -> None:
        """Overlapping holds cost the business days on which one stood, no more, no less."""
        story = running()
        begun_at = story.now
        marks = sorted(
            (days, kind, hold)
            for hold, span in ((1, first), (2, second))
            for days, kind in ((span[0], 0), (span[1], 1))
        )

        for days, kind, hold in marks:
            story.now = begun_at + timedelta(days=days)
            story.ask(r.Resume(hold=hold) if kind else r.Pause(reason=f"hold {hold}"))

        assert sum(event.business_days for event in story.of(e.EnrolmentShifted)) == shifted


class TestUntil:
    def test_ends_of_itself_at_the_start_of_its_day(self) -> None:
        """A hold with an end needs nobody to remember it."""
        story = running()
        story.ask(r.Pause(reason="élections", until=date(2027, 2, 1)))

        story.run_until(at("2027-02-02", 12))

        assert story.rules_of(e.HoldLifted) == ["hold.ended"]
        assert story.kinds() == ["call"]

    def test_lifted_before_its_end_ends_once(self) -> None:
        """Its timer must not fire into the void."""
        story = running()
        story.ask(r.Pause(reason="élections", until=date(2027, 2, 1)))
        story.ask(r.Resume(hold=1))

        story.run_until(at("2027-02-02"))

        assert story.rules_of(e.HoldLifted) == ["hold.lifted"]

    def test_noticed_late_counts_to_its_end(self) -> None:
        """Nobody ran for a week after it ended: the hold did not last longer for that."""
        story = running()
        story.ask(r.Pause(reason="élections", until=date(2027, 1, 25)))
        story.now = at("2027-02-03", 8)

        for name, request in rules.due(story.stream, story.now):
            assert isinstance(story.ask(request, name=name), Events)

        assert [event.business_days for event in story.of(e.EnrolmentShifted)] == [3]

    def test_of_the_last_one_lets_the_enrolment_end(self) -> None:
        """Everything else was over while it was held."""
        story = running()
        story.ask(r.Pause(reason="gel", enrolment=1))
        for number in tuple(story.state.touches):
            story.ask(r.SkipTouch(touch=number, reason="x"))
        held = story.of(e.EnrolmentFinished)

        story.ask(r.Resume(hold=1))

        assert (held, len(story.of(e.EnrolmentFinished))) == ([], 1)
