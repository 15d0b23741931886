"""A campaign: its preparation, its opening gate, and the enrolments that wait for it.

A late opening moves the start by whole weeks, so that weekdays stay what the plan asked.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.cadence import Anchors, LayoutTerms, TouchDraft, lay_out
from engine.cadence.starting import first_contact_days, whole_weeks
from engine.decision import Events, Nothing, Outcome, Refused
from engine.errors import StreamDamageError
from engine.growing import Growing, added, found
from engine.ids import InputId
from engine.inputs import Input
from engine.plan import PointTerms, Sequence
from engine.refusals import RefusalCode
from engine.requests import (
    ClaimTask,
    CompleteTask,
    CreateCampaign,
    OpenCampaign,
    RegisterEnrolment,
    Wake,
)
from engine.rule_ids import RuleId
from engine.ruleset import Locality, Ruleset, is_zone
from engine.texts import first_unwritable
from engine.values import About, SequenceRef
from engine.variables import OF_ACCOUNT, STEP_MARK
from engine.workspace import Workspace


class Preparation(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A piece of campaign work: done once, never per account."""

    step: str
    due_on: date
    checklist: tuple[str, ...] = ()
    claimed_by: str = ""
    is_done: bool = False


Enrolments = tuple[tuple[str, int], ...]
"""(account, enrolment), in the order of their registration."""

SLICE_MAX = 500
"""Enrolments that begin by one decision: what they ask of accounts must not fill a turn."""


