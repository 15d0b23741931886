"""Where the touches of an enrolment land, and what moved them."""

from datetime import date

import pytest
from msgspec import structs

from engine.cadence import lay_out
from engine.plan import (
    Anchor,
    AnchorKind,
    Landing,
    Offset,
    Step,
    Unit,
)
from engine.ruleset import ALWAYS, Locality
from engine.values import Channel, Move
from tests.engine.cadence.examples import ANCHORS, RULESET, TERMS, contact, draft, step
from tests.engine.cadence.placing import MONDAY, PERSON_GAP, STEP, at, days, on, placed


class TestOmissions:
    def test_an_unknown_anchor_leaves_the_step_out(self) -> None:
        """It is laid out again once it is known."""
        assert on(placed([draft(step(anchor=Anchor(AnchorKind.MEETING)))])) == ["anchor.unknown"]

    def test_a_landing_before_now_is_passed(self) -> None:
        """Who enters late does not get last week's mails today."""
        drafts = [draft(step(), 0), draft(step(offset=days(8)), 1)]

        assert on(placed(drafts, now="2027-01-13T12:00")) == ["anchor.passed", "2027-01-19"]

    def test_what_lands_ahead_is_not_passed_though_asked_before_now(self) -> None:
        """Asked for on Saturday, decided on Sunday, due on Monday, docs/decisions/0041."""
        saturday = draft(step(offset=days(5)))

        assert on(placed([saturday], now="2027-01-17T12:00")) == ["2027-01-18 window.weekend"]

    def test_a_passed_step_is_no_contact(self) -> None:
        """It keeps no distance from anybody."""
        drafts = [draft(step(), 0), draft(step(offset=days(1)), 1)]

        found = placed(drafts, gap=PERSON_GAP, now="2027-01-11T20:00")

        assert on(found) == ["anchor.passed", "2027-01-12"]

    def test_an_unknown_window_is_said(self) -> None:
        """A sequence checked under another ruleset must not stop the account."""
        assert on(placed([draft(step(window="lunch"))])) == ["window.unknown"]

    def test_a_window_that_never_opens_is_said(self) -> None:
        """Two windows of one group that share no day."""
        shut = structs.replace(RULESET.windows["day"], weekdays=(6,))
        ruleset = structs.replace(RULESET, windows=RULESET.windows | {"saturday": shut})
        drafts = [
            draft(step(group="both"), 0),
            draft(step(group="both", window="saturday"), 1),
        ]

        found = lay_out(drafts, anchors=ANCHORS, fixed_contacts=(), terms=TERMS, ruleset=ruleset)

        assert on(found) == ["window.never"] * 2

    def test_an_unknown_time_zone_is_said(self) -> None:
        """Total: a name from an import is only a name."""
        nowhere = Locality("Europe/Nowhere")

        assert on(placed([draft(step())], locality=nowhere)) == ["zone.unknown"]
        assert on(placed([draft(step())], locality=Locality("../etc"))) == ["zone.unknown"]

    def test_steps_that_wait_for_each_other_are_unknown(self) -> None:
        """A circle has no first day."""
        drafts = [
            draft(step(id="1", anchor=Anchor(STEP, step="2")), 0),
            draft(step(id="2", anchor=Anchor(STEP, step="1")), 1),
        ]

        assert on(placed(drafts)) == ["anchor.unknown"] * 2

    def test_what_was_asked_before_its_anchor_never_comes_after_it(self) -> None:
        """A call to confirm the meeting is no use the day after."""
        eve = step(
            offset=Offset(-1, Unit.BUSINESS_DAY),
            anchor=Anchor(AnchorKind.MEETING),
            landing=Landing.ASAP,
            window="call",
        )
        meeting_at = at("2027-01-18T13:00")

        assert on(placed([draft(eve)], meeting_at=meeting_at)) == ["2027-01-15"]
        fixed_contacts = [contact(date(2027, 1, 15))]
        late = placed(
            [draft(eve)], gap=PERSON_GAP, fixed_contacts=fixed_contacts, meeting_at=meeting_at
        )
        assert on(late) == ["anchor.passed"]


