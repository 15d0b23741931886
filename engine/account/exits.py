"""The exits S1 to S9: what an answer, a stop or outside news does to what was planned.

S1  a human reply            -> engaged, a task the same day
S2  a meeting agreed         -> engaged, the meeting planned
S3  an objection             -> the end for that person, everywhere
S4  a dead address           -> the end for that person here, the address marked wrong
S5  a departure              -> the end for that person here, a task to verify
S6  a notice on the object   -> frozen
S7  an opportunity elsewhere -> finished
S8  the end without a sign   -> a rest (engine.account.ending)
S9  an absence notice        -> postponed; it is no reply
"""

from datetime import timedelta

from engine import events as e
from engine.account.ending import (
    finish,
    finish_if_over,
    rest_after_refusal,
    withdraw_outreach,
    withdraw_pending,
)
from engine.account.planning import plan
from engine.account.standing import advance_stage, become_prospect, place
from engine.account.state import Hold
from engine.account.turn import Answer, Turn
from engine.decision import Refused
from engine.plan import Phase
from engine.refusals import RefusalCode
from engine.requests import (
    RecordAutomaticReply,
    RecordBounce,
    RecordDeparture,
    RecordMeeting,
    RecordNotice,
    RecordOpportunity,
    RecordRefusal,
    RecordReply,
    StopPerson,
)


def about_whom(turn: Turn, person: str, touch: int) -> str | Refused:
    """Return the person a report concerns: named, or the one a touch went to."""
    if touch:
        open_touch = turn.state.touches.get(touch)
        found = open_touch.person if open_touch else turn.state.recent.get(touch, ("", 0))[0]
        if not found or touch > turn.state.touch_count:
            return Refused(code=RefusalCode.UNKNOWN_TOUCH, detail=str(touch))
        return found
    if person not in turn.state.people:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=person)
    return person


def reply(turn: Turn, request: RecordReply) -> Answer:
    """S1: the account is engaged, outreach stops for all, somebody answers today."""
    person = about_whom(turn, request.person, request.touch)
    if isinstance(person, Refused):
        return person
    received = e.ReplyReceived(
        rule="exit.reply",
        person=person,
        touch=request.touch,
        text=request.text,
        message_id=request.message_id,
    )
    turn = exchanged(turn.then(received), person)
    numbers = _of_person(turn, person)
    for number in numbers:
        turn = engage(turn, number, person, rule="exit.reply")
    task = e.TaskOpened(
        rule="exit.reply",
        task=turn.state.task_count + 1,
        kind="after_reply",
        due_on=turn.today,
        enrolment=numbers[0] if numbers else 0,
        person=person,
    )
    return turn.then(task)


def meeting_agreed(turn: Turn, request: RecordMeeting) -> Answer:
    """S2, reported from outside."""
    enrolment = turn.state.enrolments.get(request.enrolment)
    if enrolment is None:
        return Refused(code=RefusalCode.UNKNOWN_ENROLMENT, detail=str(request.enrolment))
    if request.person not in turn.state.people:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=request.person)
    if request.meeting_at <= turn.at:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=request.meeting_at.isoformat())
    return agree_meeting(turn, request)


def agree_meeting(turn: Turn, request: RecordMeeting) -> Turn:
    """S2: engaged, with the meeting planned at its instant."""
    number, person = request.enrolment, request.person
    agreed = e.MeetingAgreed(
        rule="exit.meeting", enrolment=number, person=person, meeting_at=request.meeting_at
    )
    turn = engage(turn.then(agreed), number, person, rule="exit.meeting")
    turn = become_prospect(turn, rule="status.meeting")
    return plan(turn, number, rule="exit.meeting")


def engage(turn: Turn, number: int, person: str, *, rule: str) -> Turn:
    """Move an enrolment to the engaged phase; what outreach had pending is withdrawn."""
    enrolment = turn.state.enrolments[number]
    if enrolment.phase is not Phase.ENGAGED or person not in enrolment.replied:
        turn = turn.then(
            e.PhaseChanged(rule=rule, enrolment=number, phase=Phase.ENGAGED, persons=(person,))
        )
    turn = withdraw_outreach(turn, number, rule=rule)
    turn = advance_stage(turn, "qualification", rule=f"stage.{rule}")
    return plan(turn, number, rule=rule)


