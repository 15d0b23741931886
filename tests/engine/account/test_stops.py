"""What ends it for one person: objections, dead addresses, departures, refusals (S3 to S5)."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.decision import Nothing
from engine.plan import Role
from engine.refusals import RefusalCode
from engine.requests import Reach
from engine.values import Channel
from tests.engine.account.story import (
    DAF,
    DGS,
    DSI,
    HEAD,
    Story,
    at,
    code_of,
    points,
    thirty_days,
)

DGA = "dga"


def written() -> Story:
    """Return a story in which the first e-mail was sent, to one of three people."""
    return Story().enrolled(HEAD, DGS, DSI).run_until(at("2027-01-20"))


def in_flight() -> Story:
    """Return a story in which the first e-mail is under way."""
    story = Story().enrolled(HEAD, DGS)
    due_at = story.state.touches[1].slot.due_at
    story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at), when=due_at)
    return story


class TestObjection:
    def test_ends_it_for_that_person_at_once(self) -> None:
        """S3: the others of the account have not objected."""
        story = written()

        story.ask(r.StopPerson(tag=f"mail-{DGS}", person=DGS))

        assert {person for _, person in story.planned()} == {HEAD, DSI}
        assert story.rules_of(e.ParticipantLost) == ["exit.objection"]

    def test_again_is_nothing(self) -> None:
        """Each address of the person tells each account that knows it."""
        story = written()
        story.ask(r.StopPerson(tag=f"mail-{DGS}", person=DGS))

        assert story.ask(r.StopPerson(tag=f"call-{DGS}", person=DGS)) == Nothing()

    def test_of_nobody_here_is_nothing(self) -> None:
        """The address was known once, or is of an account that was merged."""
        assert written().ask(r.StopPerson(tag="mail-x", person="x")) == Nothing()

    def test_by_address_alone_stops_all_who_share_it(self) -> None:
        """A shared mailbox objects for everybody who reads it."""
        story = written()
        story.ask(r.AddContactPoint(person=DSI, point=points(DGS)[0]))

        story.ask(r.StopPerson(tag=f"mail-{DGS}"))

        people = story.state.people.items()
        assert {name for name, position in people if position.stopped_by} == {DGS, DSI}

    def test_of_a_required_role_holds_the_enrolment(self) -> None:
        """Without its service head the sequence has nobody to speak to."""
        story = written()

        story.ask(r.StopPerson(tag=f"mail-{HEAD}", person=HEAD))
        story.run_until(at("2027-02-20"))

        assert [hold.rule for hold in story.state.holds.values()] == ["role.required_lost"]
        assert (story.kinds(), len(story.of(e.TouchAttempted))) == (["find_replacement"], 1)

    def test_of_a_required_role_with_nobody_to_replace_it_ends_the_enrolment(self) -> None:
        """« Personne » is an answer: the enrolment must not wait for ever."""
        story = written()
        story.ask(r.StopPerson(tag=f"mail-{HEAD}", person=HEAD))

        story.close("nobody", kind="find_replacement")

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["role_lost"]
        assert (story.state.holds, story.state.enrolments) == ({}, {})

    def test_after_the_last_step_of_a_required_role_holds_nothing(self) -> None:
        """The head's steps are over: the DSI's last message goes out all the same."""
        story = Story().enrolled(HEAD, DSI)
        for day in ("2027-01-21", "2027-01-26"):
            story.run_until(at(day, 18)).close("absent")
        story.run_until(at("2027-01-29", 18)).close("done", kind="social")
        story.run_until(at("2027-02-04", 18)).close("absent")
        story.run_until(at("2027-02-09", 18))

        story.ask(r.RecordDeparture(person=HEAD))
        story.run_until(at("2027-02-11"))

        assert story.of(e.HoldPlaced) == []
        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["exhausted"]

    def test_leaves_the_answer_to_a_reply_to_be_given(self) -> None:
        """The DGS replied, then objected: somebody still says what becomes of the others."""
        story = written()
        story.ask(r.RecordReply(person=DGS))

        story.ask(r.StopPerson(tag=f"mail-{DGS}", person=DGS))

        assert story.kinds() == ["after_reply"]

    def test_withdraws_what_was_planned_by_hand(self) -> None:
        """An order given before the objection is no reason to write after it."""
        story = written().with_people(DAF)
        story.ask(
            r.AddTouch(
                enrolment=1, person=DAF, channel=Channel.CALL, on=date(2027, 1, 28), reason="x"
            )
        )

        story.ask(r.StopPerson(tag=f"mail-{DAF}", person=DAF))

        assert ("", DAF) not in story.planned()

    def test_that_races_a_message_in_flight_lets_it_land_and_sends_no_other(self) -> None:
        """What left before the objection is listed with it; nothing leaves after."""
        story = in_flight()
        story.ask(r.StopPerson(tag=f"mail-{HEAD}", person=HEAD))

        story.settle(Reach.POSTPONED)
        story.run_until(at("2027-02-20"))

        assert len(story.of(e.TouchAttempted)) == 1


class TestBounce:
    def test_ends_it_for_that_person_and_marks_the_address(self) -> None:
        """S4: an address that does not exist is not tried again."""
        story = written()

        story.ask(r.RecordBounce(person=DSI, code="5.1.1"))

        assert story.state.people[DSI].failed_tags == (f"mail-{DSI}",)
        assert {person for _, person in story.planned()} == {HEAD, DGS}

    def test_again_is_nothing(self) -> None:
        """Mail servers repeat themselves for days."""
        story = written()
        story.ask(r.RecordBounce(person=DSI))

        assert story.ask(r.RecordBounce(person=DSI, tag=f"mail-{DSI}")) == Nothing()
        assert story.ask(r.RecordBounce(person=DSI)) == Nothing()

    def test_of_a_passing_kind_is_only_noted(self) -> None:
        """A full mailbox is emptied one day."""
        story = written()

        story.ask(r.RecordBounce(touch=1, is_permanent=False, code="4.2.2"))

        assert (len(story.of(e.BounceReceived)), story.of(e.ContactPointFailed)) == (1, [])

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (r.RecordBounce(touch=99), RefusalCode.UNKNOWN_TOUCH),
            (r.RecordBounce(person="nobody"), RefusalCode.UNKNOWN_PERSON),
            (r.RecordBounce(person=DSI, tag="elsewhere"), RefusalCode.NO_CONTACT_POINT),
        ],
    )
    def test_that_concerns_no_address_of_ours_is_refused(
        self, request_: r.RecordBounce, code: RefusalCode
    ) -> None:
        """Marking a stranger's address as this person's would silence both."""
        assert code_of(written().ask(request_)) is code

    def test_of_the_second_address_marks_the_second(self) -> None:
        """The first failed before: what bounced now is the one in use."""
        story = written()
        story.ask(r.AddContactPoint(person=DSI, point=points("second")[0]))
        story.ask(r.RecordBounce(person=DSI))

        story.ask(r.RecordBounce(person=DSI))

        assert story.state.people[DSI].failed_tags == (f"mail-{DSI}", "mail-second")

    def test_heard_while_sending_is_told_to_the_other_accounts(self) -> None:
        """The contact point learns of it by this event, and tells who else knows the address."""
        story = in_flight()

        story.settle(Reach.REFUSED, code="550 5.1.1")

        assert [(event.rule, event.tag) for event in story.of(e.BounceReceived)] == [
            ("exit.address_refused", f"mail-{HEAD}")
        ]

    def test_heard_while_sending_after_it_was_known_changes_nothing_more(self) -> None:
        """The report from outside came first."""
        story = in_flight()
        story.ask(r.RecordBounce(person=HEAD))

        story.settle(Reach.REFUSED, code="550 5.1.1")

        assert len(story.of(e.ContactPointFailed)) == 1

    @pytest.mark.parametrize("code", ["550 5.1.8", "550 5.7.1", "550", ""])
    def test_about_ourselves_marks_no_address(self, code: str) -> None:
        """5.1.7 and 5.1.8 are about the sender (RFC 3463): the person's address is fine."""
        story = in_flight()

        story.settle(Reach.REFUSED, code=code)

        assert story.of(e.ContactPointFailed) == []

    def test_decided_for_the_address_elsewhere_holds_here(self) -> None:
        """Another account found out; this one must not try it."""
        story = written()

        story.ask(r.StopPerson(tag=f"mail-{DSI}", person=DSI, reason="bounce"))
        again = story.ask(r.StopPerson(tag=f"mail-{DSI}", person=DSI, reason="bounce"))
        other = story.ask(r.StopPerson(tag="mail-x", person=DSI, reason="bounce"))

        assert story.state.people[DSI].failed_tags == (f"mail-{DSI}",)
        assert (again, other) == (Nothing(), Nothing())
        assert story.state.people[DSI].stopped_by == ""


