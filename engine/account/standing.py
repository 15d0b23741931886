"""Where the account stands: milestones, status, stage, holds, values."""

from engine import events as e
from engine.account.due import covering, ends_at
from engine.account.planning import plan, release
from engine.account.state import Hold, Touch, TouchStatus
from engine.account.turn import Answer, Turn
from engine.decision import Refused
from engine.refusals import RefusalCode
from engine.requests import (
    ChangeStage,
    ChangeStatus,
    Pause,
    RecordVote,
    Resume,
    SetMilestone,
    SetValues,
)
from engine.values import NextPoint

STATUSES = ("lead", "prospect", "client")
PURCHASES = ("contract", "invoice")
STAGES = (
    "identification",
    "prise_de_contact",
    "qualification",
    "proposition",
    "negociation",
    "signature",
    "fidelisation",
)
"""The stages of the B2B cycle, in order."""

_NEEDS_PROSPECT = frozenset({"proposition", "negociation"})
_NEEDS_CLIENT = frozenset({"signature", "fidelisation"})


def set_milestone(turn: Turn, request: SetMilestone) -> Answer:
    """Fix the account's next point; one that is past or incomplete is refused."""
    return milestone(turn, request.next_point, rule="milestone.order", number=request.enrolment)


def milestone(turn: Turn, next_point: NextPoint | None, *, rule: str, number: int = 0) -> Answer:
    """Set a milestone with its three fields, ahead of today."""
    if next_point is None or not (next_point.object and next_point.deliverable):
        return Refused(code=RefusalCode.MILESTONE_REQUIRED, rule=rule)
    if next_point.on <= turn.today:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=next_point.on.isoformat(), rule=rule)
    return turn.then(
        e.MilestoneSet(
            rule=rule,
            milestone=turn.state.milestone_count + 1,
            next_point=next_point,
            enrolment=number,
        )
    )


def change_status(turn: Turn, request: ChangeStatus) -> Answer:
    """Move through lead, prospect, client; client only by an act of purchase (C28.2)."""
    status = request.status
    if status not in STATUSES:
        return Refused(code=RefusalCode.STATUS_JUMP, detail=status, rule="status.guard")
    if status == turn.state.status:
        return turn
    if status == "client":
        proven = request.evidence in PURCHASES and request.reference and request.signed_on
        if not proven:
            return Refused(code=RefusalCode.PURCHASE_REQUIRED, rule="status.purchase")
        if request.signed_on is not None and request.signed_on > turn.today:
            return Refused(code=RefusalCode.PURCHASE_REQUIRED, rule="status.purchase")
        if turn.state.status == "lead":
            turn = turn.then(e.StatusChanged(rule="status.order", status="prospect"))
    elif turn.state.status == "client":
        return Refused(code=RefusalCode.STATUS_JUMP, detail=status, rule="status.guard")
    changed = e.StatusChanged(
        rule="status.purchase" if status == "client" else "status.order",
        status=status,
        evidence=request.evidence,
        reference=request.reference,
        signed_on=request.signed_on,
    )
    return turn.then(changed)


def change_stage(turn: Turn, request: ChangeStage) -> Answer:
    """Move to a stage whose entry condition is met (C28.5)."""
    if request.stage not in STAGES:
        return Refused(code=RefusalCode.STAGE_JUMP, detail=request.stage, rule="stage.guard")
    if request.stage == turn.state.stage:
        return turn
    if request.stage in _NEEDS_PROSPECT and turn.state.status == "lead":
        return Refused(code=RefusalCode.STAGE_JUMP, detail=request.stage, rule="stage.guard")
    if request.stage in _NEEDS_CLIENT and turn.state.status != "client":
        return Refused(code=RefusalCode.STAGE_JUMP, detail=request.stage, rule="stage.guard")
    return turn.then(e.StageChanged(rule="stage.order", stage=request.stage))


def advance_stage(turn: Turn, stage: str, *, rule: str) -> Turn:
    """Move to a stage that facts have reached; never back."""
    if STAGES.index(stage) <= STAGES.index(turn.state.stage):
        return turn
    return turn.then(e.StageChanged(rule=rule, stage=stage))


