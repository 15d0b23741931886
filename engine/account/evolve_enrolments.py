"""Fold what happens to enrolments and holds into an account."""

from datetime import datetime
from itertools import compress

from msgspec.structs import replace

from engine import events as e
from engine.account.state import (
    Account,
    AgreedMeeting,
    Enrolment,
    EnrolmentStatus,
    Hold,
    SaleNews,
    Standstill,
)
from engine.plan import Phase


def enrolled(state: Account, event: e.Enrolled, at: datetime) -> Account:
    """Return the account with one more enrolment."""
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
    for hold in state.holds.values():
        if not hold.enrolment:
            enrolment = _held(enrolment, hold, at)
    return replace(
        state,
        enrolments=state.enrolments | {event.enrolment: enrolment},
        enrolment_count=event.enrolment,
    )


def opened(state: Account, event: e.EnrolmentOpened, at: datetime) -> Account:
    """Return the account whose waiting enrolment began: no hold has cost it a day so far."""
    enrolment = state.enrolments[event.enrolment]
    if enrolment.status is not EnrolmentStatus.PENDING:
        raise KeyError(event.enrolment)
    return change(
        state,
        event.enrolment,
        status=EnrolmentStatus.ACTIVE,
        start_on=event.start_on,
        stands=dict.fromkeys(enrolment.stands, Standstill(since_at=at, counted_days=0)),
    )


def assigned(state: Account, event: e.ParticipantAssigned) -> Account:
    """Return the account after a role got a person, who may begin at its first step."""
    enrolment = state.enrolments[event.enrolment]
    participants = enrolment.participants | {event.role: event.person}
    state = change(state, event.enrolment, participants=participants)
    return _begun_anew(state, event) if event.anew else state


def _begun_anew(state: Account, event: e.ParticipantAssigned) -> Account:
    """Return the account in which nothing of the role is over, nor of the steps it alone has."""
    enrolment = state.enrolments[event.enrolment]
    is_kept = [not key.endswith(f"@{event.role}") for key in enrolment.over]
    return change(
        state,
        event.enrolment,
        over=tuple(compress(enrolment.over, is_kept)),
        meetings={
            person: replace(agreed, over_before=sum(is_kept[: agreed.over_before]))
            for person, agreed in enrolment.meetings.items()
        },
        results={step: came for step, came in enrolment.results.items() if step not in event.anew},
        done_at={step: at for step, at in enrolment.done_at.items() if step not in event.anew},
        outreach_for=enrolment.outreach_for and (*enrolment.outreach_for, event.person),
    )


def lost(state: Account, event: e.ParticipantLost) -> Account:
    """Return the account after a role lost its person."""
    participants = dict(state.enrolments[event.enrolment].participants)
    participants.pop(event.role, None)
    return change(state, event.enrolment, participants=participants)


def phase_changed(state: Account, event: e.PhaseChanged, at: datetime) -> Account:
    """Return the account after outreach began again for some, or they engaged."""
    enrolment = state.enrolments[event.enrolment]
    if event.phase is Phase.OUTREACH:
        return change(
            state,
            event.enrolment,
            phase=event.phase,
            outreach_for=event.persons,
            engaged=None,
            stands=_since_engaged(enrolment),
        )
    known = enrolment.replied
    replied = known + tuple(person for person in event.persons if person not in known)
    engaged = enrolment.engaged or Standstill(since_at=at, counted_days=enrolment.stood_days_of(""))
    return change(state, event.enrolment, phase=event.phase, replied=replied, engaged=engaged)


def _since_engaged(enrolment: Enrolment) -> dict[str, Standstill]:
    """Return what stands still: outreach that comes back into a hold stood still before it."""
    stands, engaged = enrolment.stands.get(""), enrolment.engaged
    if stands is None or engaged is None or stands.since_at <= engaged.since_at:
        return enrolment.stands
    return enrolment.stands | {"": engaged}


def omitted(state: Account, event: e.StepOmitted) -> Account:
    """Return the account after a step was left out for a role."""
    over = (*state.enrolments[event.enrolment].over, f"{event.step_index}@{event.role}")
    return change(state, event.enrolment, over=over)


def shifted(state: Account, event: e.EnrolmentShifted) -> Account:
    """Return the account after an enrolment stood still for some days, or one person in it."""
    enrolment = state.enrolments[event.enrolment]
    stood_days = dict(enrolment.stood_days)
    if event.business_days:
        stood_days[event.person] = stood_days.get(event.person, 0) + event.business_days
    return change(
        state,
        event.enrolment,
        shift_days=enrolment.shift_days + event.days,
        stood_days=stood_days,
    )


def meeting_agreed(state: Account, event: e.MeetingAgreed) -> Account:
    """Return the account after a person's meeting got its instant; what is over is older."""
    if not event.enrolment:
        return state  # the account's own: its touch says when
    enrolment = state.enrolments[event.enrolment]
    agreed = AgreedMeeting(at=event.meeting_at, over_before=len(enrolment.over))
    others = {name: known for name, known in enrolment.meetings.items() if name != event.person}
    return change(state, event.enrolment, meetings=others | {event.person: agreed})


def warmed(state: Account, number: int) -> Account:
    """Return the account after an interview found a project; an ended enrolment has no note."""
    enrolment = state.enrolments.get(number)
    if enrolment is None or not enrolment.is_running:
        return state
    return change(state, number, is_hot=True)


