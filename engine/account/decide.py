"""Decide what follows from one input on an account.

Pure: equal arguments give equal events.  A rule returns the turn with its events or a
refusal; a turn without events means "already so".
"""

from datetime import datetime

from engine import events as e
from engine import requests as r
from engine.account import (
    attempting,
    campaigning,
    doubting,
    enrolling,
    exits,
    holds,
    meetings,
    milestones,
    progress,
    replanning,
    sale,
    stops,
    tasks,
    touching,
    yielding,
)
from engine.account.milestones import leave_dated
from engine.account.state import Account
from engine.account.turn import Ruling, Turn
from engine.decision import Events, Nothing, Outcome, Refused
from engine.inputs import Input
from engine.refusals import RefusalCode
from engine.roles import role_named, told_apart
from engine.rule_ids import RuleId
from engine.ruleset import is_zone
from engine.texts import first_unwritable
from engine.workspace import Workspace


def decide(state: Account, published: Workspace, item: Input, at: datetime) -> Outcome:
    """Return what `item` causes, refuses or leaves as it is."""
    turn = Turn(input=item, state=state, published=published, at=at)
    if state.attributes is None and not isinstance(item.request, r.AddAccount):
        return Refused(code=RefusalCode.UNKNOWN_ACCOUNT, detail=turn.account)
    answer = _answer(turn, item.request)
    if isinstance(answer, Refused):
        return answer
    if answer.events:
        answer = yielding.come_forward(answer)
    answer = leave_dated(answer, state)
    return Events(events=answer.events) if answer.events else Nothing()


def _answer(turn: Turn, request: r.Request) -> Ruling:
    match request:
        case r.Wake():
            return attempting.wake(turn, request)
        case r.AttemptTouch():
            return attempting.attempt(turn, request)
        case r.RecordAttempt():
            return attempting.record(turn, request)
        case r.DoubtTouches():
            return doubting.doubt(turn, request)
        case r.SettleTouch():
            return attempting.settle(turn, request)
        case r.ClaimTask():
            return tasks.claim(turn, request)
        case r.CompleteTask():
            return tasks.complete(turn, request)
        case r.AddTouch():
            return touching.add(turn, request)
        case r.SkipTouch():
            return touching.skip(turn, request)
        case r.Enrol():
            return enrolling.enrol(turn, request)
        case r.OpenEnrolment():
            return enrolling.open_enrolment(turn, request)
        case r.PauseForCampaign():
            return campaigning.pause(turn, request)
        case r.ResumeForCampaign():
            return campaigning.resume(turn, request)
        case r.CloseForCampaign():
            return campaigning.close(turn, request)
        case r.PlanAgain():
            return replanning.plan_again(turn)
        case r.AssignParticipant():
            return enrolling.assign(turn, request)
        case r.Withdraw():
            return enrolling.withdraw(turn, request)
        case r.AddAccount():
            return _add_account(turn, request)
        case r.AddPerson():
            return _add_person(turn, request)
        case r.AddContactPoint():
            return _add_point(turn, request)
        case r.SetValues():
            return progress.set_values(turn, request)
        case r.RecordVote():
            return progress.record_vote(turn, request)
        case r.SetMilestone():
            return milestones.set_milestone(turn, request)
        case r.ChangeStatus():
            return sale.change_status(turn, request)
        case r.ChangeStage():
            return sale.change_stage(turn, request)
        case r.TakeBack():
            return sale.take_back(turn, request)
        case r.Pause():
            return holds.pause(turn, request)
        case r.Resume():
            return holds.resume(turn, request)
        case r.RecordReply():
            return exits.reply(turn, request)
        case r.RecordAutomaticReply():
            return exits.absent(turn, request)
        case r.RecordMeeting():
            return meetings.agreed(turn, request)
        case r.RecordNotice():
            return exits.notice(turn, request)
        case r.RecordOpportunity():
            return sale.opportunity(turn, request)
        case r.RecordBounce():
            return stops.bounce(turn, request)
        case r.RecordRefusal():
            return stops.refused(turn, request)
        case r.RecordDeparture():
            return stops.departed(turn, request)
        case r.StopPerson():
            return stops.stop(turn, request)
        case r.StopPoint():
            return stops.stop_point(turn, request)
        case r.LiftStop():
            return stops.lift_stop(turn, request)
        case _:
            return Refused(code=RefusalCode.WRONG_STREAM, detail=turn.input.stream)


def _add_account(turn: Turn, request: r.AddAccount) -> Ruling:
    if turn.state.attributes == request.attributes:
        return turn
    if turn.state.attributes is not None:
        return Refused(code=RefusalCode.ALREADY_EXISTS, detail=turn.account)
    if not is_zone(request.attributes.time_zone):
        return Refused(code=RefusalCode.UNKNOWN_ZONE, detail=request.attributes.time_zone)
    ruleset, school_zone = turn.published.ruleset, request.attributes.school_zone
    if ruleset is not None and not ruleset.knows_school_zone(school_zone):
        return Refused(code=RefusalCode.UNKNOWN_ZONE, detail=school_zone)
    fault = first_unwritable(_names(request.attributes))
    if fault:
        return Refused(code=RefusalCode.UNWRITABLE, detail=fault)
    return turn.then(e.AccountAdded(rule=RuleId.ACCOUNT_ORDER, attributes=request.attributes))


def _names(attributes: r.Attributes) -> dict[str, str]:
    """Return what messages call the account."""
    return {
        "name": attributes.name,
        "name_with_article": attributes.name_with_article,
        "kind": attributes.kind,
        "kind_plural": attributes.kind_plural,
    }


def _add_person(turn: Turn, request: r.AddPerson) -> Ruling:
    known, roles = turn.state.people.get(request.person), turn.known_roles
    role = role_named(roles, request.role)
    if role is None:
        detail = told_apart(roles, request.role)
        return Refused(code=RefusalCode.UNKNOWN_ROLE, detail=detail, rule=RuleId.ROLE_KNOWN)
    if known is not None:
        wanted = (role.name, request.points, False)
        is_same = (known.role, known.points, known.is_gone) == wanted
        return turn if is_same else Refused(code=RefusalCode.ALREADY_EXISTS, detail=request.person)
    added = e.PersonAdded(
        rule=RuleId.PERSON_ORDER,
        person=request.person,
        role=role.name,
        domain=request.domain or role.domain,
        points=request.points,
        fields=request.fields,
        is_invented=request.is_invented,
    )
    return turn.then(added)


def _add_point(turn: Turn, request: r.AddContactPoint) -> Ruling:
    position = turn.state.people.get(request.person)
    if position is None:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=request.person)
    if any(point.tag == request.point.tag for point in position.points):
        return turn
    added = e.ContactPointAdded(
        rule=RuleId.PERSON_ORDER, person=request.person, point=request.point
    )
    return turn.then(added)