def become_prospect(turn: Turn, *, rule: str) -> Turn:
    """Make a lead a prospect; others stay what they are."""
    if turn.state.status != "lead":
        return turn
    return turn.then(e.StatusChanged(rule=rule, status="prospect"))


def pause(turn: Turn, request: Pause) -> Answer:
    """Hold the account, one enrolment or one person, with its reason."""
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    if request.enrolment and request.enrolment not in turn.state.enrolments:
        return Refused(code=RefusalCode.UNKNOWN_ENROLMENT, detail=str(request.enrolment))
    if request.person and request.person not in turn.state.people:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=request.person)
    if request.until is not None and request.until <= turn.today:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=request.until.isoformat())
    scope = "person" if request.person else "enrolment" if request.enrolment else "account"
    wanted = Hold(
        scope=scope,
        reason=request.reason,
        since_at=turn.at,
        rule=f"hold.{scope}",
        enrolment=request.enrolment,
        person=request.person,
        until=request.until,
    )
    return place(turn, wanted)


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


def resume(turn: Turn, request: Resume) -> Answer:
    """Lift one hold by order; the others stay."""
    if request.hold not in turn.state.holds:
        return Refused(code=RefusalCode.UNKNOWN_HOLD, detail=str(request.hold))
    return lift(turn, request.hold, rule="hold.lifted")


def lift(turn: Turn, number: int, *, rule: str) -> Turn:
    """Lift a hold; what it alone covered lands again with the delay that remained."""
    one = turn.state.holds[number]
    covered = {
        touch.enrolment
        for touch in turn.state.touches.values()
        if covering(turn.state, touch) == (number,)
    }
    ended_at = min(turn.at, ends_at(turn.state, one) or turn.at)
    days = (ended_at.date() - one.since_at.date()).days
    turn = turn.then(e.HoldLifted(rule=rule, hold=number))
    for enrolment in sorted(covered):
        if days > 0 and one.scope != "person":
            shifted = e.EnrolmentShifted(rule=rule, enrolment=enrolment, days=days)
            turn = turn.then(shifted)
        turn = plan(turn, enrolment, rule=rule)
    return turn


def record_vote(turn: Turn, request: RecordVote) -> Answer:
    """Take note of the vote's day; what is ahead and counted from it moves."""
    if request.vote_on > turn.today:
        return Refused(code=RefusalCode.TOO_EARLY, detail=request.vote_on.isoformat())
    if request.vote_on == turn.state.vote_on:
        return turn
    turn = turn.then(e.VoteObserved(rule="anchor.vote", vote_on=request.vote_on))
    for number, _ in turn.running():
        turn = plan(turn, number, rule="anchor.vote")
    return turn


def set_values(turn: Turn, request: SetValues) -> Answer:
    """Set values of the account; touches that lacked one land again."""
    if not request.values.keys() - turn.state.values.keys() and all(
        turn.state.values[name] == value for name, value in request.values.items()
    ):
        return turn
    turn = turn.then(e.ValuesSet(rule="values.order", values=request.values))
    for number, _ in turn.running():
        turn = _supplied(turn, number)
    return turn


def _supplied(turn: Turn, number: int) -> Turn:
    """Land again what lacked nothing but values that are there now; close its tasks."""
    known = turn.state.values.keys()

    def ready(touch: Touch) -> bool:
        lacking = set(touch.waits_for)
        return touch.status is TouchStatus.BLOCKED and bool(lacking) and lacking <= known

    turn = release(turn, number, ready=ready, rule="values.supplied")
    if any(
        one.status is TouchStatus.BLOCKED and one.enrolment == number
        for one in turn.state.touches.values()
    ):
        return turn
    for n, task in tuple(turn.state.tasks.items()):
        if task.kind == "supply_value" and task.enrolment == number:
            turn = turn.then(e.TaskWithdrawn(rule="values.supplied", task=n))
    return turn
