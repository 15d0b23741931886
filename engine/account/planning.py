"""Turn a sequence into touches, and move what is ahead when something changes.

The whole plan exists from enrolment on.  What is done, under way, agreed or kept back
stands; everything else of the enrolment is laid out again, in one go, by the same rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from engine import events as e
from engine.account.due import FOLLOWS_AFTER, covering, has_timer
from engine.account.state import UNDER_WAY, Account, Enrolment, Touch, TouchStatus
from engine.account.turn import Turn
from engine.cadence import (
    Anchors,
    FixedContact,
    LayoutTerms,
    Placement,
    TouchDraft,
    business_days,
    calendars_at,
    expand,
    lay_out,
)
from engine.plan import (
    Anchor,
    AnchorKind,
    Fill,
    Need,
    Offset,
    Phase,
    Sequence,
    Step,
    StepKind,
    Unit,
)
from engine.rule_ids import RuleId
from engine.values import Channel, Move, Slot

DraftKey = tuple[int, str]
"""Step index and role: what makes two drafts the same touch, whoever holds the role."""

_AFTERNOON_HOUR = 13
"""A contact of the lunch hour counts as the last of the morning; a plan is halved at noon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """After what standstill a plan is laid out again."""

    days: Mapping[str, int]  # person -> business days for which it stood still; "": everybody
    since_at: datetime | None = None  # what is planned anew stood still since then
    leaves_due: bool = False  # somebody may be sending what is due this very moment
    is_held: bool = False  # it stands still on: planned as it was then, it goes on later
    begins: bool = False  # it had not begun: another start, no shape to keep
    released: frozenset[int] = frozenset()  # touches that waited for what is known now

    def days_of(self, person: str) -> int | None:
        """Return the business days for which what concerns a person stood still; None: it ran."""
        found = [days for name, days in self.days.items() if name in ("", person)]
        return sum(found) if found else None


def plan(turn: Turn, number: int, *, rule: RuleId, after: Resumption | None = None) -> Turn:
    """Lay the enrolment's open steps out: plan what is new, move what lands elsewhere.

    Args:
        turn: The decision in the making.
        number: The enrolment.
        rule: Recorded on touches that move, and on new ones.
        after: What stood still, and goes on now.
    """
    if after is None:
        turn = catch_up(turn, number)
    enrolment = turn.state.enrolments[number]
    movable = movable_of(turn, number) if after is None else _resumed(turn, number, after)
    keys = {_key(touch): n for n, touch in movable.items()}
    drafts = [_again(turn, touch, after) for touch in movable.values()]
    now_at = after.since_at if after is not None and after.is_held else None
    terms = terms_of(turn.state, number, turn.sequence(number), now_at or turn.at)
    placements = lay_out(
        drafts + _fresh_after(turn, number, after),
        anchors=anchors_of(turn.state, enrolment, turn.sequence(number)),
        fixed_contacts=fixed_contacts(turn.state, leaving_out=frozenset(movable)),
        terms=replace(terms, is_resuming=after is not None),
        ruleset=turn.ruleset,
    )
    for placement in placements:
        turn = _put(turn, number, keys.get(_draft_key(placement.draft)), placement, rule)
    return turn


def go_on(turn: Turn, number: int, after: Resumption, *, rule: RuleId) -> Turn:
    """Lay an enrolment out again after a standstill; what is planned later moves as well."""
    shifted = tuple(
        e.EnrolmentShifted(rule=rule, enrolment=number, business_days=days, person=person)
        for person, days in after.days.items()
        if days > 0
    )
    return plan(turn.then(*shifted), number, rule=rule, after=after)


def catch_up(turn: Turn, number: int) -> Turn:
    """Let what went by while nobody ran go on, and what comes after it at its distances."""
    passed = [
        touch
        for touch in turn.state.touches.values()
        if touch.enrolment == number
        and touch.slot.closes_at <= turn.at
        and has_timer(turn.state, touch)
    ]
    if not passed:
        return turn
    paced = [touch.slot.on for touch in passed if keeps_pace(turn, touch)]
    days = days_between(turn, min(paced), turn.today) if paced else 0
    return go_on(turn, number, Resumption(days={"": days}), rule=RuleId.WINDOW_PASSED)


