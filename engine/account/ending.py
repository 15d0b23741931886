"""How an enrolment ends: of itself, by an answer, or by order."""

from calendar import monthrange
from datetime import date, timedelta

from engine import events as e
from engine.account.due import is_begun
from engine.account.state import UNDER_WAY
from engine.account.turn import Turn
from engine.plan import Phase
from engine.rule_ids import RuleId
from engine.ruleset import Rest

COOL_DOWNS = {"silence": RuleId.COOL_DOWN_SILENCE, "refusal": RuleId.COOL_DOWN_REFUSAL}
"""Why an account rests, and by which rule."""


def finish_if_over(turn: Turn, number: int) -> Turn:
    """Finish an enrolment that runs and of which no touch, task or hold of its own is left."""
    enrolment = turn.state.enrolments.get(number)
    if enrolment is None or not is_begun(enrolment):
        return turn
    waiting = (
        any(one.enrolment == number for one in turn.state.touches.values())
        or any(one.enrolment == number for one in turn.state.tasks.values())
        or any(one.enrolment == number for one in turn.state.holds.values())
    )
    if waiting:
        return turn
    if enrolment.phase is Phase.ENGAGED or enrolment.replied:
        return finish(turn, number, reason="engaged", rule=RuleId.END_STEPS_OVER)
    months = turn.sequence(number).cool_down_months
    turn = rest(turn, number, add_months(turn.today, months), reason="silence")
    return finish(turn, number, reason="exhausted", rule=RuleId.END_STEPS_OVER)


def finish(turn: Turn, number: int, *, reason: str, rule: RuleId) -> Turn:
    """End a running enrolment: what is pending is withdrawn, what is in flight is awaited."""
    if number not in dict(turn.running()):
        return turn
    turn = withdraw_pending(turn, number, rule=rule)
    finished = e.EnrolmentFinished(rule=rule, enrolment=number, reason=reason)
    return turn.then(finished)


def withdraw_pending(turn: Turn, number: int, *, rule: RuleId, person: str = "") -> Turn:
    """Withdraw an enrolment's pending touches and tasks, of one person or of all."""
    for n, touch in tuple(turn.state.touches.items()):
        of_person = not person or touch.person == person
        if touch.enrolment == number and of_person and touch.status not in UNDER_WAY:
            turn = turn.then(e.TouchWithdrawn(rule=rule, touch=n))
    for n, task in tuple(turn.state.tasks.items()):
        # What a reply leads to concerns the others too: somebody still has to say it.
        of_person = not person or (task.person == person and task.kind != "after_reply")
        if task.enrolment == number and of_person:
            turn = turn.then(e.TaskWithdrawn(rule=rule, task=n))
    if person:
        return turn
    for n, hold in tuple(turn.state.holds.items()):
        if hold.enrolment == number:
            turn = turn.then(e.HoldLifted(rule=rule, hold=n))
    return turn


def withdraw_outreach(turn: Turn, number: int, *, rule: RuleId) -> Turn:
    """Withdraw what outreach still had planned, for all participants."""
    for n, touch in tuple(turn.state.touches.items()):
        pending = touch.enrolment == number and touch.phase is Phase.OUTREACH
        if not pending or touch.status in UNDER_WAY:
            continue
        for task_number, task in tuple(turn.state.tasks.items()):
            if task.touch == n:
                turn = turn.then(e.TaskWithdrawn(rule=rule, task=task_number))
        turn = turn.then(e.TouchWithdrawn(rule=rule, touch=n))
    return turn


def rest(turn: Turn, number: int, until: date, *, reason: str) -> Turn:
    """Start a cool-down, unless it would end today."""
    if until <= turn.today:
        return turn
    return turn.then(
        e.CoolDownStarted(rule=COOL_DOWNS[reason], enrolment=number, until=until, reason=reason)
    )


def rest_after_refusal(turn: Turn, number: int) -> Turn:
    """Start the cool-down that an expressed refusal asks for."""
    until = after(turn.today, turn.ruleset.cool_downs.after_refusal)
    return rest(turn, number, until, reason="refusal")


def after(day: date, rest_for: Rest) -> date:
    """Return the day a rest that begins on `day` ends."""
    if rest_for.unit == "calendar_month":
        return add_months(day, rest_for.count)
    return day + timedelta(days=rest_for.count)


def add_months(day: date, count: int) -> date:
    """Return the same day `count` months later, clamped to the month's last."""
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
