"""What stands between a due touch and the world, asked again at the last moment.

Each answer names its rule.  The order matters: what ends a touch comes before what
makes it wait, and what waits for a person before what waits for a day.
"""

from collections import Counter
from datetime import datetime, timedelta

from msgspec import Struct

from engine.account.content import missing
from engine.account.drafts import step_of
from engine.account.due import (
    FOLLOWS_AFTER,
    covering,
    exchanged_since_entry,
    has_timer,
    is_agreed_meeting,
    is_promised,
)
from engine.account.ground import vote_of
from engine.account.had import has_had, took_place
from engine.account.hierarchy import has_exchange, is_elected
from engine.account.state import Account, Touch, TouchStatus
from engine.account.turn import Turn
from engine.cadence import calendars_at, refusal_at
from engine.plan import Condition, Need, Requirement, SequenceClass, Step
from engine.rule_ids import RuleId
from engine.values import Channel, Move

SERVICE_HEAD = "responsable_service"

_REQUIRES = {
    Need.SENT: RuleId.REQUIRES_SENT,
    Need.ATTEMPTED: RuleId.REQUIRES_ATTEMPTED,
    Need.REACHED: RuleId.REQUIRES_REACHED,
    Need.HELD: RuleId.REQUIRES_HELD,
    Need.DONE: RuleId.REQUIRES_DONE,
}
_HAD = (Need.ATTEMPTED, Need.SENT)
"""What is known to have come of a step by which somebody was contacted."""

_UNDECIDED = (
    TouchStatus.PLANNED,
    TouchStatus.OPEN,
    TouchStatus.BLOCKED,
    TouchStatus.WAITING,
    TouchStatus.ATTEMPTING,
    TouchStatus.UNKNOWN,
)


class Skip(Struct, frozen=True, gc=False, kw_only=True):
    """The touch will not happen."""

    rule: RuleId
    reason: str = ""


class Wait(Struct, frozen=True, gc=False, kw_only=True):
    """The touch waits until what became of these steps is known."""

    rule: RuleId
    steps: tuple[str, ...]


class Block(Struct, frozen=True, gc=False, kw_only=True):
    """The touch waits for what a person must supply."""

    rule: RuleId
    missing: tuple[str, ...]


class KeepBack(Struct, frozen=True, gc=False, kw_only=True):
    """The touch lands again, no sooner than an instant."""

    rule: str  # the gate's own, where it keeps the attempt back
    until_at: datetime


Obstacle = Skip | Wait | Block | KeepBack


def obstacle(turn: Turn, number: int) -> Obstacle | None:
    """Return what keeps a due touch from happening now; None if nothing does."""
    touch = turn.state.touches[number]
    if is_agreed_meeting(touch):  # whoever agreed comes, whatever a plan says
        return _without_person(turn, touch)
    for check in (_client, _person, _steps, lack, _time):
        found = check(turn, number, touch)
        if found is not None:
            return found
    return None


def lack(turn: Turn, number: int, touch: Touch) -> Block | None:
    """Return what somebody must supply for a touch: its person, else values of its message."""
    if touch.is_contact and not touch.person:
        return Block(rule=RuleId.ROLE_EMPTY, missing=(touch.role,))
    if not touch.channel.is_automatic:
        return None  # whoever writes or speaks supplies it
    lacking = missing(turn, number)
    return Block(rule=RuleId.CONTENT_MISSING_VALUE, missing=lacking) if lacking else None


def is_unfit_for_client(state: Account, sequence_class: str) -> bool:
    """Whether a class of sequences is for those who have not bought, and the account has."""
    return state.status == "client" and sequence_class == SequenceClass.PROSPECTING


