"""Who is enrolled, with whom, and when it begins."""

from collections import Counter

from msgspec.structs import replace

from engine import events as e
from engine.account.drafts import Resumption
from engine.account.due import is_agreed_meeting
from engine.account.ending import COOL_DOWNS, finish_if_over, withdraw_pending, withdraw_touch
from engine.account.hierarchy import has_exchange, is_elected
from engine.account.holds import lift
from engine.account.lacking import DISPENSABLE, lacked
from engine.account.obstacles import is_unfit_for_client
from engine.account.participants import addressed_roles
from engine.account.planning import plan
from engine.account.progress import advance_stage
from engine.account.state import Enrolment, EnrolmentStatus, Position, Touch, TouchStatus
from engine.account.stops import required_roles, roles_of
from engine.account.succession import begin_anew, steps_anew
from engine.account.turn import Ruling, Turn
from engine.account.waiting import supplied
from engine.account.yielding import give_way, yields
from engine.cadence.starting import first_contact_days, whole_weeks
from engine.cadence.units import end_of
from engine.decision import Refused
from engine.plan import Sequence
from engine.refusals import RefusalCode
from engine.requests import AssignParticipant, Enrol, OpenEnrolment, Withdraw
from engine.roles import KnownRole, RoleKind, role_named, told_apart
from engine.rule_ids import RuleId
from engine.texts import first_unwritable
from engine.values import Channel


def enrol(turn: Turn, request: Enrol) -> Ruling:
    """Start the account through a sequence, or say what stands against it."""
    roles = Counter(known_name(turn, role) for role in request.participants)
    twice = next((role for role, count in roles.items() if count > 1), "")
    if twice:
        return Refused(code=RefusalCode.ALREADY_EXISTS, detail=twice, rule=RuleId.ROLE_KNOWN)
    named = dict(zip(roles, request.participants.values(), strict=True))
    request = replace(request, participants=named)
    refusal = _against(turn, request)
    if refusal is not None:
        return refusal
    sequence = turn.published.sequences[request.sequence.hash]
    left_out = _left_out(turn, request, sequence)
    taking_part = {role: who for role, who in named.items() if role not in left_out}
    if named and not taking_part:
        return next(iter(left_out.values()))
    start_on = request.start_on
    if request.campaign:
        start_on = whole_weeks(start_on, first_contact_days(sequence.steps), today=turn.today)
    number = turn.state.enrolment_count + 1
    touches_before = frozenset(turn.state.touches)
    enrolled = e.Enrolled(
        rule=RuleId.ENROL_ORDER,
        enrolment=number,
        sequence=request.sequence,
        sequence_class=sequence.sequence_class,
        about=request.about,
        participants=taking_part,
        start_on=start_on,
        campaign=request.campaign,
        is_pending=bool(request.campaign),
        next_point=request.next_point,
        values=request.values,
    )
    turn = plan(turn.then(enrolled), number, rule=RuleId.PLAN_ENTRY)
    if turn.state.touches.keys() == touches_before:
        omitted = [event.rule for event in turn.events if isinstance(event, e.StepOmitted)]
        if omitted or request.participants:
            detail = omitted[0] if omitted else RuleId.ANCHOR_UNKNOWN
            return Refused(code=RefusalCode.NOTHING_PLANNED, detail=detail, rule=RuleId.PLAN_ENTRY)
    turn = lacked(turn, number, left_out)
    return turn if request.campaign else _begun(turn, number)


def open_enrolment(turn: Turn, request: OpenEnrolment) -> Ruling:
    """Let a waiting enrolment begin; a late opening moves it by whole weeks."""
    refusal = turn.against(request.enrolment)
    if refusal is not None:
        return turn if refusal.code is RefusalCode.ALREADY_CLOSED else refusal
    enrolment = turn.state.enrolments[request.enrolment]
    if enrolment.status is not EnrolmentStatus.PENDING:
        return turn
    days = first_contact_days(turn.sequence(request.enrolment).steps)
    start_on = whole_weeks(max(request.start_on, enrolment.start_on), days, today=turn.today)
    opened = e.EnrolmentOpened(
        rule=RuleId.CAMPAIGN_OPENED, enrolment=request.enrolment, start_on=start_on
    )
    turn = plan(
        turn.then(opened),
        request.enrolment,
        rule=RuleId.CAMPAIGN_OPENED,
        after=Resumption(days={}, begins=True),
    )
    turn = _begun(turn, request.enrolment)
    return finish_if_over(turn, request.enrolment)


def assign(turn: Turn, request: AssignParticipant) -> Ruling:
    """Give a role a person; a replacement takes over what was still planned."""
    request = replace(request, role=known_name(turn, request.role))
    refusal = _against_assignment(turn, request)
    if refusal is not None:
        return refusal
    number, role, person = request.enrolment, request.role, request.person
    if turn.state.enrolments[number].participants.get(role, "") == person:
        return turn
    return take_over(turn, number, role, person, rule=RuleId.ASSIGN_ORDER)


