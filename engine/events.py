"""What happened, in the past tense; each event names the rule that produced it.

Class and field names never change once stored; a new field has a default; a changed
meaning is a new class with its upcaster in `engine.wire`.
"""

from datetime import date, datetime

from msgspec import Struct

from engine.plan import Phase, PointTerms, Sequence
from engine.requests import Attributes, Mailbox, Reach, wire_name
from engine.ruleset import Ruleset
from engine.values import About, Channel, ContactPoint, Grant, NextPoint, Sealed, SequenceRef, Slot


class _Event(Struct, frozen=True, kw_only=True, omit_defaults=True, tag=wire_name):
    """Wire settings that all events share."""

    rule: str  # stable id of the rule that produced it: "exit.reply", "plan.entry"


# --- account: who there is ---------------------------------------------------------


class AccountAdded(_Event, frozen=True, kw_only=True):
    """An organisation became known."""

    attributes: Attributes


class PersonAdded(_Event, frozen=True, kw_only=True):
    """A person took a position in the account."""

    person: str
    role: str
    points: tuple[ContactPoint, ...] = ()
    fields: tuple[Sealed, ...] = ()
    is_invented: bool = False
    domain: str = ""


class ContactPointAdded(_Event, frozen=True, kw_only=True):
    """A person got another address or number."""

    person: str
    point: ContactPoint


class ContactPointFailed(_Event, frozen=True, kw_only=True):
    """An address or number turned out wrong."""

    person: str
    tag: str


class PersonDeparted(_Event, frozen=True, kw_only=True):
    """A person left the position."""

    person: str


class PersonStopped(_Event, frozen=True, kw_only=True):
    """Nothing goes to this person in this account any more."""

    person: str
    tag: str = ""  # the contact point by which it was decided
    reason: str = "objection"


class ContactPointStopped(_Event, frozen=True, kw_only=True):
    """A shared address or number is not to be used any more; the person's others are."""

    person: str
    tag: str


class StopLifted(_Event, frozen=True, kw_only=True):
    """A person may be contacted here again, or by a point."""

    person: str
    tag: str = ""  # of the point; empty: the person's own stop


class VoteAnnounced(_Event, frozen=True, kw_only=True):
    """The day on which a budget will be voted became known."""

    vote_on: date
    budget_year: int


class VoteObserved(_Event, frozen=True, kw_only=True):
    """A budget was voted."""

    vote_on: date
    budget_year: int = 0  # 0: that of the day, in older decisions


class ValuesSet(_Event, frozen=True, kw_only=True):
    """Values that messages of this account, or of one enrolment, use were set."""

    values: dict[str, str]
    enrolment: int = 0  # 0: of the account


# --- account: enrolments -----------------------------------------------------------


class Enrolled(_Event, frozen=True, kw_only=True):
    """The account started through a sequence."""

    enrolment: int
    sequence: SequenceRef
    sequence_class: str
    about: About
    participants: dict[str, str]
    start_on: date
    campaign: str = ""
    is_pending: bool = False  # waits for its campaign
    next_point: PointTerms | None = None
    values: dict[str, str] = {}


class EnrolmentLacked(_Event, frozen=True, kw_only=True):
    """What an enrolment lacked when it began: somebody supplies it, or it goes without."""

    enrolment: int
    roles: tuple[str, ...] = ()  # required, and nobody has them
    values: tuple[str, ...] = ()  # that messages need
    points: tuple[str, ...] = ()  # "dgs: email": whose steps have no address or number
    left_out: dict[str, str] = {}  # optional role -> code of what stands against its person


class EnrolmentOpened(_Event, frozen=True, kw_only=True):
    """A waiting enrolment began."""

    enrolment: int
    start_on: date


class ParticipantAssigned(_Event, frozen=True, kw_only=True):
    """A role got a person, or another person."""

    enrolment: int
    role: str
    person: str
    replaced: str = ""
    anew: tuple[str, ...] = ()  # steps that begin again for the person, the first included


class ParticipantLost(_Event, frozen=True, kw_only=True):
    """A role lost its person for this enrolment."""

    enrolment: int
    role: str
    person: str
    is_required: bool = False


