"""How long a turn may be, whom it serves in it, and what one silent leader stops."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from engine.ids import InputId, StreamId, StreamKind, stream_id
from engine.inputs import Input, Lane
from engine.requests import LinkPerson
from engine.wire import encode_input
from infra.log.errors import LogUnavailableError
from infra.log.memory import MemoryLog
from infra.log.port import Append, Place, Record, Topic
from infra.runtime.owning import owner
from infra.runtime.partitions import home_of, inbox_of
from tests.infra.runtime.homes import Home, asked

PARTITION_COUNT = 4
MINUTE_SECONDS = 60.0


class CountingLog(MemoryLog):
    """Keeps how many decisions each append held."""

    def __init__(self, partition_count: int) -> None:
        super().__init__(partition_count)
        self.decided_counts: list[int] = []

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append, and count."""
        if all(unit.place.topic is Topic.EVENTS for unit in appends):
            self.decided_counts.append(sum(len(unit.records) for unit in appends))
        return await super().append(appends)


class LeaderlessLog(MemoryLog):
    """As on Kafka, each place has a leader, and one of them is gone until told otherwise."""

    def __init__(self, partition_count: int) -> None:
        super().__init__(partition_count)
        self.silent: Place | None = None
        self.waits = asyncio.Event()
        self.gives_up = asyncio.Event()

    @property
    def lands_together(self) -> bool:
        """As on Kafka, no."""
        return False

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append, unless the leader is gone: then wait, and give up."""
        if any(unit.place == self.silent for unit in appends):
            self.waits.set()
            await self.gives_up.wait()
            raise LogUnavailableError(type(self).__name__, "no leader")
        return await super().append(appends)


def point(number: int) -> StreamId:
    """Return the stream of an address."""
    return stream_id(StreamKind.CONTACT_POINT, f"tag{number}")


def link(name: str, stream: StreamId) -> Input:
    """Return an input that gives an address another account."""
    return asked(name, stream, LinkPerson(account=name, person="p1"))


async def fill(home: Home, lane: Lane, items: Sequence[Input]) -> None:
    """Let inputs wait in their inboxes before anybody decides."""
    for item in items:
        place = inbox_of(home_of(item.stream, PARTITION_COUNT), lane)
        record = Record(item.stream.encode(), encode_input(item))
        await home.log.append([Append(place, [record])])


class TestATurn:
    async def test_ends_when_its_time_is_up_in_whatever_lane(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Leases and mail deadlines pass while the loop is kept, by express as much as by bulk."""
        monkeypatch.setattr(owner, "TURN_SECONDS", 0.0)
        log = CountingLog(PARTITION_COUNT)
        home = Home(log=log)
        await fill(home, Lane.EXPRESS, [link(f"e{n}", point(n)) for n in range(40)])
        await fill(home, Lane.BULK, [link(f"b{n}", point(n)) for n in range(40)])

        async with home.running() as runtime:
            await runtime.quiet()

        decided_counts = [count for count in log.decided_counts if count]
        assert max(decided_counts) <= len(owner.SHARES)
        assert sum(decided_counts) == 80 + PARTITION_COUNT  # and a marker each

    async def test_decides_something_of_each_lane(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A backlog of replies must not stop an import for good, and least of all the reverse."""
        monkeypatch.setattr(owner, "TURN_SECONDS", 0.0)
        home = Home()
        stream = point(1)
        await fill(home, Lane.EXPRESS, [link(f"e{n}", stream) for n in range(20)])
        await fill(home, Lane.BULK, [link(f"b{n}", stream) for n in range(20)])

        async with home.running() as runtime:
            await runtime.quiet()
            history = await home.history(home_of(stream, PARTITION_COUNT))

        ids = [placed.input.id for placed in history if placed.input]
        last_reply = ids.index(InputId("e19"))
        assert ids.index(InputId("b0")) < last_reply < ids.index(InputId("b19"))


class TestAPartitionWithoutALeader:
    async def test_stops_alone_and_comes_back(self) -> None:
        """The others need nothing of it, and their answers must not wait for its broker."""
        log = LeaderlessLog(PARTITION_COUNT)
        home = Home(log=log)
        items = [link(f"i{n}", point(n)) for n in range(40)]
        silent = home_of(items[0].stream, PARTITION_COUNT)
        heard = [item for item in items if home_of(item.stream, PARTITION_COUNT) != silent]

        async with asyncio.timeout(MINUTE_SECONDS), home.running() as runtime:
            log.silent = silent
            asking = asyncio.create_task(runtime.inboxes.ask(items[:1]))
            await log.waits.wait()
            answers = await runtime.inboxes.ask(heard)
            standing = runtime.health().partitions
            log.silent = None
            log.gives_up.set()
            answered = await asking
            rest = await runtime.inboxes.ask(items)
            await runtime.quiet()
            epochs = Counter(
                partition.tenure.epoch for partition in runtime._ownership.running.values()
            )

        assert all(answers)
        assert set(standing.values()) == {"running"}
        assert all(answered)
        assert all(rest)
        assert epochs == {1: PARTITION_COUNT, 2: 1}  # the workspace's among them
