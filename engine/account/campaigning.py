"""What an enrolment hears of its campaign: it stands still, goes on, or ends."""

from engine import events as e
from engine.account.due import is_begun
from engine.account.ending import withdraw_pending
from engine.account.holds import lift, place
from engine.account.milestones import fix_default_point
from engine.account.state import Hold
from engine.account.turn import Turn
from engine.requests import CloseForCampaign, PauseForCampaign, ResumeForCampaign
from engine.rule_ids import RuleId


def pause(turn: Turn, request: PauseForCampaign) -> Turn:
    """Hold a running enrolment as its campaign is held; another pause takes the place of one."""
    wanted = (request.reason, request.until)
    held = _holds(turn, request.enrolment)
    is_over = request.until is not None and request.until <= turn.today
    known = [(turn.state.holds[n].reason, turn.state.holds[n].until) for n in held]
    if known == [wanted] or is_over or request.enrolment not in dict(turn.running()):
        return turn
    hold = Hold(
        scope="enrolment",
        reason=request.reason,
        since_at=turn.at,
        rule=RuleId.HOLD_CAMPAIGN,
        enrolment=request.enrolment,
        until=request.until,
    )
    turn = place(turn, hold)
    for n in held:
        turn = lift(turn, n, rule=RuleId.HOLD_LIFTED)
    return turn


def resume(turn: Turn, request: ResumeForCampaign) -> Turn:
    """Lift what holds an enrolment with its campaign; other holds stay."""
    for n in _holds(turn, request.enrolment):
        turn = lift(turn, n, rule=RuleId.HOLD_LIFTED)
    return turn


def close(turn: Turn, request: CloseForCampaign) -> Turn:
    """End an enrolment that runs; once begun, it leaves a dated next point (C16.2)."""
    number = request.enrolment
    if number not in dict(turn.running()):
        return turn
    if is_begun(turn.state.enrolments[number]):
        turn = fix_default_point(turn, number)
    turn = withdraw_pending(turn, number, rule=RuleId.CAMPAIGN_CLOSED)
    return turn.then(
        e.EnrolmentWithdrawn(rule=RuleId.CAMPAIGN_CLOSED, enrolment=number, reason=request.reason)
    )


def _holds(turn: Turn, number: int) -> list[int]:
    return [
        n
        for n, hold in turn.state.holds.items()
        if (hold.rule, hold.enrolment) == (RuleId.HOLD_CAMPAIGN, number)
    ]
