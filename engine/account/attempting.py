"""Due touches: opened as tasks, or attempted under a grant; and what became of them."""

from datetime import timedelta

from engine import events as e
from engine.account import trying
from engine.account.due import covering, due_holds, due_touches, is_runnable
from engine.account.holds import lift
from engine.account.milestones import ask_for_point, promised_point
from engine.account.obstacles import Block, KeepBack, Obstacle, Skip, Wait, obstacle
from engine.account.planning import catch_up
from engine.account.pressure import claims, kept_by_claim
from engine.account.progress import ask_about_silence
from engine.account.state import Touch, TouchStatus
from engine.account.stops import refused_address, soft_bounce
from engine.account.turn import Ruling, Turn
from engine.account.waiting import after_step, block
from engine.decision import Refused
from engine.plan import Step
from engine.refusals import RefusalCode
from engine.requests import (
    AttemptTouch,
    Reach,
    RecordAttempt,
    SettleTouch,
    Wake,
)
from engine.rule_ids import RuleId
from engine.values import KeptContact

DAY = timedelta(days=1)
DEAD_ADDRESS_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})
"""Replies that say the address does not exist (RFC 3463, RFC 7505); 5.1.7 and 5.1.8 are ours."""


_SETTLED = {
    Reach.SENT: RuleId.ATTEMPT_SENT,
    Reach.REFUSED: RuleId.ATTEMPT_REFUSED,
    Reach.POSTPONED: RuleId.ATTEMPT_POSTPONED,
    Reach.NOT_SENT: RuleId.ATTEMPT_NOT_SENT,
    Reach.UNKNOWN: RuleId.ATTEMPT_UNKNOWN,
    Reach.ABSENT: RuleId.ATTEMPT_ABSENT,
    Reach.ERASED: RuleId.ATTEMPT_ERASED,
    Reach.BROKEN: RuleId.ATTEMPT_BROKEN,
}


def wake(turn: Turn, request: Wake) -> Turn:
    """Do all that is due but needs no grant: lift ended holds, open tasks."""
    for number, _ in turn.running():
        turn = catch_up(turn, number)
    for number, _ in due_holds(turn.state, turn.at):
        turn = lift(turn, number, rule=RuleId.HOLD_ENDED)
    turn = ask_about_silence(ask_for_point(turn))
    for number, _ in due_touches(turn.state, turn.at):
        touch = dict(due_touches(turn.state, turn.at)).get(number)  # others may have moved it
        if touch is not None and not touch.channel.is_automatic:
            turn = _open(turn, number, touch, request)
    return turn


def attempt(turn: Turn, request: AttemptTouch) -> Turn:
    """Attempt a due e-mail, or say what keeps it back; no event if the attempt is over."""
    touch = turn.state.touches.get(request.touch)
    if touch is None or touch.attempt != request.attempt or touch.status != TouchStatus.PLANNED:
        return turn
    if not touch.channel.is_automatic:
        return turn
    rule = _not_now(turn, touch)
    if rule:
        return _not_moved(turn, request.touch, rule)
    if not request.has_waited:  # nobody stood still but the line
        turn = catch_up(turn, touch.enrolment)  # what is late comes first, and moves this one
    late = turn.state.touches.get(request.touch)
    if late is None or late.slot != touch.slot:
        return turn if late is None else _not_moved(turn, request.touch, RuleId.WINDOW_PASSED)
    found = obstacle(turn, request.touch) or _kept_by_gate(turn, request)
    if found is not None:
        return _prevented(turn, request.touch, found)
    if request.grant is None:
        # Its slot had ended when it was raised, and has been moved since.
        return _not_moved(turn, request.touch, RuleId.ATTEMPT_TOO_EARLY)
    attempted = e.TouchAttempted(
        rule=RuleId.STEP_DUE, touch=request.touch, attempt=request.attempt, grant=request.grant
    )
    return turn.then(attempted)


