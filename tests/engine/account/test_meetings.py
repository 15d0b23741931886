"""Meetings: agreed, moved, held, cancelled, and what builds on them (S2)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from engine import events as e
from engine import requests as r
from engine.account.state import EnrolmentStatus
from engine.decision import Events, Nothing
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
    library_sequence,
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

    @pytest.mark.capability("C13.4")
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
    @pytest.mark.capability("C13.3", "C16.2")
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
        story.ask(r.RecordMeeting(person=DGS, meeting_at=FRIDAY + timedelta(hours=1)))

        story.run_until(FRIDAY + timedelta(hours=2))

        assert story.kinds() == ["meeting", "meeting"]
        assert story.of(e.TouchKeptBack) == []

    def test_of_a_second_person_leaves_the_first_one_where_it_is(self) -> None:
        """Two people, two rooms, two instants: the second one moved the first."""
        story = self.agreed()

        story.ask(r.RecordMeeting(person=DGS, meeting_at=at("2027-02-02", 9)))

        assert story.planned()["1.8", HEAD] == date(2027, 1, 29)
        assert story.planned()["1.8", DGS] == date(2027, 2, 2)

    def test_held_is_not_planned_again_by_a_second_person_s(self) -> None:
        """What is over for one is not over before another agrees."""
        story = self.agreed().run_until(FRIDAY + timedelta(minutes=45))
        story.close("held", kind="meeting", next_point=POINT)

        story.ask(r.RecordMeeting(person=DGS, meeting_at=at("2027-02-02", 9)))

        assert ("1.8", HEAD) not in story.planned()
        assert story.planned()["1.8", DGS] == date(2027, 2, 2)

    def test_of_one_person_plans_none_for_others_who_answered(self) -> None:
        """A colleague who wrote back agreed to no instant."""
        story = self.agreed()

        story.ask(r.RecordReply(person=DGS))

        assert ("1.8", DGS) not in story.planned()

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


class TestOfTheAccount:
    """A meeting belongs to the account: no end of an enrolment, and no plan, loses it."""

    def ended(self) -> Story:
        """Return a story whose enrolment has ended with the silence of all."""
        story = Story().enrolled(HEAD)
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))
        return story

    @pytest.mark.parametrize("enrolment", [0, 1])
    def test_agreed_after_the_end_is_planned(self, enrolment: int) -> None:
        """An answer to the closing mail always comes after the end."""
        story = self.ended()

        story.ask(r.RecordMeeting(enrolment=enrolment, person=HEAD, meeting_at=FRIDAY))

        assert story.planned() == {("", HEAD): date(2027, 1, 29)}
        assert (story.state.status, story.state.stage) == ("prospect", "qualification")

    def test_agreed_in_answer_to_the_closing_mail_is_planned(self) -> None:
        """The task of that reply says so; ✓, and nothing was stored."""
        story = self.ended()
        story.ask(r.RecordReply(person=HEAD))

        story.close("stay", kind="after_reply", meeting_at=FRIDAY)

        assert story.planned() == {("", HEAD): date(2027, 1, 29)}

    def test_agreed_before_any_enrolment_is_planned(self) -> None:
        """Somebody met at a fair needs no sequence."""
        story = Story().with_people(HEAD)

        story.ask(r.RecordMeeting(person=HEAD, meeting_at=FRIDAY))

        assert story.planned() == {("", HEAD): date(2027, 1, 29)}

    def test_opens_its_task_and_closes_with_a_next_step(self) -> None:
        """It is a meeting like any other."""
        story = self.ended()
        story.ask(r.RecordMeeting(person=HEAD, meeting_at=FRIDAY))
        story.run_until(FRIDAY)
        before = story.kinds()

        story.close("held", kind="meeting", next_point=POINT, is_hot=True)

        assert before == ["meeting"]
        assert (story.state.milestone, story.state.touches) == (POINT, {})

    def test_noticed_late_opens_its_task_still(self) -> None:
        """Nobody ran on that day."""
        story = self.ended()
        story.ask(r.RecordMeeting(person=HEAD, meeting_at=FRIDAY))

        story.now = at("2027-03-01")

        assert story.run_until(story.now).kinds() == ["meeting"]

    def test_agreed_anew_moves(self) -> None:
        """One meeting a person: its instant is the last that was agreed."""
        story = self.ended()
        story.ask(r.RecordMeeting(person=HEAD, meeting_at=FRIDAY))
        again = r.RecordMeeting(person=HEAD, meeting_at=at("2027-02-01", 9))

        story.ask(again)

        assert story.planned() == {("", HEAD): date(2027, 2, 1)}
        assert story.ask(again) == Nothing()

    def test_agreed_beyond_every_calendar_is_agreed_once(self) -> None:
        """A year with a digit too many lands on the last day there is, each time."""
        story = self.ended()
        far = r.RecordMeeting(
            person=HEAD, meeting_at=datetime(9999, 12, 1, 9, tzinfo=UTC), is_hour_meant=True
        )

        story.ask(far)

        assert story.ask(far) == Nothing()

    @pytest.mark.parametrize("is_moved", [False, True])
    def test_in_a_sequence_without_a_step_for_it_is_planned(self, *, is_moved: bool) -> None:
        """Calls and mails of the eve were planned, and the meeting itself was not."""
        story = Story(library_sequence("saas-b2b-deux-semaines")).enrolled("decideur")
        story.ask(r.RecordMeeting(person="decideur", meeting_at=at("2027-01-20", 11)))
        if is_moved:
            story.ask(r.RecordMeeting(person="decideur", meeting_at=at("2027-01-21", 11)))

        story.run_until(at("2027-01-21", 12))

        assert story.kinds()[-1:] == ["meeting"]
        assert len([task for task in story.of(e.TaskOpened) if task.kind == "meeting"]) == 1

    def test_with_somebody_outside_the_enrolment_is_planned(self) -> None:
        """A colleague answers for the one who was written to."""
        story = Story().enrolled(HEAD).with_people(DGS).run_until(at("2027-01-20"))

        story.ask(r.RecordMeeting(person=DGS, meeting_at=FRIDAY))

        assert story.planned()["", DGS] == date(2027, 1, 29)
        assert story.state.enrolments[1].phase is Phase.ENGAGED

    @pytest.mark.parametrize(
        "end",
        [
            r.Withdraw(enrolment=1, reason="doublon"),
            r.RecordOpportunity(reference="OPP-1"),
            r.RecordRefusal(person=DGS),
            r.RecordBounce(person=HEAD, tag=f"mail-{HEAD}"),
        ],
    )
    def test_outlives(self, end: r.Request) -> None:
        """Whoever agreed to meet comes, whatever ends behind the scenes."""
        story = written()
        story.ask(r.RecordMeeting(enrolment=1, person=HEAD, meeting_at=FRIDAY))

        story.ask(end)
        story.run_until(FRIDAY)

        assert "meeting" in story.kinds()
        assert isinstance(story.close("held", kind="meeting", next_point=POINT), Events)

    def test_that_ends_by_a_word_leaves_no_enrolment_behind(self) -> None:
        """The meeting was the last thing it waited for."""
        story = Story().enrolled(HEAD).with_people(DGS)
        story.ask(r.RecordMeeting(person=DGS, meeting_at=at("2027-01-12", 10)))
        story.ask(r.SkipTouch(touch=story.touch("1.13", ""), reason="x"))

        story.ask(r.RecordDeparture(person=DGS))

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["engaged"]

    @pytest.mark.parametrize(
        "word",
        [
            r.RecordRefusal(person=HEAD),
            r.RecordDeparture(person=HEAD),
            r.StopPerson(tag="", person=HEAD),
        ],
    )
    def test_ends_by_the_word_of_whoever_agreed(self, word: r.Request) -> None:
        """Who objects, or is gone, comes to no meeting."""
        story = self.ended()
        story.ask(r.RecordMeeting(person=HEAD, meeting_at=FRIDAY))

        story.ask(word)

        assert story.state.touches == {}

    @pytest.mark.parametrize(
        ("person", "code"),
        [("dgs", RefusalCode.SUPPRESSED), ("dsi", RefusalCode.UNKNOWN_PERSON)],
    )
    def test_with_somebody_who_cannot_come_is_refused(self, person: str, code: RefusalCode) -> None:
        """It would be dropped on its day, and nobody told."""
        story = Story().with_people("dgs", "dsi")
        story.ask(r.StopPerson(tag="", person="dgs"))
        story.ask(r.RecordDeparture(person="dsi"))

        outcome = story.ask(r.RecordMeeting(person=person, meeting_at=FRIDAY))

        assert code_of(outcome) is code
