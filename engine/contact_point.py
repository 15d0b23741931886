"""Objections, dead addresses and the accounts that know an address.

Written on stops and on what comes in, never per touch.  The suppression table is a view
of this stream that its partition owner writes on validated decisions.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.decision import Events, Nothing, Outcome, Refused
from engine.errors import StreamDamageError
from engine.events import Event, IncomingSeen, Objected, PersonLinked, PointDied
from engine.inputs import Input
from engine.refusals import RefusalCode
from engine.requests import LinkPerson, RecordDeadPoint, RecordIncoming, RecordObjection
from engine.rule_ids import RuleId


class ContactPointState(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What is known of one address or number."""

    known_by: tuple[tuple[str, str], ...] = ()  # (account, person), in order of knowing
    objected_at: datetime | None = None
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


def decide(state: ContactPointState, item: Input, at: datetime) -> Outcome:
    """Return what `item` changes for the address."""
    del at
    match item.request:
        case LinkPerson(account=account, person=person):
            if (account, person) in state.known_by:
                return Nothing()
            return _one(
                PersonLinked(
                    rule=RuleId.CONTACT_POINT_LINK,
                    account=account,
                    person=person,
                    is_suppressed=state.is_suppressed,
                    reason="bounce" if state.is_dead_only else "objection",
                )
            )
        case RecordObjection(account=account, person=person, scope=scope):
            if state.objected_at is not None:
                return Nothing()
            return _one(
                Objected(
                    rule=RuleId.EXIT_OBJECTION,
                    scope=scope,
                    account=account,
                    person=person,
                    accounts=state.known_by,
                )
            )
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


def _evolve(state: ContactPointState, event: Event, at: datetime, stream: str) -> ContactPointState:
    match event:
        case PersonLinked(account=account, person=person):
            return replace(state, known_by=(*state.known_by, (account, person)))
        case Objected():
            return replace(state, objected_at=at)
        case PointDied():
            return replace(state, died_at=at)
        case IncomingSeen():
            return replace(state, incoming_at=at)
        case _:
            raise StreamDamageError(stream, 0, type(event).__name__)


def _one(event: Event) -> Events:
    return Events(events=(event,))
