"""Fold facts into an account.

It never asks whether an event should have happened.  It did.  An event whose touch,
task, person or enrolment is not there is a history no `decide` could have written.
"""

from datetime import datetime

from msgspec.structs import replace

from engine import events as e
from engine.account import evolve_enrolments as enrolments
from engine.account import evolve_touches as touches
from engine.account.state import Account, CoolDown, EnrolmentStatus, Position, Task
from engine.errors import StreamDamageError
from engine.events import Event


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
    match event:
        case (
            e.AccountAdded()
            | e.ValuesSet()
            | e.VoteObserved()
            | e.MilestoneSet()
            | e.StatusChanged()
            | e.StageChanged()
            | e.CoolDownStarted()
        ):
            return _standing(state, event)
        case (
            e.PersonAdded()
            | e.ContactPointAdded()
            | e.ContactPointFailed()
            | e.PersonDeparted()
            | e.PersonStopped()
            | e.Postponed()
            | e.ExchangeHad()
            | e.RefusalReceived()
        ):
            return _people(state, event, at)
        case e.TaskOpened() | e.TaskClaimed() | e.TaskDone() | e.TaskWithdrawn():
            return _tasks(state, event)
        case (
            e.NoticePublished()
            | e.OpportunityTaken()
            | e.BounceReceived()
            | e.AutomaticReplyReceived()
            | e.ObjectionStated()
        ):
            return state  # news for the trail; what they cause are events of their own
        case _:
            return _enrolments_and_touches(state, event, at)


def _enrolments_and_touches(state: Account, event: Event, at: datetime) -> Account:
    if isinstance(event, touches.TouchEvent):
        return _drop_ended(touches.evolve(state, event, at))
    if isinstance(event, enrolments.EnrolmentEvent):
        return _drop_ended(enrolments.evolve(state, event, at))
    raise KeyError(type(event).__name__)


def _drop_ended(state: Account) -> Account:
    """Forget ended enrolments whose last touch is over."""
    ended = {
        number
        for number, one in state.enrolments.items()
        if one.status in (EnrolmentStatus.FINISHED, EnrolmentStatus.WITHDRAWN)
    }
    ended -= {touch.enrolment for touch in state.touches.values()} if ended else ended
    if not ended:
        return state
    kept = {number: one for number, one in state.enrolments.items() if number not in ended}
    return replace(state, enrolments=kept)


def _standing(
    state: Account,
    event: (
        e.AccountAdded
        | e.ValuesSet
        | e.VoteObserved
        | e.MilestoneSet
        | e.StatusChanged
        | e.StageChanged
        | e.CoolDownStarted
    ),
) -> Account:
    match event:
        case e.AccountAdded(attributes=attributes):
            return replace(state, attributes=attributes)
        case e.ValuesSet(values=values):
            return replace(state, values=state.values | values)
        case e.VoteObserved(vote_on=vote_on):
            return replace(state, vote_on=vote_on)
        case e.MilestoneSet(milestone=number, next_point=next_point):
            return replace(state, milestone=next_point, milestone_count=number)
        case e.StatusChanged(status=status):
            return replace(state, status=status)
        case e.StageChanged(stage=stage):
            return replace(state, stage=stage)
        case e.CoolDownStarted(enrolment=number, until=until, reason=reason):
            enrolment = state.enrolments[number]
            cooling = CoolDown(sequence_class=enrolment.sequence_class, until=until, reason=reason)
            return replace(state, cool_downs=(*state.cool_downs[-7:], cooling))


def _people(
    state: Account,
    event: (
        e.PersonAdded
        | e.ContactPointAdded
        | e.ContactPointFailed
        | e.PersonDeparted
        | e.PersonStopped
        | e.Postponed
        | e.ExchangeHad
        | e.RefusalReceived
    ),
    at: datetime,
) -> Account:
    if isinstance(event, e.PersonAdded):
        position = Position(
            role=event.role,
            points=event.points,
            fields=event.fields,
            is_invented=event.is_invented,
        )
        return replace(state, people=state.people | {event.person: position})
    position = state.people[event.person]
    match event:
        case e.ContactPointAdded(point=point):
            position = replace(position, points=(*position.points, point))
        case e.ContactPointFailed(tag=tag):
            position = replace(position, failed_tags=(*position.failed_tags, tag))
        case e.PersonDeparted():
            position = replace(position, is_gone=True)
        case e.PersonStopped(reason=reason):
            position = replace(position, stopped_by=reason)
        case e.Postponed(until=until):
            position = replace(position, not_before_on=until)
        case e.ExchangeHad():
            position = replace(position, exchanged_at=at)
        case e.RefusalReceived(person=person):
            position = replace(position, refused_at=at)
            state = enrolments.refused(state, person)
    return replace(state, people=state.people | {event.person: position})


def _tasks(
    state: Account, event: e.TaskOpened | e.TaskClaimed | e.TaskDone | e.TaskWithdrawn
) -> Account:
    match event:
        case e.TaskOpened(task=number):
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
                tasks=state.tasks | {number: task},
                task_count=max(state.task_count, number),
            )
            return touches.task_opened(state, event) if event.touch else state
        case e.TaskClaimed(task=number, claimed_by=claimed_by):
            claimed = replace(state.tasks[number], claimed_by=claimed_by)
            return replace(state, tasks=state.tasks | {number: claimed})
        case e.TaskDone(task=number) | e.TaskWithdrawn(task=number):
            left = dict(state.tasks)
            del left[number]
            return replace(state, tasks=left)