class PhaseChanged(_Event, frozen=True, kw_only=True):
    """The enrolment moved between outreach and engaged."""

    enrolment: int
    phase: Phase
    persons: tuple[str, ...] = ()  # who replied, or for whom outreach goes on


class HoldPlaced(_Event, frozen=True, kw_only=True):
    """A stated reason why touches wait."""

    hold: int
    scope: str  # "account", "enrolment", "person"
    reason: str
    enrolment: int = 0
    person: str = ""
    until: date | None = None


class HoldLifted(_Event, frozen=True, kw_only=True):
    """A hold ended; what it covered lands again with the delay that remained."""

    hold: int


class EnrolmentShifted(_Event, frozen=True, kw_only=True):
    """What is counted from start or entry moved: it stood still, wholly or for one person."""

    enrolment: int
    days: int = 0  # calendar days, in older decisions
    business_days: int = 0
    person: str = ""


class Postponed(_Event, frozen=True, kw_only=True):
    """Nothing goes to a person before a day (exit S9)."""

    person: str
    until: date
    enrolment: int = 0


class EnrolmentFinished(_Event, frozen=True, kw_only=True):
    """The enrolment ended of itself."""

    enrolment: int
    reason: str  # "exhausted", "reply", "later", "meeting", "refusal"...
    may_go_on: bool = False  # should the news of a sale that ended it be taken back


class EnrolmentReopened(_Event, frozen=True, kw_only=True):
    """The enrolment goes on: what ended it had been recorded by mistake."""

    enrolment: int
    campaign: str = ""  # that may have been paused or closed meanwhile


class EnrolmentWithdrawn(_Event, frozen=True, kw_only=True):
    """The enrolment ended by order."""

    enrolment: int
    reason: str


class CoolDownStarted(_Event, frozen=True, kw_only=True):
    """No new enrolment of this class before a day."""

    enrolment: int
    until: date
    reason: str  # "refusal", "silence"


# --- account: touches --------------------------------------------------------------


class TouchPlanned(_Event, frozen=True, kw_only=True):
    """A contact or piece of work got its place."""

    touch: int
    enrolment: int
    step: str
    step_index: int  # -1: planned by hand
    channel: Channel
    phase: Phase
    slot: Slot
    role: str = ""
    person: str = ""
    is_contact: bool = True
    group: str = ""
    reason: str = ""
    message: str = ""
    follower: int = 0  # place among the persons of its step
    begins_thread: bool = False  # an e-mail under its own subject, not an answer to the last


class StepOmitted(_Event, frozen=True, kw_only=True):
    """A step gets no touch in this enrolment: its instant had passed, or has none."""

    enrolment: int
    step: str
    step_index: int
    role: str = ""
    person: str = ""


class TouchMoved(_Event, frozen=True, kw_only=True):
    """A planned touch got another place."""

    touch: int
    slot: Slot


class TouchReassigned(_Event, frozen=True, kw_only=True):
    """A planned touch goes to another person."""

    touch: int
    person: str


class TouchWithdrawn(_Event, frozen=True, kw_only=True):
    """A planned touch will not happen, since something else did."""

    touch: int


class TouchSkipped(_Event, frozen=True, kw_only=True):
    """A planned touch was left out."""

    touch: int
    reason: str = ""


class TouchBlocked(_Event, frozen=True, kw_only=True):
    """A due touch waits for something a person must supply."""

    touch: int
    attempt: int  # the next number
    missing: tuple[str, ...]


class TouchWaits(_Event, frozen=True, kw_only=True):
    """A due touch waits until what became of earlier steps is known."""

    touch: int
    attempt: int  # the next number
    steps: tuple[str, ...]


class TouchKeptBack(_Event, frozen=True, kw_only=True):
    """A due attempt was kept back; `attempt` is the next number, never used before."""

    touch: int
    attempt: int
    slot: Slot
    was_dialled: bool = False  # a switchboard answered: it counts as a call attempt


class TouchAttempted(_Event, frozen=True, kw_only=True):
    """The attempt is decided: the world may be touched once."""

    touch: int
    attempt: int
    grant: Grant | None = None


class TouchSettled(_Event, frozen=True, kw_only=True):
    """What became of an attempt."""

    touch: int
    attempt: int
    reach: Reach
    code: str = ""
    message_id: str = ""
    digest: str = ""
    size_bytes: int = 0
    mailbox: str = ""  # whose own set-up was at fault: it is held