class Campaign(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One campaign as the rules see it."""

    title: str = ""
    sequence: SequenceRef | None = None  # None: nobody founded it yet
    about: About | None = None
    start_on: date | None = None
    time_zone: str = "Europe/Paris"
    next_point: PointTerms | None = None
    values: dict[str, str] = {}
    preparation: dict[int, Preparation] = {}  # task number -> work
    opened_on: date | None = None
    members: Growing[str, tuple[int, ...]] = ()  # account -> its enrolments
    pending: tuple[Enrolments, ...] = ()  # wait for the opening, in order, slice by slice


def decide(state: Campaign, published: Workspace, item: Input, at: datetime) -> Outcome:
    """Return what `item` causes, refuses or leaves as it is."""
    request = item.request
    if state.sequence is None and not isinstance(request, CreateCampaign):
        return Refused(code=RefusalCode.UNKNOWN_CAMPAIGN, detail=item.stream)
    match request:
        case CreateCampaign():
            return _create(state, published, request)
        case ClaimTask(task=task):
            return _claim(state, task, item.actor)
        case CompleteTask():
            return _complete(state, request)
        case OpenCampaign():
            return _open(state, published, at)
        case RegisterEnrolment(account=account, enrolment=enrolment):
            return _register(state, account, enrolment)
        case Wake():
            return _release(state)
        case _:
            return Refused(code=RefusalCode.WRONG_STREAM, detail=item.stream)


def _create(state: Campaign, published: Workspace, request: CreateCampaign) -> Outcome:
    if state.sequence is not None:
        return Refused(code=RefusalCode.ALREADY_EXISTS, detail=state.title)
    sequence = published.sequences.get(request.sequence.hash)
    if sequence is None or published.ruleset is None:
        return Refused(code=RefusalCode.UNKNOWN_SEQUENCE, detail=request.sequence.name)
    if not is_zone(request.time_zone):
        return Refused(code=RefusalCode.UNKNOWN_ZONE, detail=request.time_zone)
    if not published.ruleset.knows_school_zone(request.school_zone):
        return Refused(code=RefusalCode.UNKNOWN_ZONE, detail=request.school_zone)
    fault = first_unwritable(request.values)
    if fault:
        return Refused(code=RefusalCode.UNWRITABLE, detail=fault)
    for name in request.values:
        if name.partition(STEP_MARK)[0] in OF_ACCOUNT:
            return Refused(code=RefusalCode.VALUE_OF_ACCOUNT, detail=name)
    created = e.CampaignCreated(
        rule=RuleId.CAMPAIGN_ORDER,
        title=request.title,
        sequence=request.sequence,
        about=request.about,
        start_on=request.start_on,
        segment=request.segment,
        policy=request.policy,
        goals=request.goals,
        accounts_min=request.accounts_min,
        accounts_max=request.accounts_max,
        next_point=request.next_point,
        values=request.values,
        mailbox=request.mailbox,
        time_zone=request.time_zone,
    )
    locality = Locality(request.time_zone, request.school_zone)
    return Events(events=(created, *_preparation(sequence, published.ruleset, request, locality)))


def _preparation(
    sequence: Sequence,
    ruleset: Ruleset,
    request: CreateCampaign,
    locality: Locality,
) -> tuple[e.Event, ...]:
    """Return the campaign's own work, each piece with its day."""
    drafts = [
        TouchDraft(step_index=index, step=step, role="", person="")
        for index, step in enumerate(sequence.steps)
        if step.is_campaign_work
    ]
    starts_at = datetime.combine(
        request.start_on, datetime.min.time(), ZoneInfo(locality.time_zone)
    )
    placements = lay_out(
        drafts,
        anchors=Anchors(start_on=request.start_on, entry_at=starts_at),
        fixed_contacts=(),
        terms=LayoutTerms(enrolment=0, locality=locality, gap=sequence.gap, now_at=starts_at),
        ruleset=ruleset,
    )
    return tuple(
        e.PreparationPlanned(
            rule=RuleId.PLAN_CAMPAIGN,
            task=number,
            step=placement.draft.step.id,
            slot=placement.slot,
            checklist=placement.draft.step.checklist,
        )
        for number, placement in enumerate(placements, start=1)
        if placement.slot is not None
    )


def _claim(state: Campaign, task: int, actor: str) -> Outcome:
    work = state.preparation.get(task)
    if work is None:
        return Refused(code=RefusalCode.UNKNOWN_TASK, detail=str(task))
    if work.is_done:
        return Refused(code=RefusalCode.ALREADY_CLOSED, detail=str(task))
    if work.claimed_by == actor:
        return Nothing()
    if work.claimed_by:
        return Refused(code=RefusalCode.ALREADY_CLOSED, rule=RuleId.TASK_CLAIMED)
    return Events(events=(e.TaskClaimed(rule=RuleId.TASK_CLAIM, task=task, claimed_by=actor),))


def _complete(state: Campaign, request: CompleteTask) -> Outcome:
    work = state.preparation.get(request.task)
    if work is None:
        return Refused(code=RefusalCode.UNKNOWN_TASK, detail=str(request.task))
    if work.is_done:
        return Refused(code=RefusalCode.ALREADY_CLOSED, detail=str(request.task))
    if request.outcome != "done":
        return Refused(code=RefusalCode.UNKNOWN_OUTCOME, detail=request.outcome)
    unticked = set(work.checklist) - set(request.checked)
    if unticked:
        return Refused(code=RefusalCode.CHECKLIST_REQUIRED, detail=str(len(unticked)))
    done = e.TaskDone(
        rule=RuleId.TASK_OUTCOME,
        task=request.task,
        outcome="done",
        note=request.note,
        checked=request.checked,
    )
    return Events(events=(done,))


def _open(state: Campaign, published: Workspace, at: datetime) -> Outcome:
    if state.opened_on is not None:
        return Nothing()
    waiting = [work.step for work in state.preparation.values() if not work.is_done]
    if waiting:
        return Refused(
            code=RefusalCode.PREPARATION_OPEN,
            detail=", ".join(waiting),
            rule=RuleId.CAMPAIGN_PREPARATION,
        )
    today = at.astimezone(ZoneInfo(state.time_zone)).date()
    start_on = state.start_on or today
    sequence = published.sequences.get(state.sequence.hash) if state.sequence else None
    days = first_contact_days(sequence.steps) if sequence else 0
    opened = e.CampaignOpened(
        rule=RuleId.CAMPAIGN_OPENED,
        start_on=whole_weeks(start_on, days, today=today),
        enrolments=state.pending[0] if state.pending else (),
    )
    return Events(events=(opened,))


def due_at(state: Campaign, since_at: datetime) -> datetime | None:
    """Return `since_at` while the campaign is open and enrolments wait to be told, else None."""
    return since_at if state.opened_on is not None and state.pending else None


def due(state: Campaign, since_at: datetime, now: datetime) -> tuple[tuple[InputId, Wake], ...]:
    """Return what the owner raises while enrolments wait to be told: the next slice."""
    if due_at(state, since_at) is None:
        return ()
    return ((InputId(f"wake:release:{len(state.pending)}"), Wake(due_at=since_at, fired_at=now)),)


def _release(state: Campaign) -> Outcome:
    if state.opened_on is None or not state.pending:
        return Nothing()
    released = e.EnrolmentsReleased(
        rule=RuleId.CAMPAIGN_OPENED, start_on=state.opened_on, enrolments=state.pending[0]
    )
    return Events(events=(released,))


def _register(state: Campaign, account: str, enrolment: int) -> Outcome:
    if enrolment in (found(state.members, account) or ()):
        return Nothing()
    registered = e.EnrolmentRegistered(
        rule=RuleId.CAMPAIGN_MEMBER,
        account=account,
        enrolment=enrolment,
        is_open=state.opened_on is not None,
        start_on=state.opened_on,
    )
    return Events(events=(registered,))


def fold(state: Campaign, events: tuple[e.Event, ...], stream: str) -> Campaign:
    """Return the campaign after `events`, oldest first."""
    for event in events:
        state = _evolve(state, event, stream)
    return state


def _evolve(state: Campaign, event: e.Event, stream: str) -> Campaign:
    match event:
        case e.CampaignCreated():
            return replace(
                state,
                title=event.title,
                sequence=event.sequence,
                about=event.about,
                start_on=event.start_on,
                time_zone=event.time_zone,
                next_point=event.next_point,
                values=event.values,
            )
        case e.PreparationPlanned(task=task):
            work = Preparation(step=event.step, due_on=event.slot.on, checklist=event.checklist)
            return replace(state, preparation=state.preparation | {task: work})
        case e.TaskClaimed(task=task, claimed_by=claimed_by) if task in state.preparation:
            return _change(state, task, replace(state.preparation[task], claimed_by=claimed_by))
        case e.TaskDone(task=task) if task in state.preparation:
            return _change(state, task, replace(state.preparation[task], is_done=True))
        case e.EnrolmentRegistered(account=account, enrolment=enrolment):
            members = (*(found(state.members, account) or ()), enrolment)
            state = replace(state, members=added(state.members, account, members))
            return state if event.is_open else _wait(state, (account, enrolment))
        case e.CampaignOpened(start_on=start_on, enrolments=enrolments):
            return _begin(replace(state, opened_on=start_on), len(enrolments))
        case e.EnrolmentsReleased(enrolments=enrolments):
            return _begin(state, len(enrolments))
        case _:
            raise StreamDamageError(stream, 0, type(event).__name__)


def _wait(state: Campaign, enrolment: tuple[str, int]) -> Campaign:
    *slices, last = state.pending or ((),)
    if len(last) == SLICE_MAX:
        return replace(state, pending=(*slices, last, (enrolment,)))
    return replace(state, pending=(*slices, (*last, enrolment)))


def _begin(state: Campaign, count: int) -> Campaign:
    """Take what a decision let begin off what waits; older ones let all begin at once."""
    pending = state.pending
    while pending and count > 0:
        count -= len(pending[0])
        pending = pending[1:]
    return replace(state, pending=pending)


def _change(state: Campaign, task: int, work: Preparation) -> Campaign:
    return replace(state, preparation=state.preparation | {task: work})