class TestDeparture:
    def test_ends_it_for_that_person_and_asks_who_comes_after(self) -> None:
        """S5: the position stays, the person has left."""
        story = written()

        story.ask(r.RecordDeparture(person=DSI))

        assert {person for _, person in story.planned()} == {HEAD, DGS}
        assert story.kinds() == ["verify_contact"]

    def test_again_is_nothing(self) -> None:
        """Two colleagues tell it."""
        story = written()
        story.ask(r.RecordDeparture(person=DSI))

        assert story.ask(r.RecordDeparture(person=DSI)) == Nothing()

    def test_of_nobody_here_is_refused(self) -> None:
        """A slip in the name must not pass for a departure."""
        outcome = written().ask(r.RecordDeparture(person="nobody"))

        assert code_of(outcome) is RefusalCode.UNKNOWN_PERSON

    def test_lets_the_alternative_take_the_steps_over(self) -> None:
        """« dgs | dga »: the first that has a person."""
        story = Story().with_people(HEAD, DGS, DGA)
        story.ask(replace(story.enrol(HEAD, DGS, DGA)))

        story.ask(r.RecordDeparture(person=DGS))

        assert story.planned()["1.5", DGA] == date(2027, 1, 22)

    def test_of_somebody_who_comes_back_needs_a_decision(self) -> None:
        """The same name again may be somebody else: it is refused, not ignored."""
        story = Story().with_people(HEAD)
        story.ask(r.RecordDeparture(person=HEAD))
        position = story.state.people[HEAD]

        outcome = story.ask(r.AddPerson(person=HEAD, role=HEAD, points=position.points))

        assert code_of(outcome) is RefusalCode.ALREADY_EXISTS

    def test_releases_who_waited_for_the_persons_step(self) -> None:
        """A colleague's message waited for the outcome of one that will never be known."""
        story = Story().enrolled(HEAD, DGS)
        due_at = story.state.touches[1].slot.due_at
        story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at), when=due_at)
        story.settle(Reach.UNKNOWN)
        story.run_until(at("2027-01-22", 12))
        waited = story.rules_of(e.TouchWaits)

        story.ask(r.RecordAttempt(touch=1, attempt=1, reach=Reach.SENT))

        assert waited == ["requires.sent", "requires.sent"]
        assert story.rules_of(e.TouchMoved).count("step.known") == 2


