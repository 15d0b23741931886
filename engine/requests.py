"""What may be asked of a stream, or reported to it.

Imperative: a command asks, a `Record...` reports an outside fact.  The wire name is the
class name in snake case; class and field names never change once stored.  New fields
have defaults.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from engine.ids import Name, Number
from engine.plan import PointTerms, Sequence
from engine.ruleset import Ruleset
from engine.values import (
    About,
    Channel,
    ContactPoint,
    Grant,
    KeptContact,
    NextPoint,
    Sealed,
    SequenceRef,
)


def wire_name(class_name: str) -> str:
    """Return the wire name of an input or event: its class name in snake case."""
    return "".join("_" + c.lower() if c.isupper() else c for c in class_name).lstrip("_")


class _Request(Struct, frozen=True, kw_only=True, omit_defaults=True, tag=wire_name):
    """Wire settings that all requests share."""


# --- account: who there is ---------------------------------------------------------


class Attributes(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Dated facts of an organisation; none of them is personal."""

    name: Name
    name_with_article: str = ""  # "la Ville de Niort": stored, never made up
    kind: Name = ""  # "commune", "communauté d'agglomération"...
    kind_plural: str = ""
    siren: Name = ""
    population: Number = 0
    departement: Name = ""
    school_zone: Name = ""  # empty where there is none
    holiday_area: Name = ""
    time_zone: Name = "Europe/Paris"
    is_sample: bool = False


class AddAccount(_Request, frozen=True, kw_only=True):
    """Make an organisation known."""

    attributes: Attributes


class AddPerson(_Request, frozen=True, kw_only=True):
    """Give a person a position in the account."""

    person: Name
    role: Name
    points: tuple[ContactPoint, ...] = ()
    fields: tuple[Sealed, ...] = ()  # name, salutation, function, source of the contact
    is_invented: bool = False
    domain: Name = ""  # what a service head is the head of, or an élu answers for: "education"


class AddContactPoint(_Request, frozen=True, kw_only=True):
    """Give a person another address or number."""

    person: Name
    point: ContactPoint


class RecordDeparture(_Request, frozen=True, kw_only=True):
    """Report that a person left the position (exit S5)."""

    person: Name


class RecordVote(_Request, frozen=True, kw_only=True):
    """Report the day of a budget vote: held, or to come and announced."""

    vote_on: date
    budget_year: Number = 0  # 0: that of the day, from October on the next year's


class SetValues(_Request, frozen=True, kw_only=True):
    """Set values that messages of this account use."""

    values: dict[str, str]


# --- account: enrolments -----------------------------------------------------------


class Enrol(_Request, frozen=True, kw_only=True):
    """Take the account through a sequence."""

    sequence: SequenceRef
    about: About
    participants: dict[Name, Name]  # role -> person; may be empty
    start_on: date
    campaign: Name = ""  # with one, the enrolment waits for its opening
    next_point: PointTerms | None = None  # the campaign's default
    values: dict[str, str] = {}
    re_enrol_reason: str = ""  # overrides a cool-down that followed silence


class OpenEnrolment(_Request, frozen=True, kw_only=True):
    """Let an enrolment that waits for its campaign begin."""

    enrolment: Number
    start_on: date  # shifted by whole weeks if the campaign opened late


class PlanAgain(_Request, frozen=True, kw_only=True):
    """Plan what lies ahead by the rules in force: they are not those it was planned by."""


class PauseForCampaign(_Request, frozen=True, kw_only=True):
    """Hold an enrolment: its campaign stands still, decided there."""

    enrolment: Number
    reason: str
    until: date | None = None


class ResumeForCampaign(_Request, frozen=True, kw_only=True):
    """Let an enrolment go on with its campaign: decided there."""

    enrolment: Number


class CloseForCampaign(_Request, frozen=True, kw_only=True):
    """End an enrolment with its campaign: decided there."""

    enrolment: Number
    reason: str


