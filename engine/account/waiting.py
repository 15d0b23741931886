"""What goes on once a step came to its end, or once somebody supplied what was missing."""

from collections.abc import Collection

from msgspec.structs import replace

from engine import events as e
from engine.account.ending import finish_if_over
from engine.account.obstacles import Block, lack, undated_steps
from engine.account.planning import plan, release
from engine.account.state import Task, Touch, TouchStatus
from engine.account.turn import Turn
from engine.rule_ids import RuleId

TASK_KINDS = {
    RuleId.ROLE_EMPTY: "assign_participant",
    RuleId.CONTENT_MISSING_VALUE: "supply_value",
    RuleId.CONTENT_MALFORMED: "correct_value",
    RuleId.VAULT_DAMAGED: "correct_value",
    RuleId.CONTENT_BROKEN: "correct_message",
    RuleId.CONTENT_MISSING_MESSAGE: "correct_message",
    RuleId.ATTEMPT_FAULTED_AGAIN: "look_at_touch",
    RuleId.ATTEMPT_TOO_OFTEN: "look_at_touch",
    RuleId.EXCLUSIVE_CONTACT_POINT: "choose_account",
}
"""What somebody is asked to do about a touch that is blocked by a rule."""

BROKEN = frozenset(TASK_KINDS) - {RuleId.ROLE_EMPTY, RuleId.CONTENT_MISSING_VALUE}
"""By what a touch is blocked although nothing seems to lack, once an attempt has shown it."""

GIVEN_BY_PLAN = frozenset({"jour_prochain_appel"})
"""What a message lacks only while the call after it waits for it: landing both supplies it."""


def after_step(turn: Turn, number: int, *, done: Touch | None = None) -> Turn:
    """Return the turn after a step came to its end: others move, wait no more, or all is over.

    Args:
        turn: The decision in the making.
        number: The enrolment.
        done: The touch, if it took place; one that did as planned moves nothing.
    """
    rule = RuleId.STEP_DONE
    if number not in dict(turn.running()):
        return turn
    if done is None or not _went_as_planned(turn, done):
        turn = plan(turn, number, rule=rule)
    turn = resume_waiting(turn, number)
    return finish_if_over(withdraw_answered(turn, number, rule=rule), number)


def _went_as_planned(turn: Turn, done: Touch) -> bool:
    """Whether laying out again would change nothing: the same day, and nothing hangs on it."""
    ahead = turn.state.touches.values()
    return (
        turn.day_of(done.attempted_at or turn.at) == done.slot.on
        and len(turn.running()) == 1
        and not any(touch.slot.due_at <= turn.at or touch.follower for touch in ahead)
        and not any(
            step.anchor.step == done.step or step.window in turn.ruleset.alternating_windows
            for step in turn.sequence(done.enrolment).steps
        )
    )


def resume_waiting(turn: Turn, number: int) -> Turn:
    """Land again the touches that waited for steps of which all is known now, or the date."""
    for _ in turn.state.touches:  # what one of them gets a date for may let another go on
        known = no_longer_waiting(turn, number)
        if not known:
            break
        turn = _release(turn, number, known)
    return turn


def _release(turn: Turn, number: int, touches: frozenset[int]) -> Turn:
    return release(turn, number, ready=lambda n, _: n in touches, rule=RuleId.STEP_KNOWN)


def no_longer_waiting(turn: Turn, number: int) -> frozenset[int]:
    """Return the touches that wait for steps of which all is known now, or the date."""
    undated = undated_steps(turn.state, number, turn.at)
    return frozenset(
        n
        for n, touch in turn.state.touches.items()
        if touch.enrolment == number
        and touch.status is TouchStatus.WAITING
        and undated.isdisjoint(touch.waits_for)
    )


