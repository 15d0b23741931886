"""Tell other processes that a partition has grown, by PostgreSQL's LISTEN and NOTIFY.

A notification inside an append would hold a lock that all notifying commits share while
the disk is written; so it is sent after the commit, on a connection of its own, and what
was announced meanwhile goes with the next one.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from infra.log.numbers import TOPIC_NUMBERS, TOPICS
from infra.log.port import Place
from infra.log.wakeups import Wakeups
from infra.store.dsn import Dsn
from infra.store.errors import StoreUnavailableError
from infra.store.pool import Connection, connect, translated
from infra.telemetry import get_logger

CHANNEL = "relance_log"
ANNOUNCE_EVERY_SECONDS = 0.01
RECONNECT_AFTER_SECONDS = 1.0
CLOSE_SECONDS = 2.0
# It is a hint: it need not be on disk before the next one.
SESSION = {"synchronous_commit": "off"}
PAYLOAD_BYTES_MAX = 7_900  # of PostgreSQL's 8,000
CLOSED = "connection closed"
LOG = get_logger("signals")


class Signals:
    """One connection that listens and notifies, kept open by a task of its own."""

    def __init__(self, dsn: Dsn, wakeups: Wakeups, *, application_name: str) -> None:
        """Prepare; `start` opens the connection."""
        self._dsn = dsn
        self._wakeups = wakeups
        self._application_name = application_name
        self._pending: dict[Place, int] = {}
        self._changed = asyncio.Event()
        self._closing = False
        self._server_process_id = 0  # whose notifications are our own
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, in a task that `close` ends."""
        self._task = asyncio.create_task(self._run(), name="log signals")

    def announce(self, ends: Mapping[Place, int]) -> None:
        """Wake the readers of this process now, and those of others soon."""
        self._wakeups.announce(ends)
        self._pending.update(ends)
        self._changed.set()

    async def close(self) -> None:
        """Send what is pending, within 2 s, and let the connection go; repeatable."""
        self._closing = True
        self._changed.set()
        if self._task is None:
            return
        await asyncio.wait((self._task,), timeout=CLOSE_SECONDS)
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while not self._closing or self._pending:
            try:
                await self._serve()
            except StoreUnavailableError as error:
                # Readers poll meanwhile, and say so if PostgreSQL is gone.
                LOG.warning("log_signals_lost", reason=error.reason)
                if self._closing:
                    return
                await asyncio.sleep(RECONNECT_AFTER_SECONDS)

    async def _serve(self) -> None:
        connection = await connect(
            self._dsn, application_name=self._application_name, session=SESSION
        )
        self._server_process_id = connection.get_server_pid()
        connection.add_termination_listener(self._on_end)
        try:
            with translated():
                await connection.add_listener(CHANNEL, self._on_notification)
                while not (self._closing and not self._pending):
                    await self._changed.wait()
                    self._changed.clear()
                    await self._send(connection)
        finally:
            connection.remove_termination_listener(self._on_end)
            connection.terminate()

    async def _send(self, connection: Connection) -> None:
        if connection.is_closed():
            raise StoreUnavailableError(reason=CLOSED)
        if not self._pending:
            return
        ends, self._pending = self._pending, {}
        for payload in _payloads(ends):
            await connection.execute("select pg_notify($1, $2)", CHANNEL, payload)
        if not self._closing:
            await asyncio.sleep(ANNOUNCE_EVERY_SECONDS)

    def _on_end(self, _connection: object) -> None:
        self._changed.set()

    def _on_notification(
        self, _connection: object, process_id: int, _channel: str, payload: object
    ) -> None:
        # Asking the connection would fail: one may come after it was let go.
        if process_id != self._server_process_id:
            self._wakeups.announce(_ends(str(payload)))


def _payloads(ends: Mapping[Place, int]) -> list[str]:
    words = [f"{TOPIC_NUMBERS[place.topic]}:{place.partition}:{end}" for place, end in ends.items()]
    payloads: list[list[str]] = [[]]
    size_bytes = 0
    for word in words:
        if size_bytes + len(word) + 1 > PAYLOAD_BYTES_MAX:
            payloads.append([])
            size_bytes = 0
        payloads[-1].append(word)
        size_bytes += len(word) + 1
    return [" ".join(words) for words in payloads]


def _ends(payload: str) -> dict[Place, int]:
    triples = (word.split(":") for word in payload.split())
    return {
        Place(TOPICS[int(topic)], int(partition)): int(end) for topic, partition, end in triples
    }