class AssignParticipant(_Request, frozen=True, kw_only=True):
    """Give a role a person, or another person."""

    enrolment: Number
    role: Name
    person: Name


class Pause(_Request, frozen=True, kw_only=True):
    """Hold an account, an enrolment or a person."""

    reason: str
    enrolment: Number = 0  # 0: the whole account
    person: Name = ""
    until: date | None = None


class Resume(_Request, frozen=True, kw_only=True):
    """Lift one hold."""

    hold: Number


class Withdraw(_Request, frozen=True, kw_only=True):
    """End an enrolment by order."""

    enrolment: Number
    reason: str


class AddTouch(_Request, frozen=True, kw_only=True):
    """Plan one touch by hand."""

    enrolment: Number
    person: Name
    channel: Channel
    on: date
    reason: str
    role: Name = ""
    override_reason: str = ""  # of the hierarchy rule; audited
    subject: str = ""  # stands in old inputs; a message brings its own
    message: str = ""  # key of the sequence's messages, for an e-mail


class SkipTouch(_Request, frozen=True, kw_only=True):
    """Leave a planned touch out."""

    touch: Number
    reason: str


class SettleTouch(_Request, frozen=True, kw_only=True):
    """Say what became of an attempt whose outcome is unknown."""

    touch: Number
    was_sent: bool
    reason: str
    attempt_again: bool = False


# --- account: the world ------------------------------------------------------------


class Reach(StrEnum):
    """What became of one attempt to send."""

    SENT = "sent"
    REFUSED = "refused"  # permanent
    POSTPONED = "postponed"  # temporary refusal: attempted again by rule
    NOT_SENT = "not_sent"  # released before anything left
    UNKNOWN = "unknown"
    ABSENT = "absent"  # the peer surely has nothing, and the sender is dead
    ERASED = "erased"  # the person's key is destroyed
    BROKEN = "broken"  # never written or never to be sent as it is: somebody corrects it


class Wake(_Request, frozen=True, kw_only=True):
    """The stream's own timer fired: do what is due."""

    due_at: datetime
    fired_at: datetime
    claimed: tuple[Number, ...] | None = None  # touches asked for; None: nobody asked
    kept: tuple[KeptContact, ...] = ()  # those of them that have to wait


class AttemptTouch(_Request, frozen=True, kw_only=True):
    """Attempt a due e-mail under a grant, or hear what keeps it back."""

    touch: Number
    attempt: Number
    due_at: datetime
    fired_at: datetime
    grant: Grant | None = None
    kept_back_by: str = ""  # rule of a cap the account cannot see
    until_at: datetime | None = None
    has_waited: bool = False  # in line for its turn since before its slot ended
    kept_back_for: Name = ""  # the account whose claim keeps it back


class RecordAttempt(_Request, frozen=True, kw_only=True):
    """Report what became of an attempt."""

    touch: Number
    attempt: Number
    reach: Reach
    code: str = ""  # SMTP reply code, or the rule that released it and what it names
    message_id: str = ""
    digest: str = ""  # sha256 of the bytes sent
    size_bytes: Number = 0
    mailbox: Name = ""  # whose own set-up was at fault; empty: none


class ClaimTask(_Request, frozen=True, kw_only=True):
    """Open a task to work on it."""

    task: Number


class CompleteTask(_Request, frozen=True, kw_only=True):
    """Close a task with its outcome and what the outcome requires."""

    task: Number
    outcome: str
    note: Sealed | None = None
    next_point: NextPoint | None = None
    meeting_at: datetime | None = None
    is_hour_meant: bool = False  # of the meeting, although nobody meets then
    callback_at: datetime | None = None
    person: Name = ""  # whom the outcome concerns, or the right person as `next_person`
    maturity: str = ""
    calendar: str = ""
    others: str = ""
    is_hot: bool = False
    no_more_calls: bool = False
    checked: tuple[str, ...] = ()
    next_person: Name = ""  # who is in charge, where the person called is not


