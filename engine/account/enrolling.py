"""Who is enrolled, with whom, and when it begins."""

from engine import events as e
from engine.account.ending import after, withdraw_pending
from engine.account.exits import required_roles
from engine.account.obstacles import has_exchange, is_elected
from engine.account.planning import plan, release
from engine.account.standing import advance_stage
from engine.account.state import (
    Enrolment,
    EnrolmentStatus,
    Position,
    Touch,
    TouchStatus,
)
from engine.account.turn import Answer, Turn
from engine.cadence.starting import first_contact_days, whole_weeks
from engine.decision import Refused
from engine.plan import Sequence
from engine.refusals import RefusalCode
from engine.requests import AssignParticipant, Enrol, OpenEnrolment, Withdraw


def enrol(turn: Turn, request: Enrol) -> Answer:
    """Start the account through a sequence, or say what stands against it."""
    refusal = _against(turn, request)
    if refusal is not None:
        return refusal
    sequence = turn.rules.sequences[request.sequence.hash]
    start_on = request.start_on
    if request.campaign:
        start_on = whole_weeks(start_on, first_contact_days(sequence.steps), today=turn.today)
    number = turn.state.enrolment_count + 1
    enrolled = e.Enrolled(
        rule="enrol.order",
        enrolment=number,
        sequence=request.sequence,
        sequence_class=sequence.sequence_class,
        about=request.about,
        participants=request.participants,
        start_on=start_on,
        campaign=request.campaign,
        is_pending=bool(request.campaign),
        next_point=request.next_point,
        values=request.values,
    )
    turn = plan(turn.then(enrolled), number, rule="plan.entry")
    return turn if request.campaign else _begun(turn)


def open_enrolment(turn: Turn, request: OpenEnrolment) -> Answer:
    """Let a waiting enrolment begin; a late opening moves it by whole weeks."""
    enrolment = turn.state.enrolments.get(request.enrolment)
    if enrolment is None:
        return Refused(code=RefusalCode.UNKNOWN_ENROLMENT, detail=str(request.enrolment))
    if enrolment.status is not EnrolmentStatus.PENDING:
        return turn
    days = first_contact_days(turn.sequence(request.enrolment).steps)
    start_on = whole_weeks(max(request.start_on, enrolment.start_on), days, today=turn.today)
    opened = e.EnrolmentOpened(
        rule="campaign.opened", enrolment=request.enrolment, start_on=start_on
    )
    return _begun(plan(turn.then(opened), request.enrolment, rule="campaign.opened"))


def assign(turn: Turn, request: AssignParticipant) -> Answer:
    """Give a role a person; a replacement takes over what was still planned."""
    refusal = _against_assignment(turn, request)
    if refusal is not None:
        return refusal
    number, role, person = request.enrolment, request.role, request.person
    former = turn.state.enrolments[number].participants.get(role, "")
    if former == person:
        return turn
    assigned = e.ParticipantAssigned(
        rule="assign.order", enrolment=number, role=role, person=person, replaced=former
    )
    turn = _hand_over(turn.then(assigned), number, role, former, person)
    turn = _filled(turn, number, role)
    return plan(turn, number, rule="assign.order")


def withdraw(turn: Turn, request: Withdraw) -> Answer:
    """End an enrolment by order, with its reason."""
    enrolment = turn.state.enrolments.get(request.enrolment)
    if enrolment is None:
        return Refused(code=RefusalCode.UNKNOWN_ENROLMENT, detail=str(request.enrolment))
    if enrolment.status in (EnrolmentStatus.FINISHED, EnrolmentStatus.WITHDRAWN):
        return Refused(code=RefusalCode.ALREADY_CLOSED, detail=str(request.enrolment))
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    turn = withdraw_pending(turn, request.enrolment, rule="withdraw.order")
    withdrawn = e.EnrolmentWithdrawn(
        rule="withdraw.order", enrolment=request.enrolment, reason=request.reason
    )
    return turn.then(withdrawn)


def _against(turn: Turn, request: Enrol) -> Refused | None:
    if turn.state.attributes is None:
        return Refused(code=RefusalCode.UNKNOWN_ACCOUNT, detail=turn.account)
    sequence = turn.rules.sequences.get(request.sequence.hash)
    if sequence is None:
        return Refused(code=RefusalCode.UNKNOWN_SEQUENCE, detail=request.sequence.name)
    for role, person in request.participants.items():
        refusal = _against_role(turn, sequence, role) or _against_person(turn, person, role)
        if refusal is not None:
            return refusal
    return _cooling(turn, request, sequence)