class TestNow:
    def test_nothing_lands_before_now(self) -> None:
        """Half a window is left: it lands at once."""
        (found,) = placed([draft(step())], now="2027-01-11T08:00")

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-11T08:00")
        assert found.slot.moves == ()

    def test_the_afternoon_takes_what_the_morning_missed(self) -> None:
        """The day asked for is not over."""
        (found,) = placed([draft(step())], now="2027-01-11T11:00")

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-11T13:00")

    def test_what_went_by_lands_again_from_now(self) -> None:
        """Nobody ran on Monday; on Saturday it is found, and lands on Monday."""
        late = draft(step(), lands_again=True)

        (found,) = placed([late], now="2027-01-16T12:00")

        assert found.slot is not None
        assert found.slot.moves == (
            Move("window.passed", date(2027, 1, 16)),
            Move("window.weekend", date(2027, 1, 18)),
        )

    def test_what_went_by_this_morning_lands_this_afternoon(self) -> None:
        """The reason is kept though the day is the same."""
        late = draft(step(), lands_again=True)

        assert on(placed([late], now="2027-01-11T11:00")) == ["2027-01-11 window.passed"]
        assert on(placed([late], now="2027-01-11T16:00")) == ["2027-01-12 window.passed"]

    def test_what_was_planned_for_this_morning_keeps_what_moved_it(self) -> None:
        """Its slot went by and the day has another: the rules so far still led there."""
        (monday,) = placed([draft(step(offset=days(-1)))], now="2027-01-09T12:00")
        assert monday.slot is not None
        again = draft(step(offset=days(-1)), planned=monday.slot)

        assert on((monday,)) == ["2027-01-11 window.weekend"]
        assert on(placed([again], now="2027-01-11T11:00")) == [
            "2027-01-11 window.weekend window.passed"
        ]

    def test_what_lands_ahead_is_not_moved_by_landing_again(self) -> None:
        """The flag allows, it does not order."""
        assert on(placed([draft(step(offset=days(1)), lands_again=True)])) == ["2027-01-12"]

    def test_planning_again_without_news_keeps_what_landed_again(self) -> None:
        """A second look on the same evening must not drop what the first one saved."""
        (first,) = placed([draft(step(), lands_again=True)], now="2027-01-12T16:00")
        assert first.slot is not None

        (again,) = placed([draft(step(), planned=first.slot)], now="2027-01-12T18:00")

        assert again.slot == first.slot

    def test_a_plan_whose_anchor_moved_into_the_past_is_dropped(self) -> None:
        """The vote was in March: the mail to send before it has no object."""
        before_vote = step(offset=days(-30), anchor=Anchor(AnchorKind.VOTE))
        (planned,) = placed([draft(before_vote)])
        assert planned.slot is not None

        found = placed(
            [draft(before_vote, planned=planned.slot)],
            now="2027-03-10T08:00",
            votes={2027: date(2027, 3, 10)},
        )

        assert on(found) == ["anchor.passed"]


class TestDelay:
    def test_a_delay_moves_and_is_named(self) -> None:
        """An absence until Thursday is why Monday's mail comes on Friday."""
        absent = draft(step(), not_before_at=at("2027-01-14T23:00"), not_before_rule="exit.absence")

        assert on(placed([absent])) == ["2027-01-15 exit.absence"]

    def test_a_delay_within_the_day_is_named_too(self) -> None:
        """Called back at half past two, because that was advised."""
        advised = draft(
            step(channel=Channel.CALL, window="call"),
            not_before_at=at("2027-01-11T13:30"),
            not_before_rule="call.advised",
        )

        (found,) = placed([advised])

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-11T13:30")
        assert found.slot.moves == (Move("call.advised", MONDAY),)

    def test_a_delay_past_closing_time_is_the_next_day(self) -> None:
        """The rule that delays is the rule that moves."""
        late = draft(step(), not_before_at=at("2027-01-11T17:00"), not_before_rule="exit.absence")

        assert on(placed([late])) == ["2027-01-12 exit.absence"]

    def test_a_delay_that_changes_nothing_leaves_no_trace(self) -> None:
        """The mail was for next week anyway."""
        soon = draft(
            step(offset=days(8)),
            not_before_at=at("2027-01-12T00:00"),
            not_before_rule="exit.absence",
        )

        assert on(placed([soon])) == ["2027-01-19"]