class RecordReply(_Request, frozen=True, kw_only=True):
    """Report a human reply."""

    person: Name = ""
    touch: Number = 0
    text: Sealed | None = None
    message_id: str = ""


class RecordAutomaticReply(_Request, frozen=True, kw_only=True):
    """Report an absence notice; it is no reply."""

    person: Name = ""
    touch: Number = 0
    return_on: date | None = None


class RecordBounce(_Request, frozen=True, kw_only=True):
    """Report that an address does not take messages."""

    person: Name = ""
    touch: Number = 0
    tag: Name = ""
    is_permanent: bool = True
    code: str = ""


class RecordMeeting(_Request, frozen=True, kw_only=True):
    """Report an agreed meeting; it belongs to the account, whatever runs."""

    enrolment: Number = 0  # 0: the person's newest that runs, if any does
    person: Name
    meeting_at: datetime
    is_hour_meant: bool = False  # although nobody meets then


class RecordRefusal(_Request, frozen=True, kw_only=True):
    """Report that somebody refused, in writing or otherwise."""

    person: Name
    touch: Number = 0


class RecordNotice(_Request, frozen=True, kw_only=True):
    """Report a published notice on the same object (exit S6)."""

    reference: str
    enrolment: Number = 0


class RecordOpportunity(_Request, frozen=True, kw_only=True):
    """Report that a colleague took the account up as an opportunity (exit S7)."""

    reference: str
    enrolment: Number = 0


class SetMilestone(_Request, frozen=True, kw_only=True):
    """Fix the account's next point."""

    next_point: NextPoint
    enrolment: Number = 0


class ChangeStatus(_Request, frozen=True, kw_only=True):
    """Move the account to lead, prospect or client."""

    status: str
    evidence: str = ""  # "contract" or "invoice"
    reference: str = ""
    signed_on: date | None = None


class ChangeStage(_Request, frozen=True, kw_only=True):
    """Move the account to a stage of the cycle."""

    stage: str
    reason: str = ""


class TakeBack(_Request, frozen=True, kw_only=True):
    """Take back the last purchase, opportunity, stage or status: it was recorded by mistake."""

    reason: str


class StopPerson(_Request, frozen=True, kw_only=True):
    """Stop what goes to a person or an address here: decided elsewhere."""

    tag: Name
    person: Name = ""
    reason: str = "objection"


class StopPoint(_Request, frozen=True, kw_only=True):
    """Use a shared address or number for a person here no more: decided elsewhere."""

    tag: Name
    person: Name


class LiftStop(_Request, frozen=True, kw_only=True):
    """Let a person here be contacted again, or by a point: decided elsewhere."""

    person: Name
    tag: Name = ""  # of the point; empty: the person's own stop


class DoubtTouches(_Request, frozen=True, kw_only=True):
    """Say that what was due until an instant may have been attempted: nobody remembers."""

    until_at: datetime


# --- campaign ----------------------------------------------------------------------


class CreateCampaign(_Request, frozen=True, kw_only=True):
    """Found a campaign: purpose, plan, preparation."""

    title: Name
    sequence: SequenceRef
    about: About
    start_on: date
    segment: Name = ""
    policy: Name = ""  # public policy served
    goals: dict[str, int] = {}
    accounts_min: Number = 0
    accounts_max: Number = 0
    next_point: PointTerms | None = None  # default of its enrolments
    values: dict[str, str] = {}
    mailbox: Name = ""  # stands in old inputs; the workspace's own sends
    school_zone: Name = ""
    time_zone: Name = "Europe/Paris"


class RegisterEnrolment(_Request, frozen=True, kw_only=True):
    """Count an account's enrolment in the campaign."""

    account: Name
    enrolment: Number


class OpenCampaign(_Request, frozen=True, kw_only=True):
    """Let the enrolments begin; needs the preparation done."""


class PauseCampaign(_Request, frozen=True, kw_only=True):
    """Let all of a campaign stand still."""

    reason: str
    until: date | None = None


