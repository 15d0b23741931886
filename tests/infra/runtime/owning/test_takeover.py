"""Two processes want the same partitions: one is believed, and nobody is told a lie."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from engine.decision import Marker, PlacedDecision
from engine.wire import encode_record
from infra.log.memory import MemoryLog
from infra.log.memory_leases import MemoryLeases
from infra.log.port import Append, Log, Place, Record, Topic
from infra.runtime.answers import Answer
from infra.runtime.owning.memory_states import MemoryStates
from infra.runtime.owning.state import FlushPosition
from infra.runtime.partitions import place_of
from tests.infra.runtime.faults import UnfencedLog
from tests.infra.runtime.homes import Home
from tests.infra.runtime.owning.test_recovery import decisions, links


def sound_log() -> Log:
    """Return a log that refuses former owners, as PostgreSQL does."""
    return MemoryLog(4)


def unfenced_log() -> Log:
    """Return a log that lets former owners write, as Kafka does."""
    log = UnfencedLog(4, seed=1)
    log.is_sound = True
    return log


@pytest.fixture(params=[sound_log, unfenced_log])
def home(request: pytest.FixtureRequest) -> Home:
    """A home on either kind of log; leases are free to take at any time."""
    return Home(log=request.param())


async def test_two_processes_that_fight_decide_every_input_once(home: Home) -> None:
    """Leases are only politeness: the epoch is what makes it safe."""
    async with home.running("first") as first, home.running("second") as second:
        for start in range(0, 40, 8):
            items = links(8, first=start)
            await asyncio.gather(
                first.inboxes.send(items[:4]),
                second.inboxes.send(items[4:]),
            )
            await first.ready()
        await asyncio.gather(
            first.inboxes.ask(links(8, first=40), within_seconds=1),
            second.inboxes.ask(links(8, first=48), within_seconds=1),
        )
    async with home.running("third") as third:
        await third.quiet()

    decided = await decisions(home)
    assert sorted(decided) == sorted(item.id for item in links(56))


async def test_an_answer_is_always_that_of_the_valid_decision(home: Home) -> None:
    """A former owner's append may be acknowledged; it still answers nobody."""
    answers: list[Answer | None] = []

    async with home.running("first") as first:
        await first.inboxes.ask(links(8))
        async with home.running("second") as second:
            both = await asyncio.gather(
                first.inboxes.ask(links(16, first=8), within_seconds=1),
                second.inboxes.ask(links(16, first=24), within_seconds=1),
            )
            answers = [*both[0], *both[1]]

    given = [answer for answer in answers if answer is not None]
    assert given
    for answer in given:
        placed = await _decision(home, answer)
        assert placed.input is not None
        assert placed.input.id == answer.input_id
        assert placed.body.outcome == answer.outcome


class OvertakenLog(UnfencedLog):
    """Lets the marker of another owner land just before the next append of decisions."""

    is_to_be_overtaken = False

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append, below the marker."""
        (unit, *_) = appends
        if self.is_to_be_overtaken and unit.place.topic is Topic.EVENTS and unit.epoch:
            self.is_to_be_overtaken = False
            epoch = unit.epoch + 1
            marker = Record(b"", encode_record(Marker(1, epoch)))
            await super().append([Append(unit.place, [marker], epoch)])
        return await super().append(appends)


async def test_an_append_acknowledged_below_another_marker_does_not_count() -> None:
    """The log took it and no reader will: the input is decided again, and answered then."""
    log = OvertakenLog(4, seed=1)
    log.is_sound = True
    home = Home(log=log)

    async with home.running() as runtime:
        await runtime.inboxes.ask(links(8))
        log.is_to_be_overtaken = True
        (answer,) = await runtime.inboxes.ask(links(1, first=8), within_seconds=10)

    assert answer is not None
    placed = await _decision(home, answer)
    assert placed.input is not None
    assert placed.input.id == answer.input_id
    assert not log.is_to_be_overtaken


class WatchedLeases(MemoryLeases):
    """Notes how far a partition was written down when it was first given back."""

    states: MemoryStates

    def __init__(self) -> None:
        super().__init__(lasts_for=timedelta(0))
        self.written: dict[Place, FlushPosition | None] = {}

    async def release(self, epochs: Mapping[Place, int], *, holder: str) -> None:
        """Look first."""
        for place in epochs:
            self.written.setdefault(place, await self.states.position(place))
        await super().release(epochs, holder=holder)


async def test_a_process_that_ends_writes_down_before_it_lets_go() -> None:
    """Its successor would read the whole tail, and the states would be refused."""
    leases = WatchedLeases()
    home = Home(leases=leases)
    leases.states = home.states

    async with home.running() as runtime:
        await runtime.inboxes.ask(links(16))
        health = runtime.health()

    assert health.tail_count == 16
    assert sum(position.cursor.seq for position in leases.written.values() if position) == 16


async def _decision(home: Home, answer: Answer) -> PlacedDecision:
    history = await home.history(place_of(answer.partition))
    return next(placed for placed in history if placed.seq == answer.seq)
