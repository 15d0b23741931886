"""How an enrolment ends: of itself, by an answer, or by order."""

from datetime import date

from engine import events as e
from engine.account.due import exchanged_since_entry, is_agreed_meeting, is_begun, is_promised
from engine.account.milestones import fix_default_point
from engine.account.state import UNDER_WAY, EnrolmentStatus
from engine.account.turn import Turn
from engine.cadence.units import end_of
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
        any(touch.enrolment == number for touch in turn.state.touches.values())
        or any(task.enrolment == number for task in turn.state.tasks.values())
        or any(hold.enrolment == number for hold in turn.state.holds.values())
    )
    if waiting:
        return turn
    people = enrolment.participants.values()
    answered = enrolment.replied or exchanged_since_entry(turn.state, enrolment, *people)
    if enrolment.phase is Phase.ENGAGED or answered:
        return finish(turn, number, reason="engaged", rule=RuleId.END_STEPS_OVER)
    silence = Rest(turn.sequence(number).cool_down_months, "calendar_month")
    turn = rest(turn, number, end_of(silence, begun_on=turn.today), reason="silence")
    turn = fix_default_point(turn, number)
    return finish(turn, number, reason="exhausted", rule=RuleId.END_STEPS_OVER)


def finish_what_is_over(turn: Turn) -> Turn:
    """Finish each enrolment that runs and of which nothing is left."""
    for number, _ in turn.running():
        turn = finish_if_over(turn, number)
    return turn


def finish(turn: Turn, number: int, *, reason: str, rule: RuleId, may_go_on: bool = False) -> Turn:
    """End a running enrolment: what is pending is withdrawn, what is in flight is awaited.

    Args:
        turn: The decision in the making.
        number: The enrolment.
        reason: Of its end.
        rule: The same, by its id.
        may_go_on: Whether it goes on should that be taken back; what was held, or waited for its
            campaign, does not.
    """
    if number not in dict(turn.running()):
        return turn
    is_held = any(hold.enrolment == number for hold in turn.state.holds.values())
    is_open = turn.state.enrolments[number].status is EnrolmentStatus.ACTIVE
    turn = withdraw_pending(turn, number, rule=rule)
    finished = e.EnrolmentFinished(
        rule=rule,
        enrolment=number,
        reason=reason,
        may_go_on=may_go_on and is_open and not is_held,
    )
    return turn.then(finished)


def withdraw_pending(turn: Turn, number: int, *, rule: RuleId, person: str = "") -> Turn:
    """Withdraw an enrolment's pending touches and tasks, of one person or of all.

    Agreed meetings stay: they belong to the account.
    """
    kept: set[int] = set()
    for n, touch in tuple(turn.state.touches.items()):
        of_person = not person or touch.person == person
        if touch.enrolment != number or not of_person or touch.status in UNDER_WAY:
            continue
        if is_agreed_meeting(touch):
            kept.add(n)
        else:
            turn = turn.then(e.TouchWithdrawn(rule=rule, touch=n))
    for n, task in tuple(turn.state.tasks.items()):
        # What a reply leads to concerns the others too: somebody still has to say it.
        of_person = not person or (task.person == person and task.kind != "after_reply")
        if task.enrolment == number and of_person and task.touch not in kept:
            turn = turn.then(e.TaskWithdrawn(rule=rule, task=n))
    if person:
        return turn
    for n, hold in tuple(turn.state.holds.items()):
        if hold.enrolment == number:
            turn = turn.then(e.HoldLifted(rule=rule, hold=n))
    return turn


def call_off(turn: Turn, person: str, *, rule: RuleId) -> Turn:
    """Withdraw what a person agreed to, whose own word or absence ends it."""
    for n, touch in tuple(turn.state.touches.items()):
        if touch.person == person and is_agreed_meeting(touch):
            turn = withdraw_touch(turn, n, rule=rule)
    return turn


def withdraw_outreach(turn: Turn, number: int, *, rule: RuleId, person: str) -> Turn:
    """Withdraw what outreach still had planned, for all participants, as a person has answered.

    Agreed meetings stay, and the hours at which others were promised a call.
    """
    for n, touch in tuple(turn.state.touches.items()):
        pending = touch.enrolment == number and touch.phase is Phase.OUTREACH
        if not pending or touch.status in UNDER_WAY or is_agreed_meeting(touch):
            continue
        if touch.person == person or not is_promised(touch):
            turn = withdraw_touch(turn, n, rule=rule)
    return turn


def withdraw_touch(turn: Turn, number: int, *, rule: RuleId) -> Turn:
    """Withdraw a touch with the task it opened."""
    for n, task in tuple(turn.state.tasks.items()):
        if task.touch == number:
            turn = turn.then(e.TaskWithdrawn(rule=rule, task=n))
    return turn.then(e.TouchWithdrawn(rule=rule, touch=number))


def rest(turn: Turn, number: int, until: date, *, reason: str) -> Turn:
    """Start a cool-down, unless it would end today."""
    if until <= turn.today:
        return turn
    return turn.then(
        e.CoolDownStarted(rule=COOL_DOWNS[reason], enrolment=number, until=until, reason=reason)
    )


def rest_after_refusal(turn: Turn, number: int) -> Turn:
    """Start the cool-down that an expressed refusal asks for."""
    until = end_of(turn.ruleset.cool_downs.after_refusal, begun_on=turn.today)
    return rest(turn, number, until, reason="refusal")
