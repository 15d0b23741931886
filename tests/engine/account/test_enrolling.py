"""Who is enrolled, with whom, and what stands against it."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.state import EnrolmentStatus
from engine.decision import Events, Nothing, Repeated
from engine.refusals import RefusalCode
from tests.engine.account.story import DGS, DSI, ELU, HEAD, MONDAY, Story, at, code_of


class TestEnrol:
    def test_plans_the_whole_sequence_at_once(self) -> None:
        """Whoever enrols sees every date the same day, as the table of the sequence has them."""
        story = Story().enrolled(HEAD, DGS, DSI)

        assert story.planned() == {
            ("1.3", HEAD): date(2027, 1, 19),
            ("1.4", HEAD): date(2027, 1, 21),
            ("1.5", DGS): date(2027, 1, 22),
            ("1.6", HEAD): date(2027, 1, 26),
            ("1.7", DSI): date(2027, 1, 27),
            ("1.9", HEAD): date(2027, 1, 29),
            ("1.10", HEAD): date(2027, 2, 2),
            ("1.12", HEAD): date(2027, 2, 4),
            ("1.10", DGS): date(2027, 2, 8),
            ("1.14", HEAD): date(2027, 2, 9),
            ("1.10", DSI): date(2027, 2, 10),
        }

    def test_again_under_the_same_id_gets_the_same_answer(self) -> None:
        """A caller that lost the answer asks again and must not enrol twice."""
        story = Story().with_people(HEAD)
        story.ask(story.enrol(HEAD), name="once")

        outcome = story.ask(story.enrol(HEAD), name="once")

        assert isinstance(outcome, Repeated)
        assert outcome.was == "events"
        assert len(story.of(e.Enrolled)) == 1

    @pytest.mark.capability("C12.5")
    def test_of_somebody_in_a_sequence_is_refused(self) -> None:
        """One active outreach sequence per person."""
        story = Story().enrolled(HEAD)

        assert code_of(story.ask(story.enrol(HEAD))) == RefusalCode.ALREADY_ENROLLED

    def test_of_two_people_in_one_role_is_refused(self) -> None:
        """Under two of its names, the second took the place of the first, who was never told."""
        story = Story().with_people(HEAD, DGS)
        request = replace(story.enrol(), participants={"responsable": HEAD, HEAD: DGS})

        assert code_of(story.ask(request)) is RefusalCode.ALREADY_EXISTS

    def test_of_an_unknown_person_is_refused(self) -> None:
        """A role without its person would be a promise nobody can keep."""
        story = Story()

        assert code_of(story.ask(story.enrol(HEAD))) == RefusalCode.UNKNOWN_PERSON

    def test_of_a_suppressed_person_is_refused(self) -> None:
        """An objection outlives every campaign."""
        story = Story().with_people(HEAD)
        story.ask(r.StopPerson(tag=f"mail-{HEAD}", person=HEAD))

        assert code_of(story.ask(story.enrol(HEAD))) == RefusalCode.SUPPRESSED

    def test_of_a_person_without_any_address_is_refused(self) -> None:
        """Nothing could ever be sent or dialled."""
        story = Story()
        story.ask(r.AddPerson(person=HEAD, role=HEAD))

        assert code_of(story.ask(story.enrol(HEAD))) == RefusalCode.NO_CONTACT_POINT

    def test_of_an_elected_person_first_is_refused(self) -> None:
        """Nobody goes over the head of the service that lives the problem."""
        story = Story().with_people(HEAD, ELU)

        assert code_of(story.ask(story.enrol(HEAD, ELU))) == RefusalCode.HIERARCHY

    def test_of_an_unpublished_sequence_is_refused(self) -> None:
        """A plan that nobody published cannot be audited."""
        story = Story().with_people(HEAD)
        story.published = type(story.published)(w=1, ruleset=story.published.ruleset)

        assert code_of(story.ask(story.enrol(HEAD))) == RefusalCode.UNKNOWN_SEQUENCE

    def test_without_participants_waits_for_them(self) -> None:
        """Lists often come before the names; the plan stands and a task asks for the person."""
        story = Story().enrolled()

        story.run_until(at("2027-01-19", 18))

        assert [task.kind for task in story.state.tasks.values()] == ["assign_participant"]

    def test_skips_steps_whose_instant_has_passed(self) -> None:
        """A late entry takes what is left of the plan, and says what it leaves out."""
        story = Story().with_people(HEAD)

        story.ask(story.enrol(HEAD), when=at("2027-01-22"))

        assert [event.step for event in story.of(e.StepOmitted)] == ["1.3", "1.4"]

    def test_during_the_rest_after_silence_is_refused_unless_a_reason_is_given(self) -> None:
        """Wear is avoided by default, and an exception leaves its reason."""
        story = Story().enrolled(HEAD)
        for step_day in ("2027-01-21", "2027-01-26", "2027-02-04"):
            story.run_until(at(step_day, 18)).close("absent")
            if step_day == "2027-01-26":
                story.run_until(at("2027-01-29", 18)).close("done", kind="social")
        story.run_until(at("2027-02-12"))
        refused = story.ask(story.enrol(HEAD, start_on=date(2027, 3, 1)))
        again = story.enrol(HEAD, start_on=date(2027, 3, 1))

        assert code_of(refused) == RefusalCode.COOL_DOWN
        assert isinstance(
            story.ask(
                r.Enrol(
                    sequence=again.sequence,
                    about=again.about,
                    participants=again.participants,
                    start_on=again.start_on,
                    re_enrol_reason="asked us to come back",
                )
            ),
            Events,
        )


class TestOpenEnrolment:
    def test_on_time_moves_nothing(self) -> None:
        """The plan shown while waiting is the plan that runs."""
        story = Story().enrolled(HEAD, campaign="c")
        before = story.planned()

        story.ask(r.OpenEnrolment(enrolment=1, start_on=MONDAY), when=at("2027-01-14"))

        assert story.planned() == before
        assert story.state.enrolments[1].status is EnrolmentStatus.ACTIVE

    def test_late_moves_the_plan_by_whole_weeks(self) -> None:
        """The weekdays of a plan are chosen; a late opening keeps them."""
        story = Story().enrolled(HEAD, campaign="c")

        story.ask(r.OpenEnrolment(enrolment=1, start_on=MONDAY), when=at("2027-01-21"))

        assert story.planned()["1.3", HEAD] == date(2027, 1, 26)

    def test_nothing_is_due_before_it(self) -> None:
        """An enrolment waits for its campaign's preparation, whatever its dates."""
        story = Story().enrolled(HEAD, campaign="c").run_until(at("2027-01-20"))

        assert story.of(e.TouchAttempted) == []

    def test_again_changes_nothing(self) -> None:
        """Reactors deliver at least once."""
        story = Story().enrolled(HEAD, campaign="c")
        story.ask(r.OpenEnrolment(enrolment=1, start_on=MONDAY))

        assert story.ask(r.OpenEnrolment(enrolment=1, start_on=MONDAY)) == Nothing()

    def test_of_another_enrolment_is_refused(self) -> None:
        """A number that does not exist is a routing fault and must be seen."""
        outcome = Story().ask(r.OpenEnrolment(enrolment=7, start_on=MONDAY))

        assert code_of(outcome) == RefusalCode.UNKNOWN_ENROLMENT