class TestRefusal:
    def test_of_an_optional_role_ends_it_for_that_person(self) -> None:
        """The DGS said no; the service did not."""
        story = written()

        story.ask(r.RecordRefusal(person=DGS))

        assert {person for _, person in story.planned()} == {HEAD, DSI}

    def test_of_a_required_role_ends_the_enrolment(self) -> None:
        """Nobody goes on over the head of the service that refused."""
        story = written()

        story.ask(r.RecordRefusal(person="", touch=1))

        assert [event.reason for event in story.of(e.EnrolmentFinished)] == ["refusal"]

    def test_reported_twice_a_day_is_nothing(self) -> None:
        """The mail and the call say the same no; the rest is not counted anew."""
        story = written()
        story.ask(r.RecordRefusal(person=HEAD))

        assert story.ask(r.RecordRefusal(person=HEAD)) == Nothing()

    def test_later_begins_the_rest_again(self) -> None:
        """A second no, weeks after the first, counts from its own day."""
        story = written()
        story.ask(r.RecordRefusal(person=HEAD))

        story.ask(r.RecordRefusal(person=HEAD), when=at("2027-02-20"))

        assert len(story.of(e.RefusalReceived)) == 2

    def test_of_nobody_here_is_refused(self) -> None:
        """A refusal without its person protects nobody."""
        assert code_of(written().ask(r.RecordRefusal(person="x"))) is RefusalCode.UNKNOWN_PERSON

    def test_keeps_the_person_from_touches_by_hand(self) -> None:
        """Sixty days without any contact, not only without sequences."""
        story = written()
        story.ask(r.RecordRefusal(person=DGS))

        outcome = story.ask(
            r.AddTouch(
                enrolment=1, person=DGS, channel=Channel.CALL, on=date(2027, 1, 28), reason="x"
            )
        )

        assert code_of(outcome) is RefusalCode.COOL_DOWN

    def test_keeps_the_person_from_being_assigned(self) -> None:
        """Another role is no way around a no."""
        story = written()
        story.ask(r.RecordRefusal(person=DGS))

        outcome = story.ask(r.AssignParticipant(enrolment=1, role=DGA, person=DGS))

        assert code_of(outcome) is RefusalCode.COOL_DOWN

    def test_of_an_optional_service_head_stops_what_asks_for_its_leave(self) -> None:
        """1.5 goes to the DGS only if the service has not refused."""
        plan = thirty_days()
        steps = tuple(
            replace(step, roles=tuple(Role(role.name) for role in step.roles))
            for step in plan.steps
        )
        story = Story(replace(plan, steps=steps)).enrolled(HEAD, DGS).run_until(at("2027-01-20"))
        story.ask(r.RecordRefusal(person=HEAD))

        story.run_until(at("2027-01-22", 12))

        assert "condition.service_not_refused" in story.rules_of(e.TouchSkipped)
