"""Meetings: agreed, moved, held, cancelled, and what builds on them (S2)."""

from datetime import date, timedelta

import pytest

from engine import events as e
from engine import requests as r
from engine.account.state import EnrolmentStatus
from engine.decision import Nothing
from engine.plan import Phase
from engine.refusals import RefusalCode
from tests.engine.account.story import (
    DAF,
    DGS,
    DSI,
    HEAD,
    POINT,
    Story,
    at,
    code_of,
)

FRIDAY = at("2027-01-29", 14)


def written() -> Story:
    """Return a story in which the first e-mail was sent, to one of three people."""
    return Story().enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))


class TestMeeting:
    def agreed(self, meeting_at: object = FRIDAY) -> Story:
        """Return a story with a meeting agreed with the head, a DAF taking part."""
        story = Story().enrolled(HEAD, DGS, DAF).run_until(at("2027-01-26", 8))
        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=meeting_at))  # type: ignore[arg-type]  # an instant
        return story

    def test_engages_and_plans_what_follows_from_it(self) -> None:
        """1.8 at its instant; 1.11 and 1.13 on their days; outreach is withdrawn."""
        assert self.agreed().planned() == {
            ("1.8", HEAD): date(2027, 1, 29),
            ("1.11", DAF): date(2027, 2, 3),
            ("1.13", ""): date(2027, 2, 5),
        }

    def test_twice_is_nothing(self) -> None:
        """The calendar and the person both report it."""
        story = self.agreed()

        outcome = story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=FRIDAY))

        assert outcome == Nothing()

    def test_agreed_anew_moves(self) -> None:
        """There is one meeting, and its instant is the last that was agreed."""
        story = self.agreed()

        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-02-01", 9)))

        assert story.planned()["1.8", HEAD] == date(2027, 2, 1)

    def test_agreed_anew_while_its_task_is_open_replaces_it(self) -> None:
        """Whoever waits in the room hears that it was put off: the old task must go."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=10))

        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-02-01", 9)))

        assert (story.kinds(), story.planned()["1.8", HEAD]) == ([], date(2027, 2, 1))

    def test_late_leaves_room_for_what_builds_on_it(self) -> None:
        """The note follows the interview, however late the interview: it is not dropped."""
        planned = self.agreed(at("2027-02-09", 10)).planned()

        assert planned["1.11", DAF] > date(2027, 2, 9)
        assert planned["1.13", ""] >= date(2027, 2, 9)

    @pytest.mark.parametrize(
        ("person", "number", "meeting", "code"),
        [
            (HEAD, 7, FRIDAY, RefusalCode.UNKNOWN_ENROLMENT),
            ("nobody", 1, FRIDAY, RefusalCode.UNKNOWN_PERSON),
            (HEAD, 1, at("2027-01-12"), RefusalCode.INSTANT_PAST),
        ],
    )
    def test_that_cannot_be_is_refused(
        self, person: str, number: int, meeting: object, code: RefusalCode
    ) -> None:
        """Each refusal says what would allow it."""
        request = r.RecordMeeting(enrolment=number, person=person, meeting_at=meeting)  # type: ignore[arg-type]  # an instant

        assert code_of(written().ask(request)) is code

    def test_after_the_end_is_refused(self) -> None:
        """A finished enrolment plans nothing, whatever comes."""
        story = written()
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))

        outcome = story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=FRIDAY))

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED

    def test_held_and_hot_leads_to_the_note(self) -> None:
        """7 hot, 7 notes: said when the interview is closed."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=45))
        story.close("held", kind="meeting", next_point=POINT, is_hot=True)

        story.run_until(at("2027-02-05", 12))

        assert story.kinds() == ["deliverable"]
        assert story.state.milestone == POINT

    def test_held_and_not_hot_has_no_note(self) -> None:
        """The note is work: it is done for those who asked for it."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=45))
        story.close("held", kind="meeting", next_point=POINT)

        story.run_until(at("2027-02-05", 12))

        assert "condition.account_hot" in story.rules_of(e.TouchSkipped)
        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["engaged"]

    def test_not_closed_yet_keeps_what_builds_on_it_waiting(self) -> None:
        """Nobody knows yet whether it was held."""
        story = self.agreed().run_until(at("2027-02-05", 12))

        assert story.rules_of(e.TouchWaits) == ["requires.held", "requires.held"]

    def test_cancelled_drops_what_builds_on_it(self) -> None:
        """No interview, no mail to the DAF."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=45))
        story.close("cancelled", kind="meeting", next_point=POINT)

        story.run_until(at("2027-02-06"))

        assert set(story.rules_of(e.TouchSkipped)) == {"meeting.cancelled", "requires.held"}

    def test_cancelled_and_agreed_again_takes_place(self) -> None:
        """A second date is a second meeting, not a repeat of the first."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=45))
        story.close("cancelled", kind="meeting", next_point=POINT)

        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-02-02", 10)))

        assert story.planned()["1.8", HEAD] == date(2027, 2, 2)

    def test_moved_opens_at_its_new_instant(self) -> None:
        """« Reporté » is an outcome with a date."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=5))

        story.close("moved", kind="meeting", meeting_at=at("2027-02-01", 9))
        story.run_until(at("2027-02-01", 10))

        assert story.kinds() == ["meeting"]

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"outcome": "moved"}, RefusalCode.MEETING_REQUIRED),
            ({"outcome": "moved", "meeting_at": at("2027-01-04")}, RefusalCode.INSTANT_PAST),
            ({"outcome": "held"}, RefusalCode.NEXT_STEP_REQUIRED),
        ],
    )
    def test_without_what_its_outcome_requires_stays_open(
        self, given: dict[str, object], code: RefusalCode
    ) -> None:
        """C13.3: a meeting closed without a next step is refused."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=5))
        request = r.CompleteTask(task=story.task("meeting"), **given)  # type: ignore[arg-type]  # as the table gives it

        assert code_of(story.ask(request)) is code

    def test_held_with_a_past_next_step_is_refused(self) -> None:
        """A point of last year reminds nobody."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=5))
        past = type(POINT)(date(2026, 1, 1), POINT.object, POINT.deliverable)

        outcome = story.close("held", kind="meeting", next_point=past)

        assert code_of(outcome) is RefusalCode.INSTANT_PAST

    def test_of_two_people_on_one_day_opens_for_both(self) -> None:
        """An agreed date is moved by no rule, not even by one person a day."""
        story = self.agreed()
        story.ask(r.RecordReply(person=DGS))
        story.run_until(FRIDAY + timedelta(minutes=10))
        story.close("held", kind="meeting", next_point=POINT)

        story.run_until(FRIDAY + timedelta(minutes=20))

        assert story.kinds().count("meeting") == 1
        assert story.of(e.TouchKeptBack) == []

    def test_before_the_campaign_opens_takes_place(self) -> None:
        """Preparation holds outreach back, never a meeting that somebody agreed to."""
        story = Story().enrolled(HEAD, campaign="c")
        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at("2027-01-13", 10)))

        story.run_until(at("2027-01-13", 11))

        assert story.kinds() == ["meeting"]
        assert story.state.enrolments[1].status is EnrolmentStatus.PENDING

    def test_too_far_away_for_any_calendar_is_planned_at_its_end(self) -> None:
        """Arithmetic that ends must not raise, nor lose the meeting."""
        story = written()

        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=at(date(9990, 1, 1))))

        assert story.state.enrolments[1].phase is Phase.ENGAGED
        assert story.planned()