def block(turn: Turn, number: int, found: Block) -> Turn:
    """Block a touch, and ask somebody for what it lacks unless that was asked before."""
    touch = turn.state.touches[number]
    blocked = e.TouchBlocked(
        rule=found.rule, touch=number, attempt=touch.attempt + 1, missing=found.missing
    )
    turn = turn.then(blocked)
    wanted = Task(
        kind=TASK_KINDS[found.rule],
        due_on=turn.today,
        enrolment=touch.enrolment,
        person=touch.person,
        missing=found.missing,
    )
    asked = (
        replace(task, due_on=wanted.due_on, claimed_by="") for task in turn.state.tasks.values()
    )
    if wanted in asked:
        return turn
    return turn.then(
        e.TaskOpened(
            rule=found.rule,
            task=turn.state.task_count + 1,
            kind=wanted.kind,
            due_on=wanted.due_on,
            enrolment=wanted.enrolment,
            person=wanted.person,
            missing=wanted.missing,
        )
    )


def supplied(
    turn: Turn, number: int, *, rule: RuleId, names: Collection[str] = frozenset()
) -> Turn:
    """Land again the blocked touches that lack nothing now; ask for what the others lack now.

    Args:
        turn: The decision in the making.
        number: The enrolment.
        rule: Recorded on touches that land again.
        names: The values that somebody has just given: what broke on one may go again.
    """

    def ready(n: int, touch: Touch) -> bool:
        if touch.status is not TouchStatus.BLOCKED:
            return False
        if touch.blocked_by in BROKEN and not set(touch.waits_for) & set(names):
            return False
        found = lack(turn, n, touch)
        return found is None or GIVEN_BY_PLAN.issuperset(found.missing)

    turn = resume_waiting(release(turn, number, ready=ready, rule=rule), number)
    return withdraw_answered(_block_anew(turn, number), number, rule=rule)


def _block_anew(turn: Turn, number: int) -> Turn:
    """Block again the touches that lack something else than what somebody is asked for."""
    for n, touch in tuple(turn.state.touches.items()):
        if touch.enrolment != number or touch.status is not TouchStatus.BLOCKED:
            continue
        found = lack(turn, n, touch)
        is_asked = any(_is_about(task, touch) for task in turn.state.tasks.values())
        if found is not None and (found.missing != touch.waits_for or not is_asked):
            turn = block(turn, n, found)
    return turn


def ask_again(turn: Turn, task: Task) -> Turn:
    """Land again what a task was about: if it still lacks something, it is asked for anew."""

    def ready(_: int, touch: Touch) -> bool:
        return touch.status is TouchStatus.BLOCKED and _is_about(task, touch)

    turn = release(turn, task.enrolment, ready=ready, rule=RuleId.TASK_OUTCOME)
    return resume_waiting(turn, task.enrolment)


def leave_out(turn: Turn, task: Task) -> Turn:
    """Skip the touches a task was about: nobody will supply what they lack."""
    for n, touch in tuple(turn.state.touches.items()):
        if touch.status is TouchStatus.BLOCKED and _is_about(task, touch):
            turn = turn.then(e.TouchSkipped(rule=RuleId.TASK_OUTCOME, touch=n))
    return after_step(turn, task.enrolment)


def withdraw_answered(turn: Turn, number: int, *, rule: RuleId) -> Turn:
    """Withdraw the tasks that ask for what no blocked touch of the enrolment lacks any more."""
    blocked = [
        touch for touch in turn.state.touches.values() if touch.status is TouchStatus.BLOCKED
    ]
    for n, task in tuple(turn.state.tasks.items()):
        asks = task.enrolment == number and task.kind in TASK_KINDS.values()
        if asks and not any(_is_about(task, touch) for touch in blocked):
            turn = turn.then(e.TaskWithdrawn(rule=rule, task=n))
    return turn


def _is_about(task: Task, touch: Touch) -> bool:
    return (task.enrolment, task.missing) == (touch.enrolment, touch.waits_for) and (
        task.person == touch.person or not task.person
    )