def exchanged(turn: Turn, person: str) -> Turn:
    """Note a real exchange: the hierarchy rule looks at it."""
    role = turn.state.people[person].role
    return turn.then(e.ExchangeHad(rule="exchange", person=person, role=role))


def refused(turn: Turn, request: RecordRefusal) -> Answer:
    """Take a refusal: the end of the enrolment from a required role, of the person otherwise."""
    person = about_whom(turn, request.person, request.touch)
    if isinstance(person, Refused):
        return person
    return refuse(turn, person, touch=request.touch)


def refuse(turn: Turn, person: str, *, touch: int = 0) -> Turn:
    """Let a person's no take effect by the exit table."""
    turn = turn.then(e.RefusalReceived(rule="exit.refusal", person=person, touch=touch))
    for number in _of_person(turn, person):
        if _is_required(turn, number, person):
            turn = rest_after_refusal(turn, number)
            turn = finish(turn, number, reason="refusal", rule="exit.refusal")
        else:
            turn = lose(turn, number, person, rule="exit.refusal")
    return turn


def objection(turn: Turn, person: str, *, touch: int = 0) -> Turn:
    """S3, stated here: the person is stopped at once, the contact points decide it everywhere."""
    tags = tuple(point.tag for point in turn.state.people[person].points)
    stated = e.ObjectionStated(rule="exit.objection", person=person, tags=tags, touch=touch)
    return _stop(turn.then(stated), person, tag="", reason="objection")


def stop(turn: Turn, request: StopPerson) -> Answer:
    """S3 and S4, decided for the contact point: stop whoever is known by it here."""
    persons = (
        [request.person] if request.person in turn.state.people else _by_tag(turn, request.tag)
    )
    for person in persons:
        if request.reason == "objection" and not turn.state.people[person].stopped_by:
            turn = _stop(turn, person, tag=request.tag, reason=request.reason)
        elif request.reason != "objection" and _has_live(turn, person, request.tag):
            turn = address_failed(turn, person, tag=request.tag)
    return turn


def bounce(turn: Turn, request: RecordBounce) -> Answer:
    """S4: a permanent failure ends it for that person; a passing one is only noted."""
    person = about_whom(turn, request.person, request.touch)
    if isinstance(person, Refused):
        return person
    tags = [point.tag for point in turn.state.people[person].points if point.domain]
    tag = request.tag or (tags[0] if tags else "")
    if tag in turn.state.people[person].failed_tags:
        return turn
    received = e.BounceReceived(
        rule="exit.bounce",
        person=person,
        tag=tag,
        touch=request.touch,
        is_permanent=request.is_permanent,
        code=request.code,
    )
    turn = turn.then(received)
    return address_failed(turn, person, tag=tag) if request.is_permanent else turn


def address_failed(turn: Turn, person: str, *, tag: str = "", code: str = "") -> Turn:
    """Mark a person's address wrong and end what is planned for that person."""
    tags = [point.tag for point in turn.state.people[person].points if point.domain]
    failed = tag or (tags[0] if tags else "")
    rule = "exit.bounce" if not code else "exit.address_refused"
    turn = turn.then(e.ContactPointFailed(rule=rule, person=person, tag=failed))
    for number in _of_person(turn, person):
        turn = lose(turn, number, person, rule=rule)
    return turn


def departed(turn: Turn, request: RecordDeparture) -> Answer:
    """S5: the end for that person here, and somebody verifies the contact."""
    position = turn.state.people.get(request.person)
    if position is None:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=request.person)
    if position.is_gone:
        return turn
    turn = turn.then(e.PersonDeparted(rule="exit.departure", person=request.person))
    for number in _of_person(turn, request.person):
        turn = lose(turn, number, request.person, rule="exit.departure")
    task = e.TaskOpened(
        rule="exit.departure",
        task=turn.state.task_count + 1,
        kind="verify_contact",
        due_on=turn.today,
        person=request.person,
    )
    return turn.then(task)


def notice(turn: Turn, request: RecordNotice) -> Answer:
    """S6: freeze what is planned about the same object."""
    numbers = _named(turn, request.enrolment)
    if isinstance(numbers, Refused):
        return numbers
    turn = turn.then(e.NoticePublished(rule="exit.notice", reference=request.reference))
    for number in numbers:
        turn = _hold(turn, number, reason=request.reference, rule="exit.notice")
    return turn