def days_between(turn: Turn, first: date, last: date) -> int:
    """Return the business days from one day to a later one, where the account is; else none."""
    calendars = calendars_at(turn.state.locality, turn.ruleset)
    if calendars is None or last <= first:
        return 0
    return business_days(first, last, calendars=calendars)


def release(turn: Turn, number: int, *, ready: Callable[[int, Touch], bool], rule: RuleId) -> Turn:
    """Land again the enrolment's waiting or blocked touches that have nothing to wait for.

    They take their places first; what is only planned makes way.
    """
    stopped = (TouchStatus.WAITING, TouchStatus.BLOCKED)
    before = len(turn.events)
    for n, touch in tuple(turn.state.touches.items()):
        if touch.enrolment != number or touch.status not in stopped or not ready(n, touch):
            continue
        slot = land_again(turn, n, not_before_at=_earliest_at(turn, touch), rule=rule)
        if slot is None:
            turn = turn.then(e.TouchSkipped(rule=RuleId.WINDOW_NONE, touch=n))
        else:
            turn = turn.then(e.TouchMoved(rule=rule, touch=n, slot=slot))
    return plan(turn, number, rule=RuleId.TOUCH_MOVED) if len(turn.events) > before else turn


def _earliest_at(turn: Turn, touch: Touch) -> datetime:
    """Return from when on a touch that waited may land: after what it waited for."""
    followed = (
        other.slot.due_at + FOLLOWS_AFTER
        for other in turn.state.touches.values()
        if other.enrolment == touch.enrolment
        and other.step in touch.waits_for
        and other.status is TouchStatus.PLANNED
    )
    return max((touch.slot.due_at, *followed))


def land_again(turn: Turn, number: int, *, not_before_at: datetime, rule: str) -> Slot | None:
    """Return the next permitted slot of one touch from an instant on; None if there is none.

    It takes its place before the later steps that are only planned: they make way.
    """
    touch = turn.state.touches[number]
    movable = movable_of(turn, touch.enrolment)
    making_way = frozenset(n for n, other in movable.items() if other.step_index > touch.step_index)
    draft = TouchDraft(
        step_index=touch.step_index,
        step=_step(turn, touch),
        role=touch.role,
        person=touch.person,
        follower=touch.follower,
        lands_again=True,
        planned=touch.slot,
        not_before_at=max(not_before_at, turn.at),
        not_before_rule=rule,
    )
    sequence = turn.sequence(touch.enrolment)
    anchors = anchors_of(turn.state, turn.state.enrolments[touch.enrolment], sequence)
    terms = terms_of(turn.state, touch.enrolment, sequence, turn.at)
    if touch.step_index < 0:  # by hand: it asks for its own day, whatever became of the start
        anchors = replace(anchors, start_on=touch.slot.asked.on)
        terms = replace(terms, shift_days=0, stood_days={})
    (placement,) = lay_out(
        [draft],
        anchors=anchors,
        fixed_contacts=fixed_contacts(turn.state, leaving_out=making_way | {number}),
        terms=terms,
        ruleset=turn.ruleset,
    )
    return _no_sooner(turn, placement, draft)


def _no_sooner(turn: Turn, placement: Placement, draft: TouchDraft) -> Slot | None:
    """Return the slot after the instant it waits for, where its window binds it to none.

    What no rule moves would otherwise land at the instant that has failed already; what was
    to come before its anchor is left out once that has passed.
    """
    slot, earliest_at = placement.slot, draft.not_before_at
    if slot is None or earliest_at is None or slot.due_at >= earliest_at:
        return slot
    on = turn.day_of(earliest_at)
    if draft.step.offset.count < 0 and on > slot.asked.anchor_on:
        return None
    midnight_at = turn.start_of(on + timedelta(days=1))
    return replace(
        slot,
        on=on,
        due_at=earliest_at,
        closes_at=max(slot.closes_at, midnight_at),
        moves=(*slot.moves, Move(draft.not_before_rule, on)),
    )