def record(turn: Turn, request: RecordAttempt) -> Turn:
    """Take note of what became of an attempt; the first definite outcome stands."""
    touch = turn.state.touches.get(request.touch)
    waiting = (TouchStatus.ATTEMPTING, TouchStatus.UNKNOWN)
    if touch is None or touch.attempt != request.attempt or touch.status not in waiting:
        return turn
    is_no_news = touch.message_id == request.message_id or not request.message_id
    if (request.reach, touch.status) == (Reach.UNKNOWN, TouchStatus.UNKNOWN) and is_no_news:
        return turn
    is_about_message = bool(request.mailbox) and trying.is_about_message(touch, request.code)
    settled = e.TouchSettled(
        rule=_SETTLED[request.reach],
        touch=request.touch,
        attempt=request.attempt,
        reach=request.reach,
        code=request.code,
        message_id=request.message_id,
        digest=request.digest,
        size_bytes=request.size_bytes,
        mailbox="" if is_about_message else request.mailbox,
    )
    turn = turn.then(settled)
    if is_about_message and touch.enrolment in dict(turn.running()):
        missing = (request.code,)
        return block(turn, request.touch, Block(rule=RuleId.ATTEMPT_FAULTED_AGAIN, missing=missing))
    return _after(turn, request.touch, touch, request.reach, request.code)


def settle(turn: Turn, request: SettleTouch) -> Ruling:
    """Let a person say what became of an attempt whose outcome is unknown."""
    touch = turn.state.touches.get(request.touch)
    if not 1 <= request.touch <= turn.state.touch_count:
        return Refused(code=RefusalCode.UNKNOWN_TOUCH, detail=str(request.touch))
    if touch is None or touch.status is not TouchStatus.UNKNOWN:
        return Refused(code=RefusalCode.NOT_UNKNOWN, detail=str(request.touch))
    waits = timedelta(minutes=turn.ruleset.unknown_sends.settle_after_minutes)
    allowed_at = (touch.attempted_at or turn.at) + waits
    if turn.at < allowed_at:
        return Refused(code=RefusalCode.TOO_EARLY, until=allowed_at, rule=RuleId.UNKNOWN_PERSON)
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    again = Reach.ABSENT if request.attempt_again else Reach.REFUSED
    reach = Reach.SENT if request.was_sent else again
    settled = e.TouchSettled(
        rule=RuleId.UNKNOWN_PERSON,
        touch=request.touch,
        attempt=touch.attempt,
        reach=reach,
        message_id=touch.message_id,
    )
    return _after(turn.then(settled), request.touch, touch, reach, "")


def _not_now(turn: Turn, touch: Touch) -> str:
    """Return the rule by which a touch is not due, if things changed while the gate was asked."""
    held = covering(turn.state, touch)
    if held:
        return turn.state.holds[held[0]].rule
    if not is_runnable(turn.state, touch):
        return RuleId.CAMPAIGN_PENDING
    return RuleId.ATTEMPT_TOO_EARLY if turn.at < touch.slot.due_at else ""


def _not_moved(turn: Turn, number: int, rule: str) -> Turn:
    """Keep a touch back in the slot it has: it is raised anew under its next attempt."""
    touch = turn.state.touches[number]
    return turn.then(
        e.TouchKeptBack(rule=rule, touch=number, attempt=touch.attempt + 1, slot=touch.slot)
    )


def _kept_by_claim(turn: Turn, number: int, request: Wake) -> Obstacle | None:
    kept = next((contact for contact in request.kept if contact.touch == number), None)
    return kept_by_claim(kept, turn.start_of(turn.today + DAY)) if kept is not None else None


def _kept_by_gate(turn: Turn, request: AttemptTouch) -> Obstacle | None:
    if not request.kept_back_by:
        return None
    if request.kept_back_by == RuleId.SUPPRESSED:
        return Skip(rule=RuleId.SUPPRESSED)
    if request.kept_back_for:
        kept = KeptContact(request.touch, request.kept_back_by, request.kept_back_for)
        return kept_by_claim(kept, turn.start_of(turn.today + DAY))
    return KeepBack(rule=request.kept_back_by, until_at=request.until_at or turn.at)


def _open(turn: Turn, number: int, touch: Touch, request: Wake) -> Turn:
    found = obstacle(turn, number) or _kept_by_claim(turn, number, request)
    if found is not None:
        return _prevented(turn, number, found)
    if request.claimed is not None and claims(touch) and number not in request.claimed:
        return _not_moved(turn, number, RuleId.ATTEMPT_TOO_EARLY)  # it is asked for next
    step = _step_of(turn, touch)
    opened = e.TaskOpened(
        rule=RuleId.STEP_DUE,
        task=turn.state.task_count + 1,
        kind=touch.channel.value,
        due_on=touch.slot.on,
        enrolment=touch.enrolment,
        touch=number,
        person=touch.person,
        checklist=step.checklist if step else (),
    )
    return turn.then(opened)


