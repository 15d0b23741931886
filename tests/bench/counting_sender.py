"""A sender that only counts, durably and at once, so that a benchmark measures the engine."""

import asyncio

from infra.mail.sender import Outgoing, SendOutcome, Sent
from infra.store.pool import Pool, translated

BATCH_MAX = 1000
# No primary key on the message: a duplicate must show, not disappear.
CREATE = """
create table if not exists counted_send (
  number bigint generated always as identity primary key,
  message_id text not null,
  size_bytes integer not null,
  sent_at timestamptz not null default now()
)
"""
INSERT = """
insert into counted_send (message_id, size_bytes)
select * from unnest($1::text[], $2::integer[])
"""


async def counting_sender(pool: Pool) -> "CountingSender":
    """Return a sender whose table is there."""
    with translated():
        await pool.execute(CREATE)
    return CountingSender(pool)


class CountingSender:
    """Records each send in PostgreSQL and answers once that is committed.

    Sends that arrive while a batch is being written go into the next one.
    """

    conversations_max = 64

    def __init__(self, pool: Pool) -> None:
        """Keep the pool, which stays its owner's to close; see `counting_sender`."""
        self._pool = pool
        self._waiting: list[tuple[Outgoing, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def send(self, message: Outgoing) -> SendOutcome:
        """Record `message`; see `Sender.send`.

        Raises:
            StoreUnavailableError: It may or may not have been recorded.
        """
        recorded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, recorded))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        await recorded
        return Sent(queue_id="")

    async def close(self) -> None:
        """Finish what is being written; repeatable."""
        if self._writer is not None:
            await self._writer

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            error = await self._write([message for message, _ in batch])
            for _, recorded in batch:
                _settle(recorded, error)

    async def _write(self, messages: list[Outgoing]) -> Exception | None:
        try:
            with translated():
                await self._pool.execute(
                    INSERT,
                    [message.message_id for message in messages],
                    [len(message.content) for message in messages],
                )
        except Exception as error:  # noqa: BLE001  (each waiting sender gets it raised)
            return error
        return None


def _settle(recorded: "asyncio.Future[None]", error: Exception | None) -> None:
    if recorded.done():
        return  # Its sender was cancelled while it waited.
    if error is None:
        recorded.set_result(None)
    else:
        recorded.set_exception(error)
