"""What the rules need to know of an account: what is open, recent or counted.

Not its history: a state stays small however old the account.
"""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from engine.plan import Phase, PointTerms
from engine.requests import Attributes
from engine.ruleset import Locality
from engine.values import About, Channel, ContactPoint, NextPoint, Sealed, SequenceRef, Slot


class TouchStatus(StrEnum):
    """Where a touch stands."""

    PLANNED = "planned"
    OPEN = "open"  # its task waits for a person
    BLOCKED = "blocked"  # waits for a value that a person must supply
    WAITING = "waiting"  # for what becomes of earlier steps
    ATTEMPTING = "attempting"
    UNKNOWN = "unknown"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


UNDER_WAY = (TouchStatus.ATTEMPTING, TouchStatus.UNKNOWN)
"""Something may have left: it counts as a contact, and nothing takes it back."""


class EnrolmentStatus(StrEnum):
    """Where an enrolment stands; `held` is a hold, not a status of its own."""

    PENDING = "pending"
    ACTIVE = "active"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


class Position(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A person's place in the account."""

    role: str
    domain: str = ""  # empty: not known
    points: tuple[ContactPoint, ...] = ()
    fields: tuple[Sealed, ...] = ()
    is_invented: bool = False
    is_gone: bool = False
    stopped_by: str = ""  # "objection", "bounce"...; empty while contact is allowed
    failed_tags: tuple[str, ...] = ()
    stopped_tags: tuple[str, ...] = ()  # of shared addresses that objected; others' stops stay
    refused_at: datetime | None = None
    exchanged_at: datetime | None = None  # of the last real exchange
    written_at: datetime | None = None  # of the first message sent
    not_before_on: date | None = None  # absent until then
    soft_bounces: dict[str, int] = {}  # tag -> passing failures since the last reply

    def live_points(self, channel: Channel) -> tuple[ContactPoint, ...]:
        """Return the addresses or numbers of a channel that are neither wrong nor stopped."""
        unusable = {*self.failed_tags, *self.stopped_tags}
        return tuple(
            point
            for point in self.points
            if point.channel is channel and unusable.isdisjoint(point.tags)
        )


class Touch(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A planned contact or piece of work that is not over."""

    enrolment: int
    step: str
    step_index: int
    channel: Channel
    phase: Phase
    slot: Slot
    status: TouchStatus = TouchStatus.PLANNED
    role: str = ""
    person: str = ""
    is_contact: bool = True
    follower: int = 0  # place among the persons of its step
    group: str = ""
    message: str = ""
    begins_thread: bool = False  # its e-mail has a subject of its own, and answers none
    attempt: int = 1  # the number the next attempt has, or the one under way
    is_kept: bool = False  # kept back to its place, or released to it: the plan leaves it there
    postponed_count: int = 0  # temporary refusals so far
    attempted_at: datetime | None = None
    message_id: str = ""  # of an attempt whose outcome is unknown
    waits_for: tuple[str, ...] = ()  # steps, while waiting; values, while blocked
    blocked_by: str = ""  # rule; empty unless blocked
    tried_count: int = 0  # how often it was put off since somebody or something moved it
    fault_count: int = 0  # how often its answer spoke of our own set-up
    task: int = 0


class Task(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Something somebody has to do."""

    kind: str
    due_on: date
    enrolment: int = 0
    touch: int = 0
    person: str = ""
    claimed_by: str = ""
    checklist: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # what it asks for, where a touch is blocked


class Hold(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A stated reason why touches wait."""

    scope: str  # "account", "enrolment", "person"
    reason: str
    since_at: datetime
    rule: str
    enrolment: int = 0
    person: str = ""
    until: date | None = None


class PastContact(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A contact that took place, kept as long as a cap or a gap can see it."""

    at: datetime
    on: date  # on the account's calendar
    person: str
    role: str
    channel: Channel
    enrolment: int
    group: str = ""
    touch: int = 0
    step: str = ""
    message: str = ""
    follower: int = 0


class Standstill(Struct, frozen=True, gc=False, kw_only=True):
    """Since when holds keep something from going on, and what had been counted by then."""

    since_at: datetime
    counted_days: int  # business days of standstills before


class AgreedMeeting(Struct, frozen=True, gc=False, kw_only=True):
    """The instant a person agreed to, within an enrolment."""

    at: datetime
    over_before: int  # how many of the enrolment's `over` are older than the agreement


class Enrolment(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The account going through one sequence."""

    sequence: SequenceRef
    sequence_class: str
    about: About
    participants: dict[str, str]
    start_on: date
    entry_at: datetime
    status: EnrolmentStatus = EnrolmentStatus.ACTIVE
    phase: Phase = Phase.OUTREACH
    campaign: str = ""
    next_point: PointTerms | None = None
    values: dict[str, str] = {}
    shift_days: int = 0  # of older decisions: calendar days
    stood_days: dict[str, int] = {}  # person -> business days it stood still; "": for everybody
    stands: dict[str, Standstill] = {}  # person -> what holds it now; "": all of it
    engaged: Standstill | None = None  # outreach stands still while the account is engaged
    meetings: dict[str, AgreedMeeting] = {}  # person -> own meeting; the last agreed stands last
    replied: tuple[str, ...] = ()  # persons, in order of their first answer
    refused_roles: tuple[str, ...] = ()
    results: dict[str, tuple[str, ...]] = {}  # step id -> what became of it (`Need` values)
    done_at: dict[str, datetime] = {}  # step id -> its last actual instant
    counts: dict[str, int] = {}  # "email:PERSON" -> sent or attempted so far
    threads: dict[str, tuple[str, ...]] = {}  # person -> Message-IDs, oldest first
    opened_by: dict[str, str] = {}  # person -> the message whose subject the thread has
    over: tuple[str, ...] = ()  # "INDEX@ROLE" of steps done, skipped or omitted for a role
    outreach_for: tuple[str, ...] = ()  # persons outreach came back for; empty: all
    is_hot: bool = False

    def stood_days_of(self, person: str) -> int:
        """Return the business days for which what concerns a person stood still so far."""
        of_person = self.stood_days.get(person, 0) if person else 0
        return self.stood_days.get("", 0) + of_person

    def meeting_for(self, person: str) -> AgreedMeeting | None:
        """Return the meeting a person's steps are counted from: an own one, else the last."""
        return self.meetings.get(person) or next(reversed(self.meetings.values()), None)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended: pending or active."""
        return self.status in (EnrolmentStatus.PENDING, EnrolmentStatus.ACTIVE)


class KnownVote(Struct, frozen=True, gc=False, omit_defaults=True):
    """The day on which a year's budget is voted: announced, then observed."""

    on: date
    is_observed: bool = False


class CoolDown(Struct, frozen=True, gc=False, kw_only=True):
    """Until when no new enrolment of a class may begin."""

    sequence_class: str
    until: date
    reason: str


class SaleNews(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The last news of a sale that somebody gave, and how things stood before it."""

    at: datetime
    rule: str
    status: str
    stage: str
    ended: tuple[int, ...] = ()  # enrolments, kept until the next news: they may go on


class Account(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One organisation as the rules see it."""

    attributes: Attributes | None = None  # None: nobody made it known yet
    values: dict[str, str] = {}
    people: dict[str, Position] = {}
    enrolments: dict[int, Enrolment] = {}  # ended ones leave with their last touch
    touches: dict[int, Touch] = {}
    tasks: dict[int, Task] = {}
    holds: dict[int, Hold] = {}
    contacted: tuple[PastContact, ...] = ()
    cool_downs: tuple[CoolDown, ...] = ()
    recent: dict[int, tuple[str, int]] = {}  # ended touch -> person, enrolment; bounded
    votes: dict[int, KnownVote] = {}  # by the year of the budget, the latest few
    milestone: NextPoint | None = None
    milestone_asked: int = 0  # the number of the last one whose day opened a task
    prospect_at: datetime | None = None  # since when it is one
    silence_asked_at: datetime | None = None  # when somebody was asked about its silence last
    status: str = "lead"
    stage: str = "identification"
    sale: SaleNews | None = None  # None: nothing that could be taken back
    enrolment_count: int = 0
    touch_count: int = 0
    task_count: int = 0
    hold_count: int = 0
    milestone_count: int = 0

    @property
    def locality(self) -> Locality:
        """Return where the account's people live, as far as time is concerned."""
        attributes = self.attributes or Attributes(name="")
        return Locality(attributes.time_zone, attributes.school_zone, attributes.holiday_area)

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of their wall clock."""
        return ZoneInfo(self.locality.time_zone)
