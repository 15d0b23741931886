"""What each outcome of a call requires, and what it causes."""

from engine import events as e
from engine.account.ending import call_off, finish, finish_what_is_over, withdraw_pending
from engine.account.enrolling import against_successor, take_over
from engine.account.evolve_touches import REACHED_OUTCOMES
from engine.account.exits import exchanged
from engine.account.meetings import against, agree
from engine.account.milestones import milestone
from engine.account.planning import land_again
from engine.account.progress import become_prospect
from engine.account.state import Task
from engine.account.stops import lose, objection, refuse, roles_of
from engine.account.turn import Ruling, Turn
from engine.account.waiting import after_step
from engine.decision import Refused
from engine.plan import Step
from engine.refusals import RefusalCode
from engine.requests import CompleteTask
from engine.rule_ids import RuleId
from engine.values import Channel

EFFECTS = {
    "joint_interesse": "requires maturity, calendar, others; with an instant it is a meeting (S2)",
    "joint_plus_tard": "requires date, object, deliverable; the enrolment ends",
    "joint_mauvais_interlocuteur": "asks for the right person, with whom the sequence begins anew",
    "joint_refus": "is the exit of a refusal; with « ne plus m'appeler » an objection (S3)",
    "standard": "requires the instant advised; the same call is made again then",
    "repondeur": "leaves the next attempt to its step; one message in a sequence",
    "absent": "leaves the next attempt to its step",
    "numero_errone": "marks the number wrong; opens a task if none is left; e-mails go on",
}
OUTCOMES = tuple(EFFECTS)
_VERIFICATIONS = {
    "verify_contact": RuleId.CALL_VERIFY_CONTACT,
    "find_number": RuleId.CALL_FIND_NUMBER,
}
UNHEARD = ("repondeur", "absent")
"""Nobody spoke: the next attempt comes at its step."""


def task_done(request: CompleteTask) -> e.TaskDone:
    """Return the event that closes a task with what was noted."""
    return e.TaskDone(
        rule=RuleId.TASK_OUTCOME,
        task=request.task,
        outcome=request.outcome,
        note=request.note,
        maturity=request.maturity,
        calendar=request.calendar,
        others=request.others,
        is_hot=request.is_hot,
        checked=request.checked,
    )


