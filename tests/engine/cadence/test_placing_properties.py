"""What holds of every layout, whatever is asked, in any zone, at any time of year."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import combinations
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec import structs

from engine.cadence import Anchors, FixedContact, LayoutTerms, Placement, TouchDraft, lay_out
from engine.cadence.calendars import Calendars, calendars_at
from engine.cadence.days import DayRules, refusal
from engine.cadence.units import add
from engine.cadence.windows import weekdays
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
from engine.ruleset import Locality
from engine.values import Channel, Slot
from tests.engine.cadence.examples import RULESET, contact, draft, step


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything a layout is made from."""

    drafts: tuple[TouchDraft, ...]
    anchors: Anchors
    fixed_contacts: tuple[FixedContact, ...]
    terms: LayoutTerms

    def placements(self) -> tuple[Placement, ...]:
        """Lay it out."""
        return lay_out(
            self.drafts,
            anchors=self.anchors,
            fixed_contacts=self.fixed_contacts,
            terms=self.terms,
            ruleset=RULESET,
        )

    def slots(self) -> list[tuple[TouchDraft, Slot]]:
        """Return what landed."""
        found = self.placements()
        return [(placed.draft, placed.slot) for placed in found if placed.slot is not None]


PEOPLE = ("ada", "bob", "eve")
WINDOWS = ("email", "email_am", "email_pm", "call", "call_am", "call_other", "day")
ZONES = ("Europe/Paris", "America/Martinique", "Indian/Reunion", "Pacific/Noumea")
PLACES = st.builds(
    Locality,
    time_zone=st.sampled_from((*ZONES, "America/Miquelon")),
    school_zone=st.sampled_from(("", "A", "B", "C")),
    holiday_area=st.sampled_from(("", "alsace-moselle", "974", "988")),
)
DAYS = st.dates(min_value=date(2026, 12, 1), max_value=date(2027, 12, 31))
INSTANTS = st.datetimes(
    min_value=datetime(2026, 12, 1),  # noqa: DTZ001 (hypothesis takes naive bounds)
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
GAPS = st.builds(
    Gap,
    count=st.integers(0, 12),
    unit=st.sampled_from([Unit.DAY, Unit.BUSINESS_DAY, Unit.WEEK]),
    scope=st.sampled_from(GapScope),
)
ANCHORS = st.sampled_from(
    [
        Anchor(AnchorKind.START),
        Anchor(AnchorKind.START),
        Anchor(AnchorKind.ENTRY),
        Anchor(AnchorKind.VOTE),
        Anchor(AnchorKind.AFTER_SUMMER),
        Anchor(AnchorKind.STEP, step="0"),
        Anchor(AnchorKind.STEP, step="3"),
        Anchor(AnchorKind.MEETING),
    ]
)

# What was agreed has a date of its own; it never hangs on where another step lands.
AGREED_ANCHORS = st.sampled_from([Anchor(AnchorKind.MEETING), Anchor(AnchorKind.START)])


@st.composite
def steps(draw: st.DrawFn, index: int) -> Step:
    """Return any step that a checked sequence may hold."""
    is_agreed = draw(st.booleans()) and index % 3 == 0
    is_work = not is_agreed and draw(st.integers(0, 5)) == 0
    window = draw(st.sampled_from(WINDOWS))
    return step(
        id=str(index),
        kind=StepKind.WORK if is_work else StepKind.CONTACT,
        channel=Channel.CALL if window.startswith("call") else Channel.EMAIL,
        offset=Offset(
            draw(st.integers(-20, 60)),
            draw(st.sampled_from([Unit.DAY, Unit.BUSINESS_DAY, Unit.DAY, Unit.WEEK])),
        ),
        anchor=draw(AGREED_ANCHORS if is_agreed else ANCHORS),
        landing=draw(st.sampled_from(Landing)),
        window="agreed" if is_agreed else window,
        avoids_holidays=draw(st.booleans()),
        group=draw(st.sampled_from(["", "", "", "g"])),
    )


@st.composite
def drafts(draw: st.DrawFn) -> tuple[TouchDraft, ...]:
    """Return the touches of one enrolment; some steps address several people."""
    found: list[TouchDraft] = []
    for index in range(draw(st.integers(1, 7))):
        one = draw(steps(index))
        people = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True))
        if one.group:
            people = people[:1]  # a group is one person's contact
        for follower, person in enumerate(people):
            found.append(
                draft(
                    one,
                    index,
                    person,
                    role=person,
                    follower=follower,
                    lands_again=draw(st.booleans()),
                )
            )
    return tuple(found)