def _client(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    del number
    sequence_class = turn.state.enrolments[touch.enrolment].sequence_class
    if touch.is_contact and is_unfit_for_client(turn.state, sequence_class):
        return Skip(rule=RuleId.CLIENT_CLASS)
    return None


def _person(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    if not touch.is_contact:
        return None
    if not touch.person:
        return lack(turn, number, touch)
    stopped = _without_person(turn, touch)
    if stopped is not None:
        return stopped
    position = turn.state.people[touch.person]
    by_step = touch.step_index >= 0
    is_guarded = by_step and is_elected(turn, touch.role, position.role)
    if is_guarded and not has_exchange(turn, turn.domain_of(touch.enrolment, touch.person)):
        return Skip(rule=RuleId.HIERARCHY_ELECTED)
    if touch.channel.needs_point and not position.live_points(touch.channel):
        return Skip(rule=RuleId.CONTACT_POINT_MISSING)
    return None


def _without_person(turn: Turn, touch: Touch) -> Obstacle | None:
    position = turn.state.people[touch.person]
    if position.stopped_by:
        return Skip(rule=RuleId.EXIT_OBJECTION)
    return Skip(rule=RuleId.EXIT_DEPARTURE) if position.is_gone else None


def _steps(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    if touch.step_index < 0:
        return None
    if has_had(turn.state, number, touch):
        return Skip(rule=RuleId.ROLE_SAME_PERSON)
    step = turn.sequence(touch.enrolment).steps[touch.step_index]
    blocking = _blocking(turn, number, touch)
    if blocking:
        return _until_known(turn, touch, RuleId.STEP_BLOCKING, set(blocking))
    for requirement in step.requires:
        found = _requirement(turn, touch, requirement)
        if found is not None:
            return found
    return _condition(turn, touch, step)


def _blocking(turn: Turn, number: int, touch: Touch) -> tuple[str, ...]:
    """Return earlier steps of the person that others must wait for and that are open."""
    steps = turn.sequence(touch.enrolment).steps
    return tuple(
        other.step
        for n, other in turn.state.touches.items()
        if n != number
        and other.enrolment == touch.enrolment
        and other.person == touch.person
        and 0 <= other.step_index < touch.step_index
        and other.status in _UNDECIDED
        and steps[other.step_index].is_blocking
    )


def _requirement(turn: Turn, touch: Touch, requirement: Requirement) -> Obstacle | None:
    enrolment = turn.state.enrolments[touch.enrolment]
    if any(requirement.need.value in enrolment.results.get(step, ()) for step in requirement.steps):
        return None
    undecided = open_steps(turn.state, touch.enrolment) & set(requirement.steps)
    rule = _REQUIRES[requirement.need]
    if undecided:
        return _until_known(turn, touch, rule, undecided)
    if requirement.need in _HAD and took_place(turn.state, touch.enrolment, requirement.steps):
        return None
    return Skip(rule=rule, reason=" or ".join(requirement.steps))


def _until_known(turn: Turn, touch: Touch, rule: RuleId, steps: set[str]) -> Obstacle:
    """Follow steps that have a date, so that this one keeps one too; wait for the others."""
    if steps & undated_steps(turn.state, touch.enrolment, turn.at):
        return Wait(rule=rule, steps=tuple(sorted(steps)))
    dates = (
        other.slot.due_at
        for other in turn.state.touches.values()
        if other.enrolment == touch.enrolment and other.step in steps
    )
    return KeepBack(rule=rule, until_at=max(turn.at, *dates) + FOLLOWS_AFTER)


def undated_steps(state: Account, number: int, at: datetime) -> set[str]:
    """Return the open steps of an enrolment of which nobody knows when they will be over."""
    return {
        touch.step
        for touch in state.touches.values()
        if touch.enrolment == number
        and (touch.status is not TouchStatus.PLANNED or _stands_still(state, touch, at))
    }


def _stands_still(state: Account, touch: Touch, at: datetime) -> bool:
    """Whether a planned touch has no date: held, or past and bound to what is not over."""
    is_past = touch.slot.due_at <= at
    return bool(covering(state, touch)) or (is_past and not has_timer(state, touch))


def open_steps(state: Account, number: int) -> set[str]:
    """Return the steps of an enrolment of which it is not known yet what becomes of them."""
    return {
        touch.step
        for touch in state.touches.values()
        if touch.enrolment == number and touch.status in _UNDECIDED
    }


def _condition(turn: Turn, touch: Touch, step: Step) -> Obstacle | None:
    enrolment = turn.state.enrolments[touch.enrolment]
    match step.condition:
        case None | Condition.CAMPAIGN_OPEN:
            return None  # a waiting enrolment has nothing due
        case Condition.NOT_REACHED:
            return _not_reached(turn, touch)
        case Condition.ACCOUNT_HOT:
            return None if enrolment.is_hot else _not_hot(turn, touch)
        case Condition.SERVICE_NOT_REFUSED:
            is_met = SERVICE_HEAD not in enrolment.refused_roles
            return _unmet(RuleId.CONDITION_SERVICE_NOT_REFUSED, is_met=is_met)
        case Condition.DIGITAL_OFFER:
            is_met = enrolment.about.is_digital
            return _unmet(RuleId.CONDITION_DIGITAL_OFFER, is_met=is_met)
        case Condition.MEETING_AGREED:
            is_met = enrolment.meeting_for(touch.person) is not None
            return _unmet(RuleId.CONDITION_MEETING_AGREED, is_met=is_met)
        case Condition.WITHOUT_EXCHANGE:
            is_met = not exchanged_since_entry(turn.state, enrolment, touch.person)
            return _unmet(RuleId.CONDITION_WITHOUT_EXCHANGE, is_met=is_met)
        case Condition.VOTE_AHEAD:
            vote_on = vote_of(turn.state, enrolment, turn.ruleset)
            is_met = vote_on is None or vote_on > turn.today
            return _unmet(RuleId.CONDITION_VOTE_AHEAD, is_met=is_met)
        case Condition.ATTENDANCE_CONFIRMED:
            is_met = turn.state.values.get("attendance") == "confirmed"
            return _unmet(RuleId.CONDITION_ATTENDANCE_CONFIRMED, is_met=is_met)


def _unmet(rule: RuleId, *, is_met: bool) -> Skip | None:
    return None if is_met else Skip(rule=rule)


def _not_reached(turn: Turn, touch: Touch) -> Obstacle | None:
    """Look at the call of the same group: it must have reached nobody."""
    rule = RuleId.CONDITION_NOT_REACHED
    enrolment = turn.state.enrolments[touch.enrolment]
    calls = {
        step.id
        for step in turn.sequence(touch.enrolment).steps
        if step.group == touch.group and step.channel is Channel.CALL
    }
    undecided = calls & open_steps(turn.state, touch.enrolment)
    if undecided:
        return _until_known(turn, touch, rule, undecided)
    reached = any(Need.REACHED.value in enrolment.results.get(call, ()) for call in calls)
    return Skip(rule=rule) if reached else None


def _not_hot(turn: Turn, touch: Touch) -> Obstacle:
    """Wait for the meetings to come: one of them may warm the account."""
    rule = RuleId.CONDITION_ACCOUNT_HOT
    meetings = {
        other.step
        for other in turn.state.touches.values()
        if other.enrolment == touch.enrolment and other.channel is Channel.MEETING
    }
    return _until_known(turn, touch, rule, meetings) if meetings else Skip(rule=rule)


def _time(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    if not touch.is_contact or touch.channel is Channel.MEETING:
        return None  # its hour is another's too: moved by no rule
    for check in (
        _absence,
        _cap_of_sequence,
        _cap_of_contacts,
        _cap_of_calls,
        _one_person_a_day,
        _window,
    ):
        found = check(turn, number, touch)
        if found is not None:
            return found
    return None


def _absence(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    del number
    back_on = turn.state.people[touch.person].not_before_on
    if back_on is None or back_on <= turn.today:
        return None
    return KeepBack(rule=RuleId.EXIT_AUTOMATIC_REPLY, until_at=turn.start_of(back_on))


def _cap_of_sequence(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    del number
    sequence = turn.sequence(touch.enrolment)
    enrolment = turn.state.enrolments[touch.enrolment]
    caps = {
        Channel.EMAIL: (sequence.emails_max, RuleId.CAP_EMAILS),
        Channel.CALL: (sequence.calls_max, RuleId.CAP_CALLS),
    }
    if touch.channel not in caps:
        return None
    most, rule = caps[touch.channel]
    done = enrolment.counts.get(f"{touch.channel.value}:{touch.person}", 0)
    return Skip(rule=rule) if most and done >= most else None


def _cap_of_contacts(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    """Look at the contacts of the whole enrolment; those of a group count as one."""
    del number
    sequence, enrolment = turn.sequence(touch.enrolment), turn.state.enrolments[touch.enrolment]
    if not sequence.contacts_max:
        return None
    groups = Counter(
        step.group for step in sequence.steps if step.group and step.id in enrolment.results
    )
    if groups[touch.group]:
        return None  # it is part of a contact that has begun
    tries = (count for name, count in enrolment.counts.items() if ":" in name)
    contacts = sum(tries) - sum(count - 1 for count in groups.values())
    return Skip(rule=RuleId.CAP_CONTACTS) if contacts >= sequence.contacts_max else None


def _cap_of_calls(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    del number
    if touch.channel is not Channel.CALL:
        return None
    cap = turn.ruleset.caps.call_attempts_per_person
    rolling_for = timedelta(days=cap.rolling_days)
    calls = sorted(
        contact.at
        for contact in turn.state.contacted
        if contact.person == touch.person
        and contact.channel is Channel.CALL
        and contact.at > turn.at - rolling_for
    )
    if len(calls) < cap.count_max:
        return None
    return KeepBack(rule=RuleId.CAP_CALL_ATTEMPTS, until_at=calls[0] + rolling_for)


def _one_person_a_day(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    if is_promised(touch):
        return None
    others = {
        contact.person
        for contact in turn.state.contacted
        if contact.on == turn.today and contact.person != touch.person and contact.touch != number
    }
    if touch.channel.is_automatic:  # it can move, and a promised hour cannot
        others |= {
            other.person
            for other in turn.state.touches.values()
            if other.slot.on == turn.today and other.person != touch.person and is_promised(other)
        }
    if len(others) < turn.ruleset.caps.people_per_account_per_day.count_max:
        return None
    tomorrow_at = turn.start_of(turn.today + timedelta(days=1))
    return KeepBack(rule=RuleId.CAP_ONE_PERSON_A_DAY, until_at=tomorrow_at)


def _window(turn: Turn, number: int, touch: Touch) -> Obstacle | None:
    del number
    if turn.at >= touch.slot.closes_at:
        return KeepBack(rule=RuleId.WINDOW_PASSED, until_at=turn.at)
    refused = refused_now(turn, touch, turn.at)
    if refused is None:
        return None
    return KeepBack(rule=refused.rule, until_at=max(turn.at, turn.start_of(refused.to_on)))


def refused_now(turn: Turn, touch: Touch, instant_at: datetime) -> Move | None:
    """Return the rule of today's calendars and windows that refuses a touch an instant.

    None where nothing does, or somebody named the hour.
    """
    calendars = calendars_at(turn.state.locality, turn.ruleset)
    if calendars is None or is_promised(touch):
        return None
    return refusal_at(step_of(turn, touch), instant_at, calendars=calendars)
