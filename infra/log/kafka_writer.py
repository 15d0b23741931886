"""Write one record batch per append, by a producer that is thrown away when in doubt.

aiokafka keeps sending an idempotent batch for ever, and a batch that failed leaves a hole
in the producer's sequence numbers.  So any error ends the producer: what it had under way
may have landed or not, and the next append begins with a new one.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerClosed
from aiokafka.structs import RecordMetadata

from infra.log.checks import UNIT_BYTES_MAX, unit_bytes
from infra.log.errors import LogUnavailableError, RecordTooLargeError
from infra.log.port import Append, Place

BACKEND = "Kafka"
# The batch's own header, and what zstd adds where nothing compresses.
BATCH_BYTES_MAX = UNIT_BYTES_MAX + 64 * 1024
REQUEST_BYTES_MAX = 64 * 1024 * 1024  # a request holds a batch of each partition of a broker
APPEND_SECONDS = 30.0
REQUEST_MILLISECONDS = 10_000
DISCARD_SECONDS = 5.0


class KafkaWriter:
    """The current producer of a log, made when first needed and after each failure."""

    def __init__(self, bootstrap: str, *, append_seconds: float = APPEND_SECONDS) -> None:
        self._bootstrap = bootstrap
        self._append_seconds = append_seconds
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._one_at_a_time: dict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._discarding: set[asyncio.Task[None]] = set()

    async def write(self, appends: Sequence[tuple[str, Append]]) -> tuple[int, ...]:
        """Send each unit, with its topic's name, as one batch; return the base offsets.

        Raises:
            RecordTooLargeError: The broker takes less than we thought; that unit did not land.
            LogUnavailableError: Some unit may have landed or not.
        """
        producer: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(self._append_seconds):
                async with self._turns(unit.place for _, unit in appends):
                    producer = await self._started()
                    futures = [await _send(producer, topic, unit) for topic, unit in appends]
                    await asyncio.wait(futures)
        except (KafkaError, OSError) as error:  # OSError: TimeoutError is one
            self._discard(producer)
            raise LogUnavailableError(BACKEND, type(error).__name__) from error
        failed = [
            (unit, failure)
            for (_, unit), future in zip(appends, futures, strict=True)
            if (failure := future.exception()) is not None
        ]
        if failed:
            self._discard(producer)
            raise _translate(failed)
        offsets = tuple(int(future.result().offset) for future in futures)
        if min(offsets) < 0:  # the broker knew the batch already, and does not say where it is
            self._discard(producer)
            raise LogUnavailableError(BACKEND, "an append without an offset")
        return offsets

    async def close(self) -> None:
        """Let go of all producers; repeatable."""
        self._discard(self._producer)
        if self._discarding:
            await asyncio.wait(self._discarding)

    @asynccontextmanager
    async def _turns(self, places: Iterable[Place]) -> AsyncIterator[None]:
        # aiokafka counts the time it waits behind another batch of a partition several times
        # over, and gives up early; behind a lock batches go in turn.  Locked in one order.
        async with AsyncExitStack() as stack:
            for place in sorted(places):
                await stack.enter_async_context(self._one_at_a_time[place])
            yield

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                self._producer = await _start_producer(self._bootstrap)
            return self._producer

    def _discard(self, producer: AIOKafkaProducer | None) -> None:
        if producer is None or producer is not self._producer:
            return
        self._producer = None
        task = asyncio.create_task(_end(producer), name="discard a Kafka producer")
        self._discarding.add(task)
        task.add_done_callback(self._discarding.discard)


async def _start_producer(bootstrap: str) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
        max_batch_size=BATCH_BYTES_MAX,
        max_request_size=REQUEST_BYTES_MAX,
        request_timeout_ms=REQUEST_MILLISECONDS,
    )
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer


async def _send(
    producer: AIOKafkaProducer, topic: str, unit: Append
) -> "asyncio.Future[RecordMetadata]":
    batch = producer.create_batch()
    for key, value in unit.records:
        if batch.append(timestamp=None, key=key, value=value) is None:
            raise RecordTooLargeError(unit.place, unit_bytes(unit.records), BATCH_BYTES_MAX)
    batch.close()
    future: asyncio.Future[RecordMetadata] = await producer.send_batch(
        batch, topic, partition=unit.place.partition
    )
    future.add_done_callback(_notice)
    return future


def _notice(future: "asyncio.Future[RecordMetadata]") -> None:
    # An append that timed out leaves its future behind; its failure was reported already.
    if not future.cancelled():
        future.exception()


def _translate(failed: Sequence[tuple[Append, BaseException]]) -> Exception:
    for unit, error in failed:
        if isinstance(error, MessageSizeTooLargeError):
            too_large = RecordTooLargeError(unit.place, unit_bytes(unit.records), BATCH_BYTES_MAX)
            too_large.__cause__ = error
            return too_large
    _, error = failed[0]
    unavailable = LogUnavailableError(BACKEND, type(error).__name__)
    unavailable.__cause__ = error
    return unavailable


async def _end(producer: AIOKafkaProducer) -> None:
    # `stop` first waits until all batches are delivered, which may be never: fail them.
    producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001 - no public way
    try:
        async with asyncio.timeout(DISCARD_SECONDS):
            await producer.stop()
    except (KafkaError, OSError):
        await producer.client.close()
