"""Tasks: opened by rules, claimed and closed by people, each outcome with what it requires."""

from engine import events as e
from engine.account import calls
from engine.account.due import covering, ends_at
from engine.account.ending import finish, finish_if_over
from engine.account.exits import exchanged
from engine.account.meetings import against, agree
from engine.account.milestones import milestone
from engine.account.progress import become_prospect
from engine.account.standstill import come_back
from engine.account.state import Task
from engine.account.turn import Ruling, Turn
from engine.account.waiting import after_step, ask_again, leave_out
from engine.decision import Refused
from engine.plan import Phase
from engine.refusals import RefusalCode
from engine.requests import ClaimTask, CompleteTask
from engine.rule_ids import RuleId

OUTCOMES: dict[str, tuple[str, ...]] = {
    "call": calls.OUTCOMES,
    "meeting": ("held", "moved", "cancelled"),
    "after_reply": ("back", "stay", "finish"),
    "find_replacement": ("nobody",),
}
"""What a task of a kind can end with; every other kind ends with `done` or `skipped`."""

PLAIN_OUTCOMES = ("done", "skipped")

UNDER_A_HOLD = frozenset({"joint_refus", "skipped", "moved", "cancelled"})
"""What a task may end with while it stands still: a no counts whenever it is said."""


def claim(turn: Turn, request: ClaimTask) -> Ruling:
    """Open a task to work on it; two people may not."""
    task = turn.state.tasks.get(request.task)
    if task is None:
        return _not_there(turn, request.task)
    if task.claimed_by == turn.input.actor:
        return turn
    if task.claimed_by:
        return Refused(code=RefusalCode.ALREADY_CLOSED, rule=RuleId.TASK_CLAIMED)
    claimed = e.TaskClaimed(rule=RuleId.TASK_CLAIM, task=request.task, claimed_by=turn.input.actor)
    return turn.then(claimed)


def complete(turn: Turn, request: CompleteTask) -> Ruling:
    """Close a task, and let its outcome take effect."""
    task = turn.state.tasks.get(request.task)
    if task is None:
        return _not_there(turn, request.task)
    known = OUTCOMES.get(task.kind, PLAIN_OUTCOMES)
    if request.outcome not in known:
        return Refused(code=RefusalCode.UNKNOWN_OUTCOME, detail=" | ".join(known))
    unticked = set(task.checklist) - set(request.checked)
    if unticked and request.outcome == "done":
        return Refused(code=RefusalCode.CHECKLIST_REQUIRED, detail=str(len(unticked)))
    if request.outcome not in UNDER_A_HOLD:
        refusal = _stands_still(turn, task)
        if refusal is not None:
            return refusal
    match task.kind:
        case "call":
            return calls.complete(turn, request, task)
        case "meeting":
            return _meeting(turn, request, task)
        case "next_point" | "silence":
            return _point(turn, request)
        case "after_reply":
            return _after_reply(turn, request, task)
        case _:
            return _plain(turn, request, task)


def _stands_still(turn: Turn, task: Task) -> Refused | None:
    """Return why a contact cannot have taken place: held, or its person away."""
    touch = turn.state.touches.get(task.touch)
    if touch is None:
        return None  # it is nobody's touch that waits: somebody may look into it
    code = RefusalCode.STANDS_STILL
    for number in covering(turn.state, touch):
        hold = turn.state.holds[number]
        return Refused(
            code=code, detail=f"hold {number}", until=ends_at(turn.state, hold), rule=hold.rule
        )
    back_on = turn.state.people[touch.person].not_before_on if touch.person else None
    if back_on is None or back_on <= turn.today:
        return None
    rule = RuleId.EXIT_AUTOMATIC_REPLY
    return Refused(code=code, detail=touch.person, until=turn.start_of(back_on), rule=rule)


def _not_there(turn: Turn, number: int) -> Refused:
    was_here = 1 <= number <= turn.state.task_count
    code = RefusalCode.ALREADY_CLOSED if was_here else RefusalCode.UNKNOWN_TASK
    return Refused(code=code, detail=str(number))


