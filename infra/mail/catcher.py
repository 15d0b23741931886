"""A mail server on this machine that keeps every message and delivers none.

The sample workspace and the tests speak real SMTP to it.  It answers 250 only once the
message is on disk, so what it holds after a crash is what it has accepted.
"""

import asyncio
import logging
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.mail.faults import Drop, Faults, MailFault, NoFaults, Refuse, Slow, Stall
from infra.mail.mail_folder import CaughtMessage, MailFolder
from infra.mail.sender import SmtpStage
from infra.touching.protocol import Evidence

HOST = "127.0.0.1"
NAME = "catcher.example"
IDLE_SECONDS = 300.0
STALL_SECONDS_MAX = 3600.0
STOP_SECONDS = 10.0
# The library logs each command, addresses and all.
logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)


class Catcher:
    """A catcher over one folder; starts and stops as often as wished."""

    def __init__(
        self, folder: Path, *, host: str = HOST, port: int = 0, faults: Faults | None = None
    ) -> None:
        """Name the folder and where to listen; port 0 takes a free one at each start."""
        self.folder: Final = folder
        self._folder = MailFolder(folder)
        self._asked_port = port
        self._handler = _Handler(self._folder, faults or NoFaults())
        self._server: asyncio.Server | None = None
        self._sessions = _Sessions()
        self.host: Final = host
        self.port = port  # the real one once started

    async def start(self) -> None:
        """Take the folder and listen.

        Raises:
            CatcherBusyError: Another process has the folder.
            OSError: The port is taken.
        """
        self._folder.open()
        self._handler.is_stopping.clear()
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: _Protocol(self._handler, self._sessions), self.host, self._asked_port
            )
        except OSError:
            self._folder.close()
            raise
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening, cut conversations, finish what is being written; repeatable."""
        if self._server is None:
            return
        self._server.close()
        self._handler.is_stopping.set()
        async with asyncio.timeout(STOP_SECONDS):
            await self._sessions.end()
            await self._handler.finish_writing()
            await self._server.wait_closed()
        self._server = None
        self._folder.close()

    @property
    def is_running(self) -> bool:
        """Tell whether it listens."""
        return self._server is not None

    @property
    def is_quiet(self) -> bool:
        """Tell whether no message is on its way: what is not held now will not come."""
        return not self._handler.is_writing and not self._sessions.has_message_under_way

    @property
    def connection_count(self) -> int:
        """Return how many clients are connected."""
        return self._sessions.count

    def messages(self, *, after: int = 0) -> tuple[CaughtMessage, ...]:
        """Return what was accepted after a number, oldest first."""
        return self._folder.messages(after=after)

    def find(self, message_id: str) -> tuple[CaughtMessage, ...]:
        """Return every acceptance of one message, oldest first."""
        return self._folder.find(message_id)

    def count(self, message_id: str) -> int:
        """Return how often one message was accepted."""
        return self._folder.count(message_id)


class CatcherReconciler:
    """Asks the catcher of this process; see `infra.touching.channel_ports.Reconciler`."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher

    async def find(self, reference: str) -> Evidence:
        """Return what the catcher holds; unsure while a message is on its way to it."""
        if self._catcher.count(reference):
            return Evidence.FOUND
        if not self._catcher.is_running or not self._catcher.is_quiet:
            return Evidence.UNCLEAR
        return Evidence.ABSENT


class _Handler:
    """What happens at each command; the library calls the `handle_` methods by name."""

    def __init__(self, folder: MailFolder, faults: Faults) -> None:
        self._folder = folder
        self._faults = faults
        self._picked: WeakKeyDictionary[Envelope, MailFault] = WeakKeyDictionary()
        self._writing: set[asyncio.Task[int]] = set()
        self.is_stopping = asyncio.Event()

    @property
    def is_writing(self) -> bool:
        return bool(self._writing)

    async def finish_writing(self) -> None:
        await asyncio.gather(*self._writing, return_exceptions=True)

    async def handle_RCPT(  # noqa: N802  (the library's name and shape)
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        fault = self._faults.pick(address)
        if isinstance(fault, Refuse) and fault.stage is not SmtpStage.CONTENT:
            return f"{fault.code} {fault.text}"
        if fault is not None:
            self._picked[envelope] = fault
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802  (the library's name)
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        match self._picked.get(envelope):
            case Refuse(code=code, text=text):
                return f"{code} {text}"
            case Drop(is_stored=is_stored):
                return await self._drop(server, envelope, is_stored=is_stored)
            case Stall(is_stored=is_stored):
                return await self._stall(envelope, is_stored=is_stored)
            case Slow(wait_for=wait_for):
                await self._wait(wait_for.total_seconds())
                return await self._accept(envelope)
            case None:
                return await self._accept(envelope)

    async def handle_exception(self, _error: Exception) -> str:
        return "451 4.3.0 Could not be stored, try again"

    async def _drop(self, server: SMTP, envelope: Envelope, *, is_stored: bool) -> str:
        if is_stored:
            await self._accept(envelope)
        if server.transport is not None:
            server.transport.close()
        # Cancelled when the connection is gone: an answer now could still get out.
        await self._wait(STOP_SECONDS)
        return "421 4.3.2 Too late to be seen"

    async def _stall(self, envelope: Envelope, *, is_stored: bool) -> str:
        if is_stored:
            await self._accept(envelope)
        await self._wait(STALL_SECONDS_MAX)
        return "421 4.3.2 Stopping"

    async def _wait(self, seconds: float) -> None:
        """Wait that long, or until the catcher stops."""
        try:
            async with asyncio.timeout(seconds):
                await self.is_stopping.wait()
        except TimeoutError:
            return

    async def _accept(self, envelope: Envelope) -> str:
        task = asyncio.create_task(self._write(envelope))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        # A client that hangs up now must not leave a file that nobody counted.
        number = await asyncio.shield(task)
        return f"250 2.0.0 Ok: queued as {number}"

    async def _write(self, envelope: Envelope) -> int:
        number = self._folder.take_number()
        path = await asyncio.to_thread(
            self._folder.write,
            number,
            envelope.original_content or b"",
            mail_from=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
        )
        self._folder.remember(path)
        return number


class _Sessions:
    """The conversations under way."""

    def __init__(self) -> None:
        self._protocols: set[_Protocol] = set()
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def count(self) -> int:
        return len(self._protocols)

    @property
    def has_message_under_way(self) -> bool:
        return any(
            protocol.envelope is not None and protocol.envelope.mail_from
            for protocol in self._protocols
        )

    def begin(self, protocol: "_Protocol") -> None:
        self._protocols.add(protocol)
        self._ended.clear()

    def leave(self, protocol: "_Protocol") -> None:
        self._protocols.discard(protocol)
        if not self._protocols:
            self._ended.set()

    async def end(self) -> None:
        for protocol in tuple(self._protocols):
            if protocol.transport is not None:
                protocol.transport.close()
        await self._ended.wait()


class _Protocol(SMTP):
    """One conversation, which says when it begins and ends."""

    def __init__(self, handler: _Handler, sessions: _Sessions) -> None:
        super().__init__(
            handler,
            hostname=NAME,
            ident="Relance catcher",
            timeout=IDLE_SECONDS,
            loop=asyncio.get_running_loop(),
        )
        self._sessions = sessions

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sessions.begin(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._sessions.leave(self)