def anchors_of(state: Account, enrolment: Enrolment, sequence: Sequence) -> Anchors:
    """Return what the enrolment's steps can be counted from."""
    return Anchors(
        start_on=enrolment.start_on,
        entry_at=enrolment.entry_at,
        vote_on=state.vote_on,
        contract_end_on=enrolment.about.contract_end_on,
        meeting_at=enrolment.meeting_at,
        events=sequence.events,
        done=enrolment.done_at,
    )


def terms_of(state: Account, number: int, sequence: Sequence, at: datetime) -> LayoutTerms:
    """Return under what an enrolment's touches are placed at an instant."""
    return LayoutTerms(
        enrolment=number,
        locality=state.locality,
        gap=sequence.gap,
        now_at=at,
        shift_days=state.enrolments[number].shift_days,
        stood_days=state.enrolments[number].stood_days,
    )


def fixed_contacts(state: Account, *, leaving_out: frozenset[int]) -> tuple[FixedContact, ...]:
    """Return the contacts that nothing moves: done, under way, or of another enrolment."""
    zone = state.zone
    done = tuple(
        FixedContact(
            on=contact.on,
            person=contact.person,
            role=contact.role,
            enrolment=contact.enrolment,
            group=contact.group,
            channel=contact.channel,
            window_half=_half(contact.at, zone),
            step=contact.step,
            follower=contact.follower,
        )
        for contact in state.contacted
        if contact.touch not in leaving_out
    )
    ahead = tuple(
        FixedContact(
            on=touch.slot.on,
            person=touch.person,
            role=touch.role,
            enrolment=touch.enrolment,
            is_agreed=touch.channel is Channel.MEETING,
            group=touch.group,
            channel=touch.channel,
            window_half=_half(touch.slot.due_at, zone),
            step=touch.step,
            follower=touch.follower,
        )
        for n, touch in state.touches.items()
        if touch.is_contact and n not in leaving_out and touch.status not in UNDER_WAY
    )
    return done + ahead


def movable_of(turn: Turn, number: int) -> dict[int, Touch]:
    """Return the touches that are still only planned, not due right now, and held by nothing."""
    return {
        n: touch
        for n, touch in turn.state.touches.items()
        if touch.enrolment == number
        and touch.status is TouchStatus.PLANNED
        and touch.step_index >= 0
        and not touch.is_kept
        and not is_due_now(turn, touch)
        and (is_agreed(turn, touch) or not covering(turn.state, touch))
    }


def _resumed(turn: Turn, number: int, after: Resumption) -> dict[int, Touch]:
    """Return the touches that go on after a standstill; those that wait for a date wait on."""
    return {
        n: touch
        for n, touch in turn.state.touches.items()
        if touch.enrolment == number
        and (
            touch.status is TouchStatus.PLANNED
            or (n in after.released and after.days_of(touch.person) is not None)
        )
        and not (is_due_now(turn, touch) and _stays_due(touch, after))
        and (
            after.days_of(touch.person) is not None
            or is_agreed(turn, touch)
            or not covering(turn.state, touch)
        )
        and (
            (touch.step_index >= 0 and not touch.is_kept)
            or keeps_pace(turn, touch)
            or touch.slot.due_at <= turn.at
        )
    }


def _stays_due(touch: Touch, after: Resumption) -> bool:
    return after.leaves_due or not (after.begins or after.days_of(touch.person))


def keeps_pace(turn: Turn, touch: Touch) -> bool:
    """Whether a standstill moves a touch: not one of an agreed day, nor of the calendar."""
    if touch.step_index < 0 or any(m.rule == RuleId.CALL_CALLBACK for m in touch.slot.moves):
        return False  # somebody named its day
    return not is_agreed(turn, touch) and _is_paced(turn, touch.enrolment, _step(turn, touch))


def is_agreed(turn: Turn, touch: Touch) -> bool:
    """Whether a touch has a date agreed with somebody."""
    return _step(turn, touch).window in turn.ruleset.open_windows


