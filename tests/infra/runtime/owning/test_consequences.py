"""Gate, suppression and states that do not answer: nothing is lost, nothing is promised."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import structlog

from engine.decision import PlacedDecision
from engine.ids import StreamId, StreamKind, stream_id
from engine.requests import AttemptTouch, RecordObjection, RecordReply
from engine.rules import Stream
from engine.values import Grant
from engine.workspace import Workspace
from infra.clock import VirtualClock
from infra.log.errors import LeaseLostError
from infra.log.leases import Tenure
from infra.runtime.owning.memory_states import MemoryStates
from infra.runtime.owning.state import StreamKey
from infra.runtime.owning.touch_ports import Barred, GrantKey, WantedAttempt
from infra.store.errors import StoreUnavailableError
from infra.telemetry import set_up
from tests.engine.account.story import HEAD, NIORT
from tests.infra.runtime.homes import (
    MONDAY,
    Home,
    NotingSuppression,
    OpenGate,
    SendingDispatcher,
    asked,
)
from tests.infra.runtime.stories import begin, play


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Write tracebacks as the product does: drawn with every value they take seconds."""
    before = structlog.get_config()
    set_up()
    yield
    structlog.configure(**before)


POINT = stream_id(StreamKind.CONTACT_POINT, "tag1")
TWO_WEEKS = MONDAY + timedelta(days=14)


class HesitantGate(OpenGate):
    """Does not answer the first time, loses the lease the second."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_count = 0

    async def grant(self, wanted: Sequence[WantedAttempt]) -> Sequence[AttemptTouch | Barred]:
        """Fail twice, then grant."""
        self.asked_count += 1
        if self.asked_count == 1:
            raise StoreUnavailableError(type(self).__name__)
        if self.asked_count == 2:
            raise LeaseLostError(wanted[0].tenure.place, wanted[0].tenure.epoch, 99)
        return await super().grant(wanted)


@dataclass
class HesitantSuppression(NotingSuppression):
    """Does not answer the first time."""

    failed: list[StreamId] = field(default_factory=list)

    async def before_answer(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Fail once."""
        if not self.failed:
            self.failed.append(placed.body.stream)
            raise StoreUnavailableError(type(self).__name__)
        return await super().before_answer(placed)


@dataclass
class SilentSuppression(NotingSuppression):
    """Never answers."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def before_answer(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Let it be known that somebody asked."""
        del placed
        self.asked.set()
        raise StoreUnavailableError(type(self).__name__)


class HesitantStates(MemoryStates):
    """Does not answer every third question."""

    count = 0

    async def load(self, keys: Sequence[StreamKey]) -> Mapping[StreamKey, Stream]:
        """Fail now and then."""
        self.count += 1
        if self.count % 3 == 0:
            raise StoreUnavailableError(type(self).__name__)
        return await super().load(keys)


async def test_an_attempt_waits_for_a_gate_that_does_not_answer() -> None:
    """It is asked again under the same key, also after the lease was lost."""
    clock = VirtualClock(MONDAY)
    gate = HesitantGate()
    home = Home(clock=clock, dispatcher=SendingDispatcher(), gate=gate)

    async with home.running() as runtime:
        await begin(runtime)
        await asyncio.wait_for(play(runtime, clock, TWO_WEEKS), 30)

    assert gate.asked_count > 2
    attempts = [placed.input for placed in home.dispatcher.attempts]
    assert attempts
    assert len({item.id for item in attempts if item}) == len(attempts)


async def test_an_objection_is_not_answered_before_its_stop_is_written() -> None:
    """A promise that the tables do not hold would be a lie."""
    suppression = HesitantSuppression()
    home = Home(suppression=suppression)

    async with home.running() as runtime:
        (answer,) = await runtime.inboxes.ask([asked("i1", POINT, RecordObjection())])

    assert answer is not None
    assert suppression.failed == [POINT]
    assert suppression.written == [POINT]


