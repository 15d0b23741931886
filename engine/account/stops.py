"""The exits that end it for one person: S3 objection, S4 dead address, S5 departure, a refusal.

Losing a person whose role is required holds the enrolment and asks for a replacement;
losing another leaves out what was planned for that person.
"""

from engine import events as e
from engine.account.ending import (
    call_off,
    finish,
    finish_if_over,
    finish_what_is_over,
    rest_after_refusal,
    withdraw_pending,
)
from engine.account.holds import place
from engine.account.planning import plan
from engine.account.state import UNDER_WAY, Hold, Position
from engine.account.turn import Ruling, Turn
from engine.account.waiting import after_step, resume_waiting, withdraw_answered
from engine.decision import Refused
from engine.refusals import RefusalCode
from engine.requests import (
    LiftStop,
    RecordBounce,
    RecordDeparture,
    RecordRefusal,
    StopPerson,
    StopPoint,
)
from engine.rule_ids import RuleId
from engine.values import Channel


def refused(turn: Turn, request: RecordRefusal) -> Ruling:
    """Take a refusal: the end of the enrolment from a required role, of the person otherwise."""
    person = turn.about_whom(request.person, request.touch)
    if isinstance(person, Refused):
        return person
    refused_at = turn.state.people[person].refused_at
    known_today = refused_at is not None and turn.day_of(refused_at) == turn.today
    if known_today and not turn.enrolments_of(person):
        return turn
    return refuse(turn, person, touch=request.touch)


def refuse(turn: Turn, person: str, *, touch: int = 0) -> Turn:
    """Let a person's no take effect by the exit table."""
    turn = turn.then(e.RefusalReceived(rule=RuleId.EXIT_REFUSAL, person=person, touch=touch))
    turn = call_off(turn, person, rule=RuleId.EXIT_REFUSAL)
    for number in turn.enrolments_of(person):
        if _is_required(turn, number, person):
            turn = rest_after_refusal(turn, number)
            turn = finish(turn, number, reason="refusal", rule=RuleId.EXIT_REFUSAL)
        else:
            turn = lose(turn, number, person, rule=RuleId.EXIT_REFUSAL)
    return finish_what_is_over(turn)


def objection(turn: Turn, person: str, *, touch: int = 0) -> Turn:
    """S3, stated here: the person is stopped at once, and hears of it wherever he or she stands."""
    tags = tuple(point.tag for point in turn.state.people[person].points)
    stated = e.ObjectionStated(rule=RuleId.EXIT_OBJECTION, person=person, tags=tags, touch=touch)
    return _stop(turn.then(stated), person, tag="")


def stop(turn: Turn, request: StopPerson) -> Ruling:
    """S3 and S4, decided for the person or the contact point: stop whoever is known by it here."""
    known = request.person in turn.state.people
    for person in [request.person] if known else _by_tag(turn, request.tag):
        position = turn.state.people[person]
        if request.reason == "objection":
            turn = turn if position.stopped_by else _stop(turn, person, tag=request.tag)
        elif any(request.tag in point.tags for point in position.points):
            turn = address_failed(turn, person, tag=request.tag, rule=RuleId.EXIT_BOUNCE)
    return turn


def stop_point(turn: Turn, request: StopPoint) -> Turn:
    """S3 of a shared address: what needs it is left out; the person's other addresses stay."""
    position = turn.state.people.get(request.person)
    known = {tag for point in position.points for tag in point.tags} if position else set()
    if position is None or request.tag not in known or request.tag in position.stopped_tags:
        return turn
    stopped = e.ContactPointStopped(
        rule=RuleId.EXIT_OBJECTION, person=request.person, tag=request.tag
    )
    return _without_way(turn.then(stopped), request.person)


def lift_stop(turn: Turn, request: LiftStop) -> Turn:
    """Allow contact again: the objection was recorded by mistake.  Nothing is planned anew."""
    position = turn.state.people.get(request.person)
    if position is None or not _is_stopped(position, request.tag):
        return turn
    lifted = e.StopLifted(rule=RuleId.EXIT_OBJECTION_LIFTED, person=request.person, tag=request.tag)
    return turn.then(lifted)