class ResumeCampaign(_Request, frozen=True, kw_only=True):
    """Let a campaign go on."""


class CloseCampaign(_Request, frozen=True, kw_only=True):
    """End a campaign: each account keeps a dated next point."""

    reason: str


# --- contact point -----------------------------------------------------------------


class LinkPerson(_Request, frozen=True, kw_only=True):
    """Note that an account knows this address for a person."""

    account: Name
    person: Name
    is_shared: bool = False  # marked or guessed: others are reached by it too


class RecordObjection(_Request, frozen=True, kw_only=True):
    """Report that nothing is wanted at this address (exit S3): its owner's word, if it has one."""

    account: Name = ""
    person: Name = ""
    touch: Number = 0
    scope: Name = "all"
    is_first_hand: bool = False  # by a click or a message of the person: nobody lifts it


class SuppressOwnPoint(_Request, frozen=True, kw_only=True):
    """Suppress the address of a person who objected, if it is that person's alone."""

    account: Name = ""
    person: Name
    touch: Number = 0
    is_shared: bool = False  # marked or guessed where it is known
    is_first_hand: bool = False


class MarkPoint(_Request, frozen=True, kw_only=True):
    """Say whether an address is shared by several people or one person's own."""

    is_shared: bool


class LiftObjection(_Request, frozen=True, kw_only=True):
    """Take back an objection that was recorded by mistake."""

    reason: Sealed | None = None
    person: Name = ""  # asked of a point: only if it was stopped as this person's own
    tag: Name = ""  # asked of a person: only if the objection came by this point


class RecordDeadPoint(_Request, frozen=True, kw_only=True):
    """Report that the address does not exist (exit S4)."""

    account: Name = ""
    person: Name = ""
    code: str = ""


class RecordIncoming(_Request, frozen=True, kw_only=True):
    """Note an incoming message; the retention clock runs from it."""

    account: Name = ""
    person: Name = ""


# --- person ------------------------------------------------------------------------


class NotePosition(_Request, frozen=True, kw_only=True):
    """Note that an account knows the person, and by which points."""

    account: Name
    points: tuple[Name, ...] = ()  # tags
    shared: tuple[Name, ...] = ()  # those of them that are marked or guessed to be shared


class RecordPersonObjection(_Request, frozen=True, kw_only=True):
    """Report that the person wants no more contact, wherever he or she stands (exit S3)."""

    account: Name = ""
    touch: Number = 0
    tag: Name = ""  # of the own address by which it was said
    is_first_hand: bool = False  # by a click or a message of the person: nobody lifts it


# --- workspace ---------------------------------------------------------------------


