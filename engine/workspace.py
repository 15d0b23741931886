"""Publications: decided once, numbered densely, adopted by every partition.

The same fold serves the workspace's own log and each partition that adopts from it,
so "the rules in force" are the same value in both.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.decision import Events, Nothing, Outcome, Refused
from engine.errors import StreamDamageError
from engine.events import (
    Adopted,
    Event,
    MailboxHeld,
    MailboxLifted,
    MailboxPublished,
    Publication,
    RulesetPublished,
    SendingHeld,
    SendingLifted,
    SequencePublished,
)
from engine.inputs import Input
from engine.plan import Sequence
from engine.refusals import RefusalCode
from engine.requests import (
    HoldMailbox,
    HoldSending,
    LiftMailbox,
    LiftSending,
    Mailbox,
    PublishMailbox,
    PublishRuleset,
    PublishSequence,
)
from engine.roles import ROLES, told_apart
from engine.rule_ids import RuleId
from engine.ruleset import Ruleset
from engine.texts import first_unwritable
from engine.values import Sealed


class MailboxHold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why nothing goes out from a mailbox, or when that was over."""

    rule: str
    code: str
    since_at: datetime
    lifted_at: datetime | None = None  # faults seen before are known


class SendingHold(Struct, frozen=True, gc=False):
    """Why no e-mail leaves, and since when."""

    rule: str
    since_at: datetime


