"""Let commands of this machine in: a socket in the home that only its user can open.

The door appends what it is given, waits for the decisions and answers.  It decides
nothing, and refuses only what could never be an input.
"""

import asyncio
import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from engine.errors import WireDamageError
from engine.inputs import INPUT_BYTES_MAX, Input
from engine.wire import decode_input
from infra.door.frames import (
    Ask,
    AskHealth,
    Asking,
    AskQuiet,
    TellAnswers,
    TellFailure,
    TellHealth,
    Telling,
    TellQuiet,
    hear_asking,
    say,
    socket_path,
)
from infra.log.errors import LogUnavailableError
from infra.runtime.errors import DoorError
from infra.runtime.owning.slices import has_kind, is_owners
from infra.runtime.runtime import Runtime
from infra.store.socket_path import check_socket_path
from infra.telemetry import get_logger

AHEAD_FOR = timedelta(minutes=1)

LOG = get_logger("door")


class Door:
    """The socket of one home, in front of one running process."""

    def __init__(self, home: Path, runtime: Runtime) -> None:
        self._path = socket_path(home)
        self._runtime = runtime
        self._talks: set[asyncio.Task[None]] = set()
        self._opened = asyncio.Event()

    async def opened(self) -> None:
        """Return once commands can come in."""
        await self._opened.wait()

    async def run(self) -> None:
        """Answer until cancelled.

        Raises:
            SocketPathError: The home's path is too long for a socket.
        """
        check_socket_path(self._path)
        # The home's lock is ours: a socket left here belongs to a dead process.
        self._path.unlink(missing_ok=True)
        umask = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(self._talk, path=self._path)
        finally:
            os.umask(umask)
        LOG.info("door_opened")
        self._opened.set()
        try:
            await server.serve_forever()
        finally:
            server.close()
            await self._hang_up()
            self._path.unlink(missing_ok=True)
            LOG.info("door_closed")

    async def _hang_up(self) -> None:
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        try:
            await self._answer_all(reader, writer)
        except asyncio.CancelledError:
            return  # the process stops; the other side sees the connection close
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while True:
                try:
                    asking = await hear_asking(reader)
                except DoorError as error:
                    LOG.warning("frame_refused", reason=error.reason)
                    await say(writer, TellFailure("form", str(error)))
                    return
                if asking is None:
                    return
                await say(writer, await self._tell(asking))

    async def _tell(self, asking: Asking) -> Telling:
        try:
            match asking:
                case Ask():
                    return await self._ask(asking)
                case AskHealth():
                    return TellHealth(self._runtime.health())
                case AskQuiet(within_seconds=within_seconds):
                    return TellQuiet(await self._becomes_quiet(within_seconds))
        except LogUnavailableError as error:
            return TellFailure("unavailable", str(error))

    async def _ask(self, asking: Ask) -> Telling:
        items: list[tuple[Input, bytes]] = []
        for index, raw in enumerate(asking.inputs):
            data = bytes(raw)
            item = _readable(data, index, latest_at=self._runtime.now() + AHEAD_FOR)
            if isinstance(item, TellFailure):
                return item
            items.append((item, data))
        answers = await self._runtime.inboxes.ask_encoded(
            items, asking.lane, within_seconds=asking.within_seconds
        )
        return TellAnswers(answers)

    async def _becomes_quiet(self, within_seconds: float) -> bool:
        try:
            async with asyncio.timeout(within_seconds):
                await self._runtime.quiet()
        except TimeoutError:
            return False
        return True


def _readable(data: bytes, index: int, *, latest_at: datetime) -> Input | TellFailure:
    """Return an input that owners can decide, or what is wrong with it."""
    if len(data) > INPUT_BYTES_MAX:
        return TellFailure(
            "input", f"expected input {index} to be at most 64 KiB, got: {len(data)}"
        )
    try:
        item = decode_input(data)
    except WireDamageError as error:
        return TellFailure("input", f"expected input {index} to decode, got: {error.reason}")
    if item.at.tzinfo is None or item.at > latest_at:
        # A stream's instants never run back: one from the future would hold it there.
        return TellFailure("input", f"expected input {index} to be raised by now, got: {item.at}")
    if not has_kind(item.stream):
        return TellFailure("input", f"expected input {index} to name a stream, got: no known kind")
    if is_owners(item):
        return TellFailure("owner_only", f"expected input {index} to be a command or a report")
    return item