def _against_role(turn: Turn, sequence: Sequence, role: str) -> Refused | None:
    known = {one.name for step in sequence.steps for one in step.roles}
    if role in known or is_elected(turn, role):
        return None
    return Refused(code=RefusalCode.UNKNOWN_ROLE, detail=role)


def _against_person(turn: Turn, person: str, role: str) -> Refused | None:
    position = turn.state.people.get(person)
    if position is None or position.is_gone:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=person)
    if position.stopped_by:
        return Refused(
            code=RefusalCode.SUPPRESSED, detail=person, rule=f"exit.{position.stopped_by}"
        )
    if any(person in one.participants.values() for _, one in turn.running()):
        return Refused(
            code=RefusalCode.ALREADY_ENROLLED, detail=person, rule="cap.one_sequence_a_person"
        )
    if is_elected(turn, role) and not has_exchange(turn):
        return Refused(code=RefusalCode.HIERARCHY, detail=person, rule="hierarchy.elected")
    if not _is_reachable(position):
        return Refused(code=RefusalCode.NO_CONTACT_POINT, detail=person)
    return None


def _is_reachable(position: Position) -> bool:
    return any(point.tag not in position.failed_tags for point in position.points)


def _cooling(turn: Turn, request: Enrol, sequence: Sequence) -> Refused | None:
    """Look at the rests after silence and refusal; silence alone can be overridden."""
    for one in turn.state.cool_downs:
        if one.until <= turn.today or one.sequence_class != sequence.sequence_class:
            continue
        if one.reason == "silence" and request.re_enrol_reason:
            continue
        return Refused(
            code=RefusalCode.COOL_DOWN, detail=one.until.isoformat(), rule=f"cool_down.{one.reason}"
        )
    rest_for = turn.ruleset.cool_downs.after_refusal
    for person in request.participants.values():
        refused_at = turn.state.people[person].refused_at
        if refused_at is not None and after(refused_at.date(), rest_for) > turn.today:
            return Refused(code=RefusalCode.COOL_DOWN, detail=person, rule="cool_down.refusal")
    return None


def _begun(turn: Turn) -> Turn:
    return advance_stage(turn, "prise_de_contact", rule="stage.enrolled")


def _against_assignment(turn: Turn, request: AssignParticipant) -> Refused | None:
    enrolment = turn.state.enrolments.get(request.enrolment)
    if enrolment is None:
        return Refused(code=RefusalCode.UNKNOWN_ENROLMENT, detail=str(request.enrolment))
    if enrolment.status in (EnrolmentStatus.FINISHED, EnrolmentStatus.WITHDRAWN):
        return Refused(code=RefusalCode.ALREADY_CLOSED, detail=str(request.enrolment))
    unknown = _against_role(turn, turn.sequence(request.enrolment), request.role)
    if unknown is not None or enrolment.participants.get(request.role) == request.person:
        return unknown
    return _against_person(turn, request.person, request.role)


def _hand_over(turn: Turn, number: int, role: str, former: str, person: str) -> Turn:
    """Let the new person take the open touches of the role over."""
    for n, touch in tuple(turn.state.touches.items()):
        planned = touch.status in (TouchStatus.PLANNED, TouchStatus.WAITING, TouchStatus.BLOCKED)
        if touch.enrolment == number and touch.role == role and planned:
            turn = turn.then(e.TouchReassigned(rule="assign.order", touch=n, person=person))
    for n, task in tuple(turn.state.tasks.items()):
        open_touch = turn.state.touches.get(task.touch)
        if former and open_touch is not None and open_touch.person == former:
            turn = turn.then(
                e.TaskWithdrawn(rule="assign.order", task=n),
                e.TouchWithdrawn(rule="assign.order", touch=task.touch),
            )
    return turn


def _filled(turn: Turn, number: int, role: str) -> Turn:
    """Lift what waited for the role: its hold, its task, its touches without a person."""
    for n, hold in tuple(turn.state.holds.items()):
        if (hold.enrolment, hold.rule, hold.reason) == (number, "role.required_lost", role):
            turn = turn.then(e.HoldLifted(rule="assign.order", hold=n))
    for n, task in tuple(turn.state.tasks.items()):
        waiting = task.kind in ("find_replacement", "assign_participant")
        if waiting and task.enrolment == number and not _lacks_a_role(turn, number):
            turn = turn.then(e.TaskWithdrawn(rule="assign.order", task=n))

    def ready(touch: Touch) -> bool:
        return touch.status is TouchStatus.BLOCKED and touch.waits_for == (role,)

    return release(turn, number, ready=ready, rule="assign.order")


def _lacks_a_role(turn: Turn, number: int) -> bool:
    enrolment: Enrolment = turn.state.enrolments[number]
    return bool(required_roles(turn, number) - enrolment.participants.keys())
