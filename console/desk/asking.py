"""Ask something of a running home, and return what was decided."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from msgspec import Struct

from console.desk.clock_words import DEFAULT_ZONE
from console.desk.errors import NoAnswerError, RefusedError
from console.desk.free_texts import opened_texts, replaced, with_sealed_texts
from console.desk.ports import HomeDoor
from console.desk.session import Session
from engine.decision import Events, Nothing, Outcome, Quarantined, Refused, Repeated, events_of
from engine.errors import DamageError
from engine.events import Event
from engine.ids import StreamId, StreamKind, kind_of, name_of
from engine.inputs import Input, Lane
from engine.refusals import RefusalCode
from infra.clock import VirtualClock
from infra.intake import Intake, Submission
from infra.runtime.answers import Answer
from projections.queries.accounts import zone_of_account

WITHIN = timedelta(seconds=15)
BATCH_AT_ONCE = 200

E = TypeVar("E", bound=Event)


class QuarantinedError(DamageError):
    """The rules broke on what was asked; its bytes are kept."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(
            f"expected a decision on {what}, got: quarantined ({reason}); "
            "nothing was changed, report it with this line"
        )


class DecisionReceipt(Struct, frozen=True, kw_only=True):
    """What one input caused, as a document."""

    input_id: str
    outcome: str  # "events", "nothing", "repeated"
    stream: str
    version: int
    partition: int  # -1: the workspace's own log
    seq: int
    w: int
    events: tuple[Event, ...] = ()
    in_flight: tuple[str, ...] = ()  # touches that had left when a stop was recorded
    zone: str = DEFAULT_ZONE  # in which its instants are read


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedDoor:
    """A door that is given a stated time to answer; see `infra.intake.Asker`."""

    door: HomeDoor
    within: timedelta

    async def ask(self, inputs: Sequence[Input], *, lane: Lane) -> Sequence[Answer | None]:
        """Return the answers in order; None where none came in time."""
        seconds = self.within.total_seconds()
        return await self.door.ask(inputs, lane=lane, within_seconds=seconds)


async def intake_of(session: Session) -> Intake:
    """Return the way in, in the actor's name, at the home's instant.

    What it submits needs the newest publication there was when the session first asked how
    the home stands: whoever plans by what is published reads that before.
    """
    health = await session.health()
    home = session.home
    return Intake(
        asker=TimedDoor(door=await home.door(), within=WITHIN),
        vault=await home.vault(),
        tagger=await home.tagger(),
        clock=VirtualClock(health.now_at),
        actor=session.actor,
        source=session.source,
        needs_w=health.w,
    )


async def submit(
    session: Session, submissions: Sequence[Submission], *, what: str
) -> tuple[DecisionReceipt, ...]:
    """Ask several things at once, free texts sealed, and return what each caused.

    Raises:
        RefusedError: One was refused; the others stand as decided.
        NoAnswerError: One was not decided in time.
        QuarantinedError: The rules broke on one.
    """
    intake = await intake_of(session)
    sealed, known = await with_sealed_texts(intake, submissions)
    answers = await intake.ask(sealed)
    zones = {stream: await _zone_of(session, stream) for stream in _streams(submissions)}
    receipts = tuple(
        replaced(_receipt(answer, what, zone=zones[submission.stream]), known)
        for submission, answer in zip(submissions, answers, strict=True)
    )
    return await opened_texts(session, receipts)


async def submit_batch(
    session: Session,
    submissions: Sequence[Submission],
    *,
    batch: str,
    needs_w: int,
    progressed: Callable[[int, int], None],
) -> tuple[DecisionReceipt, ...]:
    """Ask many streams the same, some hundreds at a time behind what people ask.

    What is asked has a name of its own for each stream: asked again, it goes on where it
    stopped.  Errors as of `submit`; what was decided before one stands.

    Args:
        session: Who asks.
        submissions: What is asked; no free text in it.
        batch: Name of the whole, kept in every input.
        needs_w: The publication that each stream must have adopted first.
        progressed: Is told how many of how many are decided.
    """
    intake = replace(await intake_of(session), needs_w=needs_w)
    receipts: list[DecisionReceipt] = []
    for start in range(0, len(submissions), BATCH_AT_ONCE):
        some = submissions[start : start + BATCH_AT_ONCE]
        answers = await intake.ask(some, lane=Lane.BULK, batch=batch)
        receipts += [_receipt(answer, batch) for answer in answers]
        progressed(len(receipts), len(submissions))
    return tuple(receipts)


def first_of(decisions: Iterable[DecisionReceipt], kind: type[E]) -> E | None:
    """Return the first event of a class that was caused; None if there is none."""
    events = (event for decision in decisions for event in decision.events)
    return next((event for event in events if isinstance(event, kind)), None)


def _streams(submissions: Sequence[Submission]) -> set[StreamId]:
    return {submission.stream for submission in submissions}


async def _zone_of(session: Session, stream: StreamId) -> str:
    """Return in which zone people read the instants of a stream."""
    if kind_of(stream) is not StreamKind.ACCOUNT:
        return DEFAULT_ZONE
    views = await session.home.views()
    return await views.ask(zone_of_account, name_of(stream)) or DEFAULT_ZONE


def _receipt(answer: Answer | None, what: str, *, zone: str = DEFAULT_ZONE) -> DecisionReceipt:
    if answer is None:
        raise NoAnswerError(what, WITHIN.total_seconds())
    outcome = answer.outcome
    _check(outcome, what, zone=zone)
    return DecisionReceipt(
        input_id=answer.input_id,
        outcome=str(type(outcome).__struct_config__.tag),
        stream=answer.stream,
        version=answer.version,
        partition=answer.partition,
        seq=answer.seq,
        w=answer.w,
        events=events_of(outcome),
        in_flight=answer.in_flight,
        zone=zone,
    )


def _check(outcome: Outcome, what: str, *, zone: str) -> None:
    match outcome:
        case Refused():
            raise RefusedError(what, outcome, zone=zone)
        case Repeated(code=RefusalCode() as code):
            raise RefusedError(what, Refused(code=code))
        case Quarantined(reason=reason):
            raise QuarantinedError(what, reason)
        case Events() | Nothing() | Repeated():
            return
