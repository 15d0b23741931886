"""A release with other state types builds its rows from the log: bounded, and resumed."""

import asyncio
from collections.abc import Mapping

import pytest

from engine.ids import StreamId, StreamKind, stream_id
from engine.inputs import Input
from engine.requests import LinkPerson, RecordObjection
from engine.rules import Stream
from infra.log.leases import Tenure
from infra.log.memory_leases import MemoryLeases
from infra.runtime.owning import state_rebuilding
from infra.runtime.owning.memory_states import MemoryStates
from infra.runtime.owning.state import FlushPosition, StreamKey
from infra.runtime.owning.state_rebuilding import catch_up
from infra.runtime.partitions import home_of, homes
from tests.infra.runtime.homes import Home, NotingSuppression, asked

RECORD_COUNT = 3_000
STREAM_COUNT = 600
WRITTEN_COUNT = 100
POINT = stream_id(StreamKind.CONTACT_POINT, "tag0")
PLACE = home_of(POINT, 4)


class OtherStates(MemoryStates):
    """Rows of other state types: none yet; notes how many each flush wrote."""

    def __init__(self, leases: MemoryLeases) -> None:
        super().__init__(leases)
        self.row_counts: list[int] = []

    async def flush(
        self, tenure: Tenure, position: FlushPosition, *, states: Mapping[StreamId, Stream]
    ) -> None:
        """Write, and count."""
        await super().flush(tenure, position, states=states)
        self.row_counts.append(len(states))


class KilledError(Exception):
    """The process was killed here."""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_rebuilding, "BEHIND_MAX", 2 * WRITTEN_COUNT)
    monkeypatch.setattr(state_rebuilding, "WRITTEN_COUNT", WRITTEN_COUNT)
    monkeypatch.setattr(state_rebuilding, "READ_BYTES_MAX", 8 * 1024)


def killed_in_the_middle(read_count: int, total_count: int) -> None:
    """Kill the process once it has read half."""
    if read_count > total_count / 2:
        raise KilledError


async def old_home() -> Home:
    """Return a home that has run for long, and was stopped by an update."""
    home = Home()
    async with home.running() as runtime:
        inputs = [_link(number) for number in range(RECORD_COUNT)]
        await runtime.inboxes.ask([*inputs, asked("stop", POINT, RecordObjection())])
        await runtime.quiet()
    return home


async def rows_of(states: MemoryStates) -> Mapping[StreamKey, Stream]:
    """Return everything that was written down."""
    return await states.load(list(states._rows))


def _link(number: int) -> Input:
    stream = stream_id(StreamKind.CONTACT_POINT, f"tag{number % STREAM_COUNT}")
    return asked(f"i{number}", stream, LinkPerson(account=f"a{number}", person="p1"))


async def test_rows_are_those_of_a_home_that_never_changed_its_types() -> None:
    """Beside the old ones: whoever goes back to the former release finds its own."""
    home = await old_home()
    former, home.states = home.states, OtherStates(home.leases)

    async with home.running("updated") as runtime:
        standing = runtime.health()

    assert set(standing.partitions.values()) == {"running"}
    assert standing.tail_count <= 2 * WRITTEN_COUNT * len(homes(4))
    assert await rows_of(home.states) == await rows_of(former)


async def test_no_more_is_held_than_between_two_flushes() -> None:
    """Ten million decisions in memory are gigabytes."""
    home = await old_home()
    home.states = states = OtherStates(home.leases)

    await catch_up(home.runtime("updated")._parts, PLACE, _unheard)

    assert len(states.row_counts) >= 5
    assert max(states.row_counts) < 2 * WRITTEN_COUNT


async def test_a_process_killed_in_between_is_followed_by_one_that_goes_on() -> None:
    """A long rebuild that began anew with each restart might never end."""
    home = await old_home()
    former, home.states = home.states, OtherStates(home.leases)
    read_counts: list[int] = []

    with pytest.raises(KilledError):
        await catch_up(home.runtime("updated")._parts, PLACE, killed_in_the_middle)
    kept = await home.states.position(PLACE)
    await catch_up(
        home.runtime("again")._parts, PLACE, lambda read_count, _: read_counts.append(read_count)
    )
    async with home.running("again"):
        pass

    assert kept is not None
    assert all(read_count > kept.cursor.offset for read_count in read_counts)
    assert await rows_of(home.states) == await rows_of(former)


async def test_a_stop_is_written_before_the_rows_that_hold_it() -> None:
    """The former owner may have died between the decision and its row of the suppression."""
    home = await old_home()
    home.states, home.suppression = OtherStates(home.leases), NotingSuppression()

    await catch_up(home.runtime("updated")._parts, PLACE, _unheard)

    assert home.suppression.written == [POINT]


async def test_why_a_partition_waits_says_how_far_it_is() -> None:
    """A start that takes minutes and says nothing is killed."""
    home = await old_home()
    home.states = OtherStates(home.leases)
    runtime = home.runtime("updated")
    seen: set[str] = set()

    def look() -> None:
        seen.update(runtime.health().partitions.values())
        asyncio.get_running_loop().call_soon(look)

    look()
    task = asyncio.ensure_future(runtime.run())
    await runtime.ready()
    runtime.stop()
    await task

    advanced = {why for why in seen if "its states are built again, " in why}
    assert len(advanced) >= 5
    assert all(why.startswith("waiting: ") and "% of " in why for why in advanced)


def _unheard(read_count: int, total_count: int) -> None:
    del read_count, total_count
