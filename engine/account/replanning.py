"""Plan again by the rules in force: what was planned under former ones moves.

Safety never waits for it: every attempt asks today's calendars and windows itself.
"""

from engine import events as e
from engine.account.due import covering, is_promised
from engine.account.ending import finish_if_over
from engine.account.obstacles import refused_now
from engine.account.planning import land_again, plan
from engine.account.state import Touch, TouchStatus
from engine.account.turn import Turn
from engine.account.waiting import after_step, resume_waiting
from engine.rule_ids import RuleId

RULE = RuleId.PLAN_RULESET


def plan_again(turn: Turn) -> Turn:
    """Lay out every running enrolment again; nothing changes where no rule did."""
    for number, _ in turn.running():
        turn = _replan(turn, number)
    return turn


def _replan(turn: Turn, number: int) -> Turn:
    for n, touch in tuple(turn.state.touches.items()):
        if touch.enrolment == number and _must_leave(turn, touch):
            turn = _land(turn, n)
    turn = resume_waiting(plan(turn, number, rule=RULE), number)
    return finish_if_over(turn, number)


def _must_leave(turn: Turn, touch: Touch) -> bool:
    """Whether a touch that the plan leaves in its place is refused that place by now."""
    stays = touch.step_index < 0 or touch.is_kept
    if touch.status is not TouchStatus.PLANNED or not stays or is_promised(touch):
        return False
    is_ahead = touch.slot.due_at > turn.at and not covering(turn.state, touch)
    return is_ahead and refused_now(turn, touch, touch.slot.due_at) is not None


def _land(turn: Turn, number: int) -> Turn:
    touch = turn.state.touches[number]
    slot = land_again(turn, number, not_before_at=touch.slot.due_at, rule=RULE)
    if slot is None:
        skipped = e.TouchSkipped(rule=RuleId.WINDOW_NONE, touch=number)
        return after_step(turn.then(skipped), touch.enrolment)
    return turn.then(e.TouchMoved(rule=RULE, touch=number, slot=slot))
