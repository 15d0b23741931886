"""Ask something of a running home, and show what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

from console.cli.desk import Desk
from console.cli.show.answers import draw_answers
from console.desk.errors import NoAnswerError, RefusedError
from console.desk.ports import Door
from engine.decision import Events, Nothing, Outcome, Quarantined, Refused, Repeated, events_of
from engine.errors import DamageError
from engine.events import Event
from engine.ids import InputId, StreamId
from engine.inputs import Input, Lane
from engine.refusals import RefusalCode
from engine.requests import Request
from infra.intake import Intake, Submission
from infra.runtime.answers import Answer

WITHIN_SECONDS = 15.0
SOURCE = "cli"


class QuarantinedError(DamageError):
    """The rules broke on what was asked; its bytes are kept."""

    def __init__(self, what: str, reason: str) -> None:
        """Keep what was asked, and the reason as it was recorded."""
        super().__init__(
            f"expected a decision on {what}, got: quarantined ({reason}); "
            "nothing was changed, report it with this line"
        )


class Decided(Struct, frozen=True, kw_only=True):
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


class Done(Struct, frozen=True, kw_only=True):
    """What a command caused, as a document."""

    done: str
    decisions: tuple[Decided, ...]
    undo: str = ""  # a command that takes it back, where there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A clock that stands where the home's stood when we asked."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant."""
        return self.at

    async def wait_until(self, instant: datetime) -> None:
        """Return at once: nobody waits on it."""

    @property
    def is_right(self) -> bool:
        """Believe it: the home's own clock stood there."""
        return True

    async def right(self) -> None:
        """Return at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A door that is given a stated time to answer; see `infra.intake.Asker`."""

    door: Door
    within: timedelta

    async def ask(self, inputs: Sequence[Input], *, lane: Lane) -> Sequence[Answer | None]:
        """Return the answers in order; None where none came in time."""
        seconds = self.within.total_seconds()
        return await self.door.ask(inputs, lane=lane, within_seconds=seconds)


async def intake_of(desk: Desk) -> Intake:
    """Return the way in, in the actor's name, at the home's present instant."""
    door = await (await desk.office()).door()
    health = await door.health()
    return Intake(
        asker=Patient(door=door, within=timedelta(seconds=WITHIN_SECONDS)),
        vault=await (await desk.office()).vault(),
        tagger=await (await desk.office()).tagger(),
        clock=Moment(at=health.now_at),
        actor=desk.actor,
        source=SOURCE,
        needs_w=health.w,
    )


async def ask(
    desk: Desk,
    stream: StreamId,
    request: Request,
    *,
    what: str,
    input_id: InputId | None = None,
) -> tuple[Decided, ...]:
    """Ask one thing, and return what was decided; see `ask_all`."""
    named = {} if input_id is None else {"id": input_id}
    return await ask_all(desk, [Submission(stream=stream, request=request, **named)], what=what)


async def ask_all(
    desk: Desk, submissions: Sequence[Submission], *, what: str
) -> tuple[Decided, ...]:
    """Ask several things at once.

    Raises:
        RefusedError: One was refused; the others stand as decided.
        NoAnswerError: One was not decided in time.
        QuarantinedError: The rules broke on one.
    """
    intake = await intake_of(desk)
    with desk.terminal.busy(f"{what}: waiting for the decision"):
        answers = await intake.ask(submissions)
    return tuple(_decided(answer, what) for answer in answers)


def show_done(desk: Desk, what: str, decisions: tuple[Decided, ...], *, undo: str = "") -> None:
    """Show what was decided, and how to take it back."""
    done = Done(done=what, decisions=decisions, undo=undo)
    desk.terminal.show(done, lambda console: draw_answers(console, done))


def _decided(answer: Answer | None, what: str) -> Decided:
    if answer is None:
        raise NoAnswerError(what, WITHIN_SECONDS)
    outcome = answer.outcome
    _check(outcome, what)
    return Decided(
        input_id=answer.input_id,
        outcome=str(type(outcome).__struct_config__.tag),
        stream=answer.stream,
        version=answer.version,
        partition=answer.partition,
        seq=answer.seq,
        w=answer.w,
        events=events_of(outcome),
        in_flight=answer.in_flight,
    )


def _check(outcome: Outcome, what: str) -> None:
    match outcome:
        case Refused():
            raise RefusedError(what, outcome)
        case Repeated(code=RefusalCode() as code):
            raise RefusedError(what, Refused(code=code))
        case Quarantined(reason=reason):
            raise QuarantinedError(what, reason)
        case Events() | Nothing() | Repeated():
            return