def _prevented(turn: Turn, number: int, found: Obstacle) -> Turn:
    touch = turn.state.touches[number]
    match found:
        case Skip(rule=rule, reason=reason):
            turn = turn.then(e.TouchSkipped(rule=rule, touch=number, reason=reason))
            return after_step(turn, touch.enrolment)
        case Wait(rule=rule, steps=steps):
            return turn.then(
                e.TouchWaits(rule=rule, touch=number, attempt=touch.attempt + 1, steps=steps)
            )
        case Block():
            return block(turn, number, found)
        case KeepBack(rule=rule, until_at=until_at):
            return trying.try_later(turn, number, rule=rule, until_at=until_at)


def _after(turn: Turn, number: int, touch: Touch, reach: Reach, code: str) -> Turn:
    if touch.enrolment not in dict(turn.running()):
        return _after_the_end(turn, number, reach)
    match reach:
        case Reach.SENT:
            return after_step(_fix_next_point(turn, touch), touch.enrolment, done=touch)
        case Reach.UNKNOWN:
            return turn
        case Reach.POSTPONED:
            return _attempt_later(turn, number, touch)
        case Reach.NOT_SENT | Reach.ABSENT:
            return trying.try_later(turn, number, rule=_SETTLED[reach], until_at=turn.at)
        case Reach.BROKEN:
            return trying.stop_trying(turn, number, touch, code)
        case Reach.REFUSED if _is_dead_address(code):
            turn = refused_address(turn, touch.person, touch=number, code=code)
            return after_step(turn, touch.enrolment)
        case Reach.REFUSED if _is_full(code):
            turn = soft_bounce(turn, touch.person, touch=number, code=code)
            return after_step(turn, touch.enrolment)
        case Reach.REFUSED | Reach.ERASED:
            return after_step(turn, touch.enrolment)


def _is_dead_address(code: str) -> bool:
    """Whether a refusal speaks of the address: at its own stage, whose code stands first."""
    first, *others = code.split() or [""]
    return first.isdigit() and not DEAD_ADDRESS_CODES.isdisjoint(others)


def _is_full(code: str) -> bool:
    """Whether a refusal speaks of the state of a mailbox that exists (RFC 3463, 3.3)."""
    return any(part.startswith("5.2.") for part in code.split())


def _after_the_end(turn: Turn, number: int, reach: Reach) -> Turn:
    """Plan nothing more for an enrolment that ended while the attempt was under way."""
    if number not in turn.state.touches or reach is Reach.UNKNOWN:
        return turn
    return turn.then(e.TouchWithdrawn(rule=RuleId.END_IN_FLIGHT, touch=number))


def _attempt_later(turn: Turn, number: int, touch: Touch) -> Turn:
    """Attempt again by the ruleset's delays; after the last one the touch is skipped."""
    waits = turn.ruleset.temporary_refusals.waits_minutes
    if touch.postponed_count >= len(waits):
        skipped = e.TouchSkipped(rule=RuleId.ATTEMPT_POSTPONED_TOO_OFTEN, touch=number)
        turn = soft_bounce(turn.then(skipped), touch.person, touch=number, code="")
        return after_step(turn, touch.enrolment)
    later_at = turn.at + timedelta(minutes=waits[touch.postponed_count])
    return trying.try_later(turn, number, rule=RuleId.ATTEMPT_POSTPONED, until_at=later_at)


def _fix_next_point(turn: Turn, touch: Touch) -> Turn:
    step = _step_of(turn, touch)
    if step is None or not step.fixes_next_point:
        return turn
    agreed = turn.state.milestone
    if agreed is not None and agreed.on > turn.today:
        return turn  # a point that somebody agreed is not moved by what we send
    return promised_point(turn, touch.enrolment)


def _step_of(turn: Turn, touch: Touch) -> Step | None:
    if touch.step_index < 0:
        return None
    return turn.sequence(touch.enrolment).steps[touch.step_index]