def _is_paced(turn: Turn, number: int, step: Step) -> bool:
    """Whether a step is counted from what the enrolment itself does, not from the calendar."""
    steps = {known.id: known for known in turn.sequence(number).steps}
    done = turn.state.enrolments[number].done_at
    for _ in steps:
        if step.anchor.kind is not AnchorKind.STEP or step.anchor.step in done:
            break
        step = steps[step.anchor.step]
    return step.anchor.kind in (AnchorKind.START, AnchorKind.ENTRY, AnchorKind.STEP)


def is_due_now(turn: Turn, touch: Touch) -> bool:
    """Whether a touch may happen this very moment: nothing moves it any more."""
    return touch.slot.due_at <= turn.at < touch.slot.closes_at


def _fresh(turn: Turn, number: int) -> list[TouchDraft]:
    """Return the touches of the current phase that are neither open nor over."""
    enrolment = turn.state.enrolments[number]
    open_keys = {_key(touch) for touch in turn.state.touches.values() if touch.enrolment == number}
    drafts = expand(
        turn.sequence(number),
        enrolment.participants,
        phase=enrolment.phase,
        replied=enrolment.replied,
    )
    return [
        _with_delay(turn, number, draft)
        for draft in drafts
        if not _is_taken(draft, open_keys | _over(enrolment, draft.step))
        and _is_for(enrolment, draft)
        and _has_ground(enrolment, draft.step)
    ]


def _fresh_after(turn: Turn, number: int, after: Resumption | None) -> list[TouchDraft]:
    """Return the touches planned anew; those of a standstill stood where they would have been."""
    drafts = _fresh(turn, number)
    if after is None or after.since_at is None or not drafts:
        return drafts
    sequence, enrolment = turn.sequence(number), turn.state.enrolments[number]
    stood = {
        person: days - after.days.get(person, 0) for person, days in enrolment.stood_days.items()
    }
    terms = terms_of(turn.state, number, sequence, after.since_at)
    placements = lay_out(
        [replace(draft, lands_again=True) for draft in drafts],
        anchors=anchors_of(turn.state, enrolment, sequence),
        fixed_contacts=fixed_contacts(turn.state, leaving_out=frozenset()),
        terms=replace(terms, stood_days=stood),
        ruleset=turn.ruleset,
    )
    return [_stood(turn, number, placement, after) for placement in placements]


def _stood(turn: Turn, number: int, placement: Placement, after: Resumption) -> TouchDraft:
    draft = placement.draft
    paced = draft.step.window not in turn.ruleset.open_windows and _is_paced(
        turn, number, draft.step
    )
    if placement.slot is None or not paced:
        return draft
    return replace(draft, planned=placement.slot, stood_days=after.days_of(draft.person))


def _over(enrolment: Enrolment, step: Step) -> set[DraftKey]:
    """Return what is over; of steps counted from a meeting, since that meeting was agreed."""
    is_of_meeting = step.anchor.kind is AnchorKind.MEETING
    over = enrolment.over[enrolment.over_before_meeting :] if is_of_meeting else enrolment.over
    return {(int(index), role) for index, _, role in (entry.partition("@") for entry in over)}


def _is_taken(draft: TouchDraft, keys: set[DraftKey]) -> bool:
    """Whether the touch stands already; of alternative roles, one is enough."""
    if draft.step.fill is Fill.FIRST:
        return draft.step_index in {index for index, _ in keys}
    return (draft.step_index, draft.role) in keys


def _is_for(enrolment: Enrolment, draft: TouchDraft) -> bool:
    """Whether outreach, where it came back for some only, came back for this person."""
    chosen = enrolment.outreach_for
    return not chosen or enrolment.phase is Phase.ENGAGED or draft.person in chosen


def _has_ground(enrolment: Enrolment, step: Step) -> bool:
    """Whether an engaged step's own ground exists: a meeting, agreed or held."""
    if step.anchor.kind is AnchorKind.MEETING:
        return enrolment.meeting_at is not None
    if step.phase is Phase.OUTREACH or not _needs_meeting(step):
        return True
    was_held = any(Need.HELD.value in needs for needs in enrolment.results.values())
    return was_held or enrolment.meeting_at is not None


