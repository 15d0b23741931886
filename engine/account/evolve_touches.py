"""Fold what happens to touches into an account."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from engine import events as e
from engine.account.state import UNDER_WAY, Account, Contacted, Enrolment, Touch, TouchStatus
from engine.plan import Need
from engine.requests import Reach
from engine.values import Channel

Change = Callable[[Enrolment], Enrolment]

CONTACTS_KEPT_FOR = timedelta(days=120)
"""Longer than any rolling cap or gap of a ruleset looks back."""

RECENT_MAX = 64

REACHED_OUTCOMES = frozenset(
    {"joint_interesse", "joint_plus_tard", "joint_mauvais_interlocuteur", "joint_refus"}
)
"""The call outcomes in which somebody of the account was spoken to."""

TouchEvent = (
    e.TouchPlanned
    | e.TouchMoved
    | e.TouchReassigned
    | e.TouchWithdrawn
    | e.TouchSkipped
    | e.TouchBlocked
    | e.TouchWaits
    | e.TouchKeptBack
    | e.TouchAttempted
    | e.TouchSettled
    | e.TouchDone
)

_AHEAD = frozenset({TouchStatus.PLANNED, TouchStatus.WAITING, TouchStatus.BLOCKED})
_DUE = frozenset({TouchStatus.PLANNED})
_PENDING = _AHEAD | {TouchStatus.OPEN}

LEGAL: dict[type, frozenset[TouchStatus]] = {
    e.TouchMoved: _AHEAD,
    e.TouchReassigned: _AHEAD,
    e.TouchWithdrawn: _PENDING,
    e.TouchSkipped: _PENDING,
    e.TouchBlocked: _DUE,
    e.TouchWaits: _DUE,
    e.TouchKeptBack: _DUE | {TouchStatus.OPEN},
    e.TouchAttempted: _DUE,
    e.TouchSettled: frozenset(UNDER_WAY),
    e.TouchDone: frozenset({TouchStatus.OPEN}),
    e.TaskOpened: _DUE,
}
"""From which status an event can come: any other pair is damage (docs/state-machine.md)."""


def evolve(state: Account, event: TouchEvent, at: datetime) -> Account:
    """Return the account after one event of this family."""
    if isinstance(event, e.TouchPlanned):
        return _planned(state, event)
    touch = _legal(state, event)
    match event:
        case e.TouchMoved(slot=slot):
            moved = replace(touch, slot=slot, status=TouchStatus.PLANNED, waits_for=())
            return _put(state, event.touch, moved)
        case e.TouchReassigned(person=person):
            return _put(state, event.touch, replace(touch, person=person))
        case e.TouchBlocked(attempt=attempt, missing=missing):
            return _put(state, event.touch, _stopped(touch, TouchStatus.BLOCKED, attempt, missing))
        case e.TouchWaits(attempt=attempt, steps=steps):
            return _put(state, event.touch, _stopped(touch, TouchStatus.WAITING, attempt, steps))
        case e.TouchKeptBack(attempt=attempt, slot=slot, was_dialled=was_dialled):
            if was_dialled:
                state = _contacted(state, event.touch, touch, at)
            kept = replace(touch, status=TouchStatus.PLANNED, attempt=attempt, slot=slot, task=0)
            return _put(state, event.touch, kept)
        case e.TouchAttempted():
            return _attempted(state, event, touch, at)
        case e.TouchSettled():
            return _settled(state, event, touch, at)
        case e.TouchDone(outcome=outcome):
            return _done(state, event.touch, touch, outcome, at)
        case e.TouchSkipped():
            return _close(_over(_left_out(state, touch), touch), event.touch)
        case e.TouchWithdrawn():
            return _close(state, event.touch)


def task_opened(state: Account, event: e.TaskOpened) -> Account:
    """Return the account after a touch's task was opened."""
    touch = _legal(state, event)
    return _put(state, event.touch, replace(touch, status=TouchStatus.OPEN, task=event.task))


def _legal(state: Account, event: TouchEvent | e.TaskOpened) -> Touch:
    touch = state.touches[event.touch]
    if touch.status not in LEGAL[type(event)]:
        raise KeyError(touch.status)
    return touch


def _stopped(touch: Touch, status: TouchStatus, attempt: int, waits_for: tuple[str, ...]) -> Touch:
    return replace(touch, status=status, attempt=attempt, waits_for=waits_for)


def _planned(state: Account, event: e.TouchPlanned) -> Account:
    touch = Touch(
        enrolment=event.enrolment,
        step=event.step,
        step_index=event.step_index,
        channel=event.channel,
        phase=event.phase,
        slot=event.slot,
        role=event.role,
        person=event.person,
        is_contact=event.is_contact,
        group=event.group,
        message=event.message,
        follower=event.follower,
    )
    state = _put(state, event.touch, touch)
    return replace(state, touch_count=max(state.touch_count, event.touch))


def _attempted(state: Account, event: e.TouchAttempted, touch: Touch, at: datetime) -> Account:
    trying = replace(touch, status=TouchStatus.ATTEMPTING, attempt=event.attempt, attempted_at=at)
    state = _contacted(_put(state, event.touch, trying), event.touch, touch, at)
    return _with_result(state, touch, at, Need.ATTEMPTED, count=1)