class Workspace(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is published, up to and including publication `w`."""

    w: int = 0
    ruleset: Ruleset | None = None
    sequences: dict[str, Sequence] = {}  # by hash
    mailboxes: dict[str, Mailbox] = {}
    sending_hold: SendingHold | None = None
    mailbox_holds: dict[str, MailboxHold] = {}  # by mailbox, those that were lifted too

    def hold_of(self, mailbox: str) -> MailboxHold | None:
        """Return what holds a mailbox; None if nothing does."""
        hold = self.mailbox_holds.get(mailbox)
        return hold if hold is not None and hold.lifted_at is None else None


def decide(state: Workspace, item: Input, at: datetime) -> Outcome:
    """Return the publication `item` causes; the same content again is `Nothing`."""
    following = state.w + 1
    match item.request:
        case PublishRuleset(ruleset=ruleset, is_first=is_first):
            if ruleset == state.ruleset or (is_first and state.ruleset is not None):
                return Nothing()
            if state.ruleset is not None and ruleset.version == state.ruleset.version:
                return Refused(code=RefusalCode.ALREADY_EXISTS, detail=ruleset.version)
            return Events(
                events=(RulesetPublished(rule=RuleId.PUBLICATION, w=following, ruleset=ruleset),)
            )
        case PublishSequence(hash=name, sequence=sequence):
            if name in state.sequences:
                return Nothing()
            if sequence.is_draft:
                return Refused(code=RefusalCode.DRAFT, detail=sequence.name)
            unknown = _unknown_role(state, sequence)
            if unknown is not None:
                return unknown
            published = SequencePublished(
                rule=RuleId.PUBLICATION, w=following, hash=name, sequence=sequence
            )
            return Events(events=(published,))
        case PublishMailbox(mailbox=mailbox):
            return _publish_mailbox(state, mailbox, at)
        case HoldMailbox():
            return _hold_mailbox(state, item.request, seen_at=item.at, at=at)
        case LiftMailbox(mailbox=name, reason=reason):
            return _lift_mailbox(state, name, reason, at)
        case HoldSending():
            return _hold(state, item.request, following, at)
        case LiftSending(reason=reason):
            if state.sending_hold is None:
                return Nothing()
            lifted = SendingLifted(rule=RuleId.SENDING_ORDER, w=following, reason=reason)
            return Events(events=(lifted,))
        case _:
            return Refused(code=RefusalCode.WRONG_STREAM, detail=item.stream)


def _unknown_role(state: Workspace, sequence: Sequence) -> Refused | None:
    """Return why nobody could ever have a role that a sequence addresses; None if all can."""
    roles = ROLES if state.ruleset is None else state.ruleset.known_roles
    names = {role.name for role in roles}
    for step in sequence.steps:
        for role in step.roles:
            if role.name not in names:
                detail = f"step {step.id}: {told_apart(roles, role.name)}"
                return Refused(code=RefusalCode.UNKNOWN_ROLE, detail=detail, rule=RuleId.ROLE_KNOWN)
    return None


def _hold(state: Workspace, request: HoldSending, w: int, at: datetime) -> Outcome:
    rule = RuleId.SENDING_RESTORED if request.is_restored else RuleId.SENDING_ORDER
    if state.sending_hold is not None and state.sending_hold.rule == rule:
        return Nothing()
    return Events(events=(SendingHeld(rule=rule, w=w, since_at=at, reason=request.reason),))


def _publish_mailbox(state: Workspace, mailbox: Mailbox, at: datetime) -> Outcome:
    """Publish a mailbox; one that was held goes again, since somebody has changed it."""
    fault = first_unwritable(mailbox.values)
    if fault:
        return Refused(code=RefusalCode.UNWRITABLE, detail=fault)
    if state.mailboxes.get(mailbox.name) == mailbox:
        return Nothing()
    published = MailboxPublished(rule=RuleId.PUBLICATION, w=state.w + 1, mailbox=mailbox)
    if state.hold_of(mailbox.name) is None:
        return Events(events=(published,))
    lifted = MailboxLifted(
        rule=RuleId.MAILBOX_CORRECTED, w=state.w + 2, mailbox=mailbox.name, lifted_at=at
    )
    return Events(events=(published, lifted))


def _hold_mailbox(
    state: Workspace, request: HoldMailbox, *, seen_at: datetime, at: datetime
) -> Outcome:
    """Hold a mailbox once; a fault seen before the last lift is known already."""
    name = request.mailbox
    if name not in state.mailboxes:
        return Refused(code=RefusalCode.UNKNOWN_MAILBOX, detail=name)
    known = state.mailbox_holds.get(name)
    if known is not None and (known.lifted_at is None or seen_at <= known.lifted_at):
        return Nothing()
    text, _, found = request.code.partition(":")
    faults = (RuleId.MAILBOX_ADDRESS_MISSING, RuleId.MAILBOX_MALFORMED)
    rule = next((fault for fault in faults if fault == text), RuleId.MAILBOX_REFUSED)
    held = MailboxHeld(rule=rule, w=state.w + 1, mailbox=name, code=found, since_at=at)
    return Events(events=(held,))


def _lift_mailbox(state: Workspace, name: str, reason: Sealed | None, at: datetime) -> Outcome:
    if name not in state.mailboxes:
        return Refused(code=RefusalCode.UNKNOWN_MAILBOX, detail=name)
    if reason is None:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    if state.hold_of(name) is None:
        return Nothing()
    lifted = MailboxLifted(
        rule=RuleId.MAILBOX_LIFTED, w=state.w + 1, mailbox=name, lifted_at=at, reason=reason
    )
    return Events(events=(lifted,))


def adopt(publication: Publication) -> Events:
    """Return how a partition takes a publication into its own history."""
    return Events(events=(Adopted(rule=RuleId.ADOPTION, w=publication.w, publication=publication),))


def fold(state: Workspace, events: tuple[Event, ...], stream: str) -> Workspace:
    """Return the workspace after `events`, oldest first."""
    for event in events:
        state = _evolve(state, event, stream)
    return state


def _evolve(state: Workspace, event: Event, stream: str) -> Workspace:
    match event:
        case Adopted(publication=publication):
            return _evolve(state, publication, stream)
        case _ if isinstance(event, Publication) and event.w != state.w + 1:
            raise StreamDamageError(stream, state.w, type(event).__name__)
        case RulesetPublished(w=w, ruleset=ruleset):
            return replace(state, w=w, ruleset=ruleset)
        case SequencePublished(w=w, hash=name, sequence=sequence):
            return replace(state, w=w, sequences=state.sequences | {name: sequence})
        case MailboxPublished(w=w, mailbox=mailbox):
            return replace(state, w=w, mailboxes=state.mailboxes | {mailbox.name: mailbox})
        case SendingHeld(w=w, rule=rule, since_at=since_at):
            return replace(state, w=w, sending_hold=SendingHold(rule, since_at))
        case SendingLifted(w=w):
            return replace(state, w=w, sending_hold=None)
        case MailboxHeld(w=w, mailbox=name, since_at=since_at):
            hold = MailboxHold(rule=event.rule, code=event.code, since_at=since_at)
            return replace(state, w=w, mailbox_holds=state.mailbox_holds | {name: hold})
        case MailboxLifted(w=w, mailbox=name, lifted_at=lifted_at):
            lifted = replace(state.mailbox_holds[name], lifted_at=lifted_at)
            return replace(state, w=w, mailbox_holds=state.mailbox_holds | {name: lifted})
        case _:
            raise StreamDamageError(stream, state.w, type(event).__name__)
