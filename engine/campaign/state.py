"""What the rules need to know of a campaign, and how facts change it."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.errors import StreamDamageError
from engine.plan import PointTerms
from engine.values import About, SequenceRef


class Preparation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of campaign work: done once, never per account."""

    step: str
    due_on: date
    checklist: tuple[str, ...] = ()
    claimed_by: str = ""
    is_done: bool = False


class Campaign(Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    enrolments: tuple[tuple[str, int], ...] = ()  # (account, enrolment), in order


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
            return replace(state, enrolments=(*state.enrolments, (account, enrolment)))
        case e.CampaignOpened(start_on=start_on):
            return replace(state, opened_on=start_on)
        case _:
            raise StreamDamageError(stream, 0, type(event).__name__)


def _change(state: Campaign, task: int, work: Preparation) -> Campaign:
    return replace(state, preparation=state.preparation | {task: work})
