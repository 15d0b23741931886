"""Replies, notices, opportunities, silence and absences: S1, S6 to S9."""

from datetime import date

import pytest

from engine import events as e
from engine import requests as r
from engine.decision import Events, Nothing
from engine.plan import Phase
from engine.refusals import RefusalCode
from engine.requests import Reach
from tests.engine.account.story import (
    DGS,
    DSI,
    ELU,
    HEAD,
    Story,
    at,
    by_hand,
    code_of,
    points,
)

FRIDAY = at("2027-01-29", 14)


def written() -> Story:
    """Return a story in which the first e-mail was sent, to one of three people."""
    return Story().enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))


class TestAfterReply:
    def replied(self) -> Story:
        """Return a story that waits for what a reply leads to."""
        story = written()
        story.ask(r.RecordReply(person=HEAD))
        return story

    def test_back_plans_outreach_again(self) -> None:
        """« Recontactez-moi » is no end: what was withdrawn is planned again."""
        story = self.replied()

        story.close("back", kind="after_reply")

        assert story.planned()["1.4", HEAD] == date(2027, 1, 21)
        assert ("1.3", HEAD) not in story.planned()

    def test_back_for_one_leaves_the_others_alone(self) -> None:
        """« Voyez plutôt avec la DSI » names who is contacted."""
        story = self.replied()

        story.close("back", kind="after_reply", person=DSI)

        assert {person for _, person in story.planned()} == {DSI}

    def test_back_for_somebody_outside_is_refused(self) -> None:
        """Outreach for a stranger would plan nothing, and end in silence."""
        story = self.replied().with_people(ELU)

        outcome = story.close("back", kind="after_reply", person=ELU)

        assert code_of(outcome) is RefusalCode.UNKNOWN_PERSON

    def test_back_and_a_second_reply_stops_again(self) -> None:
        """Each answer counts, not only the first."""
        story = self.replied()
        story.close("back", kind="after_reply")

        story.ask(r.RecordReply(person=HEAD))

        assert (story.planned(), story.kinds()) == ({}, ["after_reply"])

    def test_stay_with_a_meeting_plans_it(self) -> None:
        """The answer to a reply is often a date."""
        story = self.replied()

        story.close("stay", kind="after_reply", meeting_at=FRIDAY)

        assert story.planned()["1.8", HEAD] == date(2027, 1, 29)

    def test_stay_with_nothing_more_is_the_end(self) -> None:
        """An enrolment without anything to wait for ends of itself."""
        story = self.replied()

        story.close("stay", kind="after_reply")

        assert story.state.enrolments == {}

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"outcome": "finish"}, RefusalCode.MILESTONE_REQUIRED),
            ({"outcome": "stay", "meeting_at": at("2027-01-04")}, RefusalCode.INSTANT_PAST),
            ({"outcome": "held"}, RefusalCode.UNKNOWN_OUTCOME),
        ],
    )
    def test_that_lacks_something_is_refused(
        self, given: dict[str, object], code: RefusalCode
    ) -> None:
        """« Prochain point daté » with each contact."""
        story = self.replied()
        request = r.CompleteTask(task=story.task("after_reply"), **given)  # type: ignore[arg-type]  # as the table gives it

        assert code_of(story.ask(request)) is code

    def test_after_a_withdrawal_has_nothing_left_to_move(self) -> None:
        """The task of an ended enrolment is withdrawn with it."""
        story = self.replied()
        number = story.task("after_reply")
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))

        outcome = story.ask(r.CompleteTask(task=number, outcome="back"))

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED

    @pytest.mark.parametrize("outcome", ["back", "stay"])
    def test_to_an_ended_enrolment_asks_for_the_next_point(self, outcome: str) -> None:
        """There is no sequence to go back to, and somebody has written to us."""
        story = written()
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))
        story.ask(r.RecordReply(touch=1))

        story.close(outcome, kind="after_reply")

        assert (story.kinds(), story.planned()) == (["next_point"], {})


class TestNotice:
    def test_freezes_every_enrolment(self) -> None:
        """S6: once a notice is out, contact is a fault of procedure."""
        story = written()

        story.ask(r.RecordNotice(reference="27-1"))
        story.run_until(at("2027-02-20"))

        assert (len(story.of(e.TouchAttempted)), story.kinds()) == (1, [])

    def test_read_twice_freezes_once(self) -> None:
        """The register publishes it again with every correction."""
        story = written()
        story.ask(r.RecordNotice(reference="27-1"))

        outcome = story.ask(r.RecordNotice(reference="27-1", enrolment=1))

        assert (outcome, len(story.state.holds)) == (Nothing(), 1)

    @pytest.mark.parametrize("request_", [r.RecordNotice(reference="n", enrolment=9)])
    def test_about_an_unknown_enrolment_is_refused(self, request_: r.RecordNotice) -> None:
        """A freeze that freezes nothing must be seen."""
        assert code_of(written().ask(request_)) is RefusalCode.UNKNOWN_ENROLMENT

    def test_overtakes_a_message_whose_grant_was_taken(self) -> None:
        """The gate answered before the notice; the attempt is decided after it."""
        story = Story().enrolled(HEAD)
        due_at = story.state.touches[1].slot.due_at
        story.ask(r.RecordNotice(reference="27-1"), when=due_at)

        story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at))

        assert story.rules_of(e.TouchKeptBack) == ["exit.notice"]
        assert story.state.touches[1].attempt == 2


