"""Next points: date, object, deliverable; and no way out of an open account without one.

Whether one lacks is asked once at the end of each decision, so that no ending can forget it
(C16.1).  Silence takes the point that the enrolment promises; after anything that somebody
said or did a person is asked, whose task closes with a point, or with the reason to have none.
"""

from datetime import date

from engine import events as e
from engine.account.due import is_agreed_meeting, is_begun, point_due_at
from engine.account.evolve import NEXT_POINT, SILENCE
from engine.account.next_point import default_next_point
from engine.account.state import Account
from engine.account.turn import Ruling, Turn
from engine.decision import Refused
from engine.refusals import RefusalCode
from engine.requests import SetMilestone
from engine.rule_ids import RuleId
from engine.values import NextPoint

STATED_ENDS = frozenset({"refusal", "opportunity", "purchase"})
"""Ends of an enrolment that say why there is no next point; an order to withdraw says its own."""

ASKING = frozenset({NEXT_POINT, "after_reply"})
"""Tasks that do not close without saying what comes next."""


def set_milestone(turn: Turn, request: SetMilestone) -> Ruling:
    """Fix the account's next point; one that is past or incomplete is refused."""
    if not 0 <= request.enrolment <= turn.state.enrolment_count:
        return Refused(code=RefusalCode.UNKNOWN_ENROLMENT, detail=str(request.enrolment))
    if request.next_point == turn.state.milestone:
        return turn
    return milestone(
        turn, request.next_point, rule=RuleId.MILESTONE_ORDER, number=request.enrolment
    )


def milestone(turn: Turn, next_point: NextPoint | None, *, rule: RuleId, number: int = 0) -> Ruling:
    """Set a milestone with its three fields, ahead of today."""
    if next_point is None or not (next_point.object and next_point.deliverable):
        return Refused(code=RefusalCode.MILESTONE_REQUIRED, rule=rule)
    if next_point.on <= turn.today:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=next_point.on.isoformat(), rule=rule)
    return _set(turn, next_point, rule=rule, number=number)


def ask_for_point(turn: Turn) -> Turn:
    """Open the task of the next point's day, once; what it brings stands in the point."""
    point, at = turn.state.milestone, point_due_at(turn.state)
    if point is None or at is None or at > turn.at:
        return turn
    return _ask(turn, point.on, rule=RuleId.MILESTONE_DUE)


def fix_default_point(turn: Turn, number: int) -> Turn:
    """Set the point that an enrolment promises, unless one lies ahead."""
    is_asked = any(task.kind == NEXT_POINT for task in turn.state.tasks.values())
    if is_asked or point_due_at(turn.state) is not None:
        return turn
    return promised_point(turn, number)


def promised_point(turn: Turn, number: int) -> Turn:
    """Set the point that an enrolment promises, if it does."""
    promised = default_next_point(turn.state, turn.published, number, turn.at)
    if promised is None:
        return turn
    return _set(turn, promised, rule=RuleId.MILESTONE_DEFAULT, number=number)


def leave_dated(turn: Turn, before: Account) -> Turn:
    """Ask for the next point, if this decision took the last thing that was to come.

    Args:
        turn: The decision, whole.
        before: The account as it stood before it.
    """
    if not any(_leaves(event, before) for event in turn.events) or has_next(turn.state):
        return turn
    if any(_says_why(event) for event in turn.events):
        return turn
    return _ask(turn, turn.today, rule=RuleId.MILESTONE_MISSING)


def has_next(state: Account) -> bool:
    """Whether something is to come: an enrolment, a dated point, a meeting, or a task that asks."""
    return (
        any(enrolment.is_running for enrolment in state.enrolments.values())
        or point_due_at(state) is not None
        or any(task.kind in ASKING for task in state.tasks.values())
        or any(is_agreed_meeting(touch) for touch in state.touches.values())
    )


def _ask(turn: Turn, due_on: date, *, rule: RuleId) -> Turn:
    """Open the task that closes with the next point, or with the reason to have none."""
    task = turn.state.task_count + 1
    return turn.then(e.TaskOpened(rule=rule, task=task, kind=NEXT_POINT, due_on=due_on))


def _set(turn: Turn, next_point: NextPoint, *, rule: RuleId, number: int) -> Turn:
    for n, task in tuple(turn.state.tasks.items()):
        if task.kind in (NEXT_POINT, SILENCE):  # the point has another day
            turn = turn.then(e.TaskWithdrawn(rule=rule, task=n))
    return turn.then(
        e.MilestoneSet(
            rule=rule,
            milestone=turn.state.milestone_count + 1,
            next_point=next_point,
            enrolment=number,
        )
    )


def _leaves(event: e.Event, before: Account) -> bool:
    match event:
        case e.EnrolmentFinished():
            return True
        case e.EnrolmentWithdrawn(enrolment=number, rule=RuleId.CAMPAIGN_CLOSED):
            return is_begun(before.enrolments[number])
        case e.SaleTakenBack():  # it had said why there was none
            return before.enrolment_count > 0
        case e.TouchSkipped(touch=number) | e.TouchWithdrawn(touch=number):
            touch = before.touches.get(number)
            return touch is not None and is_agreed_meeting(touch)
        case e.TaskDone(task=number):
            task = before.tasks.get(number)
            return task is not None and task.kind == "after_reply"
        case _:
            return False


def _says_why(event: e.Event) -> bool:
    match event:
        case e.EnrolmentFinished(reason=reason):
            return reason in STATED_ENDS
        case e.EnrolmentWithdrawn(rule=rule):
            return rule != RuleId.CAMPAIGN_CLOSED  # the campaign ended, not what was begun
        case e.RefusalReceived():
            return True
        case _:
            return False