class Mailbox(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sending identity; what is personal in it is sealed."""

    name: Name
    domain: Name
    per_day_max: Number = 100  # messages in a rolling day
    per_domain_max: Number = 20  # of these, to one recipient domain
    gap_seconds: Number = 0  # at least, from one message to the next
    fields: tuple[Sealed, ...] = ()  # address, sender's name, function, telephone
    values: dict[str, str] = {}  # company, postal address


class PublishRuleset(_Request, frozen=True, kw_only=True):
    """Put a ruleset in force."""

    ruleset: Ruleset
    is_first: bool = False  # only where none is in force yet: a home that starts changes no rules


class PublishSequence(_Request, frozen=True, kw_only=True):
    """Publish an immutable sequence under its hash."""

    hash: Name
    sequence: Sequence


class PublishMailbox(_Request, frozen=True, kw_only=True):
    """Make a mailbox known, or change its limits."""

    mailbox: Mailbox


class HoldSending(_Request, frozen=True, kw_only=True):
    """Keep every e-mail back, of all mailboxes, until somebody lets them go."""

    reason: Sealed | None = None
    is_restored: bool = False  # the home comes from a backup


class LiftSending(_Request, frozen=True, kw_only=True):
    """Let e-mails go again."""

    reason: Sealed | None = None


class HoldMailbox(_Request, frozen=True, kw_only=True):
    """Let nothing go out from a mailbox until somebody lifts it: its own set-up is at fault."""

    mailbox: Name
    code: str  # rule, and after a colon what it names: "mailbox.refused:auth 535 5.7.8"


class LiftMailbox(_Request, frozen=True, kw_only=True):
    """Let messages go out from a mailbox again."""

    mailbox: Name
    reason: Sealed | None = None


class Adopt(_Request, frozen=True, kw_only=True):
    """Take publication `w` of the workspace into this partition."""

    w: int


AccountRequest = (
    AddAccount | AddPerson | AddContactPoint | RecordDeparture | RecordVote | SetValues
    | Enrol | OpenEnrolment | PlanAgain | AssignParticipant | Pause | Resume | Withdraw | AddTouch
    | SkipTouch | SettleTouch | Wake | AttemptTouch | RecordAttempt | ClaimTask
    | CompleteTask | RecordReply | RecordAutomaticReply | RecordBounce | RecordMeeting
    | RecordRefusal | RecordNotice | RecordOpportunity | SetMilestone | ChangeStatus
    | TakeBack | ChangeStage | StopPerson | StopPoint | LiftStop | DoubtTouches
    | PauseForCampaign | ResumeForCampaign | CloseForCampaign
)  # fmt: skip
CampaignRequest = (
    CreateCampaign | RegisterEnrolment | OpenCampaign | CompleteTask | ClaimTask | Wake
    | PauseCampaign | ResumeCampaign | CloseCampaign
)  # fmt: skip
ContactPointRequest = (
    LinkPerson | RecordObjection | SuppressOwnPoint | MarkPoint | LiftObjection
    | RecordDeadPoint | RecordIncoming
)  # fmt: skip
PersonRequest = NotePosition | RecordPersonObjection | LiftObjection
WorkspaceRequest = (
    PublishRuleset | PublishSequence | PublishMailbox
    | HoldSending | LiftSending | HoldMailbox | LiftMailbox | Adopt
)  # fmt: skip
OwnerRequest = Wake | AttemptTouch | RecordAttempt | Adopt
"""Raised by the owner of a partition, and kept only inside its decision."""

ReactionRequest = (
    OpenEnrolment | RegisterEnrolment | LinkPerson | NotePosition | StopPerson | StopPoint
    | LiftStop | SuppressOwnPoint | RecordDeadPoint | RecordIncoming | HoldMailbox
    | PauseForCampaign | ResumeForCampaign | CloseForCampaign
)  # fmt: skip
"""Raised by reactors: what an event of one stream asks of another."""

EngineRequest = OwnerRequest | ReactionRequest | DoubtTouches
"""What no caller may ask: each follows from something that was decided."""

CallerRequest = (
    AddAccount | AddPerson | AddContactPoint | RecordDeparture | RecordVote | SetValues
    | Enrol | PlanAgain | AssignParticipant | Pause | Resume | Withdraw | AddTouch | SkipTouch
    | SettleTouch | ClaimTask | CompleteTask | RecordReply | RecordAutomaticReply | RecordBounce
    | RecordMeeting | RecordRefusal | RecordNotice | RecordOpportunity | SetMilestone
    | ChangeStatus | TakeBack | ChangeStage | CreateCampaign | OpenCampaign | RecordObjection
    | PublishRuleset | PublishSequence | PublishMailbox | HoldSending | LiftSending
    | LiftMailbox | RecordPersonObjection | LiftObjection | MarkPoint
    | PauseCampaign | ResumeCampaign | CloseCampaign
)  # fmt: skip
"""What may come in from outside, through whatever entrance; disjoint from `EngineRequest`."""

Request = CallerRequest | EngineRequest

RETIRED: Mapping[type, tuple[str, ...]] = {AddTouch: ("subject",), CreateCampaign: ("mailbox",)}
"""Fields that stand in old inputs, and that no rule reads: no entrance takes them any more."""
