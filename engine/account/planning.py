"""Turn a sequence into touches, and move what is ahead when something changes.

The whole plan exists from enrolment on.  What is done, under way, agreed or kept back
stands; everything else of the enrolment is laid out again, in one go, by the same rules.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from engine import events as e
from engine.account.state import Account, Enrolment, Touch, TouchStatus
from engine.account.turn import Turn
from engine.cadence import Anchors, Contact, Placement, Terms, Wanted, expand, lay_out
from engine.plan import Anchor, AnchorKind, Need, Offset, Phase, Step, StepKind, Unit
from engine.values import Channel, NextPoint, Slot

Key = tuple[int, str, str]
"""Step index, role, person: what makes two wishes the same touch."""

_NOON = 13


def plan(turn: Turn, number: int, *, rule: str) -> Turn:
    """Lay the enrolment's open steps out: plan what is new, move what lands elsewhere.

    Args:
        turn: The decision in the making.
        number: The enrolment.
        rule: Recorded on touches that move, and on new ones.
    """
    enrolment = turn.state.enrolments[number]
    movable = _movable(turn, number)
    keys = {_key(touch): n for n, touch in movable.items()}
    wanted = [_again(turn, touch) for touch in movable.values()]
    wanted += [one for one in _fresh(turn, number) if _wanted_key(one) not in keys]
    placements = lay_out(
        wanted,
        anchors=anchors_of(turn, enrolment),
        standing=standing(turn.state, leaving_out=frozenset(movable)),
        terms=_terms(turn, number),
        ruleset=turn.ruleset,
    )
    for placement in placements:
        turn = _put(turn, number, keys.get(_wanted_key(placement.wanted)), placement, rule)
    return turn


def release(turn: Turn, number: int, *, ready: Callable[[Touch], bool], rule: str) -> Turn:
    """Land again the enrolment's waiting or blocked touches that have nothing to wait for."""
    stopped = (TouchStatus.WAITING, TouchStatus.BLOCKED)
    for n, touch in tuple(turn.state.touches.items()):
        if touch.enrolment != number or touch.status not in stopped or not ready(touch):
            continue
        slot = land_again(turn, n, not_before_at=touch.slot.due_at, rule=rule)
        if slot is None:
            turn = turn.then(e.TouchSkipped(rule="window.none", touch=n))
        else:
            turn = turn.then(e.TouchMoved(rule=rule, touch=n, slot=slot))
    return turn


def land_again(turn: Turn, number: int, *, not_before_at: datetime, rule: str) -> Slot | None:
    """Return the next permitted slot of one touch from an instant on; None if there is none.

    It takes its place before what is only planned: the others make way.
    """
    touch = turn.state.touches[number]
    making_way = frozenset(_movable(turn, touch.enrolment)) | {number}
    wanted = Wanted(
        step_index=touch.step_index,
        step=_step(turn, touch),
        role=touch.role,
        person=touch.person,
        lands_again=True,
        not_before_at=max(not_before_at, turn.at),
        not_before_rule=rule,
    )
    (placement,) = lay_out(
        [wanted],
        anchors=anchors_of(turn, turn.state.enrolments[touch.enrolment]),
        standing=standing(turn.state, leaving_out=making_way),
        terms=_terms(turn, touch.enrolment),
        ruleset=turn.ruleset,
    )
    return placement.slot


def anchors_of(turn: Turn, enrolment: Enrolment) -> Anchors:
    """Return what the enrolment's steps can be counted from."""
    return Anchors(
        start_on=enrolment.start_on,
        entry_at=enrolment.entry_at,
        vote_on=turn.state.vote_on,
        contract_end_on=enrolment.about.contract_end_on,
        meeting_at=enrolment.meeting_at,
        events=turn.rules.sequences[enrolment.sequence.hash].events,
        done=enrolment.done_at,
    )


def standing(state: Account, *, leaving_out: frozenset[int]) -> tuple[Contact, ...]:
    """Return the contacts that nothing moves: done, under way, or of another enrolment."""
    zone = ZoneInfo(state.attributes.time_zone if state.attributes else "Europe/Paris")
    done = tuple(
        Contact(
            on=one.on,
            person=one.person,
            role=one.role,
            enrolment=one.enrolment,
            group=one.group,
            channel=one.channel,
            window_half=_half(one.at, zone),
        )
        for one in state.contacted
    )
    counted = {one.touch for one in state.contacted}
    ahead = tuple(
        Contact(
            on=touch.slot.on,
            person=touch.person,
            role=touch.role,
            enrolment=touch.enrolment,
            is_agreed=touch.channel is Channel.MEETING,
            group=touch.group,
            channel=touch.channel,
            window_half=_half(touch.slot.due_at, zone),
        )
        for n, touch in state.touches.items()
        if touch.is_contact and n not in leaving_out and n not in counted
    )
    return done + ahead


def _movable(turn: Turn, number: int) -> dict[int, Touch]:
    """Return the touches that are still only planned and not due right now."""
    return {
        n: touch
        for n, touch in turn.state.touches.items()
        if touch.enrolment == number
        and touch.status is TouchStatus.PLANNED
        and touch.step_index >= 0
        and touch.attempt == 1
        and not touch.slot.due_at <= turn.at < touch.slot.closes_at
    }


def _fresh(turn: Turn, number: int) -> list[Wanted]:
    """Return the wishes of the current phase that are neither open nor over."""
    enrolment = turn.state.enrolments[number]
    sequence = turn.sequence(number)
    open_keys = {_key(touch) for touch in turn.state.touches.values() if touch.enrolment == number}
    return [
        _with_absence(turn, one)
        for one in expand(
            sequence, enrolment.participants, phase=enrolment.phase, replied=enrolment.replied
        )
        if _wanted_key(one) not in open_keys
        and not one.step.is_campaign_work
        and f"{one.step_index}@{one.role}" not in enrolment.over
        and _is_for(enrolment, one)
        and _has_ground(turn.state, number, one.step)
    ]