async def test_states_that_cannot_be_read_delay_a_turn_and_lose_nothing() -> None:
    """The same inputs are there at the next turn."""
    clock = VirtualClock(MONDAY)
    home = Home(clock=clock, dispatcher=SendingDispatcher())
    home.states = HesitantStates(home.leases)

    async with home.running() as runtime:
        answers = await runtime.inboxes.ask(
            [
                asked(f"i{n}", stream_id(StreamKind.CONTACT_POINT, f"t{n}"), RecordObjection())
                for n in range(20)
            ],
            within_seconds=30,
        )

    assert all(answers)


async def test_a_stop_that_could_not_be_written_is_left_to_the_next_process() -> None:
    """Nothing is written down past it, or nobody would find it again."""
    silent = SilentSuppression()
    home = Home(suppression=silent)
    async with home.running() as runtime:
        await runtime.inboxes.send([asked("i1", POINT, RecordObjection())])
        await silent.asked.wait()
    home.suppression = NotingSuppression()

    async with home.running("second") as second:
        await second.quiet()

    assert home.suppression.written == [POINT]


async def test_a_stop_found_at_recovery_is_written_again() -> None:
    """A process may die between the decision and the row."""
    home = Home()
    runtime = home.runtime()
    task = asyncio.ensure_future(runtime.run())
    await runtime.ready()
    await runtime.inboxes.ask([asked("i1", POINT, RecordObjection())])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    home.states = MemoryStates(home.leases)
    home.suppression.written.clear()

    async with home.running("second") as second:
        await second.quiet()

    assert home.suppression.written == [POINT]


async def test_a_grant_left_to_its_timer_is_given_back_if_a_decision_comes_first() -> None:
    """Nobody asks for it again, and it would count in the caps of its sender for a day."""
    home = Home()
    async with home.running() as runtime:
        await begin(runtime)
    home.gate.granted[GrantKey(NIORT, 1, 1)] = Grant("mairie", "2027-01-11")

    async with home.running("second") as second:
        await second.quiet()
        left_to_timer = dict(home.gate.granted)
        await second.inboxes.ask([asked("i1", NIORT, RecordReply(person=HEAD))])
        await second.quiet()

    assert left_to_timer
    assert home.gate.granted == {}


class BrittleGate(OpenGate):
    """Breaks on one touch for ever, as a fault of ours would."""

    async def grant(self, wanted: Sequence[WantedAttempt]) -> Sequence[AttemptTouch | Barred]:
        """Break on whatever batch holds the first account's touch."""
        if any(attempt.stream == NIORT for attempt in wanted):
            raise ValueError(NIORT)
        return await super().grant(wanted)


class BrittleDispatcher(SendingDispatcher):
    """Breaks on one account when it is told of an attempt."""

    def attempted(
        self, tenure: Tenure, placed: PlacedDecision, state: Stream, published: Workspace
    ) -> None:
        """Break on the first account."""
        if placed.body.stream == NIORT:
            raise ValueError(NIORT)
        super().attempted(tenure, placed, state, published)


OTHER = stream_id(StreamKind.ACCOUNT, "commune-86194")


async def other_attempts(home: Home) -> int:
    """Let two accounts come due together; return how many attempts the other one had."""
    assert isinstance(home.clock, VirtualClock)
    async with home.running() as runtime:
        await begin(runtime)
        await begin(runtime, stream=OTHER)
        await play(runtime, home.clock, TWO_WEEKS)
    return sum(placed.body.stream == OTHER for placed in home.dispatcher.attempts)


class TestOneThatBreaks:
    async def test_at_the_gate_leaves_the_others_their_turn(self) -> None:
        """One due e-mail ended the process, and again at every start."""
        home = Home(gate=BrittleGate(), dispatcher=SendingDispatcher())

        assert await other_attempts(home) > 0
        assert not [placed for placed in home.dispatcher.attempts if placed.body.stream == NIORT]

    async def test_when_it_is_handed_over_leaves_the_others_theirs(self) -> None:
        """What a decision asks may break; deciding goes on."""
        home = Home(dispatcher=BrittleDispatcher())

        assert await other_attempts(home) > 0