def take_over(turn: Turn, number: int, role: str, person: str, *, rule: RuleId) -> Turn:
    """Let a person take a role, at its first step if some of the role is over already."""
    former = turn.state.enrolments[number].participants.get(role, "")
    anew = steps_anew(turn, number, role)
    assigned = e.ParticipantAssigned(
        rule=rule, enrolment=number, role=role, person=person, replaced=former, anew=anew
    )
    turn = _hand_over(turn.then(assigned), assigned)
    if anew:
        turn = begin_anew(turn, number, role, person)
    turn = plan(_filled(turn, number, role), number, rule=rule)
    return finish_if_over(supplied(turn, number, rule=rule), number)


def against_successor(turn: Turn, number: int, person: str, successor: str) -> Refused | None:
    """Return why somebody cannot take a person's roles over; None if that can be."""
    roles = roles_of(turn, number, person)
    if not roles:
        return Refused(code=RefusalCode.UNKNOWN_ROLE, detail=person)
    return _against_holder(turn, number, successor, roles[0])


def withdraw(turn: Turn, request: Withdraw) -> Ruling:
    """End an enrolment by order, with its reason."""
    refusal = turn.against(request.enrolment)
    if refusal is not None:
        return refusal
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    turn = withdraw_pending(turn, request.enrolment, rule=RuleId.WITHDRAW_ORDER)
    withdrawn = e.EnrolmentWithdrawn(
        rule=RuleId.WITHDRAW_ORDER, enrolment=request.enrolment, reason=request.reason
    )
    return turn.then(withdrawn)


def known_name(turn: Turn, role: str) -> str:
    """Return the name that a role has in the list; one that nobody knows stays as it is."""
    known = role_named(turn.known_roles, role)
    return known.name if known is not None else role


def _against(turn: Turn, request: Enrol) -> Refused | None:
    sequence = turn.published.sequences.get(request.sequence.hash)
    if sequence is None or turn.published.ruleset is None:
        return Refused(code=RefusalCode.UNKNOWN_SEQUENCE, detail=request.sequence.name)
    if is_unfit_for_client(turn.state, sequence.sequence_class):
        return Refused(code=RefusalCode.CLIENT, detail=sequence.name, rule=RuleId.CLIENT_CLASS)
    fault = first_unwritable(request.values)
    if fault:
        return Refused(code=RefusalCode.UNWRITABLE, detail=fault)
    required = sequence.required_roles
    for role, person in request.participants.items():
        refusal = _against_role(turn, sequence, role) or _against_taking_part(
            turn, request, sequence, role, person
        )
        if refusal is not None and (role in required or refusal.code not in DISPENSABLE):
            return refusal
    return _cooling(turn, request, sequence)


def _left_out(turn: Turn, request: Enrol, sequence: Sequence) -> dict[str, Refused]:
    """Return the roles whose people cannot take part, and what stands against each."""
    found = {
        role: _against_taking_part(turn, request, sequence, role, person)
        for role, person in request.participants.items()
    }
    return {role: refusal for role, refusal in found.items() if refusal is not None}


def _against_taking_part(
    turn: Turn, request: Enrol, sequence: Sequence, role: str, person: str
) -> Refused | None:
    return against_person(
        turn,
        person,
        role,
        domain=request.about.domain,
        sequence_class=sequence.sequence_class,
    )


def _against_role(turn: Turn, sequence: Sequence, role: str) -> Refused | None:
    if role in addressed_roles(sequence) or is_elected(turn, role):
        return None
    addressed = [KnownRole(name, RoleKind.CONTACT) for name in sorted(addressed_roles(sequence))]
    return Refused(code=RefusalCode.UNKNOWN_ROLE, detail=told_apart(addressed, role))


def against_person(
    turn: Turn, person: str, role: str, *, domain: str, sequence_class: str
) -> Refused | None:
    """Return why a person cannot take part in an enrolment; None if nothing stands against it.

    Args:
        turn: The decision in the making.
        person: Who.
        role: In which role.
        domain: What the enrolment is about.
        sequence_class: Of its sequence: what yields to that does not stand against it.
    """
    position = turn.state.people.get(person)
    if position is None or position.is_gone:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=person)
    if position.stopped_by:
        return Refused(code=RefusalCode.SUPPRESSED, detail=person, rule=RuleId.EXIT_OBJECTION)
    active = sum(
        person in enrolment.participants.values() and not yields(turn, number, sequence_class)
        for number, enrolment in turn.running()
    )
    if active >= turn.ruleset.caps.active_outreach_sequences_per_person.count_max:
        return Refused(
            code=RefusalCode.ALREADY_ENROLLED, detail=person, rule=RuleId.CAP_ONE_SEQUENCE_A_PERSON
        )
    is_guarded = is_elected(turn, role, position.role)
    if is_guarded and not has_exchange(turn, domain or position.domain):
        return Refused(code=RefusalCode.HIERARCHY, detail=person, rule=RuleId.HIERARCHY_ELECTED)
    if not _is_reachable(position):
        return Refused(code=RefusalCode.NO_CONTACT_POINT, detail=person)
    return cooling_after_refusal(turn, person)