class TouchDone(_Event, frozen=True, kw_only=True):
    """A call, a meeting or a piece of work ended with an outcome."""

    touch: int
    outcome: str


# --- account: tasks ----------------------------------------------------------------


class TaskOpened(_Event, frozen=True, kw_only=True):
    """Somebody has something to do."""

    task: int
    kind: str  # "call", "social", "meeting", "deliverable", "after_reply", "verify_contact"...
    due_on: date
    enrolment: int = 0
    touch: int = 0
    person: str = ""
    checklist: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class TaskClaimed(_Event, frozen=True, kw_only=True):
    """Somebody opened the task to work on it."""

    task: int
    claimed_by: str


class TaskDone(_Event, frozen=True, kw_only=True):
    """A task was closed with its outcome."""

    task: int
    outcome: str
    note: Sealed | None = None
    maturity: str = ""
    calendar: str = ""
    others: str = ""
    is_hot: bool = False
    checked: tuple[str, ...] = ()


class TaskWithdrawn(_Event, frozen=True, kw_only=True):
    """A task is not to be done any more."""

    task: int


# --- account: what came back -------------------------------------------------------


class ReplyReceived(_Event, frozen=True, kw_only=True):
    """A person answered."""

    person: str
    touch: int = 0
    text: Sealed | None = None
    message_id: str = ""


class AutomaticReplyReceived(_Event, frozen=True, kw_only=True):
    """An absence notice came; it is no reply."""

    person: str
    touch: int = 0
    return_on: date | None = None


class BounceReceived(_Event, frozen=True, kw_only=True):
    """A message came back."""

    person: str
    tag: str
    touch: int = 0
    is_permanent: bool = True
    code: str = ""


class RefusalReceived(_Event, frozen=True, kw_only=True):
    """A person said no."""

    person: str
    touch: int = 0


class ObjectionStated(_Event, frozen=True, kw_only=True):
    """A person asked here for no more contact; the contact points decide it everywhere."""

    person: str
    tags: tuple[str, ...]
    touch: int = 0


class MeetingAgreed(_Event, frozen=True, kw_only=True):
    """A meeting has its instant."""

    enrolment: int
    person: str
    meeting_at: datetime


class ExchangeHad(_Event, frozen=True, kw_only=True):
    """A real exchange with a person took place; the hierarchy rule looks at it."""

    person: str
    role: str


class NoticePublished(_Event, frozen=True, kw_only=True):
    """A notice on the same object froze what was planned."""

    reference: str


class OpportunityTaken(_Event, frozen=True, kw_only=True):
    """A colleague took the account up as an opportunity."""

    reference: str


# --- account: where it stands ------------------------------------------------------


class MilestoneSet(_Event, frozen=True, kw_only=True):
    """The account has a dated next point."""

    milestone: int
    next_point: NextPoint
    enrolment: int = 0


class StatusChanged(_Event, frozen=True, kw_only=True):
    """The account became lead, prospect or client."""

    status: str
    evidence: str = ""
    reference: str = ""
    signed_on: date | None = None


class StageChanged(_Event, frozen=True, kw_only=True):
    """The account reached a stage of the cycle."""

    stage: str
    reason: str = ""  # of a person who moved it


class SaleTakenBack(_Event, frozen=True, kw_only=True):
    """The last purchase, opportunity, stage or status had been recorded by mistake."""

    news: str  # rule of what is taken back
    reason: str


class AccountWarmed(_Event, frozen=True, kw_only=True):
    """The account is *chaude*: said when the interview was closed."""

    enrolment: int


# --- campaign ----------------------------------------------------------------------


class CampaignCreated(_Event, frozen=True, kw_only=True):
    """A campaign was founded."""

    title: str
    sequence: SequenceRef
    about: About
    start_on: date
    segment: str = ""
    policy: str = ""
    goals: dict[str, int] = {}
    accounts_min: int = 0
    accounts_max: int = 0
    next_point: PointTerms | None = None
    values: dict[str, str] = {}
    mailbox: str = ""
    time_zone: str = "Europe/Paris"