def _settled(state: Account, event: e.TouchSettled, touch: Touch, at: datetime) -> Account:
    match event.reach:
        case Reach.SENT:
            state = _with_result(state, touch, touch.attempted_at or at, Need.SENT, Need.DONE)
            state = _over(_wrote(state, touch, event.message_id, at), touch)
            return _close(state, event.touch)
        case Reach.UNKNOWN:
            unknown = replace(touch, status=TouchStatus.UNKNOWN, message_id=event.message_id)
            return _put(state, event.touch, unknown)
        case Reach.REFUSED | Reach.ERASED:
            state = _over(_not_contacted(state, event.touch, touch), touch)
            return _close(state, event.touch)
        case Reach.POSTPONED:
            state = _not_contacted(state, event.touch, touch)
            again = replace(
                touch, status=TouchStatus.PLANNED, postponed_count=touch.postponed_count + 1
            )
            return _put(state, event.touch, again)
        case Reach.NOT_SENT | Reach.ABSENT:
            state = _not_contacted(state, event.touch, touch)
            return _put(state, event.touch, replace(touch, status=TouchStatus.PLANNED))


def _done(state: Account, number: int, touch: Touch, outcome: str, at: datetime) -> Account:
    needs = [Need.ATTEMPTED, Need.DONE]
    if touch.channel is Channel.CALL and outcome in REACHED_OUTCOMES:
        needs.append(Need.REACHED)
    if touch.channel is Channel.MEETING and outcome == "held":
        needs.append(Need.HELD)
    if touch.is_contact:
        state = _contacted(state, number, touch, at)
    state = _with_result(state, touch, at, *needs, count=int(touch.is_contact))
    if outcome == "repondeur":
        state = _change(state, touch, _with_voicemail)
    return _close(_over(state, touch), number)


def _with_voicemail(one: Enrolment) -> Enrolment:
    counts = one.counts | {"voicemail": one.counts.get("voicemail", 0) + 1}
    return replace(one, voicemail_left=True, counts=counts)


def _contacted(state: Account, number: int, touch: Touch, at: datetime) -> Account:
    contact = Contacted(
        at=at,
        on=at.astimezone(state.zone).date(),
        person=touch.person,
        role=touch.role,
        channel=touch.channel,
        enrolment=touch.enrolment,
        group=touch.group,
        touch=number,
        step=touch.step,
        follower=touch.follower,
    )
    oldest = at - CONTACTS_KEPT_FOR
    kept = tuple(one for one in state.contacted if one.at > oldest)
    return replace(state, contacted=(*kept, contact))


def _not_contacted(state: Account, number: int, touch: Touch) -> Account:
    kept = tuple(one for one in state.contacted if one.touch != number)
    state = replace(state, contacted=kept)
    key = f"{touch.channel.value}:{touch.person}"

    def uncounted(one: Enrolment) -> Enrolment:
        counts = one.counts | {key: max(0, one.counts.get(key, 0) - 1)}
        results = {step: needs for step, needs in one.results.items() if step != touch.step}
        return replace(one, counts=counts, results=results)

    return _change(state, touch, uncounted)


def _with_result(
    state: Account, touch: Touch, at: datetime, *needs: Need, count: int = 0
) -> Account:
    key = f"{touch.channel.value}:{touch.person}"

    def noted(one: Enrolment) -> Enrolment:
        known = one.results.get(touch.step, ())
        fresh = tuple(need.value for need in needs if need.value not in known)
        counts = one.counts | {key: one.counts.get(key, 0) + count} if count else one.counts
        done_at = one.done_at | {touch.step: at}
        results = one.results | {touch.step: known + fresh}
        return replace(one, results=results, counts=counts, done_at=done_at)

    return _change(state, touch, noted)


def _wrote(state: Account, touch: Touch, message_id: str, at: datetime) -> Account:
    position = state.people.get(touch.person)
    if position is not None and position.written_at is None:
        written = replace(position, written_at=at)
        state = replace(state, people=state.people | {touch.person: written})

    def threaded(one: Enrolment) -> Enrolment:
        thread = (*one.threads.get(touch.person, ()), message_id)[-10:]
        return replace(one, threads=one.threads | {touch.person: thread})

    return _change(state, touch, threaded) if message_id else state


def _left_out(state: Account, touch: Touch) -> Account:
    """Let the steps counted from a skipped one count from the instant it was planned for."""
    instant = {touch.step: touch.slot.due_at}
    return _change(state, touch, lambda one: replace(one, done_at=instant | one.done_at))


def _over(state: Account, touch: Touch) -> Account:
    key = f"{touch.step_index}@{touch.role}"
    return _change(state, touch, lambda one: replace(one, over=(*one.over, key)))


def _change(state: Account, touch: Touch, change: Change) -> Account:
    changed = change(state.enrolments[touch.enrolment])
    return replace(state, enrolments=state.enrolments | {touch.enrolment: changed})


def _put(state: Account, number: int, touch: Touch) -> Account:
    return replace(state, touches=state.touches | {number: touch})


def _close(state: Account, number: int) -> Account:
    left = dict(state.touches)
    touch = left.pop(number)
    recent = {**state.recent, number: (touch.person, touch.enrolment)}
    while len(recent) > RECENT_MAX:
        del recent[next(iter(recent))]
    return replace(state, touches=left, recent=recent)