def _is_for(enrolment: Enrolment, wanted: Wanted) -> bool:
    """Whether outreach, where it came back for some only, came back for this person."""
    chosen = enrolment.outreach_for
    return not chosen or enrolment.phase is Phase.ENGAGED or wanted.person in chosen


def _has_ground(state: Account, number: int, step: Step) -> bool:
    """Whether an engaged step's own ground exists: an agreed meeting, a step planned before."""
    enrolment = state.enrolments[number]
    if step.anchor.kind is AnchorKind.MEETING:
        return enrolment.meeting_at is not None
    if step.phase is Phase.OUTREACH:
        return True
    held = [need for need in step.requires if need.need is Need.HELD]
    return not held or enrolment.meeting_at is not None


def _put(turn: Turn, number: int, known: int | None, placement: Placement, rule: str) -> Turn:
    wanted, slot = placement.wanted, placement.slot
    if known is not None:
        if slot is None:
            return turn.then(e.TouchSkipped(rule=placement.omitted_by, touch=known))
        if slot == turn.state.touches[known].slot:
            return turn
        return turn.then(e.TouchMoved(rule=rule, touch=known, slot=slot))
    step = wanted.step
    if slot is None and placement.omitted_by == "anchor.unknown":
        return turn  # nothing to say yet: it is laid out again when the anchor is known
    if slot is None:
        omitted = e.StepOmitted(
            rule=placement.omitted_by,
            enrolment=number,
            step=step.id,
            step_index=wanted.step_index,
            role=wanted.role,
            person=wanted.person,
        )
        return turn.then(omitted)
    planned = e.TouchPlanned(
        rule=rule,
        touch=turn.state.touch_count + 1,
        enrolment=number,
        step=step.id,
        step_index=wanted.step_index,
        channel=step.channel,
        phase=step.phase,
        slot=slot,
        role=wanted.role,
        person=wanted.person,
        is_contact=step.kind is StepKind.CONTACT,
        group=step.group,
        message=step.message,
    )
    return turn.then(planned)


def _again(turn: Turn, touch: Touch) -> Wanted:
    wanted = Wanted(
        step_index=touch.step_index,
        step=_step(turn, touch),
        role=touch.role,
        person=touch.person,
        follower=_follower(turn, touch),
        lands_again=touch.slot.closes_at <= turn.at,
    )
    return _with_absence(turn, wanted)


def _follower(turn: Turn, touch: Touch) -> int:
    """Return the touch's place among the persons of its step."""
    enrolment = turn.state.enrolments[touch.enrolment]
    for one in expand(
        turn.sequence(touch.enrolment),
        enrolment.participants,
        phase=touch.phase,
        replied=enrolment.replied,
    ):
        if _wanted_key(one) == _key(touch):
            return one.follower
    return 0


def _with_absence(turn: Turn, wanted: Wanted) -> Wanted:
    position = turn.state.people.get(wanted.person)
    if position is None or position.not_before_on is None:
        return wanted
    zone = ZoneInfo(turn.locality.time_zone)
    back = datetime.combine(position.not_before_on, datetime.min.time(), zone)
    return replace(wanted, not_before_at=back, not_before_rule="exit.automatic_reply")


def _terms(turn: Turn, number: int) -> Terms:
    return Terms(
        enrolment=number,
        locality=turn.locality,
        gap=turn.sequence(number).gap,
        now_at=turn.at,
        shift_days=turn.state.enrolments[number].shift_days,
    )


def _step(turn: Turn, touch: Touch) -> Step:
    if touch.step_index >= 0:
        return turn.sequence(touch.enrolment).steps[touch.step_index]
    return manual_step(touch.channel)


def manual_step(channel: Channel) -> Step:
    """Return the step of a touch planned by hand: asked for a day, moved by nothing but gaps."""
    return Step(
        id="",
        kind=StepKind.CONTACT,
        channel=channel,
        aim="manual",
        offset=Offset(0, Unit.DAY),
        anchor=Anchor(AnchorKind.START),
        window=channel.value if channel in (Channel.EMAIL, Channel.CALL) else "day",
        avoids_holidays=False,
    )


def _key(touch: Touch) -> Key:
    return touch.step_index, touch.role, touch.person


def _wanted_key(wanted: Wanted) -> Key:
    return wanted.step_index, wanted.role, wanted.person


def _half(at: datetime, zone: ZoneInfo) -> str:
    return "am" if at.astimezone(zone).hour < _NOON else "pm"


def default_next_point(turn: Turn, number: int) -> NextPoint | None:
    """Return the enrolment's default next point, dated by the calendar as it stands.

    A vote's anchor is the first one whose point lies ahead.
    """
    enrolment = turn.state.enrolments[number]
    terms = enrolment.next_point
    if terms is None:
        return None
    step = Step(
        id="next_point",
        kind=StepKind.CONTACT,
        channel=Channel.TASK,
        aim="dater",
        offset=terms.offset,
        anchor=terms.anchor,
        avoids_holidays=True,
    )
    wanted = Wanted(step_index=-1, step=step, role="", person="")
    for entry_at in (turn.at, turn.at + timedelta(days=183), turn.at + timedelta(days=366)):
        anchors = replace(anchors_of(turn, enrolment), entry_at=entry_at)
        (placement,) = lay_out(
            [wanted], anchors=anchors, standing=(), terms=_terms(turn, number), ruleset=turn.ruleset
        )
        if placement.slot is not None and placement.slot.on > turn.today:
            return NextPoint(placement.slot.on, terms.object, terms.deliverable)
    return None
