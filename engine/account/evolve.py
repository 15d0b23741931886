"""Fold facts into an account.

It never asks whether an event should have happened.  It did.  An event whose touch,
task, person or enrolment is not there is a history no `decide` could have written.
"""

from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from engine import events as e
from engine.account import evolve_enrolments as enrolments
from engine.account import evolve_touches as touches
from engine.account.state import Account, CoolDown, KnownVote, Position, SaleNews, Task
from engine.errors import StreamDamageError
from engine.events import Event
from engine.rule_ids import RuleId
from engine.ruleset import budget_year_of

T = TypeVar("T")

VOTES_KEPT_MAX = 4

GIVEN_BY_HAND = frozenset(
    {
        RuleId.STATUS_ORDER,
        RuleId.STATUS_PURCHASE,
        RuleId.STAGE_ORDER,
        RuleId.EXIT_OPPORTUNITY,
    }
)
"""By which rules somebody said something of a sale; other changes follow from facts."""

NEXT_POINT = "next_point"
"""The task that a next point's day opens."""

SILENCE = "silence"
"""The task that asks what becomes of a prospect with nothing ahead."""


def fold(state: Account, events: tuple[Event, ...], at: datetime, stream: str) -> Account:
    """Return the account after `events`, oldest first, all of one decision made at `at`.

    Raises:
        StreamDamageError: An event the account cannot take.
    """
    for event in events:
        try:
            state = evolve(state, event, at)
        except KeyError:
            raise StreamDamageError(stream, 0, type(event).__name__) from None
    return state


def evolve(state: Account, event: Event, at: datetime) -> Account:
    """Return the account after one event; raise `KeyError` for what it cannot take."""
    match event:  # what happens most often stands first
        case e.TouchPlanned():
            return touches.planned(state, event)
        case e.TouchMoved():
            return touches.moved(state, event)
        case e.TouchReassigned():
            return touches.reassigned(state, event)
        case e.TouchBlocked() | e.TouchWaits():
            return touches.stopped(state, event)
        case e.TouchKeptBack():
            return touches.kept_back(state, event, at)
        case e.TouchAttempted():
            return touches.attempted(state, event, at)
        case e.TouchSettled():
            return touches.settled(state, event, at)
        case e.TouchDone():
            return touches.done(state, event, at)
        case e.TouchSkipped():
            return touches.skipped(state, event)
        case e.TouchWithdrawn():
            return touches.withdrawn(state, event)
        case e.TaskOpened():
            return _task_opened(state, event, at)
        case e.TaskClaimed(task=number, claimed_by=claimed_by):
            claimed = replace(state.tasks[number], claimed_by=claimed_by)
            return replace(state, tasks=state.tasks | {number: claimed})
        case e.TaskDone(task=number) | e.TaskWithdrawn(task=number):
            return replace(state, tasks=_without(state.tasks, number))
        case e.AccountAdded(attributes=attributes):
            return replace(state, attributes=attributes)
        case e.ValuesSet():
            return _valued(state, event)
        case e.VoteAnnounced(vote_on=vote_on, budget_year=year):
            return _voted(state, year, KnownVote(vote_on))
        case e.VoteObserved(vote_on=vote_on, budget_year=year):
            return _voted(
                state, year or budget_year_of(vote_on), KnownVote(vote_on, is_observed=True)
            )
        case e.MilestoneSet(milestone=number, next_point=next_point):
            return replace(state, milestone=next_point, milestone_count=number)
        case e.StatusChanged() | e.StageChanged() | e.OpportunityTaken() | e.SaleTakenBack():
            return _sale(state, event, at)
        case e.CoolDownStarted():
            return _cooling(state, event)
        case e.PersonAdded():
            return _person_added(state, event)
        case e.ContactPointAdded(person=person, point=point):
            return _position(state, person, points=(*state.people[person].points, point))
        case e.ContactPointFailed(person=person, tag=tag):
            return _position(state, person, failed_tags=(*state.people[person].failed_tags, tag))
        case e.PersonStopped() | e.ContactPointStopped() | e.StopLifted():
            return _stopped_or_lifted(state, event)
        case e.PersonDeparted(person=person):
            return _position(state, person, is_gone=True)
        case e.Postponed(person=person, until=until):
            return _position(state, person, not_before_on=until)
        case e.ExchangeHad(person=person):
            return _position(state, person, exchanged_at=at)
        case e.RefusalReceived(person=person):
            return enrolments.refused(_position(state, person, refused_at=at), person)
        case e.ReplyReceived(person=person):
            return enrolments.replied(_position(state, person, soft_bounces={}), person)
        case e.Enrolled():
            return enrolments.enrolled(state, event, at)
        case e.EnrolmentOpened():
            return enrolments.opened(state, event, at)
        case e.ParticipantAssigned():
            return enrolments.assigned(state, event)
        case e.ParticipantLost():
            return enrolments.lost(state, event)
        case e.PhaseChanged():
            return enrolments.phase_changed(state, event, at)
        case e.StepOmitted():
            return enrolments.omitted(state, event)
        case e.EnrolmentShifted():
            return enrolments.shifted(state, event)
        case e.MeetingAgreed():
            return enrolments.meeting_agreed(state, event)
        case e.AccountWarmed(enrolment=number):
            return enrolments.warmed(state, number)
        case e.EnrolmentFinished() | e.EnrolmentWithdrawn():
            return enrolments.ended(state, event)
        case e.EnrolmentReopened(enrolment=number):
            return enrolments.reopened(state, number)
        case e.HoldPlaced():
            return enrolments.held(state, event, at)
        case e.HoldLifted():
            return enrolments.lifted(state, event)
        case e.BounceReceived():
            return _bounced(state, event)
        case (
            e.EnrolmentLacked()
            | e.NoticePublished()
            | e.OpportunityTaken()
            | e.AutomaticReplyReceived()
            | e.ObjectionStated()
        ):
            return state  # news for the trail; what they cause are events of their own
        case _:
            raise KeyError(type(event).__name__)


