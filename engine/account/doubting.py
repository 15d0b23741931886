"""Doubt what was due while nobody who remembers looked: a home was put back from a backup."""

from datetime import datetime

from engine import events as e
from engine.account.due import covering, ends_at, is_begun
from engine.account.state import Account, Touch, TouchStatus
from engine.account.turn import Turn
from engine.requests import DoubtTouches, Reach
from engine.rule_ids import RuleId

_MAY_HAVE_GONE = (TouchStatus.PLANNED, TouchStatus.WAITING, TouchStatus.ATTEMPTING)


def doubt(turn: Turn, request: DoubtTouches) -> Turn:
    """Take each e-mail that may have left by an instant for attempted, its outcome unknown.

    What earlier steps it waited for may have ended, and a pause run out, before the instant.
    """
    for number, touch in sorted(turn.state.touches.items()):
        if not _may_have_gone(turn.state, touch, request.until_at):
            continue
        if touch.status is not TouchStatus.ATTEMPTING:
            attempted = e.TouchAttempted(
                rule=RuleId.ATTEMPT_FORGOTTEN, touch=number, attempt=touch.attempt
            )
            turn = turn.then(attempted)
        unknown = e.TouchSettled(
            rule=RuleId.ATTEMPT_FORGOTTEN,
            touch=number,
            attempt=touch.attempt,
            reach=Reach.UNKNOWN,
        )
        turn = turn.then(unknown)
    return turn


def _may_have_gone(state: Account, touch: Touch, until_at: datetime) -> bool:
    if touch.status is TouchStatus.ATTEMPTING:
        return True
    enrolment = state.enrolments.get(touch.enrolment)
    return (
        touch.channel.is_automatic
        and touch.status in _MAY_HAVE_GONE
        and touch.slot.due_at <= until_at
        and enrolment is not None
        and is_begun(enrolment)
        and not _is_held_past(state, touch, until_at)
    )


def _is_held_past(state: Account, touch: Touch, until_at: datetime) -> bool:
    ends = [ends_at(state, state.holds[number]) for number in covering(state, touch)]
    return any(at is None or at > until_at for at in ends)
