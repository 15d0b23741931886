"""A campaign: its preparation, its opening gate, and the enrolments that wait for it.

A late opening moves the start by whole weeks, so that weekdays stay what the plan asked.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from engine import campaign_orders as orders
from engine import events as e
from engine.cadence import Anchors, LayoutTerms, TouchDraft, lay_out
from engine.cadence.starting import first_contact_days, whole_weeks
from engine.campaign_goals import refusal_of_goal
from engine.campaign_state import SLICE_MAX, Campaign, CampaignHold, Preparation
from engine.decision import Events, Nothing, Outcome, Refused
from engine.errors import StreamDamageError
from engine.growing import added, found, whole
from engine.ids import InputId
from engine.inputs import Input
from engine.plan import Sequence
from engine.refusals import RefusalCode
from engine.requests import (
    ClaimTask,
    CloseCampaign,
    CompleteTask,
    CreateCampaign,
    OpenCampaign,
    PauseCampaign,
    RegisterEnrolment,
    ResumeCampaign,
    Wake,
)
from engine.rule_ids import RuleId
from engine.ruleset import Locality, Ruleset, is_zone
from engine.texts import first_unwritable
from engine.variables import OF_ACCOUNT, STEP_MARK
from engine.workspace import Workspace


def decide(state: Campaign, published: Workspace, item: Input, at: datetime) -> Outcome:
    """Return what `item` causes, refuses or leaves as it is."""
    request = item.request
    if state.sequence is None and not isinstance(request, CreateCampaign):
        return Refused(code=RefusalCode.UNKNOWN_CAMPAIGN, detail=item.stream)
    if state.closed_on is not None and not isinstance(request, RegisterEnrolment | Wake):
        return Refused(code=RefusalCode.ALREADY_CLOSED, detail=state.closed_on.isoformat())
    today = at.astimezone(ZoneInfo(state.time_zone)).date()
    match request:
        case CreateCampaign():
            return _create(state, published, request)
        case ClaimTask(task=task):
            return _claim(state, task, item.actor)
        case CompleteTask():
            return _complete(state, request)
        case OpenCampaign():
            return _open(state, published, today)
        case PauseCampaign():
            return orders.pause(state, request, today)
        case ResumeCampaign():
            return orders.resume(state, today)
        case CloseCampaign():
            return orders.close(state, request, today)
        case RegisterEnrolment(account=account, enrolment=enrolment):
            return _register(state, account, enrolment, today)
        case Wake():
            return orders.tell(state.telling) if state.telling else _release(state, today)
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
    refusal = _against_aims(request)
    if refusal is not None:
        return refusal
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
        time_zone=request.time_zone,
    )
    locality = Locality(request.time_zone, request.school_zone)
    return Events(events=(created, *_preparation(sequence, published.ruleset, request, locality)))


def _against_aims(request: CreateCampaign) -> Refused | None:
    """Return what a campaign cannot aim at: a sale, or fewer accounts at most than at least."""
    for goal in request.goals:
        code = refusal_of_goal(goal)
        if code is not None:
            return Refused(code=code, detail=goal, rule=RuleId.CAMPAIGN_GOAL)
    if 0 < request.accounts_max < request.accounts_min:
        limits = f"{request.accounts_min}, {request.accounts_max}"
        return Refused(code=RefusalCode.OUT_OF_RANGE, detail=limits, rule=RuleId.CAMPAIGN_SIZE)
    return None


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


def _open(state: Campaign, published: Workspace, today: date) -> Outcome:
    if state.opened_on is not None:
        return Nothing()
    hold = orders.holding(state, today)
    if hold is not None:
        return Refused(code=RefusalCode.STANDS_STILL, rule=RuleId.HOLD_CAMPAIGN)
    waiting = [work.step for work in state.preparation.values() if not work.is_done]
    if waiting:
        return Refused(
            code=RefusalCode.PREPARATION_OPEN,
            detail=", ".join(waiting),
            rule=RuleId.CAMPAIGN_PREPARATION,
        )
    start_on = state.start_on or today
    sequence = published.sequences.get(state.sequence.hash) if state.sequence else None
    days = first_contact_days(sequence.steps) if sequence else 0
    opened = e.CampaignOpened(
        rule=RuleId.CAMPAIGN_OPENED,
        start_on=whole_weeks(start_on, days, today=today),
        enrolments=state.pending[0] if state.pending else (),
        account_count=len(whole(state.members)),
        warnings=_size_warnings(state),
    )
    return Events(events=(opened,))


def _size_warnings(state: Campaign) -> tuple[str, ...]:
    """Return by which rules a campaign has another size than it is meant for (C13.2)."""
    count = len(whole(state.members))
    too_few = RuleId.CAMPAIGN_TOO_FEW_ACCOUNTS if count < state.accounts_min else ""
    too_many = RuleId.CAMPAIGN_TOO_MANY_ACCOUNTS if 0 < state.accounts_max < count else ""
    return tuple(rule for rule in (too_few, too_many) if rule)


def due_at(state: Campaign, since_at: datetime) -> datetime | None:
    """Return `since_at` while enrolments wait to hear of an order, or to begin, else None."""
    if state.telling is not None:
        return since_at
    if state.opened_on is None or not state.pending:
        return None
    if state.hold is None:
        return since_at
    ends_on = state.hold.until
    if ends_on is None:
        return None
    ends_at = datetime.combine(ends_on, time(), ZoneInfo(state.time_zone)).astimezone(UTC)
    return max(since_at, ends_at)


def due(state: Campaign, since_at: datetime, now: datetime) -> tuple[tuple[InputId, Wake], ...]:
    """Return what the owner raises while enrolments wait to be told: the next slice."""
    at = due_at(state, since_at)
    if at is None or at > now:
        return ()
    name = f"release:{len(state.pending)}"
    if state.telling is not None:
        name = f"tell:{state.order_count}:{len(state.telling.slices)}"
    return ((InputId(f"wake:{name}"), Wake(due_at=at, fired_at=now)),)


def _release(state: Campaign, today: date) -> Outcome:
    if state.opened_on is None or not state.pending or orders.holding(state, today) is not None:
        return Nothing()
    released = e.EnrolmentsReleased(
        rule=RuleId.CAMPAIGN_OPENED, start_on=state.opened_on, enrolments=state.pending[0]
    )
    return Events(events=(released,))


def _register(state: Campaign, account: str, enrolment: int, today: date) -> Outcome:
    hold = orders.holding(state, today)
    if enrolment in (found(state.members, account) or ()):
        return orders.tell_again(state, (account, enrolment), hold)
    registered = e.EnrolmentRegistered(
        rule=RuleId.CAMPAIGN_MEMBER,
        account=account,
        enrolment=enrolment,
        is_open=state.opened_on is not None,
        start_on=state.opened_on,
        order=orders.CLOSED if state.closed_on else orders.PAUSED if hold else "",
        reason=hold.reason if hold else "",
        until=hold.until if hold else None,
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
                accounts_min=event.accounts_min,
                accounts_max=event.accounts_max,
            )
        case e.PreparationPlanned(task=task):
            work = Preparation(step=event.step, due_on=event.slot.on, checklist=event.checklist)
            return replace(state, preparation=state.preparation | {task: work})
        case e.TaskClaimed(task=task, claimed_by=claimed_by) if task in state.preparation:
            return _change(state, task, replace(state.preparation[task], claimed_by=claimed_by))
        case e.TaskDone(task=task) | e.TaskWithdrawn(task=task) if task in state.preparation:
            return _change(state, task, replace(state.preparation[task], is_done=True))
        case e.EnrolmentRegistered(account=account, enrolment=enrolment):
            members = (*(found(state.members, account) or ()), enrolment)
            state = replace(state, members=added(state.members, account, members))
            waits = not event.is_open and event.order != orders.CLOSED
            return _wait(state, (account, enrolment)) if waits else state
        case e.CampaignOpened(start_on=start_on, enrolments=enrolments):
            return _begin(replace(state, opened_on=start_on), len(enrolments))
        case e.EnrolmentsReleased(enrolments=enrolments):
            return _begin(state, len(enrolments))
        case e.CampaignPaused(reason=reason, until=until):
            state = replace(state, hold=CampaignHold(reason, until))
            return orders.told_to(state, orders.PAUSED, reason=reason, until=until)
        case e.CampaignResumed():
            return orders.told_to(replace(state, hold=None), orders.RESUMED)
        case e.CampaignClosed(reason=reason, closed_on=closed_on):
            state = replace(state, closed_on=closed_on, hold=None, pending=())
            return orders.told_to(state, orders.CLOSED, reason=reason)
        case e.EnrolmentsTold(enrolments=enrolments):
            return orders.told_slice(state, enrolments)
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
