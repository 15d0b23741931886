"""Whom a call reached is not in charge: somebody else is, and begins at the first step."""

from datetime import date

import pytest

from engine import events as e
from engine import requests as r
from engine.refusals import RefusalCode
from engine.values import Channel
from tests.engine.account.story import DAF, DGS, HEAD, Story, at, code_of, points, sealed
from tests.engine.account.test_calls import calling


class TestWrongPerson:
    """Somebody else is in charge: that one is asked for, and heard from the first step on."""

    def wrong(self, **given: str) -> Story:
        """Return a story in which call 1 reached the wrong person, a colleague being known."""
        story = calling(HEAD, DGS)
        known = (sealed("successor", "source_contact"),)
        story.ask(
            r.AddPerson(person="successor", role=HEAD, points=points("successor"), fields=known)
        )
        number = story.task("call")
        story.ask(r.CompleteTask(task=number, outcome="joint_mauvais_interlocuteur", **given))  # type: ignore[arg-type]  # names
        return story

    def test_is_asked_for_the_right_one_and_for_nothing_else(self) -> None:
        """Maturity, calendar, others of somebody who does not know: people invented them."""
        story = self.wrong()

        (task,) = story.state.tasks.values()
        assert (task.kind, task.missing) == ("find_replacement", (HEAD,))
        assert [hold.reason for hold in story.state.holds.values()] == [HEAD]

    def test_gets_nothing_more(self) -> None:
        """Two more calls and e-mail D went to somebody who had said no."""
        story = self.wrong()

        story.run_until(at("2027-03-01"))

        assert HEAD not in {person for _, person in story.planned()}
        assert {event.person for event in story.of(e.TaskOpened)} == {HEAD, ""}
        assert story.rules_of(e.ParticipantLost) == ["call.wrong_person"]

    @pytest.mark.parametrize("option", ["next_person", "person"])
    def test_that_names_the_right_one_begins_anew_there(self, option: str) -> None:
        """Call 3 was the first thing the successor ever heard of us."""
        story = self.wrong(**{option: "successor"})

        assert story.kinds() == []
        assert story.planned() == {
            ("1.3", "successor"): date(2027, 1, 22),
            ("1.5", DGS): date(2027, 1, 25),
            ("1.4", "successor"): date(2027, 1, 26),
            ("1.6", "successor"): date(2027, 1, 29),
            ("1.9", "successor"): date(2027, 2, 3),
            ("1.10", "successor"): date(2027, 2, 5),
            ("1.10", DGS): date(2027, 2, 8),
            ("1.12", "successor"): date(2027, 2, 9),
            ("1.14", "successor"): date(2027, 2, 12),
        }

    def test_found_later_begins_anew_then(self) -> None:
        """The enrolment waits for the name; then the first step is the first."""
        story = self.wrong().run_until(at("2027-01-28"))

        story.ask(r.AssignParticipant(enrolment=1, role=HEAD, person="successor"))
        planned = story.planned()
        story.run_until(at("2027-02-03", 18))

        assert planned["1.3", "successor"] == date(2027, 2, 1)
        assert planned["1.4", "successor"] == date(2027, 2, 3)
        assert story.kinds() == ["call"]

    def test_that_names_nobody_known_is_refused(self) -> None:
        """Whoever is in charge is made known first."""
        story = calling()

        outcome = story.close("joint_mauvais_interlocuteur", next_person="nobody")

        assert code_of(outcome) is RefusalCode.UNKNOWN_PERSON

    def test_that_names_the_same_one_is_refused(self) -> None:
        """The wrong one is not the right one."""
        story = calling()

        outcome = story.close("joint_mauvais_interlocuteur", next_person=HEAD)

        assert code_of(outcome) is RefusalCode.ALREADY_ENROLLED

    def test_in_the_last_call_is_asked_too(self) -> None:
        """No step of the role is left, and yet the right one was never heard of."""
        story = calling()
        story.close("absent")
        story.run_until(at("2027-01-26", 18)).close("absent")
        story.run_until(at("2027-02-04", 12))

        story.close("joint_mauvais_interlocuteur")

        assert story.kinds() == ["find_replacement"]

    def test_of_an_optional_role_holds_nothing(self) -> None:
        """The others go on; somebody asks who is in charge there."""
        story = Story().enrolled(HEAD, DGS).run_until(at("2027-01-22", 12))
        by_hand = r.AddTouch(
            enrolment=1, person=DGS, channel=Channel.CALL, on=date(2027, 1, 25), reason="x"
        )
        story.ask(by_hand)
        story.run_until(at("2027-01-27"))
        number = next(n for n, task in story.state.tasks.items() if task.person == DGS)

        story.ask(r.CompleteTask(task=number, outcome="joint_mauvais_interlocuteur"))

        assert story.state.holds == {}
        assert "find_replacement" in story.kinds()
        assert DGS not in {person for _, person in story.planned()}
        story.close("nobody", kind="find_replacement")
        assert story.state.enrolments[1].is_running

    def test_called_by_hand_outside_the_roles_is_verified(self) -> None:
        """There is no role to give."""
        story = Story().enrolled(HEAD).with_people(DAF)
        by_hand = r.AddTouch(
            enrolment=1, person=DAF, channel=Channel.CALL, on=date(2027, 1, 14), reason="x"
        )
        story.ask(by_hand)
        story.run_until(at("2027-01-14", 12))
        named = story.close("joint_mauvais_interlocuteur", next_person=DGS)

        story.close("joint_mauvais_interlocuteur")

        assert code_of(named) is RefusalCode.UNKNOWN_ROLE
        assert story.kinds() == ["verify_contact"]

    def test_closed_again_is_refused(self) -> None:
        """Two people may have the same call open on their screens."""
        story = calling()
        number = story.task("call")
        story.close("joint_mauvais_interlocuteur")

        outcome = story.ask(r.CompleteTask(task=number, outcome="absent"))

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED
