"""How long a recovery takes is settled before: by how much was left to read, and in what order."""

import asyncio
from collections.abc import Mapping
from itertools import count

import pytest

from engine.ids import StreamId, StreamKind, stream_id
from engine.requests import LinkPerson
from engine.rules import Stream
from infra.log.leases import Tenure
from infra.log.memory_leases import MemoryLeases
from infra.log.port import Place
from infra.runtime.owning import keeper
from infra.runtime.owning.memory_states import MemoryStates
from infra.runtime.owning.state import FlushPosition
from infra.runtime.owning.taking import FOLDED_AT_ONCE, take
from infra.runtime.partitions import home_of
from tests.infra.runtime.homes import Home, asked
from tests.infra.runtime.owning.test_recovery import decided_once, links

POINT = stream_id(StreamKind.CONTACT_POINT, "tag1")
WITHIN_SECONDS = 10.0


class NotedStates(MemoryStates):
    """Says when something was written down."""

    def __init__(self, leases: MemoryLeases) -> None:
        super().__init__(leases)
        self.flushed = asyncio.Event()

    async def flush(
        self, tenure: Tenure, position: FlushPosition, *, states: Mapping[StreamId, Stream]
    ) -> None:
        """Write, and say so."""
        await super().flush(tenure, position, states=states)
        self.flushed.set()


class TogetherStates(MemoryStates):
    """Answers nobody before two ask."""

    def __init__(self, leases: MemoryLeases) -> None:
        super().__init__(leases)
        self._both = asyncio.Barrier(2)
        self._asked = count()

    async def position(self, place: Place) -> FlushPosition | None:
        """Let the first two wait for each other."""
        if next(self._asked) < 2:
            await self._both.wait()
        return await super().position(place)


async def test_tails_are_written_down_when_they_are_long_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A recovery reads all of them: sixteen of five thousand kept a burst away for ten seconds."""
    monkeypatch.setattr(keeper, "TAIL_MAX", 70)
    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(keeper, "REST_SECONDS", 3600.0)
    home = Home()
    home.states = states = NotedStates(home.leases)

    async with home.crashing() as runtime, asyncio.timeout(WITHIN_SECONDS):
        await runtime.inboxes.ask(links(40))
        assert not states.flushed.is_set()
        await runtime.inboxes.ask(links(40, first=40))
        while runtime.health().tail_count > 35:
            states.flushed.clear()
            await states.flushed.wait()

    async with home.running("second") as second:
        await second.quiet()
    await decided_once(home, links(80))


async def test_partitions_are_taken_side_by_side() -> None:
    """While one waits for the database another is folded; one that hangs holds up no other."""
    home = Home()
    home.states = TogetherStates(home.leases)

    async with asyncio.timeout(WITHIN_SECONDS), home.running() as runtime:
        assert set(runtime.health().partitions.values()) == {"running"}


async def test_others_get_their_turn_while_a_tail_is_folded() -> None:
    """Leases, mail and whoever waits at the door go on during a long recovery."""
    home, tail_count = Home(), 5 * FOLDED_AT_ONCE
    async with home.crashing() as runtime:
        await runtime.inboxes.ask(
            [
                asked(f"i{number}", POINT, LinkPerson(account=f"a{number}", person="p1"))
                for number in range(tail_count)
            ],
            within_seconds=WITHIN_SECONDS,
        )
    turns = _Turns()

    _, tail = await take(home.runtime("second")._parts, home_of(POINT, 4))

    assert len(tail) == tail_count
    assert turns.count >= 5


class _Turns:
    """Counts how often the loop comes round."""

    def __init__(self) -> None:
        self.count = -1
        self._come()

    def _come(self) -> None:
        self.count += 1
        asyncio.get_running_loop().call_soon(self._come)