class PreparationPlanned(_Event, frozen=True, kw_only=True):
    """A piece of campaign work got its day."""

    task: int
    step: str
    slot: Slot
    checklist: tuple[str, ...] = ()


class EnrolmentRegistered(_Event, frozen=True, kw_only=True):
    """An account's enrolment belongs to the campaign."""

    account: str
    enrolment: int
    is_open: bool = False  # the campaign had opened before
    start_on: date | None = None
    order: str = ""  # that stands: "paused", "closed"
    reason: str = ""  # of a pause
    until: date | None = None


class CampaignOpened(_Event, frozen=True, kw_only=True):
    """The enrolments begin."""

    start_on: date
    enrolments: tuple[tuple[str, int], ...] = ()  # (account, enrolment): the first to begin
    account_count: int = 0  # that had joined by then
    warnings: tuple[str, ...] = ()  # rules by which it has not the size it is meant for


class EnrolmentsReleased(_Event, frozen=True, kw_only=True):
    """Further enrolments begin, in the order in which they were registered."""

    start_on: date
    enrolments: tuple[tuple[str, int], ...]  # (account, enrolment)


class CampaignPaused(_Event, frozen=True, kw_only=True):
    """All of the campaign stands still."""

    reason: str
    until: date | None = None
    enrolments: tuple[tuple[str, int], ...] = ()  # (account, enrolment): the first to hear


class CampaignResumed(_Event, frozen=True, kw_only=True):
    """The campaign goes on."""

    enrolments: tuple[tuple[str, int], ...] = ()  # (account, enrolment): the first to hear


class CampaignClosed(_Event, frozen=True, kw_only=True):
    """The campaign ended by order."""

    reason: str
    closed_on: date
    enrolments: tuple[tuple[str, int], ...] = ()  # (account, enrolment): the first to hear


class EnrolmentsTold(_Event, frozen=True, kw_only=True):
    """Further enrolments hear of the last order to their campaign."""

    order: str  # "paused", "resumed", "closed"
    enrolments: tuple[tuple[str, int], ...]  # (account, enrolment)
    reason: str = ""
    until: date | None = None


# --- contact point -----------------------------------------------------------------


class PersonLinked(_Event, frozen=True, kw_only=True):
    """An account knows this address for a person."""

    account: str
    person: str
    is_suppressed: bool = False
    reason: str = "objection"  # why, where it is suppressed: "objection", "bounce"
    is_shared: bool = False  # by mark, by guess, or since it is known for a second person
    is_guessed_shared: bool = False  # so the account that knows it says
    is_objector: bool = False  # who is reached by an own address that objected: whose word it is


class PointMarked(_Event, frozen=True, kw_only=True):
    """Somebody said whether the address is shared or one person's own."""

    is_shared: bool


class Objected(_Event, frozen=True, kw_only=True):
    """The address asked for no more contact, wherever it is known."""

    scope: str
    account: str = ""
    person: str = ""
    accounts: tuple[tuple[str, str], ...] = ()  # (account, person) that know it now
    is_shared: bool = False  # then it stops the channel alone, not those who are reached by it
    persons: tuple[str, ...] = ()  # whose own word it is
    touch: int = 0
    is_first_hand: bool = False


class ObjectionLifted(_Event, frozen=True, kw_only=True):
    """An objection was a recording error: contact is allowed again."""

    reason: Sealed | None = None
    accounts: tuple[tuple[str, str], ...] = ()  # (account, person) that hear of it
    points: tuple[str, ...] = ()  # of a person: tags that were stopped with him or her
    persons: tuple[str, ...] = ()  # of a point: whose own it was


class PointDied(_Event, frozen=True, kw_only=True):
    """The address does not exist."""

    code: str = ""
    accounts: tuple[tuple[str, str], ...] = ()


class IncomingSeen(_Event, frozen=True, kw_only=True):
    """Something came in from the address."""

    account: str = ""
    person: str = ""


# --- person ------------------------------------------------------------------------


class PositionNoted(_Event, frozen=True, kw_only=True):
    """An account knows the person, by these points."""

    account: str
    points: tuple[str, ...] = ()  # tags that were not known before
    shared: tuple[str, ...] = ()  # those of them that are marked or guessed to be shared
    is_stopped: bool = False  # the person had objected before