class TestOpportunity:
    def test_ends_the_enrolments(self) -> None:
        """S7: a colleague is in talks; automatic messages would contradict them."""
        story = written()

        story.ask(r.RecordOpportunity(reference="O-1"))

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["opportunity"]
        assert story.state.status == "prospect"

    def test_of_an_account_without_enrolment_is_noted(self) -> None:
        """It is news all the same."""
        story = Story()

        story.ask(r.RecordOpportunity(reference="O-1"))

        assert (len(story.of(e.OpportunityTaken)), story.of(e.EnrolmentFinished)) == (1, [])

    def test_about_an_ended_enrolment_is_refused(self) -> None:
        """Ending it again would put two ends into its history."""
        story = written()
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))

        outcome = story.ask(r.RecordOpportunity(reference="O-1", enrolment=1))

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED

    def test_while_a_message_is_in_flight_waits_for_its_outcome(self) -> None:
        """What left has left; it is noted, and nothing follows."""
        story = Story().enrolled(HEAD)
        due_at = story.state.touches[1].slot.due_at
        story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at), when=due_at)
        story.ask(r.RecordOpportunity(reference="O-1", enrolment=1))

        again = story.ask(r.RecordOpportunity(reference="O-1", enrolment=1))
        story.settle(Reach.UNKNOWN)
        story.settle(Reach.SENT)
        story.ask(r.RecordAttempt(touch=1, attempt=1, reach=Reach.SENT))

        assert code_of(again) is RefusalCode.ALREADY_CLOSED
        assert (len(story.of(e.EnrolmentFinished)), story.state.touches) == (1, {})


class TestSilence:
    def test_ends_with_a_rest_and_the_default_point(self) -> None:
        """S8: closed by 1.14, which dates the next point; then three months of peace."""
        story = Story().enrolled(HEAD)
        for day in ("2027-01-21", "2027-01-26"):
            story.run_until(at(day, 18)).close("absent")
        story.run_until(at("2027-01-29", 18)).close("done", kind="social")
        story.run_until(at("2027-02-04", 18)).close("absent")

        story.run_until(at("2027-02-12"))

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["exhausted"]
        assert [rest.until for rest in story.state.cool_downs] == [date(2027, 5, 9)]
        assert story.rules_of(e.MilestoneSet) == ["milestone.default"]


class TestAbsence:
    def test_postpones_to_the_day_after_the_return(self) -> None:
        """S9: it is no reply, and nothing reaches an empty desk."""
        story = written()

        story.ask(r.RecordAutomaticReply(touch=1, return_on=date(2027, 1, 27)))

        assert story.planned()["1.4", HEAD] == date(2027, 1, 28)
        assert story.state.enrolments[1].phase is Phase.OUTREACH

    def test_without_a_date_assumes_a_week(self) -> None:
        """Most notices name no day that a program can read."""
        story = written()

        story.ask(r.RecordAutomaticReply(person=HEAD))

        assert story.state.people[HEAD].not_before_on == date(2027, 1, 28)

    def test_keeps_back_what_the_plan_does_not_move(self) -> None:
        """A message by hand, or one kept back before, must wait for the return too."""
        story = written()
        story.ask(by_hand(DSI, date(2027, 1, 25)))
        story.ask(r.RecordAutomaticReply(person=DSI, return_on=date(2027, 1, 28)))

        story.run_until(at("2027-01-25", 12))

        assert story.rules_of(e.TouchKeptBack) == ["exit.automatic_reply"]
        assert story.state.touches[story.touch("", DSI)].slot.on == date(2027, 1, 29)

    def test_before_any_ruleset_is_noted(self) -> None:
        """People are known before rules are published."""
        story = Story().with_people(HEAD)
        story.published = type(story.published)()

        assert isinstance(story.ask(r.RecordAutomaticReply(person=HEAD)), Events)

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (
                r.RecordAutomaticReply(person=HEAD, return_on=date(2026, 12, 1)),
                RefusalCode.INSTANT_PAST,
            ),
            (
                r.RecordAutomaticReply(person=HEAD, return_on=date(9999, 12, 31)),
                RefusalCode.OUT_OF_RANGE,
            ),
            (r.RecordAutomaticReply(touch=99), RefusalCode.UNKNOWN_TOUCH),
        ],
    )
    def test_that_cannot_be_is_refused(
        self, request_: r.RecordAutomaticReply, code: RefusalCode
    ) -> None:
        """A date that was misread would silence a person for years, or nobody."""
        assert code_of(written().ask(request_)) is code

    def test_of_a_person_found_again_by_another_address_still_holds(self) -> None:
        """The person is away, not the mailbox."""
        story = written()
        story.ask(r.RecordAutomaticReply(person=HEAD, return_on=date(2027, 1, 27)))
        story.ask(r.AddContactPoint(person=HEAD, point=points("second")[0]))

        assert story.planned()["1.6", HEAD] > date(2027, 1, 27)