def complete(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    """Close a call with its outcome."""
    refusal = _lacking(turn, request, task)
    if refusal is not None:
        return refusal
    turn = turn.then(task_done(request))
    if request.outcome == "standard":
        return _call_again(turn, request, task)
    rule = RuleId.TASK_OUTCOME
    if request.outcome == "repondeur" and _voicemails_used_up(turn, task.enrolment):
        rule = RuleId.CAP_VOICEMAILS  # it happened: it is noted, not refused
    touch = turn.state.touches[task.touch]
    done = e.TouchDone(rule=rule, touch=task.touch, outcome=request.outcome)
    turn = turn.then(done)
    if request.outcome in UNHEARD:
        return after_step(turn, task.enrolment, done=touch)
    return _effect(turn, request, task)


def _voicemails_used_up(turn: Turn, number: int) -> bool:
    count_max = turn.ruleset.caps.voicemails_per_enrolment.count_max
    return turn.state.enrolments[number].counts.get("voicemail", 0) >= count_max


def _lacking(turn: Turn, request: CompleteTask, task: Task) -> Refused | None:
    """Return what the outcome requires and was not given."""
    step = _step(turn, task)
    outcome = request.outcome
    if outcome == "joint_mauvais_interlocuteur":
        return _against_named(turn, request, task)
    reached = outcome in REACHED_OUTCOMES and outcome != "joint_refus"
    if outcome == "joint_plus_tard" or (reached and step is not None and step.asks_next_point):
        checked = milestone(turn, request.next_point, rule=RuleId.CALL_NEXT_POINT)
        if isinstance(checked, Refused) and not request.meeting_at:
            return checked
    asked = outcome == "joint_interesse" or (reached and step is not None and step.asks_assessment)
    if asked and not (request.maturity and request.calendar and request.others):
        return Refused(code=RefusalCode.ASSESSMENT_REQUIRED, rule=RuleId.CALL_ASSESSMENT)
    if request.meeting_at is not None:
        refusal = against(turn, task.person, request.meeting_at, is_meant=request.is_hour_meant)
        if refusal is not None:
            return refusal
    if outcome == "standard":
        return _lacking_callback(turn, request)
    return None


def _against_named(turn: Turn, request: CompleteTask, task: Task) -> Refused | None:
    named = request.next_person or request.person
    return against_successor(turn, task.enrolment, task.person, named) if named else None


def _lacking_callback(turn: Turn, request: CompleteTask) -> Refused | None:
    if request.callback_at is None:
        return Refused(code=RefusalCode.CALLBACK_REQUIRED, rule=RuleId.CALL_CALLBACK)
    if request.callback_at <= turn.at:
        return Refused(
            code=RefusalCode.INSTANT_PAST,
            detail=request.callback_at.isoformat(),
            rule=RuleId.CALL_CALLBACK,
        )
    return None


def _effect(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    match request.outcome:
        case "joint_interesse":
            return _interested(turn, request, task)
        case "joint_plus_tard":
            return _later(turn, request, task)
        case "joint_mauvais_interlocuteur":
            return _wrong_person(turn, request, task)
        case "joint_refus":
            return _refused(turn, request, task)
        case _:  # numero_errone
            return _wrong_number(turn, task)


def _interested(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    turn = exchanged(turn, task.person)
    if request.meeting_at is not None:
        return agree(turn, task.enrolment, task.person, request.meeting_at)
    turn = become_prospect(turn, rule=RuleId.STATUS_INTERESTED)
    if request.next_point is not None:
        noted = milestone(
            turn, request.next_point, rule=RuleId.MILESTONE_CALL, number=task.enrolment
        )
        if isinstance(noted, Refused):
            return noted
        turn = noted
    return after_step(turn, task.enrolment)


def _later(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    turn = exchanged(turn, task.person)
    noted = milestone(turn, request.next_point, rule=RuleId.MILESTONE_CALL, number=task.enrolment)
    if isinstance(noted, Refused):
        return noted
    return finish(noted, task.enrolment, reason="later", rule=RuleId.CALL_LATER)


def _refused(turn: Turn, request: CompleteTask, task: Task) -> Turn:
    if request.no_more_calls:
        return objection(turn, task.person, touch=task.touch)
    return refuse(turn, task.person, touch=task.touch)


def _wrong_person(turn: Turn, request: CompleteTask, task: Task) -> Turn:
    """End what goes to somebody who is not in charge; the right person, if known, takes over."""
    rule, number, person = RuleId.CALL_WRONG_PERSON, task.enrolment, task.person
    turn = withdraw_pending(call_off(turn, person, rule=rule), number, rule=rule, person=person)
    named, roles = request.next_person or request.person, roles_of(turn, number, person)
    if not roles:  # called by hand, without a role to give
        return finish_what_is_over(after_step(_verify(turn, task, "verify_contact"), number))
    if not named:
        return finish_what_is_over(lose(turn, number, person, rule=rule))
    for role in roles:
        turn = take_over(turn, number, role, named, rule=rule)
    return finish_what_is_over(turn)


def _wrong_number(turn: Turn, task: Task) -> Turn:
    """Mark the number that was dialled; the search for another begins when none is left."""
    live = turn.state.people[task.person].live_points(Channel.CALL)
    for point in live[:1]:
        turn = turn.then(
            e.ContactPointFailed(rule=RuleId.CALL_WRONG_NUMBER, person=task.person, tag=point.tag)
        )
    if len(live) <= 1:
        turn = _verify(turn, task, "find_number")
    return after_step(turn, task.enrolment)


def _verify(turn: Turn, task: Task, kind: str) -> Turn:
    opened = e.TaskOpened(
        rule=_VERIFICATIONS[kind],
        task=turn.state.task_count + 1,
        kind=kind,
        due_on=turn.today,
        person=task.person,
    )
    return turn.then(opened)


def _call_again(turn: Turn, request: CompleteTask, task: Task) -> Ruling:
    """Replace the call by one at the advised instant: each is a try that counts in caps.

    The try that used the cap of its sequence up was the last.
    """
    if _is_last_call(turn, task):
        done = e.TouchDone(rule=RuleId.CAP_CALLS, touch=task.touch, outcome=request.outcome)
        return after_step(turn.then(done), task.enrolment)
    callback_at = request.callback_at or turn.at
    slot = land_again(turn, task.touch, not_before_at=callback_at, rule=RuleId.CALL_CALLBACK)
    touch = turn.state.touches[task.touch]
    if slot is None:
        turn = turn.then(e.TouchSkipped(rule=RuleId.WINDOW_NONE, touch=task.touch))
        return after_step(turn, task.enrolment)
    kept = e.TouchKeptBack(
        rule=RuleId.CALL_CALLBACK,
        touch=task.touch,
        attempt=touch.attempt + 1,
        slot=slot,
        was_dialled=True,
    )
    return after_step(turn.then(kept), task.enrolment)


def _is_last_call(turn: Turn, task: Task) -> bool:
    enrolment = turn.state.enrolments.get(task.enrolment)
    most = turn.sequence(task.enrolment).calls_max if enrolment else 0
    done = enrolment.counts.get(f"{Channel.CALL.value}:{task.person}", 0) if enrolment else 0
    return bool(most) and done + 1 >= most


def _step(turn: Turn, task: Task) -> Step | None:
    touch = turn.state.touches.get(task.touch)
    if touch is None or touch.step_index < 0:
        return None
    return turn.sequence(touch.enrolment).steps[touch.step_index]
