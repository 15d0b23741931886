"""What an enrolment hears of its campaign: it stands still, goes on, or ends."""

from engine import events as e
from engine.account.ending import withdraw_pending
from engine.account.holds import lift, place
from engine.account.next_point import default_next_point
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
    """End an enrolment that runs; the account keeps a dated next point (C16.2)."""
    number = request.enrolment
    if number not in dict(turn.running()):
        return turn
    turn = withdraw_pending(_with_point(turn, number), number, rule=RuleId.CAMPAIGN_CLOSED)
    return turn.then(
        e.EnrolmentWithdrawn(rule=RuleId.CAMPAIGN_CLOSED, enrolment=number, reason=request.reason)
    )


def _with_point(turn: Turn, number: int) -> Turn:
    agreed = turn.state.milestone
    if agreed is not None and agreed.on > turn.today:
        return turn
    point = default_next_point(turn.state, turn.published, number, turn.at)
    if point is None:
        return turn
    return turn.then(
        e.MilestoneSet(
            rule=RuleId.MILESTONE_DEFAULT,
            milestone=turn.state.milestone_count + 1,
            next_point=point,
            enrolment=number,
        )
    )


def _holds(turn: Turn, number: int) -> list[int]:
    return [
        n
        for n, hold in turn.state.holds.items()
        if (hold.rule, hold.enrolment) == (RuleId.HOLD_CAMPAIGN, number)
    ]
