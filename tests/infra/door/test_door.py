"""The door of a home: who may come in, and how much at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.decision import Events
from engine.ids import StreamId
from engine.inputs import Input, Lane
from engine.requests import AddAccount, Attributes, Wake
from infra.door import bounds, frames
from infra.door.asked import asked_from
from infra.door.client import Client
from infra.door.door import Door
from infra.door.frames import Ask, TellFailure, Telling, hear_telling, say, socket_path
from infra.runtime.errors import DoorError, NothingRunsError
from infra.runtime.partitions import home_of
from tests.infra.runtime.homes import MONDAY, Home, asked

NIORT = StreamId("account:niort")
ADD = AddAccount(attributes=Attributes(name="Niort"))


def adding(name: str = "niort", **changes: object) -> Input:
    """Return what makes an account known."""
    return asked(f"add-{name}", StreamId(f"account:{name}"), ADD, **changes)


@asynccontextmanager
async def opened(folder: Path, home: Home) -> AsyncIterator[Door]:
    """Run a home in memory, and open its door for a block."""
    async with home.running() as runtime:
        door = Door(folder, runtime)
        task = asyncio.ensure_future(door.run())
        try:
            await door.opened()
            yield door
        finally:
            task.cancel()
            await asyncio.wait([task])


async def told_after(folder: Path, data: bytes) -> Telling:
    """Write bytes as a frame, and return what the door says."""
    reader, writer = await asyncio.open_unix_connection(socket_path(folder))
    try:
        writer.write(len(data).to_bytes(4, "big") + data)
        return await hear_telling(reader)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_lets_commands_in_and_answers_them(tmp_path: Path) -> None:
    """What the command line does beside a running process."""
    async with opened(tmp_path, Home()), await Client.connect(tmp_path) as client:
        answers = await client.ask([adding(f"a{n}") for n in range(5)])
        assert await client.quiet(within_seconds=5)
        health = await client.health()

    assert [type(answer.outcome) for answer in answers if answer] == [Events] * 5
    assert set(health.partitions.values()) == {"running"}
    assert health.now_at == MONDAY


async def test_takes_more_than_one_frame_holds(tmp_path: Path) -> None:
    """An import is one call, in as many frames as it needs."""
    inputs = [adding(f"a{n}") for n in range(bounds.INPUTS_MAX + 1)]
    async with opened(tmp_path, Home()), await Client.connect(tmp_path) as client:
        answers = await client.ask(inputs, within_seconds=30)

    assert [answer.stream for answer in answers if answer] == [each.stream for each in inputs]


async def test_says_who_stood_at_the_socket(tmp_path: Path) -> None:
    """A name can be given by anybody; the user id is the system's word."""
    home = Home()
    made_up = adding(at=datetime(2019, 1, 1, tzinfo=UTC), source="timer")
    async with opened(tmp_path, home), await Client.connect(tmp_path) as client:
        await client.ask([made_up])
        (placed,) = await home.history(home_of(NIORT, home.log.partition_count))

    assert placed.input is not None
    assert (placed.input.actor, placed.input.source) == ("claire", "cli")
    assert (placed.input.user_id, placed.input.at) == (tmp_path.stat().st_uid, MONDAY)


async def test_is_open_to_its_user_only(tmp_path: Path) -> None:
    """The socket's mode keeps others out; were it changed, their user id would."""
    async with opened(tmp_path, Home()) as door:
        mode = (tmp_path / "door").stat().st_mode
        stranger = door._refused(tmp_path.stat().st_uid + 12_345)

    assert mode & 0o777 == 0o600
    assert stranger is not None
    assert stranger.code == "stranger"


async def test_says_when_nothing_runs(tmp_path: Path) -> None:
    """The remedy is a command, not a traceback."""
    with pytest.raises(NothingRunsError, match="relance up"):
        await Client.connect(tmp_path)


async def test_says_which_input_it_does_not_take_and_takes_none(tmp_path: Path) -> None:
    """Half a question answered would be another question."""
    home = Home()
    wake = asked("i2", NIORT, Wake(due_at=MONDAY, fired_at=MONDAY))
    async with opened(tmp_path, home), await Client.connect(tmp_path) as client:
        with pytest.raises(DoorError, match=r"input 1: .*\$\.request"):
            await client.ask([adding(), wake])

    assert not any((await home.histories()).values())


