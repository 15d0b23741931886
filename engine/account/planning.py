"""Turn a sequence into touches, and move what is ahead when something changes.

The whole plan exists from enrolment on.  What is done, under way, agreed or kept back
stands; everything else of the enrolment is laid out again, in one go, by the same rules.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from engine import events as e
from engine.account.drafts import (
    Resumption,
    draft_key,
    drafted_again,
    fresh_after,
    keeps_pace,
    key_of,
    movable_of,
    resumed,
    step_of,
)
from engine.account.due import FOLLOWS_AFTER, has_timer
from engine.account.ground import anchors_of, fixed_contacts, terms_of
from engine.account.state import Touch, TouchStatus
from engine.account.turn import Turn
from engine.cadence import Placement, TouchDraft, business_days, calendars_at, lay_out
from engine.plan import StepKind
from engine.rule_ids import RuleId
from engine.values import Move, Slot


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
    movable = movable_of(turn, number) if after is None else resumed(turn, number, after)
    keys = {key_of(touch): n for n, touch in movable.items()}
    drafts = [drafted_again(turn, touch, after) for touch in movable.values()]
    now_at = after.since_at if after is not None and after.is_held else None
    terms = terms_of(turn.state, number, turn.sequence(number), now_at or turn.at)
    placements = lay_out(
        drafts + fresh_after(turn, number, after),
        anchors=anchors_of(turn.state, enrolment, turn.sequence(number)),
        fixed_contacts=fixed_contacts(turn.state, leaving_out=frozenset(movable)),
        terms=replace(terms, is_resuming=after is not None),
        ruleset=turn.ruleset,
    )
    for placement in placements:
        turn = _put(turn, number, keys.get(draft_key(placement.draft)), placement, rule)
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
        step=step_of(turn, touch),
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
        # A promised hour makes way for nobody: what is automatic moves.
        fixed_contacts=()
        if rule == RuleId.CALL_CALLBACK
        else fixed_contacts(turn.state, leaving_out=making_way | {number}),
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
