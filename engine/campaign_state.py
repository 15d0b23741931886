"""What the rules need to know of a campaign: its preparation, its gate, who belongs to it."""

from datetime import date

from msgspec import Struct

from engine.growing import Growing, whole
from engine.plan import PointTerms
from engine.values import About, SequenceRef


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


class CampaignHold(Struct, frozen=True, gc=False, omit_defaults=True):
    """Why all enrolments of a campaign stand still, and until when; None: until it is lifted."""

    reason: str
    until: date | None = None


class OrderTelling(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """An order that enrolments still have to hear, slice by slice."""

    order: str  # "paused", "resumed", "closed"
    slices: tuple[Enrolments, ...]
    reason: str = ""
    until: date | None = None


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
    accounts_min: int = 0  # it is meant for at least so many; 0: any number
    accounts_max: int = 0
    hold: CampaignHold | None = None  # all of it stands still
    closed_on: date | None = None
    telling: OrderTelling | None = None  # who has not heard of the last order yet
    order_count: int = 0


def slices_of(state: Campaign) -> tuple[Enrolments, ...]:
    """Return all enrolments of a campaign, so many at a time as one decision may tell."""
    every = [
        (account, number) for account, numbers in whole(state.members).items() for number in numbers
    ]
    return tuple(
        tuple(every[start : start + SLICE_MAX]) for start in range(0, len(every), SLICE_MAX)
    )
