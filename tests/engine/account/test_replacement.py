"""Who takes a role over from somebody begins at its first step, and is asked for by role."""

from datetime import date

from engine import events as e
from engine import requests as r
from engine.plan import Role
from engine.refusals import RefusalCode
from tests.engine.account.story import DAF, DGS, DSI, HEAD, Story, at, code_of, points, sealed
from tests.engine.account.test_planning import attempt, with_step


class TestReplacement:
    def test_is_written_to_before_any_call(self) -> None:
        """The successor never heard of us: the open call goes, and the first step comes first."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 10))
        known = (sealed("successor", "source_contact"),)
        story.ask(
            r.AddPerson(person="successor", role=HEAD, points=points("successor"), fields=known)
        )

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person="successor"))
        before = story.kinds()
        story.run_until(at("2027-01-22", 12))

        assert (before, story.kinds()) == ([], [])
        assert len(story.of(e.TouchAttempted)) == 2
        assert story.planned()["1.4", "successor"] == date(2027, 1, 26)

    def test_that_was_a_mistake_sends_nobody_the_same_twice(self) -> None:
        """The role was given back at once, and the head got the first message again."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-20"))
        story.ask(r.AddPerson(person="successor", role=HEAD, points=points("successor")))

        for person in ("successor", HEAD):
            story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person=person))
        story.run_until(at("2027-02-15"))

        assert [(contact.step, contact.person) for contact in story.state.contacted] == [
            *(("1.3", HEAD), ("1.5", DGS), ("1.10", HEAD), ("1.10", DGS))
        ]
        assert story.rules_of(e.TouchSkipped) == ["role.same_person"]
        assert story.kinds() == ["call", "social", "call"]

    def test_does_not_repeat_what_is_in_flight(self) -> None:
        """The message left for the former head: the step is done, for the role."""
        story = Story().enrolled(HEAD)
        story.ask(attempt(story), when=story.state.touches[1].slot.due_at)
        story.ask(r.AddPerson(person="successor", role=HEAD, points=points("successor")))

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person="successor"))

        assert [key for key in story.planned() if key[0] == "1.3"] == [("1.3", HEAD)]

    def test_of_one_of_two_lost_roles_leaves_the_other_to_be_found(self) -> None:
        """Each required role is asked for until each is filled."""
        plan = with_step("1.7", roles=(Role(DSI, is_required=True),))
        story = Story(plan).enrolled(HEAD, DSI)
        story.ask(r.RecordDeparture(person=HEAD))
        story.ask(r.RecordDeparture(person=DSI))
        story.ask(r.AddPerson(person="successor", role=HEAD, points=points("successor")))

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person="successor"))

        assert [hold.reason for hold in story.state.holds.values()] == [DSI]
        assert "find_replacement" in story.kinds()

    def test_in_a_second_role_of_the_same_person_is_refused(self) -> None:
        """One conversation a person."""
        story = Story().enrolled(HEAD).with_people(DAF)
        story.ask(r.AssignParticipant(enrolment=1, role=DAF, person=DAF))

        again = story.ask(r.AssignParticipant(enrolment=1, role=DSI, person=DAF))

        assert code_of(again) is RefusalCode.ALREADY_ENROLLED

    def test_in_an_enrolment_that_never_was_is_refused(self) -> None:
        """A slip in the number."""
        story = Story().enrolled(HEAD)

        outcome = story.ask(r.AssignParticipant(enrolment=4, role=HEAD, person=HEAD))

        assert code_of(outcome) is RefusalCode.UNKNOWN_ENROLMENT
