"""Objections, dead addresses and the accounts that know an address.

Written on stops and on what comes in, never per touch.  The suppression table is a view
of this stream that its partition owner writes on validated decisions.

An address is one person's *own*, or *shared*: marked, guessed, or known for a second
person.  What its owner says by it is said for the person; what is said by a shared one
stops that one channel, and nobody who is reached by it.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.decision import Events, Nothing, Outcome, Refused
from engine.errors import StreamDamageError
from engine.events import (
    Event,
    IncomingSeen,
    Objected,
    ObjectionLifted,
    PersonLinked,
    PointDied,
    PointMarked,
)
from engine.inputs import Input
from engine.objections import against_lifting
from engine.refusals import RefusalCode
from engine.requests import (
    LiftObjection,
    LinkPerson,
    MarkPoint,
    RecordDeadPoint,
    RecordIncoming,
    RecordObjection,
    SuppressOwnPoint,
)
from engine.rule_ids import RuleId


class ContactPointState(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What is known of one address or number."""

    known_by: tuple[tuple[str, str], ...] = ()  # (account, person), in order of knowing
    marked_shared: bool | None = None  # a person's word; None: nobody said anything
    is_guessed_shared: bool = False
    objected_at: datetime | None = None
    objected_for: tuple[str, ...] = ()  # whose own address it was
    is_first_hand: bool = False  # objected by a click or a message of the person
    died_at: datetime | None = None
    incoming_at: datetime | None = None

    @property
    def is_suppressed(self) -> bool:
        """Whether nothing may go to this address any more."""
        return self.objected_at is not None or self.died_at is not None

    @property
    def is_dead_only(self) -> bool:
        """Whether the address does not exist, and nobody objected by it."""
        return self.died_at is not None and self.objected_at is None

    @property
    def is_shared(self) -> bool:
        """Whether more than one person is reached by it."""
        return is_shared(self, _persons(self))


def is_shared(state: ContactPointState, persons: set[str]) -> bool:
    """Whether more than one person is reached by an address known for these."""
    if state.marked_shared is not None:
        return state.marked_shared
    return state.is_guessed_shared or len(persons) > 1


def decide(state: ContactPointState, item: Input, at: datetime) -> Outcome:
    """Return what `item` changes for the address."""
    match item.request:
        case LinkPerson() as request:
            return _link(state, request)
        case MarkPoint(is_shared=shared):
            if state.marked_shared is shared:
                return Nothing()
            return _one(PointMarked(rule=RuleId.CONTACT_POINT_MARK, is_shared=shared))
        case RecordObjection() as request:
            return _object(state, request)
        case SuppressOwnPoint() as request:
            return _suppress_own(state, request)
        case LiftObjection() as request:
            return _lift(state, item, request, at)
        case RecordDeadPoint(code=code):
            if state.died_at is not None:
                return Nothing()
            return _one(PointDied(rule=RuleId.EXIT_BOUNCE, code=code, accounts=state.known_by))
        case RecordIncoming(account=account, person=person):
            return _one(
                IncomingSeen(rule=RuleId.CONTACT_POINT_INCOMING, account=account, person=person)
            )
        case _:
            return Refused(code=RefusalCode.WRONG_STREAM, detail=item.stream)


def fold(
    state: ContactPointState, events: tuple[Event, ...], at: datetime, stream: str
) -> ContactPointState:
    """Return the contact point after `events`, oldest first."""
    for event in events:
        state = _evolve(state, event, at, stream)
    return state


def _link(state: ContactPointState, request: LinkPerson) -> Outcome:
    link = (request.account, request.person)
    guesses = request.is_shared and not state.is_guessed_shared
    if link in state.known_by and not guesses:
        return Nothing()
    persons = {request.person, *_persons(state), *state.objected_for}
    after = replace(state, is_guessed_shared=state.is_guessed_shared or request.is_shared)
    shared = is_shared(after, persons)
    return _one(
        PersonLinked(
            rule=RuleId.CONTACT_POINT_LINK,
            account=request.account,
            person=request.person,
            is_suppressed=state.is_suppressed,
            reason="bounce" if state.is_dead_only else "objection",
            is_shared=shared,
            is_guessed_shared=request.is_shared,
            is_objector=state.objected_at is not None and not shared,
        )
    )


