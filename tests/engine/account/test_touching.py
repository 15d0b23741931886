"""Touches planned or left out by hand."""

from datetime import date

import pytest
from msgspec.structs import replace

from engine import events as e
from engine import requests as r
from engine.account.state import TouchStatus
from engine.decision import Nothing
from engine.refusals import RefusalCode
from engine.values import Channel
from tests.engine.account.story import DAF, DGS, DSI, ELU, HEAD, Story, at, code_of

THURSDAY = date(2027, 1, 28)


def order(person: str, channel: Channel = Channel.CALL, on: date = THURSDAY) -> r.AddTouch:
    """Return an order for one touch."""
    return r.AddTouch(enrolment=1, person=person, channel=channel, on=on, reason="signal")


class TestAddTouch:
    def test_lands_on_its_day_and_the_plan_makes_way(self) -> None:
        """An order is worth more than what is only planned."""
        story = Story().enrolled(HEAD, DGS, DSI)

        story.ask(order(HEAD, on=date(2027, 1, 25)))

        assert story.planned()["", HEAD] == date(2027, 1, 25)
        assert story.planned()["1.6", HEAD] == date(2027, 1, 27)

    def test_twice_is_nothing(self) -> None:
        """A double click is one order."""
        story = Story().enrolled(HEAD)
        story.ask(order(HEAD))

        assert story.ask(order(HEAD)) == Nothing()

    def test_of_work_counts_as_no_contact(self) -> None:
        """A note to write is nobody's contact: no cap, no gap."""
        story = Story().enrolled(HEAD)

        story.ask(order(HEAD, Channel.TASK, date(2027, 1, 19)))
        story.run_until(at("2027-01-19", 18)).close("done", kind="task")

        assert [event.is_contact for event in story.of(e.TouchPlanned)][-1] is False
        assert {contact.channel for contact in story.state.contacted} == {Channel.EMAIL}

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"enrolment": 7}, RefusalCode.UNKNOWN_ENROLMENT),
            ({"person": "nobody"}, RefusalCode.UNKNOWN_PERSON),
            ({"reason": ""}, RefusalCode.REASON_REQUIRED),
            ({"on": date(2027, 1, 4)}, RefusalCode.INSTANT_PAST),
            ({"on": date(9999, 12, 31)}, RefusalCode.CAP_REACHED),
            ({"channel": Channel.EMAIL, "message": "x"}, RefusalCode.UNKNOWN_MESSAGE),
            ({"person": ELU}, RefusalCode.HIERARCHY),
            ({"person": ELU, "role": DGS}, RefusalCode.HIERARCHY),
        ],
    )
    def test_that_cannot_be_is_refused(self, change: dict[str, object], code: RefusalCode) -> None:
        """Each refusal says what would allow it; a role that is borrowed opens no door."""
        story = Story().enrolled(HEAD).with_people(ELU)

        assert code_of(story.ask(replace(order(HEAD), **change))) is code

    def test_of_a_person_who_left_or_cannot_be_reached_is_refused(self) -> None:
        """Nothing could come of it but a task nobody can do."""
        story = Story().enrolled(HEAD).with_people(DAF)
        story.ask(r.RecordDeparture(person=DAF))
        story.ask(r.AddPerson(person=DSI, role=DSI))

        assert code_of(story.ask(order(DAF))) is RefusalCode.UNKNOWN_PERSON
        assert code_of(story.ask(order(DSI))) is RefusalCode.NO_CONTACT_POINT

    def test_of_a_person_who_objected_is_refused(self) -> None:
        """By hand or not: nothing more."""
        story = Story().enrolled(HEAD).with_people(DAF)
        story.ask(r.StopPerson(tag="t", person=DAF))

        assert code_of(story.ask(order(DAF))) is RefusalCode.SUPPRESSED

    def test_before_the_campaign_opens_is_refused(self) -> None:
        """The gate holds for orders too."""
        story = Story().enrolled(HEAD, campaign="c")

        assert code_of(story.ask(order(HEAD))) is RefusalCode.NOT_OPEN

    def test_after_the_end_is_refused(self) -> None:
        """There is no enrolment left to belong to."""
        story = Story().enrolled(HEAD)
        story.ask(r.Withdraw(enrolment=1, reason="doublon"))

        assert code_of(story.ask(order(HEAD))) is RefusalCode.ALREADY_CLOSED

    def test_for_today_lands_in_what_is_left_of_it(self) -> None:
        """« Maintenant » is a day like any other."""
        story = Story().enrolled(HEAD)
        story.now = at("2027-01-12", 15)

        story.ask(order(HEAD, on=date(2027, 1, 12)))

        assert story.state.touches[story.touch("")].slot.due_at == story.now

    def test_late_asks_for_its_own_day_still(self) -> None:
        """Landing again must not make it a touch of the start."""
        story = Story().enrolled(HEAD)
        story.ask(order(HEAD, on=date(2027, 1, 14)))
        number = story.touch("")
        story.now = at("2027-01-14", 20)

        story.run_until(at("2027-01-14", 21))

        slot = story.state.touches[number].slot
        assert (slot.asked.on, slot.on) == (date(2027, 1, 14), date(2027, 1, 15))
        assert [move.rule for move in slot.moves] == ["plan.stood_still", "window.passed"]


class TestSkipTouch:
    def test_leaves_it_out_with_its_reason(self) -> None:
        """The sequence goes on; the reason stays."""
        story = Story().enrolled(HEAD)

        story.ask(r.SkipTouch(touch=1, reason="no signal"))

        assert [(event.rule, event.reason) for event in story.of(e.TouchSkipped)] == [
            ("skip.order", "no signal")
        ]

    def test_closes_its_task(self) -> None:
        """Nobody calls for a step that was left out."""
        story = Story().enrolled(HEAD).run_until(at("2027-01-21", 10))

        story.ask(r.SkipTouch(touch=story.touch("1.4"), reason="x"))

        assert story.kinds() == []

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (r.SkipTouch(touch=99, reason="x"), RefusalCode.UNKNOWN_TOUCH),
            (r.SkipTouch(touch=1, reason=""), RefusalCode.REASON_REQUIRED),
        ],
    )
    def test_that_cannot_be_is_refused(self, request_: r.SkipTouch, code: RefusalCode) -> None:
        """An auditor asks why."""
        assert code_of(Story().enrolled(HEAD).ask(request_)) is code

    def test_again_is_refused(self) -> None:
        """It is over: whoever asks again must know that it had no effect."""
        story = Story().enrolled(HEAD)
        story.ask(r.SkipTouch(touch=1, reason="x"))

        again = story.ask(r.SkipTouch(touch=1, reason="y"))

        assert code_of(again) is RefusalCode.ALREADY_CLOSED

    def test_loses_against_the_attempt(self) -> None:
        """The message has left."""
        story = Story().enrolled(HEAD)
        due_at = story.state.touches[1].slot.due_at
        story.ask(r.AttemptTouch(touch=1, attempt=1, due_at=due_at, fired_at=due_at), when=due_at)

        outcome = story.ask(r.SkipTouch(touch=1, reason="x"))

        assert code_of(outcome) is RefusalCode.ALREADY_CLOSED
        assert story.state.touches[1].status is TouchStatus.ATTEMPTING