class TestAssignParticipant:
    def test_plans_the_steps_of_the_role(self) -> None:
        """People are found while the sequence runs."""
        story = Story().enrolled(HEAD).with_people(DGS)

        story.ask(r.AssignParticipant(enrolment=1, role=DGS, person=DGS))

        assert story.planned()["1.5", DGS] == date(2027, 1, 22)

    def test_hands_what_is_planned_to_a_replacement(self) -> None:
        """The new head is written to as the old one would have been."""
        story = Story().enrolled(HEAD)
        story.ask(
            r.AddPerson(person="successor", role=HEAD, points=story.state.people[HEAD].points)
        )

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person="successor"))

        assert {person for _, person in story.planned()} == {"successor"}

    def test_of_the_same_person_changes_nothing(self) -> None:
        """Asking for what is so is no event."""
        story = Story().enrolled(HEAD)

        outcome = story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person=HEAD))

        assert outcome == Nothing()

    @pytest.mark.parametrize(
        ("role", "person", "code"),
        [
            ("jardinier", HEAD, RefusalCode.UNKNOWN_ROLE),
            (DGS, "nobody", RefusalCode.UNKNOWN_PERSON),
            (DGS, HEAD, RefusalCode.ALREADY_ENROLLED),
        ],
    )
    def test_that_cannot_be_is_refused(self, role: str, person: str, code: RefusalCode) -> None:
        """Each refusal says what would allow it."""
        story = Story().enrolled(HEAD)

        outcome = story.ask(r.AssignParticipant(enrolment=1, role=role, person=person))

        assert code_of(outcome) == code

    def test_fills_a_required_role_that_was_lost(self) -> None:
        """The enrolment waits for its replacement, who begins at the first step."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-20"))
        story.ask(r.RecordDeparture(person=HEAD))
        held = [hold.rule for hold in story.state.holds.values()]
        story.ask(r.AddPerson(person="successor", role=HEAD, points=story.state.people[DGS].points))

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person="successor"))

        assert held == ["role.required_lost"]
        assert story.state.holds == {}
        assert story.planned()["1.3", "successor"] == date(2027, 1, 21)
        assert story.planned()["1.4", "successor"] == date(2027, 1, 25)


class TestWithdraw:
    def test_leaves_nothing_planned(self) -> None:
        """What is withdrawn by order must be silent from then on."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-21", 18))

        story.ask(r.Withdraw(enrolment=1, reason="merged with another"))

        assert (story.planned(), story.state.tasks) == ({}, {})

    def test_without_a_reason_is_refused(self) -> None:
        """An auditor asks why."""
        story = Story().enrolled(HEAD)

        assert code_of(story.ask(r.Withdraw(enrolment=1, reason=""))) == RefusalCode.REASON_REQUIRED

    def test_lets_what_is_in_flight_come_to_its_end(self) -> None:
        """The message has left; its outcome is still news."""
        story = Story().enrolled(HEAD)
        due_at = story.state.touches[1].slot.due_at
        story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at), when=due_at)
        story.ask(r.Withdraw(enrolment=1, reason="raced"))

        story.settle(r.Reach.SENT)

        assert [event.reach for event in story.of(e.TouchSettled)] == [r.Reach.SENT]
        assert story.state.enrolments == {}