@st.composite
def contact_lists(draw: st.DrawFn) -> tuple[FixedContact, ...]:
    """Return contacts that stand, of this enrolment and of another."""
    return tuple(
        contact(
            draw(DAYS),
            draw(st.sampled_from(PEOPLE)),
            enrolment=draw(st.sampled_from([1, 2])),
            step="fixed",
        )
        for _ in range(draw(st.integers(0, 4)))
    )


@st.composite
def layouts(draw: st.DrawFn) -> Case:
    """Return everything a layout is made from."""
    return Case(
        drafts=draw(drafts()),
        anchors=Anchors(
            start_on=draw(DAYS),
            entry_at=draw(INSTANTS),
            votes=draw(st.dictionaries(st.integers(2026, 2029), DAYS, max_size=2)),
            meeting_at=draw(st.none() | INSTANTS),
        ),
        fixed_contacts=draw(contact_lists()),
        terms=LayoutTerms(
            enrolment=1,
            locality=draw(PLACES),
            gap=draw(GAPS),
            now_at=draw(INSTANTS),
            shift_days=draw(st.integers(0, 14)),
        ),
    )


def calendars_of(case: Case) -> Calendars:
    """Return the calendars of the case's locality."""
    calendars = calendars_at(case.terms.locality, RULESET)
    assert calendars is not None
    return calendars


def is_free(touch: TouchDraft) -> bool:
    """Say whether rules may move it."""
    return touch.step.window != "agreed"


def is_contact(touch: TouchDraft) -> bool:
    """Say whether it counts."""
    return touch.step.kind is StepKind.CONTACT


@given(layouts())
@settings(max_examples=60)
def test_every_wish_is_answered_once(case: Case) -> None:
    """Total: a slot or a rule, never neither, never both."""
    found = case.placements()

    drafts = [placement.draft for placement in found]
    assert sorted(map(repr, drafts)) == sorted(map(repr, case.drafts))
    assert all((placement.slot is None) is bool(placement.omitted_by) for placement in found)