def opportunity(turn: Turn, request: RecordOpportunity) -> Answer:
    """S7: a colleague took it up; the enrolments end."""
    numbers = _named(turn, request.enrolment)
    if isinstance(numbers, Refused):
        return numbers
    turn = turn.then(e.OpportunityTaken(rule="exit.opportunity", reference=request.reference))
    turn = become_prospect(turn, rule="exit.opportunity")
    for number in numbers:
        turn = finish(turn, number, reason="opportunity", rule="exit.opportunity")
    return turn


def absent(turn: Turn, request: RecordAutomaticReply) -> Answer:
    """S9: what is planned for the person waits for the day after the return."""
    person = about_whom(turn, request.person, request.touch)
    if isinstance(person, Refused):
        return person
    if request.return_on is not None and request.return_on < turn.today:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=request.return_on.isoformat())
    absences = turn.ruleset.absences
    returns_on = request.return_on or turn.today + timedelta(days=absences.assumed_days)
    rest_for = timedelta(days=absences.resume_calendar_days_after_return)
    received = e.AutomaticReplyReceived(
        rule="exit.automatic_reply",
        person=person,
        touch=request.touch,
        return_on=request.return_on,
    )
    postponed = e.Postponed(rule="exit.automatic_reply", person=person, until=returns_on + rest_for)
    turn = turn.then(received, postponed)
    for number in _of_person(turn, person):
        turn = plan(turn, number, rule="exit.automatic_reply")
    return turn


def lose(turn: Turn, number: int, person: str, *, rule: str) -> Turn:
    """Take a person out of an enrolment; a required role holds it until it is filled."""
    enrolment = turn.state.enrolments[number]
    turn = withdraw_pending(turn, number, rule=rule, person=person)
    for role, holder in enrolment.participants.items():
        if holder == person:
            turn = _lose_role(turn, number, role, person, rule=rule)
    return finish_if_over(turn, number)


def _lose_role(turn: Turn, number: int, role: str, person: str, *, rule: str) -> Turn:
    is_required = role in required_roles(turn, number)
    lost = e.ParticipantLost(
        rule=rule, enrolment=number, role=role, person=person, is_required=is_required
    )
    turn = turn.then(lost)
    if not is_required:
        return turn
    turn = _hold(turn, number, reason=role, rule="role.required_lost")
    task = e.TaskOpened(
        rule="role.required_lost",
        task=turn.state.task_count + 1,
        kind="find_replacement",
        due_on=turn.today,
        enrolment=number,
    )
    return turn.then(task)


def required_roles(turn: Turn, number: int) -> frozenset[str]:
    """Return the roles without which an enrolment waits."""
    return frozenset(
        role.name for step in turn.sequence(number).steps for role in step.roles if role.is_required
    )


def _stop(turn: Turn, person: str, *, tag: str, reason: str) -> Turn:
    turn = turn.then(e.PersonStopped(rule=f"exit.{reason}", person=person, tag=tag, reason=reason))
    for number in _of_person(turn, person):
        turn = lose(turn, number, person, rule=f"exit.{reason}")
    return turn


def _hold(turn: Turn, number: int, *, reason: str, rule: str) -> Turn:
    wanted = Hold(scope="enrolment", reason=reason, since_at=turn.at, rule=rule, enrolment=number)
    return place(turn, wanted)


def _of_person(turn: Turn, person: str) -> tuple[int, ...]:
    return tuple(n for n, one in turn.running() if person in one.participants.values())


def _is_required(turn: Turn, number: int, person: str) -> bool:
    participants = turn.state.enrolments[number].participants
    required = required_roles(turn, number)
    return any(role in required for role, holder in participants.items() if holder == person)


def _named(turn: Turn, number: int) -> tuple[int, ...] | Refused:
    if not number:
        return tuple(n for n, _ in turn.running())
    if number not in turn.state.enrolments:
        return Refused(code=RefusalCode.UNKNOWN_ENROLMENT, detail=str(number))
    return (number,)


def _by_tag(turn: Turn, tag: str) -> list[str]:
    return [
        person
        for person, position in turn.state.people.items()
        if any(point.tag == tag for point in position.points)
    ]


def _has_live(turn: Turn, person: str, tag: str) -> bool:
    return tag not in turn.state.people[person].failed_tags
