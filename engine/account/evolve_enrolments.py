"""Fold what happens to enrolments and holds into an account."""

from datetime import datetime

from msgspec.structs import replace

from engine import events as e
from engine.account.state import Account, Enrolment, EnrolmentStatus, Hold
from engine.plan import Phase

EnrolmentEvent = (
    e.Enrolled
    | e.EnrolmentOpened
    | e.ParticipantAssigned
    | e.ParticipantLost
    | e.PhaseChanged
    | e.StepOmitted
    | e.HoldPlaced
    | e.HoldLifted
    | e.EnrolmentShifted
    | e.EnrolmentFinished
    | e.EnrolmentWithdrawn
    | e.ReplyReceived
    | e.MeetingAgreed
    | e.AccountWarmed
)

_BEGINS = frozenset({EnrolmentStatus.PENDING})
_RUNS = frozenset({EnrolmentStatus.PENDING, EnrolmentStatus.ACTIVE})


def evolve(state: Account, event: EnrolmentEvent, at: datetime) -> Account:
    """Return the account after one event of this family."""
    match event:
        case e.Enrolled():
            return _enrolled(state, event, at)
        case e.HoldPlaced() | e.HoldLifted():
            return _holds(state, event, at)
        case e.ReplyReceived(person=person):
            return _replied(state, person)
        case _:
            enrolment = state.enrolments[event.enrolment]
            legal = _BEGINS if isinstance(event, e.EnrolmentOpened) else _RUNS
            if enrolment.status not in legal:
                raise KeyError(enrolment.status)
            enrolment = _changed(enrolment, event)
            return replace(state, enrolments=state.enrolments | {event.enrolment: enrolment})


def _enrolled(state: Account, event: e.Enrolled, at: datetime) -> Account:
    enrolment = Enrolment(
        sequence=event.sequence,
        sequence_class=event.sequence_class,
        about=event.about,
        participants=event.participants,
        start_on=event.start_on,
        entry_at=at,
        status=EnrolmentStatus.PENDING if event.is_pending else EnrolmentStatus.ACTIVE,
        campaign=event.campaign,
        next_point=event.next_point,
        values=event.values,
    )
    return replace(
        state,
        enrolments=state.enrolments | {event.enrolment: enrolment},
        enrolment_count=event.enrolment,
    )


def _changed(
    enrolment: Enrolment,
    event: (
        e.EnrolmentOpened
        | e.ParticipantAssigned
        | e.ParticipantLost
        | e.PhaseChanged
        | e.StepOmitted
        | e.EnrolmentShifted
        | e.EnrolmentFinished
        | e.EnrolmentWithdrawn
        | e.MeetingAgreed
        | e.AccountWarmed
    ),
) -> Enrolment:
    match event:
        case e.EnrolmentOpened(start_on=start_on):
            return replace(enrolment, status=EnrolmentStatus.ACTIVE, start_on=start_on)
        case e.ParticipantAssigned(role=role, person=person):
            return replace(enrolment, participants=enrolment.participants | {role: person})
        case e.ParticipantLost(role=role):
            left = {key: one for key, one in enrolment.participants.items() if key != role}
            return replace(enrolment, participants=left)
        case e.PhaseChanged(phase=Phase.OUTREACH, persons=persons):
            return replace(enrolment, phase=Phase.OUTREACH, outreach_for=persons)
        case e.PhaseChanged(phase=phase, persons=persons):
            replied = enrolment.replied + tuple(p for p in persons if p not in enrolment.replied)
            return replace(enrolment, phase=phase, replied=replied)
        case e.StepOmitted(step_index=index, role=role):
            return replace(enrolment, over=(*enrolment.over, f"{index}@{role}"))
        case e.EnrolmentShifted(days=days):
            return replace(enrolment, shift_days=enrolment.shift_days + days)
        case e.EnrolmentFinished():
            return replace(enrolment, status=EnrolmentStatus.FINISHED)
        case e.EnrolmentWithdrawn():
            return replace(enrolment, status=EnrolmentStatus.WITHDRAWN)
        case e.MeetingAgreed(meeting_at=meeting_at):
            seen = len(enrolment.over)
            return replace(enrolment, meeting_at=meeting_at, over_before_meeting=seen)
        case e.AccountWarmed():
            return replace(enrolment, is_hot=True)


def _holds(state: Account, event: e.HoldPlaced | e.HoldLifted, at: datetime) -> Account:
    if isinstance(event, e.HoldLifted):
        left = dict(state.holds)
        del left[event.hold]
        return replace(state, holds=left)
    hold = Hold(
        scope=event.scope,
        reason=event.reason,
        since_at=at,
        rule=event.rule,
        enrolment=event.enrolment,
        person=event.person,
        until=event.until,
    )
    return replace(state, holds=state.holds | {event.hold: hold}, hold_count=event.hold)


def refused(state: Account, person: str) -> Account:
    """Note which roles said no, in every enrolment the person takes part in."""

    def noted(one: Enrolment) -> Enrolment:
        roles = tuple(role for role, holder in one.participants.items() if holder == person)
        fresh = tuple(role for role in roles if role not in one.refused_roles)
        return replace(one, refused_roles=one.refused_roles + fresh) if fresh else one

    return replace(
        state, enrolments={number: noted(one) for number, one in state.enrolments.items()}
    )


def _replied(state: Account, person: str) -> Account:
    """Note the answer in every enrolment the person takes part in."""
    enrolments = {
        number: replace(one, replied=(*one.replied, person))
        if person in one.participants.values() and person not in one.replied
        else one
        for number, one in state.enrolments.items()
    }
    return replace(state, enrolments=enrolments)