@given(layouts(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_in_which_it_is_asked_changes_nothing(case: Case, order: Random) -> None:
    """Two machines that hold the same state in another order must agree."""
    drafts, fixed_contacts = list(case.drafts), list(case.fixed_contacts)
    order.shuffle(drafts)
    order.shuffle(fixed_contacts)
    shuffled = replace(case, drafts=tuple(drafts), fixed_contacts=tuple(fixed_contacts))

    assert shuffled.placements() == case.placements()


@given(layouts())
@settings(max_examples=60)
def test_each_touch_lies_in_its_window_on_a_permitted_day(case: Case) -> None:
    """In the person's zone, across clock changes, and not before now."""
    calendars = calendars_of(case)
    for touch, slot in case.slots():
        local = slot.due_at.astimezone(ZoneInfo(case.terms.locality.time_zone))
        assert local.date() == slot.on
        assert slot.due_at < slot.closes_at
        if not is_free(touch):
            assert slot.moves == ()
            continue
        assert slot.due_at >= case.terms.now_at
        open_on = weekdays(touch.step.window, RULESET)
        assert open_on is not None
        avoids = touch.step.avoids_holidays and is_contact(touch)
        rules = DayRules(weekdays=open_on, avoids_holidays=avoids)
        assert refusal(slot.on, rules, calendars=calendars) is None
        names = [touch.step.window]
        if touch.step.window == "call_other":
            names = ["call_am", "call_pm"]
        spans = [span for name in names for span in RULESET.windows[name].spans]
        assert any(span.opens <= local.time() < span.closes for span in spans)


@given(layouts())
@settings(max_examples=60)
def test_moves_lead_from_what_was_asked_to_where_it_landed(case: Case) -> None:
    """The trail has no gap and never goes back."""
    for _, slot in case.slots():
        days = [slot.asked.on, *(move.to_on for move in slot.moves)]
        assert days == sorted(days)
        assert days[-1] == slot.on


@given(layouts())
@settings(max_examples=60)
def test_one_person_a_day(case: Case) -> None:
    """Over all enrolments; only what was agreed may break it."""
    slots = [(touch, slot) for touch, slot in case.slots() if is_contact(touch)]
    for touch, slot in slots:
        if not is_free(touch):
            continue
        others = {other.person for other, there in slots if there.on == slot.on}
        others |= {other.person for other in case.fixed_contacts if other.on == slot.on}
        assert others == {touch.person}


@given(layouts())
@settings(max_examples=60)
def test_the_gap_of_a_person_is_kept_after_landing(case: Case) -> None:
    """In both directions, from everything that stands; a group counts once."""
    gap = replace_scope(case.terms.gap, GapScope.PERSON)
    case = with_gap(case, gap)
    slots = [(touch, slot) for touch, slot in case.slots() if is_contact(touch)]
    for (touch, slot), (other, there) in combinations(slots, 2):
        in_group = bool(touch.step.group) and touch.step.group == other.step.group
        bound = is_free(touch) or is_free(other)
        if touch.person == other.person and bound and not in_group:
            assert is_kept(slot.on, there.on, gap, calendars_of(case))
    for touch, slot in slots:
        for fixed in case.fixed_contacts:
            if is_free(touch) and fixed.person == touch.person:
                assert is_kept(slot.on, fixed.on, gap, calendars_of(case))


@given(layouts())
@settings(max_examples=60)
def test_the_gap_of_an_enrolment_is_kept_between_first_persons(case: Case) -> None:
    """Whoever they are; following persons do not count."""
    gap = replace_scope(case.terms.gap, GapScope.ENROLMENT)
    case = with_gap(case, gap)
    slots = [
        (touch, slot) for touch, slot in case.slots() if is_contact(touch) and not touch.follower
    ]
    for (touch, slot), (other, there) in combinations(slots, 2):
        in_group = (
            bool(touch.step.group)
            and touch.step.group == other.step.group
            and touch.person == other.person
        )
        if (is_free(touch) or is_free(other)) and not in_group:
            assert is_kept(slot.on, there.on, gap, calendars_of(case))


@given(layouts())
@settings(max_examples=60)
def test_planning_again_without_news_changes_nothing(case: Case) -> None:
    """At the same instant, each touch with the slot it has."""
    first = case.placements()
    again = replace(
        case,
        drafts=tuple(
            draft(
                placement.draft.step,
                placement.draft.step_index,
                placement.draft.person,
                role=placement.draft.role,
                follower=placement.draft.follower,
                planned=placement.slot,
            )
            for placement in first
            if placement.slot is not None
        ),
    )
    expected = [
        (placed.draft.step_index, placed.draft.role, placed.slot) for placed in first if placed.slot
    ]

    found = [(draft.step_index, draft.role, slot) for draft, slot in again.slots()]

    # A chain that hangs on a step that is gone by has nothing to hang on any more.
    if all(placement.slot is not None for placement in first):
        event("everything landed")
        assert found == expected


def replace_scope(gap: Gap, scope: GapScope) -> Gap:
    """Return a gap of another scope."""
    return Gap(gap.count, gap.unit, scope)


def with_gap(case: Case, gap: Gap) -> Case:
    """Return a case under another gap."""
    return replace(case, terms=structs.replace(case.terms, gap=gap))


def is_kept(first: date, second: date, gap: Gap, calendars: Calendars) -> bool:
    """Say whether two contacts are far enough apart."""
    end = add(min(first, second), Offset(gap.count, gap.unit), calendars=calendars)
    return end is not None and max(first, second) >= end