class PersonObjected(_Event, frozen=True, kw_only=True):
    """The person asked for no more contact, wherever he or she stands."""

    account: str = ""
    touch: int = 0
    tag: str = ""  # of the own address by which it was said
    is_first_hand: bool = False
    accounts: tuple[str, ...] = ()  # that know the person now
    points: tuple[str, ...] = ()  # tags by which they do
    shared: tuple[str, ...] = ()  # those of them that are marked or guessed to be shared


# --- workspace ---------------------------------------------------------------------


class RulesetPublished(_Event, frozen=True, kw_only=True):
    """A ruleset came into force."""

    w: int
    ruleset: Ruleset


class SequencePublished(_Event, frozen=True, kw_only=True):
    """A sequence can be used from now on."""

    w: int
    hash: str
    sequence: Sequence


class MailboxPublished(_Event, frozen=True, kw_only=True):
    """A mailbox can be used, or has other limits."""

    w: int
    mailbox: Mailbox


class SendingHeld(_Event, frozen=True, kw_only=True):
    """No e-mail leaves any mailbox, until somebody lifts it."""

    w: int
    since_at: datetime
    reason: Sealed | None = None


class SendingLifted(_Event, frozen=True, kw_only=True):
    """E-mails leave again."""

    w: int
    reason: Sealed | None = None


class MailboxHeld(_Event, frozen=True, kw_only=True):
    """Nothing goes out from a mailbox: its own set-up is at fault."""

    w: int
    mailbox: str
    code: str  # what was found: "auth 535 5.7.8", "from address"
    since_at: datetime


class MailboxLifted(_Event, frozen=True, kw_only=True):
    """Messages go out from a mailbox again."""

    w: int
    mailbox: str
    lifted_at: datetime
    reason: Sealed | None = None


class Adopted(_Event, frozen=True, kw_only=True):
    """This partition took publication `w`."""

    w: int
    publication: (
        RulesetPublished
        | SequencePublished
        | MailboxPublished
        | SendingHeld
        | SendingLifted
        | MailboxHeld
        | MailboxLifted
    )


AccountEvent = (
    AccountAdded | PersonAdded | ContactPointAdded | ContactPointFailed | PersonDeparted
    | PersonStopped | ContactPointStopped | StopLifted | VoteAnnounced | VoteObserved | ValuesSet
    | Enrolled | EnrolmentLacked | EnrolmentOpened | ParticipantAssigned | ParticipantLost
    | PhaseChanged | HoldPlaced | HoldLifted | EnrolmentShifted | Postponed | EnrolmentFinished
    | EnrolmentWithdrawn | CoolDownStarted | TouchPlanned | StepOmitted | TouchMoved
    | TouchReassigned | TouchWithdrawn | TouchSkipped | TouchBlocked | TouchWaits | TouchKeptBack
    | TouchAttempted | TouchSettled | TouchDone | TaskOpened | TaskClaimed | TaskDone
    | TaskWithdrawn | ReplyReceived | AutomaticReplyReceived | BounceReceived | RefusalReceived
    | ObjectionStated | MeetingAgreed | ExchangeHad | NoticePublished | OpportunityTaken
    | MilestoneSet | StatusChanged | StageChanged | SaleTakenBack | EnrolmentReopened
    | AccountWarmed
)  # fmt: skip
CampaignEvent = (
    CampaignCreated | PreparationPlanned | EnrolmentRegistered | CampaignOpened
    | EnrolmentsReleased | CampaignPaused | CampaignResumed | CampaignClosed | EnrolmentsTold
    | TaskOpened | TaskClaimed | TaskDone | TaskWithdrawn
)  # fmt: skip
ContactPointEvent = (
    PersonLinked | PointMarked | Objected | ObjectionLifted | PointDied | IncomingSeen
)
PersonEvent = PositionNoted | PersonObjected | ObjectionLifted
Publication = (
    RulesetPublished | SequencePublished | MailboxPublished
    | SendingHeld | SendingLifted | MailboxHeld | MailboxLifted
)  # fmt: skip
WorkspaceEvent = Publication | Adopted
Event = AccountEvent | CampaignEvent | ContactPointEvent | PersonEvent | WorkspaceEvent
