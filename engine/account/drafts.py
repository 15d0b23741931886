"""Which touches of an enrolment are laid out, and what each of them wants.

What is done, under way, agreed or kept back to its place stands; everything else may move.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.account.due import covering, has_timer, is_agreed_meeting, is_promised
from engine.account.ground import anchors_of, fixed_contacts, terms_of
from engine.account.state import Enrolment, Touch, TouchStatus
from engine.account.turn import Turn
from engine.cadence import Placement, TouchDraft, expand, lay_out
from engine.plan import (
    Anchor,
    AnchorKind,
    Fill,
    Need,
    Offset,
    Phase,
    Step,
    StepKind,
    Unit,
)
from engine.rule_ids import RuleId
from engine.values import Channel

DraftKey = tuple[int, str]
"""Step index and role: what makes two drafts the same touch, whoever holds the role."""


class Resumption(Struct, frozen=True, gc=False, kw_only=True):
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


def resumed(turn: Turn, number: int, after: Resumption) -> dict[int, Touch]:
    """Return the touches that go on after a standstill; those that wait for a date wait on."""
    return {
        n: touch
        for n, touch in turn.state.touches.items()
        if touch.enrolment == number
        and (touch.step_index >= 0 or not is_agreed_meeting(touch))
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
    if touch.step_index < 0 or is_promised(touch):
        return False  # somebody named its day
    return not is_agreed(turn, touch) and _is_paced(turn, touch.enrolment, step_of(turn, touch))


def is_agreed(turn: Turn, touch: Touch) -> bool:
    """Whether a touch has a date agreed with somebody."""
    return step_of(turn, touch).window in turn.ruleset.open_windows


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
    is_open = touch.slot.due_at <= turn.at < touch.slot.closes_at
    return is_open and has_timer(turn.state, touch)  # else its instant is an estimate


def fresh_after(turn: Turn, number: int, after: Resumption | None) -> list[TouchDraft]:
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


def _fresh(turn: Turn, number: int) -> list[TouchDraft]:
    """Return the touches of the current phase that are neither open nor over."""
    enrolment = turn.state.enrolments[number]
    open_keys = {
        key_of(touch) for touch in turn.state.touches.values() if touch.enrolment == number
    }
    drafts = expand(
        turn.sequence(number),
        enrolment.participants,
        phase=enrolment.phase,
        replied=enrolment.replied,
    )
    return [
        _with_delay(turn, number, draft)
        for draft in drafts
        if not _is_taken(draft, open_keys | _over(enrolment, draft))
        and _is_for(enrolment, draft)
        and _has_ground(enrolment, draft)
    ]


def _stood(turn: Turn, number: int, placement: Placement, after: Resumption) -> TouchDraft:
    draft = placement.draft
    paced = draft.step.window not in turn.ruleset.open_windows and _is_paced(
        turn, number, draft.step
    )
    if placement.slot is None or not paced:
        return draft
    return replace(draft, planned=placement.slot, stood_days=after.days_of(draft.person))


def _over(enrolment: Enrolment, draft: TouchDraft) -> set[DraftKey]:
    """Return what is over; of steps counted from a meeting, since that meeting was agreed."""
    is_of_meeting = draft.step.anchor.kind is AnchorKind.MEETING
    agreed = enrolment.meeting_for(draft.person) if is_of_meeting else None
    over = enrolment.over[agreed.over_before :] if agreed else enrolment.over
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


def _has_ground(enrolment: Enrolment, draft: TouchDraft) -> bool:
    """Whether an engaged step's own ground exists: a meeting, agreed or held."""
    step = draft.step
    if step.channel is Channel.MEETING and step.anchor.kind is AnchorKind.MEETING:
        return draft.person in enrolment.meetings
    if step.anchor.kind is AnchorKind.MEETING:
        return bool(enrolment.meetings)
    if step.phase is Phase.OUTREACH or not _needs_meeting(step):
        return True
    was_held = any(Need.HELD.value in needs for needs in enrolment.results.values())
    return was_held or bool(enrolment.meetings)


def _needs_meeting(step: Step) -> bool:
    return any(need.need is Need.HELD for need in step.requires)


def drafted_again(turn: Turn, touch: Touch, after: Resumption | None) -> TouchDraft:
    """Return what a planned touch wants, as things stand now."""
    goes_on = after is not None and not after.begins
    draft = TouchDraft(
        step_index=touch.step_index,
        step=step_of(turn, touch),
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
            not_before_at=_first_meeting_at(turn.state.enrolments[number]),
            not_before_rule=RuleId.REQUIRES_HELD,
        )
    position = turn.state.people.get(draft.person)
    if position is None or position.not_before_on is None:
        return draft
    back_at = turn.start_of(position.not_before_on)
    if draft.not_before_at is not None and draft.not_before_at >= back_at:
        return draft
    return replace(draft, not_before_at=back_at, not_before_rule=RuleId.EXIT_AUTOMATIC_REPLY)


def _first_meeting_at(enrolment: Enrolment) -> datetime | None:
    return min((agreed.at for agreed in enrolment.meetings.values()), default=None)


def step_of(turn: Turn, touch: Touch) -> Step:
    """Return the step of a touch; one planned by hand has a step of its own."""
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


def key_of(touch: Touch) -> DraftKey:
    """Return what makes a draft this touch."""
    return touch.step_index, touch.role


def draft_key(draft: TouchDraft) -> DraftKey:
    """Return what makes a touch this draft's."""
    return draft.step_index, draft.role
