"""Fold what happens to touches into an account."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from engine import events as e
from engine.account.evolve_enrolments import without_ended
from engine.account.state import UNDER_WAY, Account, Enrolment, PastContact, Touch, TouchStatus
from engine.plan import Need
from engine.requests import Reach
from engine.rule_ids import RuleId
from engine.values import Channel

Change = Callable[[Enrolment], Enrolment]


class _OfTouch(Protocol):
    """An event that happens to one touch."""

    @property
    def touch(self) -> int:
        """Return its number."""


CONTACTS_KEPT_FOR = timedelta(days=120)
"""Longer than any rolling cap or gap of a ruleset looks back."""

RECENT_MAX = 64
THREAD_REST_MAX = 8
"""Of the messages between the first and the latest of a thread, so many are remembered."""

REACHED_OUTCOMES = frozenset(
    {"joint_interesse", "joint_plus_tard", "joint_mauvais_interlocuteur", "joint_refus"}
)
"""The call outcomes in which somebody of the account was spoken to."""

_AHEAD = frozenset({TouchStatus.PLANNED, TouchStatus.WAITING, TouchStatus.BLOCKED})
_DUE = frozenset({TouchStatus.PLANNED})
_PENDING = _AHEAD | {TouchStatus.OPEN}

LEGAL: dict[type, frozenset[TouchStatus]] = {
    e.TouchMoved: _AHEAD,
    e.TouchReassigned: _AHEAD,
    e.TouchWithdrawn: _PENDING,
    e.TouchSkipped: _PENDING,
    e.TouchBlocked: _DUE | {TouchStatus.BLOCKED},
    e.TouchWaits: _DUE,
    e.TouchKeptBack: _DUE | {TouchStatus.OPEN},
    e.TouchAttempted: _DUE | {TouchStatus.WAITING},
    e.TouchSettled: frozenset(UNDER_WAY),
    e.TouchDone: frozenset({TouchStatus.OPEN}),
    e.TaskOpened: _DUE,
}
"""From which status an event can come: any other pair is damage (docs/state-machine.md)."""


def planned(state: Account, event: e.TouchPlanned) -> Account:
    """Return the account with one more touch."""
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
        begins_thread=event.begins_thread,
    )
    state = _put(state, event.touch, touch)
    return replace(state, touch_count=max(state.touch_count, event.touch))


def moved(state: Account, event: e.TouchMoved) -> Account:
    """Return the account after a touch landed elsewhere; it waits for nothing any more."""
    touch = _legal(state, event)
    landed = replace(
        touch,
        slot=event.slot,
        status=TouchStatus.PLANNED,
        waits_for=(),
        blocked_by="",
        tried_count=0,
    )
    return _put(state, event.touch, landed)


def reassigned(state: Account, event: e.TouchReassigned) -> Account:
    """Return the account after somebody else took a touch over: what broke was the former's."""
    taken_over = replace(_legal(state, event), person=event.person, blocked_by="")
    return _put(state, event.touch, taken_over)


def stopped(state: Account, event: e.TouchBlocked | e.TouchWaits) -> Account:
    """Return the account after a touch began to wait, for a value or for other steps."""
    touch = _legal(state, event)
    is_blocked = isinstance(event, e.TouchBlocked)
    waiting = replace(
        touch,
        status=TouchStatus.BLOCKED if is_blocked else TouchStatus.WAITING,
        attempt=event.attempt,
        is_kept=True,
        waits_for=event.missing if isinstance(event, e.TouchBlocked) else event.steps,
        blocked_by=event.rule if is_blocked else "",
    )
    return _put(state, event.touch, waiting)


def kept_back(state: Account, event: e.TouchKeptBack, at: datetime) -> Account:
    """Return the account after an attempt was put off; a number that was dialled counts."""
    touch = _legal(state, event)
    if event.was_dialled:
        state = _counted(_contacted(state, event.touch, touch, at), touch)
    is_try = event.rule != RuleId.WINDOW_PASSED
    kept = replace(
        touch,
        status=TouchStatus.PLANNED,
        attempt=event.attempt,
        slot=event.slot,
        is_kept=touch.is_kept or event.slot != touch.slot,
        task=0,
        tried_count=0 if event.was_dialled else touch.tried_count + is_try,
    )
    return _put(state, event.touch, kept)


def task_opened(state: Account, event: e.TaskOpened) -> Account:
    """Return the account after a touch's task was opened."""
    touch = _legal(state, event)
    return _put(state, event.touch, replace(touch, status=TouchStatus.OPEN, task=event.task))


def attempted(state: Account, event: e.TouchAttempted, at: datetime) -> Account:
    """Return the account while a touch is under way: it counts as a contact from now on."""
    touch = _legal(state, event)
    trying = replace(
        touch,
        status=TouchStatus.ATTEMPTING,
        attempt=event.attempt,
        attempted_at=at,
        waits_for=(),
    )
    state = _contacted(_put(state, event.touch, trying), event.touch, touch, at)
    return _with_result(state, touch, at, Need.ATTEMPTED, count=1)


def settled(state: Account, event: e.TouchSettled, at: datetime) -> Account:
    """Return the account after it became known what an attempt came to."""
    touch = _legal(state, event)
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
        case Reach.NOT_SENT | Reach.ABSENT | Reach.BROKEN:
            state = _not_contacted(state, event.touch, touch)
            again = replace(
                touch,
                status=TouchStatus.PLANNED,
                fault_count=touch.fault_count + bool(event.mailbox),
            )
            return _put(state, event.touch, again)