def bounce(turn: Turn, request: RecordBounce) -> Ruling:
    """S4: a permanent failure ends it for that person; passing ones count."""
    person = turn.about_whom(request.person, request.touch)
    if isinstance(person, Refused):
        return person
    position = turn.state.people[person]
    if request.tag in position.failed_tags:
        return turn
    tag = request.tag or live_address(turn, person)
    if tag not in {point.tag for point in position.points}:
        return turn if position.failed_tags else _no_address(person)
    return _bounced(turn, request, person, tag)


def refused_address(turn: Turn, person: str, *, touch: int, code: str) -> Turn:
    """S4, heard while sending: other accounts that know the address must hear of it too."""
    tag = live_address(turn, person)
    if not tag:
        return turn
    received = e.BounceReceived(
        rule=RuleId.EXIT_ADDRESS_REFUSED, person=person, tag=tag, touch=touch, code=code
    )
    return address_failed(turn.then(received), person, tag=tag, rule=RuleId.EXIT_ADDRESS_REFUSED)


def soft_bounce(turn: Turn, person: str, *, touch: int, code: str) -> Turn:
    """Count a passing failure heard while sending; enough of them are a wrong address."""
    tag = live_address(turn, person)
    if not tag:
        return turn
    received = e.BounceReceived(
        rule=RuleId.EXIT_BOUNCES_SOFT,
        person=person,
        tag=tag,
        touch=touch,
        is_permanent=False,
        code=code,
    )
    return _failed_often(turn.then(received), person, tag)


def address_failed(turn: Turn, person: str, *, tag: str, rule: RuleId) -> Turn:
    """Mark a person's address wrong, once, and end what is planned for that person."""
    if tag in turn.state.people[person].failed_tags:
        return turn
    turn = turn.then(e.ContactPointFailed(rule=rule, person=person, tag=tag))
    for number in turn.enrolments_of(person):
        turn = lose(turn, number, person, rule=rule)
    return turn


def live_address(turn: Turn, person: str) -> str:
    """Return the tag of the address that messages to a person go to; empty if none is left."""
    live = turn.state.people[person].live_points(Channel.EMAIL)
    return live[0].tag if live else ""


def departed(turn: Turn, request: RecordDeparture) -> Ruling:
    """S5: the end for that person here, and somebody verifies the contact."""
    position = turn.state.people.get(request.person)
    if position is None:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=request.person)
    if position.is_gone:
        return turn
    turn = turn.then(e.PersonDeparted(rule=RuleId.EXIT_DEPARTURE, person=request.person))
    turn = call_off(turn, request.person, rule=RuleId.EXIT_DEPARTURE)
    for number in turn.enrolments_of(request.person):
        turn = lose(turn, number, request.person, rule=RuleId.EXIT_DEPARTURE)
    task = e.TaskOpened(
        rule=RuleId.EXIT_DEPARTURE,
        task=turn.state.task_count + 1,
        kind="verify_contact",
        due_on=turn.today,
        person=request.person,
    )
    return finish_what_is_over(turn.then(task))


def lose(turn: Turn, number: int, person: str, *, rule: RuleId) -> Turn:
    """Take a person out of an enrolment; a required role holds it until it is filled."""
    turn = withdraw_pending(turn, number, rule=rule, person=person)
    for role in roles_of(turn, number, person):
        turn = _lose_role(turn, number, role, person, rule=rule)
    if not any(
        hold.enrolment == number and hold.rule == RuleId.ROLE_REQUIRED_LOST
        for hold in turn.state.holds.values()
    ):
        turn = plan(turn, number, rule=rule)  # an alternative may take the steps over
    turn = withdraw_answered(resume_waiting(turn, number), number, rule=rule)
    return finish_if_over(turn, number)


def roles_of(turn: Turn, number: int, person: str) -> tuple[str, ...]:
    """Return the roles in which a person takes part in an enrolment."""
    participants = turn.state.enrolments[number].participants
    return tuple(role for role, holder in participants.items() if holder == person)


def required_roles(turn: Turn, number: int) -> frozenset[str]:
    """Return the roles without which an enrolment waits: required, with steps to come."""
    over = turn.state.enrolments[number].over
    return frozenset(
        role.name
        for index, step in enumerate(turn.sequence(number).steps)
        for role in step.roles
        if role.is_required and f"{index}@{role.name}" not in over
    )