def _sale(
    state: Account,
    event: e.StatusChanged | e.StageChanged | e.OpportunityTaken | e.SaleTakenBack,
    at: datetime,
) -> Account:
    """Return the account after news of a sale; if somebody gave them, with how it stood before."""
    if isinstance(event, e.SaleTakenBack):
        return enrolments.without_kept(state, None)
    if event.rule in GIVEN_BY_HAND and not _is_second_step(state, event):
        news = SaleNews(at=at, rule=event.rule, status=state.status, stage=state.stage)
        state = enrolments.without_kept(state, news)
    if isinstance(event, e.StatusChanged):
        prospect_at = at if event.status == "prospect" else state.prospect_at
        return replace(state, status=event.status, prospect_at=prospect_at)
    return replace(state, stage=event.stage) if isinstance(event, e.StageChanged) else state


def _is_second_step(state: Account, event: Event) -> bool:
    """Whether a lead that bought was made a prospect by the event before."""
    is_purchase = event.rule == RuleId.STATUS_PURCHASE and state.status == "prospect"
    return is_purchase and state.sale is not None and state.sale.rule == RuleId.STATUS_PURCHASE


def _cooling(state: Account, event: e.CoolDownStarted) -> Account:
    sequence_class = state.enrolments[event.enrolment].sequence_class
    cooling = CoolDown(sequence_class=sequence_class, until=event.until, reason=event.reason)
    return replace(state, cool_downs=(*state.cool_downs[-7:], cooling))


def _voted(state: Account, year: int, vote: KnownVote) -> Account:
    known = state.votes | {year: vote}
    latest = sorted(known)[-VOTES_KEPT_MAX:]
    return replace(state, votes={kept: known[kept] for kept in latest})


def _person_added(state: Account, event: e.PersonAdded) -> Account:
    position = Position(
        role=event.role,
        domain=event.domain,
        points=event.points,
        fields=event.fields,
        is_invented=event.is_invented,
    )
    return replace(state, people=state.people | {event.person: position})


def _valued(state: Account, event: e.ValuesSet) -> Account:
    number = event.enrolment
    if not number:
        return replace(state, values=state.values | event.values)
    own = state.enrolments[number]
    better = replace(own, values=own.values | event.values)
    return replace(state, enrolments=state.enrolments | {number: better})


def _bounced(state: Account, event: e.BounceReceived) -> Account:
    """Return the account after an address failed; for good is an event of its own."""
    if event.is_permanent or event.person not in state.people:
        return state
    counts = state.people[event.person].soft_bounces
    more = counts | {event.tag: counts.get(event.tag, 0) + 1}
    return _position(state, event.person, soft_bounces=more)


def _position(state: Account, person: str, **changes: object) -> Account:
    changed = replace(state.people[person], **changes)
    return replace(state, people=state.people | {person: changed})


def _stopped_or_lifted(
    state: Account, event: e.PersonStopped | e.ContactPointStopped | e.StopLifted
) -> Account:
    person = event.person
    if isinstance(event, e.PersonStopped):
        return _position(state, person, stopped_by=event.reason)
    if not event.tag:
        return _position(state, person, stopped_by="")
    others = tuple(tag for tag in state.people[person].stopped_tags if tag != event.tag)
    stopped = (event.tag,) if isinstance(event, e.ContactPointStopped) else ()
    return _position(state, person, stopped_tags=(*others, *stopped))


def _task_opened(state: Account, event: e.TaskOpened, at: datetime) -> Account:
    task = Task(
        kind=event.kind,
        due_on=event.due_on,
        enrolment=event.enrolment,
        touch=event.touch,
        person=event.person,
        checklist=event.checklist,
        missing=event.missing,
    )
    state = replace(
        state,
        tasks=state.tasks | {event.task: task},
        task_count=max(state.task_count, event.task),
        milestone_asked=state.milestone_count
        if event.kind == NEXT_POINT
        else state.milestone_asked,
        silence_asked_at=at if event.kind == SILENCE else state.silence_asked_at,
    )
    return touches.task_opened(state, event) if event.touch else state


def _without(kept: dict[int, T], number: int) -> dict[int, T]:
    left = dict(kept)
    del left[number]
    return left
