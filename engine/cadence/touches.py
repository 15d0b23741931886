"""What the cadence is asked and what it answers.

Values only.  An enrolment's engine says what is known (`Anchors`), what it wants placed
(`TouchDraft`), what stands already (`FixedContact`) and under which terms; it gets one `Placement`
for each draft.
"""

from datetime import date, datetime

from msgspec import Struct

from engine.plan import Gap, Step
from engine.ruleset import Locality
from engine.values import Channel, Slot


class Anchors(Struct, frozen=True, kw_only=True):
    """The dates and instants that steps are counted from, as far as they are known."""

    start_on: date
    entry_at: datetime
    votes: dict[int, date] = {}  # budget year -> day, announced or observed; others are assumed
    contract_end_on: date | None = None
    meeting_at: datetime | None = None  # the last that was agreed
    meetings: dict[str, datetime] = {}  # person -> own meeting
    events: dict[str, date] = {}
    done: dict[str, datetime] = {}  # step id -> actual instant, of this enrolment


class TouchDraft(Struct, frozen=True, kw_only=True):
    """One touch to place."""

    step_index: int
    step: Step
    role: str
    person: str  # empty where a required role has nobody yet
    follower: int = 0  # 0: first person of its step; 1...: the next ones, placed after all steps
    not_before_at: datetime | None = None
    not_before_rule: str = ""  # recorded as a move where `not_before_at` moves the touch
    lands_again: bool = False  # its slot went by while nobody ran: find another from now on
    planned: Slot | None = None  # its slot so far: while it asks for the same, it is never dropped
    stood_days: int | None = None  # business days for which what is planned stood still


class FixedContact(Struct, frozen=True, kw_only=True):
    """A contact that stands: done, agreed, or planned by another enrolment."""

    on: date
    person: str
    role: str = ""
    enrolment: int
    is_agreed: bool = False
    group: str = ""
    channel: Channel
    window_half: str = ""  # "am", "pm": which half-day a call took
    step: str = ""  # id of its step
    follower: int = 0  # as in `TouchDraft`; a following person does not count in an enrolment's gap


class LayoutTerms(Struct, frozen=True, kw_only=True):
    """Under what the touches of one enrolment are placed."""

    enrolment: int
    locality: Locality
    gap: Gap
    now_at: datetime  # nothing lands before it
    shift_days: int = 0  # of older decisions: added to offsets from start and entry
    stood_days: dict[str, int] = {}  # person -> business days of standstills; "": of everybody
    is_resuming: bool = False  # something stood still: what is late waits for hours that open
    account_kind: str = ""  # some assemblies are renewed in other years than others


class Placement(Struct, frozen=True, kw_only=True):
    """Where one draft landed, or the rule by which it has no slot."""

    draft: TouchDraft
    slot: Slot | None
    omitted_by: str = ""  # "anchor.passed", "anchor.unknown"...; empty where there is a slot
