"""What recovery is tested with: a crash leaves nothing but the log and what was asked."""

import asyncio

import pytest

from infra.log.memory import MemoryLog
from infra.log.port import Append, Place, Record, Topic
from infra.runtime.partitions import WORKSPACE_PLACE, homes
from tests.infra.runtime.crashing import Wire
from tests.infra.runtime.homes import Home
from tests.infra.runtime.stories import begin

INBOX = Place(Topic.EXPRESS, 0)


async def test_a_crash_writes_nothing_down() -> None:
    """A crash that flushed would test an orderly stop, and no recovery at all."""
    home = Home()

    async with home.crashing() as runtime:
        await begin(runtime)

    kept = [await home.states.position(place) for place in homes(4)]
    leases = home.leases._leases.values()
    assert kept == [None] * 5
    assert await home.cursors.load() == {}
    assert [lease.holder for lease in leases] == ["first"] * 5


async def test_an_orderly_stop_writes_everything_down() -> None:
    """Else the claim above would hold of a home that never writes anything."""
    home = Home()

    async with home.running() as runtime:
        await begin(runtime)

    assert await home.states.position(WORKSPACE_PLACE) is not None
    assert await home.cursors.load()
    assert {lease.holder for lease in home.leases._leases.values()} == {""}


async def test_nothing_gets_through_a_wire_that_is_cut() -> None:
    """The tasks of a dying process still run what stands in their `finally`."""
    wire, log = Wire(), MemoryLog(1)
    wired = wire.to(log)
    await wired.append([Append(INBOX, [Record(b"", b"{}")])])

    wire.is_cut = True
    with pytest.raises(asyncio.CancelledError):
        await wired.append([Append(INBOX, [Record(b"", b"{}")])])

    assert (await log.spans([INBOX]))[INBOX].end == 1