def ended(state: Account, event: e.EnrolmentFinished | e.EnrolmentWithdrawn) -> Account:
    """Return the account after an enrolment ended; its last touches may be in flight."""
    is_finished = isinstance(event, e.EnrolmentFinished)
    status = EnrolmentStatus.FINISHED if is_finished else EnrolmentStatus.WITHDRAWN
    state = change(state, event.enrolment, status=status)
    if isinstance(event, e.EnrolmentFinished) and event.may_go_on and state.sale is not None:
        kept = replace(state.sale, ended=(*state.sale.ended, event.enrolment))
        state = replace(state, sale=kept)
    return without_ended(state, event.enrolment)


def reopened(state: Account, number: int) -> Account:
    """Return the account in which an enrolment goes on whose end was a mistake."""
    enrolment = state.enrolments[number]
    if enrolment.status is not EnrolmentStatus.FINISHED:
        raise KeyError(enrolment.status)
    again = replace(enrolment, status=EnrolmentStatus.ACTIVE)
    return replace(state, enrolments=state.enrolments | {number: again})


def without_kept(state: Account, news: SaleNews | None) -> Account:
    """Return the account after other news of a sale: what the last ended stays ended."""
    kept = state.sale.ended if state.sale is not None else ()
    state = replace(state, sale=news)
    for number in kept:
        state = without_ended(state, number)
    return state


def held(state: Account, event: e.HoldPlaced, at: datetime) -> Account:
    """Return the account with one more hold."""
    hold = Hold(
        scope=event.scope,
        reason=event.reason,
        since_at=at,
        rule=event.rule,
        enrolment=event.enrolment,
        person=event.person,
        until=event.until,
    )
    return replace(
        state,
        holds=state.holds | {event.hold: hold},
        hold_count=event.hold,
        enrolments={
            n: _held(enrolment, hold, at) if hold.enrolment in (0, n) else enrolment
            for n, enrolment in state.enrolments.items()
        },
    )


def lifted(state: Account, event: e.HoldLifted) -> Account:
    """Return the account without a hold; what nothing holds any more goes on."""
    holds = dict(state.holds)
    del holds[event.hold]
    return replace(
        state,
        holds=holds,
        enrolments={
            n: _still_held(n, enrolment, tuple(holds.values()))
            for n, enrolment in state.enrolments.items()
        },
    )


def _held(enrolment: Enrolment, hold: Hold, at: datetime) -> Enrolment:
    """Return the enrolment under one more hold: it stands still since the oldest of them."""
    if hold.person in enrolment.stands:
        return enrolment
    whole = enrolment.stands.get("")
    begun = Standstill(
        since_at=whole.since_at if whole else at,
        counted_days=enrolment.stood_days_of(hold.person) - _counted_since(enrolment, whole),
    )
    return replace(enrolment, stands=enrolment.stands | {hold.person: begun})


def _counted_since(enrolment: Enrolment, whole: Standstill | None) -> int:
    return enrolment.stood_days_of("") - whole.counted_days if whole else 0


def _still_held(number: int, enrolment: Enrolment, holds: tuple[Hold, ...]) -> Enrolment:
    if not enrolment.stands:
        return enrolment
    held = {hold.person for hold in holds if hold.enrolment in (0, number)}
    kept = (
        enrolment.stands
        if "" in held
        else {person: since for person, since in enrolment.stands.items() if person in held}
    )
    return replace(enrolment, stands=kept)


def refused(state: Account, person: str) -> Account:
    """Note which roles said no, in every enrolment the person takes part in."""
    return replace(
        state,
        enrolments={n: _refused(enrolment, person) for n, enrolment in state.enrolments.items()},
    )


def replied(state: Account, person: str) -> Account:
    """Note the answer in every enrolment the person takes part in."""
    return replace(
        state,
        enrolments={n: _replied(enrolment, person) for n, enrolment in state.enrolments.items()},
    )


def change(state: Account, number: int, **changes: object) -> Account:
    """Return the account whose running enrolment differs; raise `KeyError` if it does not run."""
    enrolment = state.enrolments[number]
    if not enrolment.is_running:
        raise KeyError(enrolment.status)
    return replace(state, enrolments=state.enrolments | {number: replace(enrolment, **changes)})


def without_ended(state: Account, number: int) -> Account:
    """Return the account without an enrolment that ended for good, its last touch over."""
    enrolment = state.enrolments.get(number)
    if enrolment is None or enrolment.is_running:
        return state
    if state.sale is not None and number in state.sale.ended:
        return state
    if any(touch.enrolment == number for touch in state.touches.values()):
        return state
    left = dict(state.enrolments)
    del left[number]
    return replace(state, enrolments=left)


def _refused(enrolment: Enrolment, person: str) -> Enrolment:
    fresh = tuple(
        role
        for role, holder in enrolment.participants.items()
        if holder == person and role not in enrolment.refused_roles
    )
    return replace(enrolment, refused_roles=enrolment.refused_roles + fresh)


def _replied(enrolment: Enrolment, person: str) -> Enrolment:
    takes_part = person in enrolment.participants.values()
    if not takes_part or person in enrolment.replied:
        return enrolment
    return replace(enrolment, replied=(*enrolment.replied, person))
