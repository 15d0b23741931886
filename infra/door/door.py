"""Let commands of this machine in: a socket in the home that only its user can open.

The door appends what it is given, waits for the decisions and answers.  It decides
nothing, and refuses only what could never be an input.
"""

import asyncio
import os
import socket
import struct
from contextlib import suppress
from pathlib import Path

from msgspec import Raw

from engine.errors import WireDamageError
from engine.inputs import Input
from infra.door.asked import EntryStamp, stamped
from infra.door.bounds import (
    CONNECTIONS_MAX,
    INPUTS_MAX,
    LARGE_AT_ONCE,
    READ_AT_ONCE,
    WITHIN_SECONDS_MAX,
)
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
from infra.runtime.errors import DoorError, Expectation
from infra.runtime.runtime import Runtime
from infra.store.socket_path import check_socket_path
from infra.telemetry import get_logger

_CREDENTIALS = "3i"  # process, user and group id, of SO_PEERCRED
ROOT = 0

LOG = get_logger("door")


class Door:
    """The socket of one home, in front of one running process."""

    def __init__(self, home: Path, runtime: Runtime) -> None:
        self._path = socket_path(home)
        self._runtime = runtime
        self._talks: set[asyncio.Task[None]] = set()
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
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
            user_id = _user_id(writer)
            refused = self._refused(user_id)
            if refused is None:
                await self._answer_all(reader, writer, user_id)
            else:
                LOG.warning("caller_refused", code=refused.code, user_id=user_id)
                with suppress(ConnectionError):
                    await say(writer, refused)
        except asyncio.CancelledError:
            return  # the process stops; the other side sees the connection close
        except Exception as error:  # noqa: BLE001  (a fault in one talk must not end the others)
            LOG.error("talk_broke", error=type(error).__name__)  # noqa: TRY400
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def _refused(self, user_id: int) -> TellFailure | None:
        """Return why a connection is not talked to."""
        if user_id not in (os.geteuid(), ROOT):
            return TellFailure("stranger", str(DoorError(Expectation.OWN_USER, "another")))
        if len(self._talks) > CONNECTIONS_MAX:
            found = f"{CONNECTIONS_MAX} others; try again"
            return TellFailure("busy", str(DoorError(Expectation.ROOM, found)))
        return None

    async def _answer_all(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user_id: int
    ) -> None:
        with suppress(ConnectionError):
            while True:
                try:
                    asking = await hear_asking(reader, self._large)
                    if asking is None:
                        return
                    await say(writer, await self._tell(asking, user_id))
                except DoorError as error:
                    LOG.warning("frame_refused", reason=error.reason)
                    await say(writer, TellFailure("form", str(error)))
                    return

    async def _tell(self, asking: Asking, user_id: int) -> Telling:
        try:
            match asking:
                case Ask():
                    return await self._ask(asking, user_id)
                case AskHealth():
                    return TellHealth(self._runtime.health())
                case AskQuiet(within_seconds=within_seconds):
                    return TellQuiet(await self._becomes_quiet(within_seconds))
        except LogUnavailableError as error:
            return TellFailure("unavailable", str(error))

    async def _ask(self, asking: Ask, user_id: int) -> Telling:
        if len(asking.inputs) > INPUTS_MAX:
            found = f"{len(asking.inputs)}, at most {INPUTS_MAX}"
            return TellFailure("form", str(DoorError(Expectation.FEW_INPUTS, found)))
        items: list[tuple[Input, bytes]] = []
        for index, raw in enumerate(asking.inputs):
            try:
                items.append(await self._stamped(raw, user_id))
            except WireDamageError as error:
                return TellFailure("input", f"input {index}: {error}")
            if index % READ_AT_ONCE == READ_AT_ONCE - 1:
                await asyncio.sleep(0)  # one frame never holds the loop
        answers = await self._runtime.inboxes.ask_encoded(
            items, asking.lane, within_seconds=_bounded(asking.within_seconds)
        )
        return TellAnswers(answers)

    async def _stamped(self, raw: Raw, user_id: int) -> tuple[Input, bytes]:
        """Return an input as it stands in an inbox; what it needs may be published just now.

        Raises:
            WireDamageError: It can be no input of a caller.
        """
        try:
            return stamped(raw, self._stamp(user_id))
        except WireDamageError:
            newest_w = self._runtime.newest_w
            await self._runtime.look_for_publications()
            if self._runtime.newest_w == newest_w:
                raise
        return stamped(raw, self._stamp(user_id))

    def _stamp(self, user_id: int) -> EntryStamp:
        newest_w = self._runtime.newest_w
        return EntryStamp(at=self._runtime.now(), user_id=user_id, newest_w=newest_w)

    async def _becomes_quiet(self, within_seconds: float) -> bool:
        try:
            async with asyncio.timeout(_bounded(within_seconds)):
                await self._runtime.quiet()
        except TimeoutError:
            return False
        return True


def _bounded(within_seconds: float) -> float:
    """Return how long is waited; what is no number of seconds is no time at all."""
    return min(within_seconds, WITHIN_SECONDS_MAX) if within_seconds > 0 else 0.0


def _user_id(writer: asyncio.StreamWriter) -> int:
    """Return the user id at the other end, as the system tells it.

    Source:
        unix(7), SO_PEERCRED; where a system has none, the socket's mode alone keeps others out.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return os.geteuid()
    peer: socket.socket = writer.get_extra_info("socket")
    size_bytes = struct.calcsize(_CREDENTIALS)
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size_bytes)
    _, user_id, _ = struct.unpack(_CREDENTIALS, credentials)
    return int(user_id)