def _needs_meeting(step: Step) -> bool:
    return any(need.need is Need.HELD for need in step.requires)


def _put(turn: Turn, number: int, known: int | None, placement: Placement, rule: RuleId) -> Turn:
    draft, slot = placement.draft, placement.slot
    if slot is None and placement.omitted_by == RuleId.ANCHOR_UNKNOWN:
        return turn  # nothing to say yet; what is planned stays where it is
    if known is not None:
        if slot is None:
            return turn.then(e.TouchSkipped(rule=placement.omitted_by, touch=known))
        if slot == turn.state.touches[known].slot:
            return turn
        return turn.then(e.TouchMoved(rule=rule, touch=known, slot=slot))
    step = draft.step
    if slot is None:
        omitted = e.StepOmitted(
            rule=placement.omitted_by,
            enrolment=number,
            step=step.id,
            step_index=draft.step_index,
            role=draft.role,
            person=draft.person,
        )
        return turn.then(omitted)
    planned = e.TouchPlanned(
        rule=rule,
        touch=turn.state.touch_count + 1,
        enrolment=number,
        step=step.id,
        step_index=draft.step_index,
        channel=step.channel,
        phase=step.phase,
        slot=slot,
        role=draft.role,
        person=draft.person,
        is_contact=step.kind is StepKind.CONTACT,
        group=step.group,
        message=step.message,
        follower=draft.follower,
        begins_thread=step.begins_thread,
    )
    return turn.then(planned)


def _again(turn: Turn, touch: Touch, after: Resumption | None) -> TouchDraft:
    goes_on = after is not None and not after.begins
    draft = TouchDraft(
        step_index=touch.step_index,
        step=_step(turn, touch),
        role=touch.role,
        person=touch.person,
        follower=touch.follower,
        lands_again=goes_on or touch.slot.closes_at <= turn.at,
        planned=touch.slot,
        stood_days=after.days_of(touch.person)
        if after is not None and goes_on and keeps_pace(turn, touch)
        else None,
    )
    return _with_delay(turn, touch.enrolment, draft)


def _with_delay(turn: Turn, number: int, draft: TouchDraft) -> TouchDraft:
    """Let a touch wait for the person's return, or for the meeting it builds on."""
    if draft.step.phase is Phase.ENGAGED and _needs_meeting(draft.step):
        # Late is better than never: its ground may come after the day it asks for.
        draft = replace(
            draft,
            lands_again=True,
            not_before_at=turn.state.enrolments[number].meeting_at,
            not_before_rule=RuleId.REQUIRES_HELD,
        )
    position = turn.state.people.get(draft.person)
    if position is None or position.not_before_on is None:
        return draft
    back_at = turn.start_of(position.not_before_on)
    if draft.not_before_at is not None and draft.not_before_at >= back_at:
        return draft
    return replace(draft, not_before_at=back_at, not_before_rule=RuleId.EXIT_AUTOMATIC_REPLY)


def _step(turn: Turn, touch: Touch) -> Step:
    if touch.step_index >= 0:
        return turn.sequence(touch.enrolment).steps[touch.step_index]
    return manual_step(touch.channel)


def manual_step(channel: Channel) -> Step:
    """Return the step of a touch planned by hand: asked for a day, moved by nothing but gaps."""
    is_work = channel in (Channel.TASK, Channel.DELIVERABLE)
    return Step(
        id="",
        kind=StepKind.WORK if is_work else StepKind.CONTACT,
        channel=channel,
        aim="manual",
        offset=Offset(0, Unit.DAY),
        anchor=Anchor(AnchorKind.START),
        window=channel.value if channel.needs_point else "day",
        avoids_holidays=False,
    )


def _key(touch: Touch) -> DraftKey:
    return touch.step_index, touch.role


def _draft_key(draft: TouchDraft) -> DraftKey:
    return draft.step_index, draft.role


def _half(at: datetime, zone: ZoneInfo) -> str:
    return "am" if at.astimezone(zone).hour < _AFTERNOON_HOUR else "pm"
