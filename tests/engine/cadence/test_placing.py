"""Where the touches of an enrolment land, and what moved them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from msgspec import structs

from engine.cadence import Contact, Placement, Wanted, lay_out
from engine.plan import (
    Anchor,
    AnchorKind,
    Gap,
    GapScope,
    Landing,
    Offset,
    Step,
    StepKind,
    Unit,
)
from engine.ruleset import ALWAYS, Locality
from engine.values import Channel, Move
from tests.engine.cadence.examples import ANCHORS, RULESET, TERMS, contact, step, wanted

MONDAY = date(2027, 1, 11)
PERSON_GAP = Gap(2, Unit.BUSINESS_DAY, GapScope.PERSON)
ENROLMENT_GAP = Gap(5, Unit.DAY, GapScope.ENROLMENT)
START, STEP = Anchor(AnchorKind.START), AnchorKind.STEP


def at(text: str) -> datetime:
    """Return an instant of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(count: int) -> Offset:
    """Return calendar days."""
    return Offset(count, Unit.DAY)


def placed(
    wishes: Sequence[Wanted],
    *,
    standing: Sequence[Contact] = (),
    now: str = "2000-01-01",
    **given: object,
) -> tuple[Placement, ...]:
    """Lay `wishes` out from Monday 11 January 2027 on, under the terms and anchors given."""
    of_terms = {name: given[name] for name in given if name in TERMS.__struct_fields__}
    of_anchors = {name: given[name] for name in given if name not in of_terms}
    return lay_out(
        wishes,
        anchors=structs.replace(ANCHORS, **of_anchors),
        standing=standing,
        terms=structs.replace(TERMS, now_at=at(now), **of_terms),
        ruleset=RULESET,
    )


def on(placements: tuple[Placement, ...]) -> list[str]:
    """Return the day of each, with the rules that moved it; or the rule that left it out."""
    return [
        one.omitted_by
        if one.slot is None
        else " ".join([str(one.slot.on), *(move.rule for move in one.slot.moves)])
        for one in placements
    ]


class TestOmissions:
    def test_an_unknown_anchor_leaves_the_step_out(self) -> None:
        """It is laid out again once it is known."""
        assert on(placed([wanted(step(anchor=Anchor(AnchorKind.MEETING)))])) == ["anchor.unknown"]

    def test_a_landing_before_now_is_passed(self) -> None:
        """Who enters late does not get last week's mails today."""
        wishes = [wanted(step(), 0), wanted(step(offset=days(8)), 1)]

        assert on(placed(wishes, now="2027-01-13T12:00")) == ["anchor.passed", "2027-01-19"]

    def test_what_lands_ahead_is_not_passed_though_asked_before_now(self) -> None:
        """Asked for on Saturday, decided on Sunday, due on Monday, docs/decisions/0041."""
        saturday = wanted(step(offset=days(5)))

        assert on(placed([saturday], now="2027-01-17T12:00")) == ["2027-01-18 window.weekend"]

    def test_a_passed_step_is_no_contact(self) -> None:
        """It keeps no distance from anybody."""
        wishes = [wanted(step(), 0), wanted(step(offset=days(1)), 1)]

        found = placed(wishes, gap=PERSON_GAP, now="2027-01-11T20:00")

        assert on(found) == ["anchor.passed", "2027-01-12"]

    def test_an_unknown_window_is_said(self) -> None:
        """A sequence checked under another ruleset must not stop the account."""
        assert on(placed([wanted(step(window="lunch"))])) == ["window.unknown"]

    def test_a_window_that_never_opens_is_said(self) -> None:
        """Two windows of one group that share no day."""
        shut = structs.replace(RULESET.windows["day"], weekdays=(6,))
        ruleset = structs.replace(RULESET, windows=RULESET.windows | {"saturday": shut})
        wishes = [
            wanted(step(group="both"), 0),
            wanted(step(group="both", window="saturday"), 1),
        ]

        found = lay_out(wishes, anchors=ANCHORS, standing=(), terms=TERMS, ruleset=ruleset)

        assert on(found) == ["window.never"] * 2

    def test_an_unknown_time_zone_is_said(self) -> None:
        """Total: a name from an import is only a name."""
        nowhere = Locality("Europe/Nowhere")

        assert on(placed([wanted(step())], locality=nowhere)) == ["zone.unknown"]
        assert on(placed([wanted(step())], locality=Locality("../etc"))) == ["zone.unknown"]

    def test_steps_that_wait_for_each_other_are_unknown(self) -> None:
        """A circle has no first day."""
        wishes = [
            wanted(step(id="1", anchor=Anchor(STEP, step="2")), 0),
            wanted(step(id="2", anchor=Anchor(STEP, step="1")), 1),
        ]

        assert on(placed(wishes)) == ["anchor.unknown"] * 2

    def test_what_was_asked_before_its_anchor_never_comes_after_it(self) -> None:
        """A call to confirm the meeting is no use the day after."""
        eve = step(
            offset=Offset(-1, Unit.BUSINESS_DAY),
            anchor=Anchor(AnchorKind.MEETING),
            landing=Landing.ASAP,
            window="call",
        )
        meeting_at = at("2027-01-18T13:00")

        assert on(placed([wanted(eve)], meeting_at=meeting_at)) == ["2027-01-15"]
        standing = [contact(date(2027, 1, 15))]
        late = placed([wanted(eve)], gap=PERSON_GAP, standing=standing, meeting_at=meeting_at)
        assert on(late) == ["anchor.passed"]


