"""What is due: timers are part of the state, and this is how they are read."""

from datetime import UTC, date, datetime, time, timedelta

from engine.account.evolve import NEXT_POINT
from engine.account.state import (
    Account,
    Enrolment,
    EnrolmentStatus,
    Hold,
    Touch,
    TouchStatus,
)
from engine.ids import InputId
from engine.plan import AnchorKind, Phase
from engine.requests import AttemptTouch, Request, Wake
from engine.rule_ids import RuleId
from engine.values import Channel

FOLLOWS_AFTER = timedelta(minutes=1)
"""A step that follows another is asked about again after it, not at the same instant."""

SILENCE_FOR = timedelta(days=45)
"""A prospect with nothing ahead is silent for so long before somebody is asked (C14.2)."""

AHEAD = (TouchStatus.PLANNED, TouchStatus.ATTEMPTING)
"""A touch that nobody but time and the gate keeps from happening."""


def due_at(state: Account) -> datetime | None:
    """Return the next instant at which something is due; None if nothing is planned."""
    touches = (touch.slot.due_at for touch in state.touches.values() if has_timer(state, touch))
    holds = (ends_at(state, hold) for hold in state.holds.values())
    others = (at for at in (*holds, point_due_at(state), silence_due_at(state)) if at is not None)
    return min((*touches, *others), default=None)


def due(state: Account, now: datetime) -> tuple[tuple[InputId, Request], ...]:
    """Return what the owner raises at `now`: an attempt per automatic touch, one wake for the rest.

    The ids are made of names, so that what is raised again after a crash is the same.
    """
    raised: list[tuple[InputId, Request]] = []
    others: list[tuple[datetime, str]] = []
    for number, touch in due_touches(state, now):
        if touch.channel.is_automatic:
            attempt = AttemptTouch(
                touch=number,
                attempt=touch.attempt,
                due_at=touch.slot.due_at,
                fired_at=now,
            )
            raised.append((InputId(f"attempt:{number}:{touch.attempt}"), attempt))
        else:
            others.append((touch.slot.due_at, f"{number}:{touch.attempt}"))
    others += [(at, f"hold:{number}") for number, at in due_holds(state, now)]
    point_at = point_due_at(state)
    if point_at is not None and point_at <= now:
        others.append((point_at, f"point:{state.milestone_count}"))
    silent_at = silence_due_at(state)
    if silent_at is not None and silent_at <= now:
        others.append((silent_at, "silence"))
    if others:
        at, name = min(others)
        # The instant is part of the name: what the wake only moves is due again later.
        instant = at.strftime("%Y%m%dT%H%M%S%f")
        raised.append((InputId(f"wake:{name}:{instant}"), Wake(due_at=at, fired_at=now)))
    return tuple(raised)


def point_due_at(state: Account) -> datetime | None:
    """Return the start of the next point's day, unless that day has come already."""
    if state.milestone is None or state.milestone_asked >= state.milestone_count:
        return None
    day = max(state.milestone.on, date.min + timedelta(days=1))
    return datetime.combine(day, time(), state.zone).astimezone(UTC)


def silence_due_at(state: Account) -> datetime | None:
    """Return when a prospect without a touch or a dated point has been silent for too long.

    None for others, while nothing has happened since somebody was asked last, and while
    somebody is asked for the next point.
    """
    if state.status != "prospect" or state.touches or point_due_at(state) is not None:
        return None
    if any(task.kind == NEXT_POINT for task in state.tasks.values()):
        return None  # somebody is asked already
    exchanges = (position.exchanged_at for position in state.people.values())
    heard = (*exchanges, state.prospect_at, *(contact.at for contact in state.contacted[-1:]))
    since_at = max((at for at in heard if at is not None), default=None)
    asked_at = state.silence_asked_at
    if since_at is None or (asked_at is not None and asked_at >= since_at):
        return None
    return since_at + SILENCE_FOR


def due_touches(state: Account, now: datetime) -> tuple[tuple[int, Touch], ...]:
    """Return the touches that are due, by instant and number."""
    found = [
        (number, touch)
        for number, touch in state.touches.items()
        if touch.slot.due_at <= now and has_timer(state, touch)
    ]
    return tuple(sorted(found, key=lambda numbered: (numbered[1].slot.due_at, numbered[0])))


def due_holds(state: Account, now: datetime) -> tuple[tuple[int, datetime], ...]:
    """Return the holds whose end has come."""
    ends = ((number, ends_at(state, hold)) for number, hold in state.holds.items())
    return tuple((number, at) for number, at in ends if at is not None and at <= now)


def ends_at(state: Account, hold: Hold) -> datetime | None:
    """Return the instant a hold ends of itself: the start of its day; None if it does not."""
    if hold.until is None:
        return None
    return datetime.combine(hold.until, time(), state.zone).astimezone(UTC)


def covering(state: Account, touch: Touch) -> tuple[int, ...]:
    """Return the holds that cover a touch, oldest first; it runs iff there is none."""
    return tuple(number for number, hold in state.holds.items() if _covers(hold, touch))


def is_runnable(state: Account, touch: Touch) -> bool:
    """Whether the touch's timer counts: its enrolment runs, or it is agreed; nothing holds it."""
    if touch.status is not TouchStatus.PLANNED:
        return False
    if is_agreed_meeting(touch):  # it belongs to the account: whoever agreed comes
        return not covering(state, touch)
    enrolment = state.enrolments.get(touch.enrolment)
    if enrolment is None or not is_begun(enrolment):
        return False
    return not covering(state, touch)


def has_timer(state: Account, touch: Touch) -> bool:
    """Whether the touch's instant counts: it may run, and stands on firm ground.

    Where the step that it is counted from is still ahead, its instant is an estimate: the
    touch is laid out again once that step has happened, however late.
    """
    return is_runnable(state, touch) and not any(
        touch.slot.asked.anchor == f"step {before.step}"
        and before.enrolment == touch.enrolment
        and before.status in AHEAD
        and before.slot.due_at <= touch.slot.due_at
        for before in state.touches.values()
    )


def is_begun(enrolment: Enrolment) -> bool:
    """Whether an enrolment runs; one that waits for its campaign runs once it is engaged."""
    waits = enrolment.status is EnrolmentStatus.PENDING
    return enrolment.status is EnrolmentStatus.ACTIVE or (
        waits and enrolment.phase is Phase.ENGAGED
    )


def is_agreed_meeting(touch: Touch) -> bool:
    """Whether somebody agreed to meet then, by a step of a sequence or without one."""
    return touch.channel is Channel.MEETING and touch.slot.asked.anchor == AnchorKind.MEETING


def is_promised(touch: Touch) -> bool:
    """Whether somebody was promised its hour: a callback."""
    return any(move.rule == RuleId.CALL_CALLBACK for move in touch.slot.moves)


def exchanged_since_entry(state: Account, enrolment: Enrolment, *persons: str) -> bool:
    """Whether one of these people was spoken to, or wrote, since the enrolment was made."""
    known = (state.people.get(person) for person in persons)
    exchanges = (position.exchanged_at for position in known if position is not None)
    return any(at is not None and at >= enrolment.entry_at for at in exchanges)


def _covers(hold: Hold, touch: Touch) -> bool:
    match hold.scope:
        case "account":
            return True
        case "enrolment":
            waits_for_role = hold.rule == RuleId.ROLE_REQUIRED_LOST and is_agreed_meeting(touch)
            return hold.enrolment == touch.enrolment and not waits_for_role
        case _:
            of_enrolment = hold.enrolment in (0, touch.enrolment)
            return hold.person == touch.person and of_enrolment