def cooling_after_refusal(turn: Turn, person: str) -> Refused | None:
    """Return why a person who refused is left alone; None once the rest is over."""
    refused_at = turn.state.people[person].refused_at
    if refused_at is None:
        return None
    until = end_of(turn.ruleset.cool_downs.after_refusal, begun_on=turn.day_of(refused_at))
    if until <= turn.today:
        return None
    return Refused(
        code=RefusalCode.COOL_DOWN,
        detail=person,
        until=turn.start_of(until),
        rule=RuleId.COOL_DOWN_REFUSAL,
    )


def _is_reachable(position: Position) -> bool:
    return any(position.live_points(channel) for channel in (Channel.EMAIL, Channel.CALL))


def _cooling(turn: Turn, request: Enrol, sequence: Sequence) -> Refused | None:
    """Look at the rests after silence and refusal; silence alone can be overridden."""
    for rest in turn.state.cool_downs:
        if rest.until <= turn.today or rest.sequence_class != sequence.sequence_class:
            continue
        if rest.reason == "silence" and request.re_enrol_reason:
            continue
        return Refused(
            code=RefusalCode.COOL_DOWN,
            detail=rest.until.isoformat(),
            until=turn.start_of(rest.until),
            rule=COOL_DOWNS[rest.reason],
        )
    return None


def _begun(turn: Turn, number: int) -> Turn:
    turn = advance_stage(turn, "prise_de_contact", rule=RuleId.STAGE_ENROLLED)
    return give_way(turn, number)


def _against_assignment(turn: Turn, request: AssignParticipant) -> Refused | None:
    refusal = turn.against(request.enrolment)
    if refusal is not None:
        return refusal
    enrolment = turn.state.enrolments[request.enrolment]
    unknown = _against_role(turn, turn.sequence(request.enrolment), request.role)
    if unknown is not None or enrolment.participants.get(request.role) == request.person:
        return unknown
    return _against_holder(turn, request.enrolment, request.person, request.role)


def _against_holder(turn: Turn, number: int, person: str, role: str) -> Refused | None:
    enrolment = turn.state.enrolments[number]
    return against_person(
        turn,
        person,
        role,
        domain=enrolment.about.domain,
        sequence_class=enrolment.sequence_class,
    )


def _hand_over(turn: Turn, assigned: e.ParticipantAssigned) -> Turn:
    """Let the new person take the role's touches over, or withdraw what begins anew.

    What the former person agreed to stays: that meeting is the account's.
    """
    number, role, former = assigned.enrolment, assigned.role, assigned.replaced
    for n, touch in tuple(turn.state.touches.items()):
        planned = touch.status in (TouchStatus.PLANNED, TouchStatus.WAITING, TouchStatus.BLOCKED)
        if touch.enrolment != number or not planned or is_agreed_meeting(touch):
            continue
        if touch.role == role and not assigned.anew:
            reassigned = e.TouchReassigned(
                rule=RuleId.ASSIGN_ORDER, touch=n, person=assigned.person
            )
            turn = turn.then(reassigned)
        elif touch.role == role or (not touch.person and _is_alternative(turn, touch, role)):
            turn = turn.then(e.TouchWithdrawn(rule=RuleId.ASSIGN_ORDER, touch=n))
    for n, touch in tuple(turn.state.touches.items()):
        is_open = touch.status is TouchStatus.OPEN and not is_agreed_meeting(touch)
        if former and is_open and touch.person == former and touch.enrolment == number:
            turn = withdraw_touch(turn, n, rule=RuleId.ASSIGN_ORDER)
    return turn


def _filled(turn: Turn, number: int, role: str) -> Turn:
    """Lift what waited for the role: its hold and its task."""
    for n, hold in tuple(turn.state.holds.items()):
        if (hold.enrolment, hold.rule, hold.reason) == (number, RuleId.ROLE_REQUIRED_LOST, role):
            turn = lift(turn, n, rule=RuleId.ASSIGN_ORDER)
    for n, task in tuple(turn.state.tasks.items()):
        waiting = (task.kind, task.enrolment) == ("find_replacement", number)
        is_found = role in task.missing if task.missing else not _lacks_a_role(turn, number)
        if waiting and is_found:
            turn = turn.then(e.TaskWithdrawn(rule=RuleId.ASSIGN_ORDER, task=n))
    return turn


def _is_alternative(turn: Turn, touch: Touch, role: str) -> bool:
    """Whether the touch's step may go to this role instead."""
    step = turn.sequence(touch.enrolment).steps[touch.step_index]
    return role in {addressed.name for addressed in step.roles}


def _lacks_a_role(turn: Turn, number: int) -> bool:
    enrolment: Enrolment = turn.state.enrolments[number]
    return bool(required_roles(turn, number) - enrolment.participants.keys())
