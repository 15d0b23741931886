"""Holds: stated reasons why touches wait, placed and lifted one by one."""

from msgspec.structs import replace

from engine import events as e
from engine.account.due import ends_at
from engine.account.ending import finish_if_over
from engine.account.planning import plan
from engine.account.state import Hold
from engine.account.turn import Ruling, Turn
from engine.decision import Refused
from engine.refusals import RefusalCode
from engine.requests import Pause, Resume
from engine.rule_ids import RuleId

_RULES = {
    "account": RuleId.HOLD_ACCOUNT,
    "enrolment": RuleId.HOLD_ENROLMENT,
    "person": RuleId.HOLD_PERSON,
}


def pause(turn: Turn, request: Pause) -> Ruling:
    """Hold the account, one enrolment or one person; the same hold again changes nothing."""
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    refusal = turn.against(request.enrolment) if request.enrolment else None
    if refusal is not None:
        return refusal
    if request.person and request.person not in turn.state.people:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=request.person)
    if request.until is not None and request.until <= turn.today:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=request.until.isoformat())
    scope = "person" if request.person else "enrolment" if request.enrolment else "account"
    wanted = Hold(
        scope=scope,
        reason=request.reason,
        since_at=turn.at,
        rule=_RULES[scope],
        enrolment=request.enrolment,
        person=request.person,
        until=request.until,
    )
    same = (replace(hold, since_at=turn.at) for hold in turn.state.holds.values())
    return turn if wanted in same else place(turn, wanted)


def place(turn: Turn, hold: Hold) -> Turn:
    """Place a hold beside those there are."""
    placed = e.HoldPlaced(
        rule=hold.rule,
        hold=turn.state.hold_count + 1,
        scope=hold.scope,
        reason=hold.reason,
        enrolment=hold.enrolment,
        person=hold.person,
        until=hold.until,
    )
    return turn.then(placed)


def resume(turn: Turn, request: Resume) -> Ruling:
    """Lift one hold by order; the others stay."""
    if request.hold in turn.state.holds:
        return lift(turn, request.hold, rule=RuleId.HOLD_LIFTED)
    if 1 <= request.hold <= turn.state.hold_count:
        return turn
    return Refused(code=RefusalCode.UNKNOWN_HOLD, detail=str(request.hold))


def lift(turn: Turn, number: int, *, rule: RuleId) -> Turn:
    """Lift a hold; what it covered lands again with the delay that remained."""
    held = {n: _held_days(turn, number, n) for n in _covered(turn, number)}
    turn = turn.then(e.HoldLifted(rule=rule, hold=number))
    for n, days in held.items():
        if days > 0:
            turn = turn.then(e.EnrolmentShifted(rule=rule, enrolment=n, days=days))
        turn = finish_if_over(plan(turn, n, rule=rule), n)
    return turn


def _covered(turn: Turn, number: int) -> tuple[int, ...]:
    """Return the running enrolments that a hold covers, wholly or for one person."""
    hold = turn.state.holds[number]
    return tuple(n for n, _ in turn.running() if hold.enrolment in (0, n))


def _held_days(turn: Turn, number: int, enrolment: int) -> int:
    """Return the days for which this hold, and no other that lasts, stopped an enrolment.

    Days before its start cost an enrolment nothing.  What another hold goes on stopping
    is counted when that one is lifted.
    """
    hold = turn.state.holds[number]
    if hold.scope == "person":
        return 0
    others = [
        turn.day_of(other.since_at)
        for n, other in turn.state.holds.items()
        if n != number and other.scope != "person" and other.enrolment in (0, enrolment)
    ]
    ended_at = min(turn.at, ends_at(turn.state, hold) or turn.at)
    until = min([turn.day_of(ended_at), *others])
    since = max(turn.day_of(hold.since_at), turn.state.enrolments[enrolment].start_on)
    return (until - since).days