class TestStepAnchors:
    two_days_later = step(
        id="2", offset=Offset(2, Unit.BUSINESS_DAY), anchor=Anchor(STEP, step="1")
    )

    def test_a_step_that_is_not_done_counts_as_planned(self) -> None:
        """And is placed first, whatever day the other asks for."""
        first = step(id="1", offset=days(5))  # a Saturday: lands on Monday 18

        found = placed([draft(self.two_days_later, 0), draft(first, 1)])

        assert on(found) == ["2027-01-20", "2027-01-18 window.weekend"]

    def test_a_step_that_is_done_counts_as_it_was(self) -> None:
        """Whether or not the plan said another day."""
        done = {"1": at("2027-01-13T10:00")}

        assert on(placed([draft(self.two_days_later, 1)], done=done)) == ["2027-01-15"]

    def test_a_passed_step_still_carries_what_is_counted_from_it(self) -> None:
        """Entering late must not lose the rest of the chain."""
        drafts = [draft(step(id="1"), 0), draft(self.two_days_later, 1)]

        assert on(placed(drafts, now="2027-01-12T08:00")) == ["anchor.passed", "2027-01-13"]

    def test_the_same_day_waits_for_an_opening_after_it(self) -> None:
        """Counted from ten o'clock, the mail of that day starts at two."""
        same_day = step(id="2", anchor=Anchor(STEP, step="1"))

        (found,) = placed([draft(same_day)], done={"1": at("2027-01-13T09:00")})

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-13T13:00")

    def test_the_same_day_after_closing_is_the_next(self) -> None:
        """No hour is left, and the move says so."""
        same_day = step(id="2", anchor=Anchor(STEP, step="1"))

        found = placed([draft(same_day)], done={"1": at("2027-01-13T17:00")})

        assert on(found) == ["2027-01-14 window.hours"]


def test_the_order_of_placing_is_day_then_step_then_person() -> None:
    """Who comes first keeps the day; `moved_by` reads the same everywhere."""
    drafts = [
        draft(step(id="late", offset=days(1)), 0, "ada"),
        draft(step(id="early"), 1, "bob"),
        draft(step(id="tied"), 2, "eve"),
    ]

    assert on(placed(drafts)) == [
        "2027-01-13 cap.one_person_a_day",
        "2027-01-11",
        "2027-01-12 cap.one_person_a_day",
    ]


def test_a_shift_moves_what_hangs_on_the_start() -> None:
    """A campaign that opens a week late."""
    drafts = [draft(step(offset=days(8)))]

    assert on(placed(drafts, shift_days=7)) == ["2027-01-26"]


def test_elapsed_seconds_land_at_the_exact_instant() -> None:
    """Email, one second, call, one second, email: on a Sunday, under every rule of days."""

    def exact(name: str, channel: Channel, seconds: int, anchor: Anchor) -> Step:
        return step(
            id=name,
            channel=channel,
            offset=Offset(seconds, Unit.SECOND),
            anchor=anchor,
            window=ALWAYS,
            landing=Landing.ASAP,
        )

    drafts = [
        draft(exact("1", Channel.EMAIL, 0, Anchor(AnchorKind.ENTRY)), 0),
        draft(exact("2", Channel.CALL, 1, Anchor(STEP, step="1")), 1),
        draft(exact("3", Channel.EMAIL, 1, Anchor(STEP, step="2")), 2),
    ]
    sunday_at = at("2026-11-22T22:59:59")

    found = placed(drafts, entry_at=sunday_at, now="2026-11-22T22:59:59")

    assert [placement.slot.due_at for placement in found if placement.slot] == [
        sunday_at,
        at("2026-11-22T23:00:00"),
        at("2026-11-22T23:00:01"),
    ]


@pytest.mark.parametrize(
    ("person", "expected"), [("ada", "2027-01-11"), ("bob", "2027-01-12 cap.one_person_a_day")]
)
def test_the_window_that_is_always_open_still_keeps_gaps_and_caps(
    person: str, expected: str
) -> None:
    """It frees from the calendar, not from courtesy."""
    one = step(window=ALWAYS)

    found = placed([draft(one)], fixed_contacts=[contact(MONDAY, person, enrolment=2)])

    assert on(found) == [expected]
