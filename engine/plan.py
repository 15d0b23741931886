"""A sequence as published: immutable steps, and the messages they send.

Nothing here knows a calendar; `engine.cadence` turns a plan into dated touches.
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from engine.values import Channel


class StepKind(StrEnum):
    """Only contacts count in caps, gaps and silence."""

    CONTACT = "contact"
    WORK = "work"
    CONTROL = "control"


class SequenceClass(StrEnum):
    """Why somebody is written to; a class that no rule knows is held to none of theirs."""

    PROSPECTING = "prospecting"
    NURTURING = "nurturing"
    RENEWAL = "renewal"


class Phase(StrEnum):
    """Which part of an enrolment a step belongs to."""

    OUTREACH = "outreach"
    ENGAGED = "engaged"


class Unit(StrEnum):
    """What an offset counts."""

    SECOND = "s"  # elapsed
    DAY = "d"  # calendar days
    BUSINESS_DAY = "bd"  # skips week-ends and public holidays only
    WEEK = "w"
    MONTH = "m"  # same day of the month, clamped to its last


class AnchorKind(StrEnum):
    """What an offset is counted from."""

    START = "start"
    ENTRY = "entry"
    STEP = "step"  # actual instant of a step, planned while it is not done
    VOTE = "vote"  # budget vote, observed or assumed
    CONTRACT_END = "contract_end"
    MEETING = "meeting"  # an agreed meeting
    AFTER_SUMMER = "after_summer"
    NTH_WEEKDAY = "nth_weekday"
    EVENT = "event"  # a dated event of the workspace


class Landing(StrEnum):
    """Where within the day a touch lands."""

    WINDOW_START = "window_start"
    SAME_TIME = "same_time"
    ASAP = "asap"


class Fill(StrEnum):
    """Which of a step's roles are addressed."""

    FIRST = "first"  # `a | b`: the first that has a person
    EACH = "each"  # `a, b`: each, in this order
    REPLIED = "replied"  # those who replied
    NOBODY = "nobody"  # work


class Need(StrEnum):
    """What must have become of an earlier step."""

    SENT = "sent"
    ATTEMPTED = "attempted"
    REACHED = "reached"
    HELD = "held"
    DONE = "done"


class Condition(StrEnum):
    """A question asked when a step is due: met, not met, or not yet known."""

    CAMPAIGN_OPEN = "campaign_open"
    SERVICE_NOT_REFUSED = "service_not_refused"
    DIGITAL_OFFER = "digital_offer"
    MEETING_AGREED = "meeting_agreed"
    ACCOUNT_HOT = "account_hot"
    VOTE_AHEAD = "vote_ahead"
    WITHOUT_EXCHANGE = "without_exchange"  # nothing came from the person since the entry
    NOT_REACHED = "not_reached"  # the call of the same group reached nobody
    ATTENDANCE_CONFIRMED = "attendance_confirmed"


class GapScope(StrEnum):
    """Between whose contacts the gap is kept."""

    PERSON = "person"
    ENROLMENT = "enrolment"


class Offset(Struct, frozen=True, gc=False):
    """A signed count of a unit."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        """Return it as a sequence file writes it: `+2 bd`."""
        return f"{self.count:+d} {self.unit.value}"


class Anchor(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a step is counted from; the fields beyond `kind` belong to some kinds only."""

    kind: AnchorKind
    step: str = ""
    event: str = ""
    nth: int = 0
    weekday: int = 0  # ISO: Monday is 1
    month: int = 0

    def __str__(self) -> str:
        """Return it as a sequence file writes it: `step 1.3`, `event(salon)`."""
        match self.kind:
            case AnchorKind.STEP:
                return f"step {self.step}"
            case AnchorKind.EVENT:
                return f"event({self.event})"
            case AnchorKind.NTH_WEEKDAY:
                return f"nth_weekday({self.nth}, {self.weekday}, {self.month})"
            case _:
                return self.kind.value


class Role(Struct, frozen=True):
    """A role a step addresses; losing a required one holds the enrolment."""

    name: str
    is_required: bool = False


class Requirement(Struct, frozen=True):
    """Any one of these steps must have come to this."""

    steps: tuple[str, ...]
    need: Need


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One planned contact, piece of work or control.

    Several entries may share an `id` (an offset for each role); a touch therefore
    names the entry by its index in `Sequence.steps`.
    """

    id: str
    kind: StepKind
    channel: Channel
    aim: str  # what it is for; a step without an aim cannot be published
    offset: Offset
    anchor: Anchor
    landing: Landing = Landing.WINDOW_START
    window: str = "day"  # a window of the ruleset, or "agreed", "call_other"
    phase: Phase = Phase.OUTREACH
    fill: Fill = Fill.NOBODY
    roles: tuple[Role, ...] = ()
    is_campaign_work: bool = False  # once per campaign, never per account
    avoids_holidays: bool = False  # school holidays, quiet periods, bridge days
    is_blocking: bool = False  # later steps of the person wait until it is done
    condition: Condition | None = None
    requires: tuple[Requirement, ...] = ()
    group: str = ""  # counts as one contact and moves together
    message: str = ""  # key of `Sequence.messages`
    checklist: tuple[str, ...] = ()  # boxes of a piece of work
    fixes_next_point: bool = False  # its sending sets the enrolment's default next point
    begins_thread: bool = False  # an e-mail under its own subject, not an answer to the last
    asks_next_point: bool = False  # a call that reached somebody does not close without one
    asks_assessment: bool = False  # a call that reached somebody notes maturity, calendar, others


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text with its variables, compiled once per published sequence."""

    body: str  # Jinja source
    subject: str = ""  # Jinja source; empty for a call script
    needs: tuple[str, ...] = ()  # variables without which it does not go out, sorted
    may_use: tuple[str, ...] = ()  # variables it does without, sorted


class Gap(Struct, frozen=True):
    """The least distance between two contacts, kept after landing."""

    count: int
    unit: Unit
    scope: GapScope


class PointTerms(Struct, frozen=True, gc=False):
    """A next point not dated yet: `vote +10 bd`, about what, bringing what."""

    offset: Offset
    anchor: Anchor
    object: str
    deliverable: str


class Sequence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole plan; its published form is named by the hash of its encoding."""

    name: str
    title: str
    sequence_class: str  # a `SequenceClass`, as older records wrote it
    gap: Gap
    steps: tuple[Step, ...]
    yields_to: tuple[str, ...] = ()
    emails_max: int = 0  # per person; 0 = no cap of its own
    calls_max: int = 0
    contacts_max: int = 0  # per enrolment
    cool_down_months: int = 3  # after an end without answer
    messages: dict[str, Message] = {}
    events: dict[str, date] = {}  # default dates of `event(...)` anchors
    is_draft: bool = False  # read by `calendar`; refused by `publish`

    @property
    def required_roles(self) -> frozenset[str]:
        """Return the roles without which it does not go on."""
        return frozenset(
            role.name for step in self.steps for role in step.roles if role.is_required
        )