class TestNow:
    def test_nothing_lands_before_now(self) -> None:
        """Half a window is left: it lands at once."""
        (found,) = placed([wanted(step())], now="2027-01-11T08:00")

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-11T08:00")
        assert found.slot.moves == ()

    def test_the_afternoon_takes_what_the_morning_missed(self) -> None:
        """The day asked for is not over."""
        (found,) = placed([wanted(step())], now="2027-01-11T11:00")

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-11T13:00")

    def test_what_went_by_lands_again_from_now(self) -> None:
        """Nobody ran on Monday; on Saturday it is found, and lands on Monday."""
        late = wanted(step(), lands_again=True)

        (found,) = placed([late], now="2027-01-16T12:00")

        assert found.slot is not None
        assert found.slot.moves == (
            Move("window.passed", date(2027, 1, 16)),
            Move("window.weekend", date(2027, 1, 18)),
        )

    def test_what_went_by_this_morning_lands_this_afternoon(self) -> None:
        """The reason is kept though the day is the same."""
        late = wanted(step(), lands_again=True)

        assert on(placed([late], now="2027-01-11T11:00")) == ["2027-01-11 window.passed"]
        assert on(placed([late], now="2027-01-11T16:00")) == ["2027-01-12 window.passed"]

    def test_what_lands_ahead_is_not_moved_by_landing_again(self) -> None:
        """The flag allows, it does not order."""
        assert on(placed([wanted(step(offset=days(1)), lands_again=True)])) == ["2027-01-12"]

    def test_planning_again_without_news_keeps_what_landed_again(self) -> None:
        """A second look on the same evening must not drop what the first one saved."""
        (first,) = placed([wanted(step(), lands_again=True)], now="2027-01-12T16:00")
        assert first.slot is not None

        (again,) = placed([wanted(step(), planned=first.slot)], now="2027-01-12T18:00")

        assert again.slot == first.slot

    def test_a_plan_whose_anchor_moved_into_the_past_is_dropped(self) -> None:
        """The vote was in March: the mail to send before it has no object."""
        before_vote = step(offset=days(-30), anchor=Anchor(AnchorKind.VOTE))
        (planned,) = placed([wanted(before_vote)])
        assert planned.slot is not None

        found = placed(
            [wanted(before_vote, planned=planned.slot)],
            now="2027-03-10T08:00",
            vote_on=date(2027, 3, 10),
        )

        assert on(found) == ["anchor.passed"]