def _is_stopped(position: Position, tag: str) -> bool:
    return tag in position.stopped_tags if tag else position.stopped_by == "objection"


def _without_way(turn: Turn, person: str) -> Turn:
    """Leave out the person's touches for which no address or number is left."""
    rule = RuleId.EXIT_OBJECTION
    position = turn.state.people[person]
    for number, touch in tuple(turn.state.touches.items()):
        is_cut_off = touch.channel.needs_point and not position.live_points(touch.channel)
        if touch.person != person or touch.status in UNDER_WAY or not is_cut_off:
            continue
        if number not in turn.state.touches:
            continue  # an enrolment that ended with the one before took it along
        for task_number, task in tuple(turn.state.tasks.items()):
            if task.touch == number:
                turn = turn.then(e.TaskWithdrawn(rule=rule, task=task_number))
        turn = turn.then(e.TouchSkipped(rule=rule, touch=number))
        turn = after_step(turn, touch.enrolment)
    return turn


def _bounced(turn: Turn, request: RecordBounce, person: str, tag: str) -> Turn:
    received = e.BounceReceived(
        rule=RuleId.EXIT_BOUNCE,
        person=person,
        tag=tag,
        touch=request.touch,
        is_permanent=request.is_permanent,
        code=request.code,
    )
    turn = turn.then(received)
    if not request.is_permanent:
        return _failed_often(turn, person, tag)
    return address_failed(turn, person, tag=tag, rule=RuleId.EXIT_BOUNCE)


def _failed_often(turn: Turn, person: str, tag: str) -> Turn:
    most = turn.ruleset.soft_bounces_max
    count = turn.state.people[person].soft_bounces.get(tag, 0)
    if not most or count < most:
        return turn
    return address_failed(turn, person, tag=tag, rule=RuleId.EXIT_BOUNCES_SOFT)


def _no_address(person: str) -> Refused:
    return Refused(code=RefusalCode.NO_CONTACT_POINT, detail=person, rule=RuleId.EXIT_BOUNCE)


def _stop(turn: Turn, person: str, *, tag: str) -> Turn:
    stopped = e.PersonStopped(
        rule=RuleId.EXIT_OBJECTION, person=person, tag=tag, reason="objection"
    )
    turn = turn.then(stopped)
    turn = call_off(turn, person, rule=RuleId.EXIT_OBJECTION)
    for number in turn.enrolments_of(person):
        turn = lose(turn, number, person, rule=RuleId.EXIT_OBJECTION)
    return finish_what_is_over(turn)


def _lose_role(turn: Turn, number: int, role: str, person: str, *, rule: RuleId) -> Turn:
    is_wrong = rule == RuleId.CALL_WRONG_PERSON  # whoever is the right one begins anew
    needed = _ever_required(turn, number) if is_wrong else required_roles(turn, number)
    is_required = role in needed
    lost = e.ParticipantLost(
        rule=rule, enrolment=number, role=role, person=person, is_required=is_required
    )
    turn = turn.then(lost)
    if is_required:
        turn = place(turn, _until_filled(turn, number, role))
    if not (is_required or is_wrong):
        return turn
    task = e.TaskOpened(
        rule=rule if is_wrong else RuleId.ROLE_REQUIRED_LOST,
        task=turn.state.task_count + 1,
        kind="find_replacement",
        due_on=turn.today,
        enrolment=number,
        missing=(role,),
    )
    return turn.then(task)


def _until_filled(turn: Turn, number: int, role: str) -> Hold:
    return Hold(
        scope="enrolment",
        reason=role,
        since_at=turn.at,
        rule=RuleId.ROLE_REQUIRED_LOST,
        enrolment=number,
    )


def _is_required(turn: Turn, number: int, person: str) -> bool:
    return not _ever_required(turn, number).isdisjoint(roles_of(turn, number, person))


def _ever_required(turn: Turn, number: int) -> frozenset[str]:
    steps = turn.sequence(number).steps
    return frozenset(role.name for step in steps for role in step.roles if role.is_required)


def _by_tag(turn: Turn, tag: str) -> list[str]:
    return [
        person
        for person, position in turn.state.people.items()
        if any(tag in point.tags for point in position.points)
    ]
