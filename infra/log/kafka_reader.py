"""Read one topic from any offset, without consumer groups."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, OffsetOutOfRangeError

from infra.log.errors import DamagedError, LogUnavailableError
from infra.log.kafka_writer import BACKEND, BATCH_BYTES_MAX
from infra.log.port import Place, StoredRecord

FETCH_SECONDS = 10.0
FETCH_RECORDS_MAX = 1_000
# A request that waits for more keeps the next partition waiting behind it.
FETCH_WAIT_MILLISECONDS = 50


class OutOfRangeError(Exception):
    """The broker holds no such offset; the adapter finds out on which side."""


class KafkaReader:
    """One consumer, which serves one reader at a time and fetches only when asked."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._one_at_a_time = asyncio.Lock()
        self._consumer: AIOKafkaConsumer | None = None
        self._next: tuple[int, int] | None = None  # partition and offset the consumer stands at

    async def read(self, place: Place, offset: int, bytes_max: int) -> tuple[StoredRecord, ...]:
        """Return at least the record at `offset`, which the caller knows to be there.

        Raises:
            OutOfRangeError: It is not there.
            DamagedError: The broker's record batch has a wrong checksum.
            LogUnavailableError: Nothing came within 10 s.
        """
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    return await self._fetch(place, offset, bytes_max)
            except OffsetOutOfRangeError as error:
                self._next = None
                raise OutOfRangeError from error
            except CorruptRecordException as error:
                await self._drop()
                raise DamagedError(place, offset, "a record batch of a wrong checksum") from error
            except (KafkaError, OSError) as error:
                await self._drop()
                raise LogUnavailableError(BACKEND, type(error).__name__) from error
            except BaseException:
                self._next = None
                raise

    async def close(self) -> None:
        """Let go of the consumer; repeatable."""
        async with self._one_at_a_time:
            await self._drop()

    async def _fetch(self, place: Place, offset: int, bytes_max: int) -> tuple[StoredRecord, ...]:
        consumer = await self._started()
        partition = TopicPartition(self._topic, place.partition)
        if partition not in consumer.assignment():
            consumer.assign([partition])
            self._next = None
        if self._next != (place.partition, offset):
            consumer.seek(partition, offset)
        consumer.resume(partition)
        try:
            return await self._take(consumer, partition, offset, bytes_max)
        finally:
            consumer.pause(partition)

    async def _take(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int, bytes_max: int
    ) -> tuple[StoredRecord, ...]:
        taken: list[StoredRecord] = []
        size_bytes = 0
        wait_milliseconds = int(FETCH_SECONDS * 1000)
        self._next = None
        while records := await _more(consumer, partition, wait_milliseconds):
            for record in records:
                # Anybody may write a record without key or value; here it is one that is empty.
                key, value = record.key or b"", record.value or b""
                size_bytes += len(key) + len(value)
                if taken and size_bytes > bytes_max:
                    return tuple(taken)
                taken.append(StoredRecord(record.offset, key, value))
            wait_milliseconds = 0
        if not taken or taken[0].offset != offset:
            raise TimeoutError
        self._next = (partition.partition, taken[-1].offset + 1)
        return tuple(taken)

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            self._consumer = await start_consumer(self._bootstrap)
        return self._consumer

    async def _drop(self) -> None:
        consumer, self._consumer, self._next = self._consumer, None, None
        if consumer is not None:
            await stop_consumer(consumer)


async def start_consumer(bootstrap: str) -> AIOKafkaConsumer:
    """Connect a consumer without a group, which never jumps to another offset by itself."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS,
        max_partition_fetch_bytes=BATCH_BYTES_MAX,
        request_timeout_ms=int(FETCH_SECONDS * 1000),
    )
    try:
        await consumer.start()
    except BaseException:
        await consumer.stop()
        raise
    return consumer


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Disconnect a consumer, also one whose broker is gone."""
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            await consumer.stop()
    except (KafkaError, OSError) as error:
        raise LogUnavailableError(BACKEND, type(error).__name__) from error


async def _more(
    consumer: AIOKafkaConsumer, partition: TopicPartition, wait_milliseconds: int
) -> list[ConsumerRecord]:
    fetched = await consumer.getmany(
        partition, timeout_ms=wait_milliseconds, max_records=FETCH_RECORDS_MAX
    )
    records: list[ConsumerRecord] = fetched.get(partition, [])
    return records