class TestAFrame:
    async def test_nested_too_deep_is_said(self, tmp_path: Path) -> None:
        """A traceback in the owner's terminal would be all there was of it."""
        async with opened(tmp_path, Home()):
            told = await told_after(tmp_path, b'{"type":"ask","inputs":[' + b"[" * 100_000)

        assert isinstance(told, TellFailure)
        assert told.code == "form"

    async def test_longer_than_the_door_takes_is_not_read(self, tmp_path: Path) -> None:
        """Sixty of them, half sent, held 1.95 GB."""
        async with opened(tmp_path, Home()):
            reader, writer = await asyncio.open_unix_connection(socket_path(tmp_path))
            writer.write((bounds.FRAME_BYTES_MAX + 1).to_bytes(4, "big"))
            told = await hear_telling(reader)
            writer.close()

        assert isinstance(told, TellFailure)
        assert "no longer than the door takes" in told.sentence

    async def test_with_too_many_inputs_is_refused(self, tmp_path: Path) -> None:
        """Each is small; together they would hold up everybody."""
        one = asked_from(adding())
        frame = Ask((one,) * (bounds.INPUTS_MAX + 1), Lane.EXPRESS, 1.0)
        async with opened(tmp_path, Home()):
            reader, writer = await asyncio.open_unix_connection(socket_path(tmp_path))
            await say(writer, frame)
            told = await hear_telling(reader)
            writer.close()

        assert isinstance(told, TellFailure)
        assert "got: 1001, at most 1000" in told.sentence

    async def test_that_does_not_come_to_its_end_is_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A half frame would hold its place for ever."""
        monkeypatch.setattr(frames, "READ_SECONDS", 0.01)
        async with opened(tmp_path, Home()):
            reader, writer = await asyncio.open_unix_connection(socket_path(tmp_path))
            writer.write((100).to_bytes(4, "big") + b"{")
            told = await hear_telling(reader)
            writer.close()

        assert isinstance(told, TellFailure)
        assert "a frame to be whole in time" in told.sentence

    async def test_that_is_long_waits_for_its_turn_and_small_ones_pass(
        self, tmp_path: Path
    ) -> None:
        """What is being read is bounded; a command is never behind it."""
        length = (bounds.LARGE_BYTES + 1).to_bytes(4, "big")
        async with opened(tmp_path, Home()), AsyncExitStack() as stack:
            for _ in range(bounds.LARGE_AT_ONCE + 2):
                _, writer = await asyncio.open_unix_connection(socket_path(tmp_path))
                stack.callback(writer.close)
                writer.write(length + b"{")
                await writer.drain()
            async with await Client.connect(tmp_path) as client:
                (answer,) = await client.ask([adding()])

        assert answer is not None

    async def test_that_asks_to_wait_for_ever_waits_no_time(self, tmp_path: Path) -> None:
        """A number that is none must not keep a task alive."""
        data = b'{"type":"ask_quiet","within_seconds":-1e308}'
        async with opened(tmp_path, Home()):
            told = await told_after(tmp_path, data)

        assert not isinstance(told, TellFailure)


async def test_one_connection_too_many_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is in keeps the place; a command tries again."""
    monkeypatch.setattr("infra.door.door.CONNECTIONS_MAX", 1)
    async with opened(tmp_path, Home()), await Client.connect(tmp_path) as first:
        await first.health()
        async with await Client.connect(tmp_path) as second:
            with pytest.raises(DoorError, match="room for another connection"):
                await second.health()
        assert (await first.health()).now_at == MONDAY


async def test_a_talk_that_breaks_ends_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in one command must not close the door on the others."""
    async with opened(tmp_path, Home()) as door, await Client.connect(tmp_path) as other:
        await other.health()
        with monkeypatch.context() as broken:
            broken.setattr(door, "_ask", None)
            async with await Client.connect(tmp_path) as client:
                with pytest.raises(DoorError):
                    await client.ask([adding()])
        (answer,) = await other.ask([adding()])

    assert answer is not None


def test_what_the_door_reads_at_once_is_bounded() -> None:
    """Half frames of every connection, whatever they say they will send."""
    large = bounds.LARGE_AT_ONCE * bounds.FRAME_BYTES_MAX
    small = bounds.CONNECTIONS_MAX * bounds.LARGE_BYTES

    assert large + small <= 32 * 1024 * 1024