def _object(state: ContactPointState, request: RecordObjection) -> Outcome:
    """Take what was said of this very address: its owner's word, or the end of the channel."""
    adds_weight = request.is_first_hand and not state.is_first_hand
    if state.objected_at is not None and not adds_weight:
        return Nothing()
    said_by = (request.person,) if request.person else ()
    return _one(
        Objected(
            rule=RuleId.EXIT_OBJECTION,
            scope=request.scope,
            account=request.account,
            person=request.person,
            accounts=state.known_by,
            is_shared=state.is_shared,
            persons=() if state.is_shared else tuple(sorted(_persons(state))) or said_by,
            touch=request.touch,
            is_first_hand=request.is_first_hand,
        )
    )


def _suppress_own(state: ContactPointState, request: SuppressOwnPoint) -> Outcome:
    """Follow a person's objection: an address of others too stays open for them."""
    persons = {request.person, *_persons(state)}
    guessed = replace(state, is_guessed_shared=state.is_guessed_shared or request.is_shared)
    if state.objected_at is not None or is_shared(guessed, persons):
        return Nothing()
    return _one(
        Objected(
            rule=RuleId.EXIT_OBJECTION,
            scope="all",
            account=request.account,
            person=request.person,
            accounts=state.known_by,
            persons=tuple(sorted(persons)),
            touch=request.touch,
            is_first_hand=request.is_first_hand,
        )
    )


def _lift(state: ContactPointState, item: Input, request: LiftObjection, at: datetime) -> Outcome:
    concerns = not request.person or request.person in state.objected_for
    if state.objected_at is None or not concerns:
        return Nothing()
    refusal = against_lifting(
        item, request, objected_at=state.objected_at, is_first_hand=state.is_first_hand, at=at
    )
    if refusal is not None:
        return refusal
    return _one(
        ObjectionLifted(
            rule=RuleId.EXIT_OBJECTION_LIFTED,
            reason=request.reason,
            accounts=state.known_by,
            persons=state.objected_for,
        )
    )


def _evolve(state: ContactPointState, event: Event, at: datetime, stream: str) -> ContactPointState:
    match event:
        case PersonLinked() as linked:
            return _linked(state, linked)
        case PointMarked(is_shared=shared):
            return replace(state, marked_shared=shared)
        case Objected() as objected:
            return replace(
                state,
                objected_at=at,
                objected_for=whose_word(objected),
                is_first_hand=objected.is_first_hand,
            )
        case ObjectionLifted():
            return replace(state, objected_at=None, objected_for=(), is_first_hand=False)
        case PointDied():
            return replace(state, died_at=at)
        case IncomingSeen():
            return replace(state, incoming_at=at)
        case _:
            raise StreamDamageError(stream, 0, type(event).__name__)


def _linked(state: ContactPointState, linked: PersonLinked) -> ContactPointState:
    link = (linked.account, linked.person)
    owners = dict.fromkeys((*state.objected_for, linked.person))
    return replace(
        state,
        known_by=state.known_by if link in state.known_by else (*state.known_by, link),
        is_guessed_shared=state.is_guessed_shared or linked.is_guessed_shared,
        objected_for=tuple(owners) if linked.is_objector else state.objected_for,
    )


def whose_word(objected: Objected) -> tuple[str, ...]:
    """Return the persons whose own word an objection is; nobody's, by a shared address.

    Older objections do not say: of several people at one address, who said it is meant.
    """
    if objected.is_shared or objected.persons:
        return objected.persons
    persons = {person for _, person in objected.accounts}
    return tuple(persons) if len(persons) == 1 else (objected.person,) * bool(objected.person)


def _persons(state: ContactPointState) -> set[str]:
    return {person for _, person in state.known_by}


def _one(event: Event) -> Events:
    return Events(events=(event,))