class TestDelay:
    def test_a_delay_moves_and_is_named(self) -> None:
        """An absence until Thursday is why Monday's mail comes on Friday."""
        absent = wanted(
            step(), not_before_at=at("2027-01-14T23:00"), not_before_rule="exit.absence"
        )

        assert on(placed([absent])) == ["2027-01-15 exit.absence"]

    def test_a_delay_within_the_day_is_named_too(self) -> None:
        """Called back at half past two, because that was advised."""
        advised = wanted(
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
        late = wanted(step(), not_before_at=at("2027-01-11T17:00"), not_before_rule="exit.absence")

        assert on(placed([late])) == ["2027-01-12 exit.absence"]

    def test_a_delay_that_changes_nothing_leaves_no_trace(self) -> None:
        """The mail was for next week anyway."""
        soon = wanted(
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

        found = placed([wanted(self.two_days_later, 0), wanted(first, 1)])

        assert on(found) == ["2027-01-20", "2027-01-18 window.weekend"]

    def test_a_step_that_is_done_counts_as_it_was(self) -> None:
        """Whether or not the plan said another day."""
        done = {"1": at("2027-01-13T10:00")}

        assert on(placed([wanted(self.two_days_later, 1)], done=done)) == ["2027-01-15"]

    def test_a_passed_step_still_carries_what_is_counted_from_it(self) -> None:
        """Entering late must not lose the rest of the chain."""
        wishes = [wanted(step(id="1"), 0), wanted(self.two_days_later, 1)]

        assert on(placed(wishes, now="2027-01-12T08:00")) == ["anchor.passed", "2027-01-13"]

    def test_the_same_day_waits_for_an_opening_after_it(self) -> None:
        """Counted from ten o'clock, the mail of that day starts at two."""
        same_day = step(id="2", anchor=Anchor(STEP, step="1"))

        (found,) = placed([wanted(same_day)], done={"1": at("2027-01-13T09:00")})

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-13T13:00")

    def test_the_same_day_after_closing_is_the_next(self) -> None:
        """No hour is left, and the move says so."""
        same_day = step(id="2", anchor=Anchor(STEP, step="1"))

        found = placed([wanted(same_day)], done={"1": at("2027-01-13T17:00")})

        assert on(found) == ["2027-01-14 window.hours"]


class TestGap:
    def test_is_kept_from_what_stands_before_and_after(self) -> None:
        """A distance has no direction."""
        standing = [contact(date(2027, 1, 12))]

        assert on(placed([wanted(step())], gap=PERSON_GAP, standing=standing)) == [
            "2027-01-14 gap.person"
        ]

    def test_per_person_looks_at_all_enrolments_of_the_person(self) -> None:
        """She does not know how many sequences we run."""
        other = [contact(date(2027, 1, 8), enrolment=2)]

        assert on(placed([wanted(step())], gap=PERSON_GAP, standing=other)) == [
            "2027-01-12 gap.person"
        ]

    def test_per_enrolment_looks_at_everybody_in_it(self) -> None:
        """And at nobody beyond it."""
        inside = [contact(date(2027, 1, 8), "bob")]
        outside = [contact(date(2027, 1, 8), "bob", enrolment=2)]

        assert on(placed([wanted(step())], gap=ENROLMENT_GAP, standing=inside)) == [
            "2027-01-13 gap.enrolment"
        ]
        assert on(placed([wanted(step())], gap=ENROLMENT_GAP, standing=outside)) == ["2027-01-11"]

    def test_does_not_hold_for_work(self) -> None:
        """A task disturbs nobody."""
        task = step(kind=StepKind.WORK, channel=Channel.TASK, window="day")
        wishes = [wanted(task, 0, "", role=""), wanted(step(), 1)]

        assert on(placed(wishes, gap=PERSON_GAP)) == ["2027-01-11", "2027-01-11"]

    def test_is_kept_from_an_agreed_date_on_both_sides(self) -> None:
        """The agreed one stays where it is, although it was asked for last."""
        agreed = step(
            id="fair",
            channel=Channel.MEETING,
            anchor=Anchor(AnchorKind.EVENT, event="fair"),
            window="agreed",
            landing=Landing.SAME_TIME,
        )
        wishes = [wanted(step(offset=days(4)), 0), wanted(agreed, 1)]
        saturday = {"fair": date(2027, 1, 16)}

        found = placed(wishes, gap=ENROLMENT_GAP, events=saturday)

        assert on(found) == ["2027-01-21 gap.enrolment", "2027-01-16"]

    def test_pushes_past_each_contact_in_its_way(self) -> None:
        """One move, to the first day that every contact permits."""
        standing = [contact(date(2027, 1, day)) for day in (11, 13, 15)]

        assert on(placed([wanted(step())], gap=PERSON_GAP, standing=standing)) == [
            "2027-01-19 gap.person"
        ]


class TestOnePersonADay:
    def test_another_person_waits_for_a_free_day(self) -> None:
        """Two mails on one day to one town hall look like a campaign."""
        wishes = [wanted(step(), 0), wanted(step(), 1, "bob")]

        assert on(placed(wishes)) == ["2027-01-11", "2027-01-12 cap.one_person_a_day"]

    def test_the_same_person_twice_on_one_day_is_allowed(self) -> None:
        """A call and the mail that follows it."""
        assert on(placed([wanted(step(), 0), wanted(step(), 1)])) == ["2027-01-11"] * 2

    def test_counts_contacts_of_all_enrolments_agreed_ones_too(self) -> None:
        """The account is one organisation."""
        standing = [
            contact(date(2027, 1, 11), "bob", enrolment=2),
            contact(date(2027, 1, 12), "eve", enrolment=3, is_agreed=True),
        ]

        assert on(placed([wanted(step())], standing=standing)) == [
            "2027-01-13 cap.one_person_a_day"
        ]

    def test_is_as_large_as_the_ruleset_says(self) -> None:
        """The number is data."""
        caps = structs.replace(
            RULESET.caps,
            people_per_account_per_day=RULESET.caps.people_per_account_per_day.__class__(2),
        )
        wishes = [wanted(step(), index, person) for index, person in enumerate("abc")]

        found = lay_out(
            wishes,
            anchors=ANCHORS,
            standing=(),
            terms=TERMS,
            ruleset=structs.replace(RULESET, caps=caps),
        )

        assert on(found) == ["2027-01-11", "2027-01-11", "2027-01-12 cap.one_person_a_day"]

    def test_roles_that_nobody_fills_yet_are_people(self) -> None:
        """Whoever comes will need a day."""
        wishes = [wanted(step(), 0, "", role="a"), wanted(step(), 1, "", role="b")]

        assert on(placed(wishes)) == ["2027-01-11", "2027-01-12 cap.one_person_a_day"]


class TestFollowingPersons:
    first = step(id="5", offset=days(1))
    following = step(id="6", offset=days(4))

    def test_come_after_all_steps_a_free_day_each(self) -> None:
        """They never move the next step."""
        wishes = [
            wanted(self.first, 0, "ada"),
            wanted(self.first, 0, "bob", role="b", follower=1),
            wanted(self.first, 0, "eve", role="e", follower=2),
            wanted(self.following, 1, "dot", role="d"),
        ]

        assert on(placed(wishes)) == [
            "2027-01-12",
            "2027-01-13 cap.one_person_a_day",
            "2027-01-14 cap.one_person_a_day",
            "2027-01-15",
        ]

    def test_do_not_count_in_the_gap_of_an_enrolment(self) -> None:
        """It runs from one first person to another."""
        late = step(id="6", offset=days(7))
        wishes = [
            wanted(self.first, 0, "ada"),
            wanted(self.first, 0, "bob", role="b", follower=1),
            wanted(late, 1, "ada"),
        ]

        found = placed(wishes, gap=Gap(6, Unit.DAY, GapScope.ENROLMENT))

        assert on(found) == ["2027-01-12", "2027-01-13 cap.one_person_a_day", "2027-01-18"]

    def test_that_stand_do_not_count_either(self) -> None:
        """Done or not, they are the same persons."""
        standing = [
            contact(date(2027, 1, 8)),
            contact(date(2027, 1, 12), "bob", step="5", follower=1),
        ]

        assert on(placed([wanted(step(offset=days(2)))], gap=ENROLMENT_GAP, standing=standing)) == [
            "2027-01-13"
        ]

    def test_start_from_where_the_first_person_landed(self) -> None:
        """And tell the same story of how they got there."""
        friday = step(id="5", offset=days(4))
        standing = [contact(date(2027, 1, 12), "zoe")]
        wishes = [
            wanted(friday, 0, "ada"),
            wanted(friday, 0, "bob", role="b", follower=1),
        ]

        assert on(placed(wishes, gap=ENROLMENT_GAP, standing=standing)) == [
            "2027-01-18 gap.enrolment window.weekend",
            "2027-01-19 gap.enrolment window.weekend cap.one_person_a_day",
        ]

    def test_come_after_a_first_person_that_is_done(self) -> None:
        """The order of persons holds when the plan is made again in between."""
        bob = wanted(self.first, 0, "bob", role="b", follower=1)
        standing = [contact(date(2027, 1, 14), "ada", step="5")]

        assert on(placed([bob], standing=standing)) == [
            "2027-01-15 order.first_person cap.one_person_a_day"
        ]
        done = {"5": at("2027-01-14T10:00")}
        assert on(placed([bob], standing=standing, done=done)) == [
            "2027-01-15 order.first_person cap.one_person_a_day"
        ]


class TestGroups:
    call = step(id="1", channel=Channel.CALL, window="call_am", group="first")
    mail = step(id="2", window="email_pm", group="first")

    def test_count_as_one_contact(self) -> None:
        """No gap between a call and the mail that follows it."""
        found = placed([wanted(self.call, 0), wanted(self.mail, 1)], gap=PERSON_GAP)

        assert [one.slot.due_at for one in found if one.slot] == [
            at("2027-01-11T08:30"),
            at("2027-01-11T13:00"),
        ]

    def test_move_together(self) -> None:
        """What one of them cannot do that day, the other does not do either."""
        wishes = [wanted(self.call, 0, lands_again=True), wanted(self.mail, 1)]

        assert on(placed(wishes, now="2027-01-11T12:00")) == ["2027-01-12 window.passed"] * 2

    def test_land_on_the_latest_day_that_one_of_them_asks_for(self) -> None:
        """Never before a day that was asked for."""
        later = structs.replace(self.mail, offset=days(1))

        assert on(placed([wanted(self.call, 0), wanted(later, 1)])) == [
            "2027-01-12 group.together",
            "2027-01-12",
        ]

    def test_the_rest_follows_what_is_done(self) -> None:
        """The call was made a day late; its mail goes with it, without a gap."""
        standing = [contact(date(2027, 1, 12), group="first", channel=Channel.CALL)]

        found = placed([wanted(self.mail, 1)], gap=PERSON_GAP, standing=standing)

        assert on(found) == ["2027-01-12 group.together"]

    def test_of_different_people_stay_apart(self) -> None:
        """A group is one contact of one person."""
        wishes = [wanted(self.call, 0), wanted(self.mail, 1, "bob")]

        assert on(placed(wishes)) == ["2027-01-11", "2027-01-12 cap.one_person_a_day"]


class TestAgreed:
    meeting = step(
        id="m",
        channel=Channel.MEETING,
        anchor=Anchor(AnchorKind.MEETING),
        window="agreed",
        landing=Landing.SAME_TIME,
    )

    def test_is_moved_by_no_rule(self) -> None:
        """A Sunday evening next to another contact, if that is what was agreed."""
        sunday_at = at("2027-01-17T19:00")
        standing = [contact(date(2027, 1, 17), "bob"), contact(date(2027, 1, 15))]

        (found,) = placed(
            [wanted(self.meeting)], gap=PERSON_GAP, standing=standing, meeting_at=sunday_at
        )

        assert found.slot is not None
        assert (found.slot.due_at, found.slot.moves) == (sunday_at, ())

    def test_that_is_over_is_passed(self) -> None:
        """Half-open: it closes at the midnight after it."""
        meeting_at = at("2027-01-15T10:00")

        for now, expected in (("22:59", "2027-01-15"), ("23:00", "anchor.passed")):
            found = placed([wanted(self.meeting)], now=f"2027-01-15T{now}", meeting_at=meeting_at)
            assert on(found) == [expected]

    def test_with_two_people_is_one_date(self) -> None:
        """A meeting reunites them; the cap does not part them."""
        wishes = [wanted(self.meeting, 0), wanted(self.meeting, 0, "bob", follower=1)]

        assert on(placed(wishes, meeting_at=at("2027-01-15T10:00"))) == ["2027-01-15"] * 2


class TestCallOther:
    first = step(id="1", channel=Channel.CALL, window="call_pm")
    other = step(id="2", channel=Channel.CALL, window="call_other", offset=days(2))

    def test_takes_the_half_day_the_planned_call_leaves(self) -> None:
        """Afternoon, then morning."""
        found = placed([wanted(self.first, 0), wanted(self.other, 1)])

        assert [one.slot.due_at for one in found if one.slot] == [
            at("2027-01-11T13:00"),
            at("2027-01-13T08:30"),
        ]

    def test_takes_the_half_day_the_last_call_made_left(self) -> None:
        """What was done counts, not what was planned."""
        standing = [
            contact(date(2027, 1, 8), channel=Channel.CALL, window_half="pm"),
            contact(date(2027, 1, 11), channel=Channel.CALL, window_half="am"),
            contact(date(2027, 1, 12), "bob", channel=Channel.CALL, window_half="pm"),
        ]

        (found,) = placed([wanted(self.other)], standing=standing)

        assert found.slot is not None
        assert found.slot.due_at == at("2027-01-13T13:00")


def test_the_order_of_placing_is_day_then_step_then_person() -> None:
    """Who comes first keeps the day; `moved_by` reads the same everywhere."""
    wishes = [
        wanted(step(id="late", offset=days(1)), 0, "ada"),
        wanted(step(id="early"), 1, "bob"),
        wanted(step(id="tied"), 2, "eve"),
    ]

    assert on(placed(wishes)) == [
        "2027-01-13 cap.one_person_a_day",
        "2027-01-11",
        "2027-01-12 cap.one_person_a_day",
    ]


def test_a_shift_moves_what_hangs_on_the_start() -> None:
    """A campaign that opens a week late."""
    wishes = [wanted(step(offset=days(8)))]

    assert on(placed(wishes, shift_days=7)) == ["2027-01-26"]


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

    wishes = [
        wanted(exact("1", Channel.EMAIL, 0, Anchor(AnchorKind.ENTRY)), 0),
        wanted(exact("2", Channel.CALL, 1, Anchor(STEP, step="1")), 1),
        wanted(exact("3", Channel.EMAIL, 1, Anchor(STEP, step="2")), 2),
    ]
    sunday_at = at("2026-11-22T22:59:59")

    found = placed(wishes, entry_at=sunday_at, now="2026-11-22T22:59:59")

    assert [one.slot.due_at for one in found if one.slot] == [
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

    found = placed([wanted(one)], standing=[contact(MONDAY, person, enrolment=2)])

    assert on(found) == [expected]
