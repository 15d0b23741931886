"""Holds: stated reasons why touches wait, placed and lifted one by one."""

from msgspec.structs import replace

from engine import events as e
from engine.account.due import ends_at
from engine.account.ending import finish_if_over
from engine.account.planning import catch_up
from engine.account.standstill import lifted
from engine.account.state import Hold
from engine.account.turn import Ruling, Turn
from engine.account.waiting import resume_waiting
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
    """Lift a hold; what no other covers goes on, later by the business days it stood still."""
    hold = turn.state.holds[number]
    for n in _covered(turn, hold):
        turn = catch_up(turn, n)  # a hold that ended while nobody ran: the others stood still too
    stands = {n: turn.state.enrolments[n].stands for n in _covered(turn, hold)}
    until_at = min(turn.at, ends_at(turn.state, hold) or turn.at)
    turn = turn.then(e.HoldLifted(rule=rule, hold=number))
    for n, before in stands.items():
        turn = lifted(turn, n, before, until_at=until_at, rule=rule)
        turn = finish_if_over(resume_waiting(turn, n), n)
    return turn


def _covered(turn: Turn, hold: Hold) -> tuple[int, ...]:
    """Return the running enrolments that a hold covers, wholly or for one person."""
    return tuple(n for n, _ in turn.running() if hold.enrolment in (0, n))
