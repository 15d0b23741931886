"""Append inputs to their inboxes: whatever queued during a round trip goes in one append.

Being in an inbox promises nothing; an input is acknowledged by its validated decision.
A retry under the same id is always safe.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.inputs import Input, Lane
from engine.wire import encode_input
from infra.log.checks import RECORD_OVERHEAD_BYTES
from infra.log.errors import LogUnavailableError
from infra.log.port import Append, Log, Place, Record
from infra.runtime.answers import Answer, Answers, gather_answers
from infra.runtime.partitions import home_of, inbox_of

OnAppended = Callable[[Place, int, Sequence[Record]], None]

APPENDED_BYTES_MAX = 512 * 1024  # over all places: packing and decoding them keeps the loop
WITHIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _QueuedRecord:
    place: Place
    record: Record
    must_last: bool
    appended: asyncio.Future[None]


class Inboxes:
    """All inboxes, as this process appends to them."""

    def __init__(self, log: Log, answers: Answers, on_appended: OnAppended) -> None:
        """Append to `log`; answers come from the owners of this process.

        What was appended is given to `on_appended`, so that nobody need read it again.
        """
        self._log = log
        self._on_appended = on_appended
        self._answers = answers
        self._queue: list[_QueuedRecord] = []
        self._grown = asyncio.Event()
        self._is_appending = False

    async def send(self, items: Sequence[Input], lane: Lane = Lane.EXPRESS) -> None:
        """Append inputs; return once they are durable.

        Raises:
            LogUnavailableError: Some may have landed; send them again under the same ids.
            WireDamageError: One is longer than an input may be; none was appended.
        """
        await self.send_encoded([(item, encode_input(item)) for item in items], lane)

    async def send_encoded(
        self,
        items: Sequence[tuple[Input, bytes]],
        lane: Lane = Lane.EXPRESS,
        *,
        must_last: bool = True,
    ) -> None:
        """Append inputs with the bytes they came in; otherwise as `send`.

        Those that need not last may be lost with the server's tail: whoever sends them
        waits for the decision, and sends them again without one.
        """
        loop = asyncio.get_running_loop()
        waiting = [
            _QueuedRecord(
                place=inbox_of(home_of(item.stream, self._log.partition_count), lane),
                record=Record(item.stream.encode(), data),
                must_last=must_last,
                appended=loop.create_future(),
            )
            for item, data in items
        ]
        self._queue.extend(waiting)
        self._grown.set()
        appended = [queued.appended for queued in waiting]
        for result in await asyncio.gather(*appended, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def ask(
        self,
        items: Sequence[Input],
        lane: Lane = Lane.EXPRESS,
        *,
        within_seconds: float = WITHIN_SECONDS,
    ) -> tuple[Answer | None, ...]:
        """Append inputs and wait for their decisions; None where none came in time.

        Raises as `send` does.
        """
        encoded = [(item, encode_input(item)) for item in items]
        return await self.ask_encoded(encoded, lane, within_seconds=within_seconds)

    async def ask_encoded(
        self,
        items: Sequence[tuple[Input, bytes]],
        lane: Lane = Lane.EXPRESS,
        *,
        within_seconds: float = WITHIN_SECONDS,
    ) -> tuple[Answer | None, ...]:
        """Ask with the bytes the inputs came in; otherwise as `ask`."""
        futures = [self._answers.expect(item.stream, item.id) for item, _ in items]
        try:
            await self.send_encoded(items, lane, must_last=False)
            return await gather_answers(futures, within_seconds)
        finally:
            for (item, _), future in zip(items, futures, strict=True):
                self._answers.forget(item.stream, item.id, future)

    @property
    def is_quiet(self) -> bool:
        """Whether everything sent was appended."""
        return not self._queue and not self._is_appending

    async def run(self) -> None:
        """Append what is sent, until cancelled."""
        while True:
            await self._grown.wait()
            self._grown.clear()
            self._is_appending = True
            try:
                await self._append_all()
            finally:
                self._is_appending = False

    async def _append_all(self) -> None:
        while self._queue:
            taken, self._queue = _first_units(self._queue)
            units: dict[Place, list[Record]] = {}
            for queued in taken:
                units.setdefault(queued.place, []).append(queued.record)
            must_last = any(queued.must_last for queued in taken)
            try:
                bases = await self._log.append(
                    [
                        Append(place, records, must_last=must_last)
                        for place, records in units.items()
                    ]
                )
            except LogUnavailableError as error:
                _settle(taken, error)
                continue
            for (place, records), base in zip(units.items(), bases, strict=True):
                self._on_appended(place, base, records)
            _settle(taken, None)


def _first_units(queue: list[_QueuedRecord]) -> tuple[list[_QueuedRecord], list[_QueuedRecord]]:
    """Split a queue where one append would grow too large."""
    size_bytes = 0
    for index, queued in enumerate(queue):
        key, value = queued.record
        size_bytes += len(key) + len(value) + RECORD_OVERHEAD_BYTES
        if index and size_bytes > APPENDED_BYTES_MAX:
            return queue[:index], queue[index:]
    return queue, []


def _settle(waiting: Sequence[_QueuedRecord], error: LogUnavailableError | None) -> None:
    for queued in waiting:
        if queued.appended.done():
            continue
        if error is None:
            queued.appended.set_result(None)
        else:
            queued.appended.set_exception(error)