def done(state: Account, event: e.TouchDone, at: datetime) -> Account:
    """Return the account after somebody carried a touch out."""
    touch = _legal(state, event)
    needs = [Need.ATTEMPTED, Need.DONE]
    if touch.channel is Channel.CALL and event.outcome in REACHED_OUTCOMES:
        needs.append(Need.REACHED)
    if touch.channel is Channel.MEETING and event.outcome == "held":
        needs.append(Need.HELD)
    if touch.is_contact:
        state = _contacted(state, event.touch, touch, at)
    state = _with_result(state, touch, at, *needs, count=int(touch.is_contact))
    if event.outcome == "repondeur":
        state = _change(state, touch, _with_voicemail)
    return _close(_over(state, touch), event.touch)


def skipped(state: Account, event: e.TouchSkipped) -> Account:
    """Return the account after a touch was left out, for its role too."""
    touch = _legal(state, event)
    return _close(_over(_left_out(state, touch), touch), event.touch)


def withdrawn(state: Account, event: e.TouchWithdrawn) -> Account:
    """Return the account without a touch that may be planned again."""
    _legal(state, event)
    return _close(state, event.touch)


def _legal(state: Account, event: _OfTouch) -> Touch:
    touch = state.touches[event.touch]
    if touch.status not in LEGAL[type(event)]:
        raise KeyError(touch.status)
    return touch


def _with_voicemail(enrolment: Enrolment) -> Enrolment:
    counts = enrolment.counts
    return replace(enrolment, counts=counts | {"voicemail": counts.get("voicemail", 0) + 1})


def _contacted(state: Account, number: int, touch: Touch, at: datetime) -> Account:
    contact = PastContact(
        at=at,
        on=at.astimezone(state.zone).date(),
        person=touch.person,
        role=touch.role,
        channel=touch.channel,
        enrolment=touch.enrolment,
        group=touch.group,
        touch=number,
        step=touch.step,
        message=touch.message,
        follower=touch.follower,
    )
    oldest = at - CONTACTS_KEPT_FOR
    kept = tuple(earlier for earlier in state.contacted if earlier.at > oldest)
    return replace(state, contacted=(*kept, contact))


def _counted(state: Account, touch: Touch) -> Account:
    """Return the account after one more try that counts in the caps of its sequence."""
    key = f"{touch.channel.value}:{touch.person}"

    def more(enrolment: Enrolment) -> Enrolment:
        counts = enrolment.counts
        return replace(enrolment, counts=counts | {key: counts.get(key, 0) + 1})

    return _change(state, touch, more)


def _not_contacted(state: Account, number: int, touch: Touch) -> Account:
    kept = tuple(contact for contact in state.contacted if contact.touch != number)
    state = replace(state, contacted=kept)
    key = f"{touch.channel.value}:{touch.person}"

    def uncounted(enrolment: Enrolment) -> Enrolment:
        counts = enrolment.counts | {key: max(0, enrolment.counts.get(key, 0) - 1)}
        results = {step: needs for step, needs in enrolment.results.items() if step != touch.step}
        return replace(enrolment, counts=counts, results=results)

    return _change(state, touch, uncounted)


def _with_result(
    state: Account, touch: Touch, at: datetime, *needs: Need, count: int = 0
) -> Account:
    key = f"{touch.channel.value}:{touch.person}"

    def noted(enrolment: Enrolment) -> Enrolment:
        known = enrolment.results.get(touch.step, ())
        fresh = tuple(need.value for need in needs if need.value not in known)
        counts = enrolment.counts
        return replace(
            enrolment,
            results=enrolment.results | {touch.step: known + fresh},
            counts=counts | {key: counts.get(key, 0) + count} if count else counts,
            done_at=enrolment.done_at | {touch.step: at},
        )

    return _change(state, touch, noted)


def _wrote(state: Account, touch: Touch, message_id: str, at: datetime) -> Account:
    position = state.people.get(touch.person)
    if position is not None and position.written_at is None:
        written = replace(position, written_at=at)
        state = replace(state, people=state.people | {touch.person: written})

    def threaded(enrolment: Enrolment) -> Enrolment:
        threads, opened_by = enrolment.threads, enrolment.opened_by
        known = () if touch.begins_thread else threads.get(touch.person, ())
        if not known:
            opened_by = opened_by | {touch.person: touch.message}
        thread = (*known[:1], *known[1:][-THREAD_REST_MAX:], message_id)
        return replace(enrolment, threads=threads | {touch.person: thread}, opened_by=opened_by)

    return _change(state, touch, threaded) if message_id else state


def _left_out(state: Account, touch: Touch) -> Account:
    """Let the steps counted from a skipped one count from the instant it was planned for."""
    instant = {touch.step: touch.slot.due_at}

    def counted_from(enrolment: Enrolment) -> Enrolment:
        return replace(enrolment, done_at=instant | enrolment.done_at)

    return _change(state, touch, counted_from)


def _over(state: Account, touch: Touch) -> Account:
    key = f"{touch.step_index}@{touch.role}"
    return _change(state, touch, lambda known: replace(known, over=(*known.over, key)))


def _change(state: Account, touch: Touch, change: Change) -> Account:
    if not touch.enrolment:
        return state  # the account's own
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
    return without_ended(replace(state, touches=left, recent=recent), touch.enrolment)