def _plain(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    dated = _dated(turn, request, task, rule=RuleId.MILESTONE_ORDER)
    if isinstance(dated, Refused):
        return dated
    turn = dated.then(calls.task_done(request))
    if task.kind == "find_replacement":
        return _nobody(turn, task)
    if task.missing:
        return _asked(turn, request, task)
    if not task.touch:
        return finish_if_over(turn, task.enrolment)
    if request.outcome == "skipped":
        turn = turn.then(e.TouchSkipped(rule=RuleId.TASK_OUTCOME, touch=task.touch))
    else:
        done = e.TouchDone(rule=RuleId.TASK_OUTCOME, touch=task.touch, outcome=request.outcome)
        turn = turn.then(done)
    return after_step(turn, task.enrolment)


def _nobody(turn: Turn, task: Task) -> Turn:
    """Go on without an optional role; without a required one the sequence cannot."""
    is_held = any(
        (hold.enrolment, hold.rule) == (task.enrolment, RuleId.ROLE_REQUIRED_LOST)
        and (hold.reason in task.missing or not task.missing)
        for hold in turn.state.holds.values()
    )
    if not is_held:
        return finish_if_over(turn, task.enrolment)
    return finish(turn, task.enrolment, reason="role_lost", rule=RuleId.ROLE_NOBODY)


def _asked(turn: Turn, request: CompleteTask, task: Task) -> Turn:
    """Go on without what was asked for, or see whether it is there now."""
    return leave_out(turn, task) if request.outcome == "skipped" else ask_again(turn, task)


def _meeting(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    """Close an interview: held with its dated next step, moved to another instant, cancelled."""
    if request.outcome == "moved":
        return _meeting_moved(turn, request, task)
    checked = milestone(
        turn, request.next_point, rule=RuleId.MILESTONE_MEETING, number=task.enrolment
    )
    if isinstance(checked, Refused):
        missing = checked.code is RefusalCode.MILESTONE_REQUIRED
        code = RefusalCode.NEXT_STEP_REQUIRED if missing else checked.code
        return Refused(code=code, detail=checked.detail, rule=RuleId.MEETING_NEXT_STEP)
    turn = checked.then(calls.task_done(request))
    if request.outcome == "cancelled":
        turn = turn.then(e.TouchSkipped(rule=RuleId.MEETING_CANCELLED, touch=task.touch))
        return after_step(turn, task.enrolment)
    done = e.TouchDone(rule=RuleId.TASK_OUTCOME, touch=task.touch, outcome="held")
    turn = exchanged(turn.then(done), task.person)
    if request.is_hot:
        turn = turn.then(e.AccountWarmed(rule=RuleId.MEETING_HOT, enrolment=task.enrolment))
        turn = become_prospect(turn, rule=RuleId.STATUS_HOT)
    return after_step(turn, task.enrolment)


def _point(turn: Turn, request: CompleteTask) -> Ruling:
    """Close the day of a next point: done with the next one, or skipped with a reason."""
    if request.outcome == "skipped":
        if request.note is None:
            return Refused(code=RefusalCode.REASON_REQUIRED, rule=RuleId.MILESTONE_DUE)
        return turn.then(calls.task_done(request))
    done = turn.then(calls.task_done(request))
    return milestone(done, request.next_point, rule=RuleId.MILESTONE_ORDER)


def _meeting_moved(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    if request.meeting_at is None:
        return Refused(code=RefusalCode.MEETING_REQUIRED)
    refusal = against(turn, task.person, request.meeting_at, is_meant=request.is_hour_meant)
    if refusal is not None:
        return refusal
    turn = turn.then(
        calls.task_done(request), e.TouchWithdrawn(rule=RuleId.MEETING_MOVED, touch=task.touch)
    )
    return agree(turn, task.enrolment, task.person, request.meeting_at)


def _after_reply(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    """Say what a reply leads to: back to outreach (for whom), stay engaged, or the end."""
    if request.outcome == "finish":
        checked = milestone(
            turn, request.next_point, rule=RuleId.MILESTONE_REPLY, number=task.enrolment
        )
        if isinstance(checked, Refused):
            return checked
        turn = checked.then(calls.task_done(request))
        return finish(turn, task.enrolment, reason="reply", rule=RuleId.EXIT_REPLY)
    if request.person and not _takes_part(turn, request.person, task):
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=request.person)
    if request.meeting_at is not None:
        refusal = against(turn, task.person, request.meeting_at, is_meant=request.is_hour_meant)
        if refusal is not None:
            return refusal
    dated = _dated(turn, request, task, rule=RuleId.MILESTONE_REPLY)
    if isinstance(dated, Refused):
        return dated
    turn = dated.then(calls.task_done(request))
    if request.outcome == "back" and task.enrolment in dict(turn.running()):
        turn = _back(turn, request, task)
    if request.meeting_at is not None:
        return agree(turn, task.enrolment, task.person, request.meeting_at)
    return finish_if_over(turn, task.enrolment)


def _dated(turn: Turn, request: CompleteTask, task: Task, *, rule: RuleId) -> Ruling:
    """Set the next point that was given though the outcome asks for none."""
    if request.next_point is None:
        return turn
    return milestone(turn, request.next_point, rule=rule, number=task.enrolment)


def _takes_part(turn: Turn, person: str, task: Task) -> bool:
    enrolment = turn.state.enrolments.get(task.enrolment)
    return enrolment is None or person in enrolment.participants.values()


def _back(turn: Turn, request: CompleteTask, task: Task) -> Turn:
    persons = (request.person,) if request.person else ()
    back = e.PhaseChanged(
        rule=RuleId.REPLY_BACK, enrolment=task.enrolment, phase=Phase.OUTREACH, persons=persons
    )
    engaged = turn.state.enrolments[task.enrolment].engaged
    return come_back(turn.then(back), task.enrolment, engaged, rule=RuleId.REPLY_BACK)
