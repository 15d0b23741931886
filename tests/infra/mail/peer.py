"""A mail server that says exactly what a test tells it to, over a real socket."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

CLOSE = ""  # instead of a reply: cut the connection
SILENT = None  # instead of a reply: never answer
GOOD: Mapping[str, str | None] = {
    "GREETING": "220 peer.example ESMTP",
    "EHLO": "250 peer.example",
    "HELO": "250 peer.example",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "DATA": "354 Go on",
    "CONTENT": "250 2.0.0 Ok: queued as 4F1D2C",
    "RSET": "250 2.0.0 Ok",
    "NOOP": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
}


class Peer:
    """Listens on a free port; `replies` are those that differ from a good server's."""

    def __init__(self, **replies: str | None) -> None:
        self._replies = {**GOOD, **replies}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.commands: list[str] = []
        self.contents: list[bytes] = []
        self.connection_count = 0
        self.port = 0
        self.gone = asyncio.Event()  # set each time a connection has ended

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
        while self._writers:
            self.gone.clear()
            for writer in self._writers:
                writer.transport.abort()
            await self.gone.wait()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection_count += 1
        self._writers.add(writer)
        try:
            is_open = await self._reply(writer, "GREETING")
            while is_open and (line := await reader.readline()):
                is_open = await self._answer(line.decode().strip(), reader, writer)
        except ConnectionError:
            pass  # The client cut it: what the test looks for is on the client's side.
        finally:
            writer.close()
            self._writers.discard(writer)
            self.gone.set()

    async def _answer(
        self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        self.commands.append(line)
        verb = line.partition(" ")[0].upper()
        is_open = await self._reply(writer, verb)
        if verb == "DATA" and is_open and (self._replies["DATA"] or "").startswith("354"):
            self.contents.append(await reader.readuntil(b"\r\n.\r\n"))
            is_open = await self._reply(writer, "CONTENT")
        return is_open and verb != "QUIT"

    async def _reply(self, writer: asyncio.StreamWriter, name: str) -> bool:
        reply = self._replies[name]
        if reply == CLOSE:
            writer.transport.abort()
            return False
        if reply is not SILENT:
            writer.write(reply.replace("\n", "\r\n").encode() + b"\r\n")
            await writer.drain()
        return True
