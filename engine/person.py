"""What holds for a human wherever he or she stands: the objection, and who knows the person.

A stop of a person depends on no account and no address: it is decided here, also for
somebody who has neither yet, and binds whatever becomes known later.
"""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.decision import Events, Nothing, Outcome, Refused
from engine.errors import StreamDamageError
from engine.events import Event, ObjectionLifted, PersonObjected, PositionNoted
from engine.ids import name_of
from engine.inputs import Input
from engine.objections import against_lifting
from engine.refusals import RefusalCode
from engine.requests import LiftObjection, NotePosition, RecordPersonObjection
from engine.rule_ids import RuleId


class PersonState(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What is known of one human, whatever the account."""

    known_by: tuple[str, ...] = ()  # accounts, in order of knowing
    points: tuple[str, ...] = ()  # tags of addresses and numbers
    shared: tuple[str, ...] = ()  # those of them that are marked or guessed to be shared
    objected_at: datetime | None = None
    objected_by: str = ""  # tag of the own address by which it was said
    is_first_hand: bool = False  # by a click or a message of the person


def decide(state: PersonState, item: Input, at: datetime) -> Outcome:
    """Return what `item` changes for the person."""
    match item.request:
        case NotePosition() as request:
            return _note(state, request)
        case RecordPersonObjection() as request:
            return _object(state, request)
        case LiftObjection() as request:
            return _lift(state, item, request, at)
        case _:
            return Refused(code=RefusalCode.WRONG_STREAM, detail=item.stream)


def fold(state: PersonState, events: tuple[Event, ...], at: datetime, stream: str) -> PersonState:
    """Return the person after `events`, oldest first."""
    for event in events:
        state = _evolve(state, event, at, stream)
    return state


def _note(state: PersonState, request: NotePosition) -> Outcome:
    fresh = tuple(tag for tag in dict.fromkeys(request.points) if tag not in state.points)
    if request.account in state.known_by and not fresh:
        return Nothing()
    noted = PositionNoted(
        rule=RuleId.PERSON_LINK,
        account=request.account,
        points=fresh,
        shared=tuple(tag for tag in fresh if tag in request.shared),
        is_stopped=state.objected_at is not None,
    )
    return Events(events=(noted,))


def _object(state: PersonState, request: RecordPersonObjection) -> Outcome:
    is_new_here = bool(request.account) and request.account not in state.known_by
    adds_weight = request.is_first_hand and not state.is_first_hand
    if state.objected_at is not None and not adds_weight:
        here = NotePosition(account=request.account)
        return _note(state, here) if is_new_here else Nothing()
    objected = PersonObjected(
        rule=RuleId.EXIT_OBJECTION,
        account=request.account,
        touch=request.touch,
        tag=request.tag,
        is_first_hand=request.is_first_hand,
        accounts=(*state.known_by, request.account) if is_new_here else state.known_by,
        points=state.points,
        shared=state.shared,
    )
    return Events(events=(objected,))


def _lift(state: PersonState, item: Input, request: LiftObjection, at: datetime) -> Outcome:
    if state.objected_at is None or (request.tag and request.tag != state.objected_by):
        return Nothing()
    refusal = against_lifting(
        item, request, objected_at=state.objected_at, is_first_hand=state.is_first_hand, at=at
    )
    if refusal is not None:
        return refusal
    lifted = ObjectionLifted(
        rule=RuleId.EXIT_OBJECTION_LIFTED,
        reason=request.reason,
        accounts=tuple((account, name_of(item.stream)) for account in state.known_by),
        points=state.points,
    )
    return Events(events=(lifted,))


def _evolve(state: PersonState, event: Event, at: datetime, stream: str) -> PersonState:
    match event:
        case PositionNoted(account=account, points=points, shared=shared):
            return replace(
                state,
                known_by=_with(state.known_by, account),
                points=(*state.points, *points),
                shared=(*state.shared, *shared),
            )
        case PersonObjected(account=account, tag=tag, is_first_hand=is_first_hand):
            return replace(
                state,
                known_by=_with(state.known_by, account) if account else state.known_by,
                objected_at=at,
                objected_by=tag,
                is_first_hand=is_first_hand,
            )
        case ObjectionLifted():
            return replace(state, objected_at=None, objected_by="", is_first_hand=False)
        case _:
            raise StreamDamageError(stream, 0, type(event).__name__)


def _with(known: tuple[str, ...], name: str) -> tuple[str, ...]:
    return known if name in known else (*known, name)
