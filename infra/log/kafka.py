"""The scale-out log: one Kafka topic per topic of ours, one record batch per append.

Partitions are assigned and sought by us: no consumer groups, no transactions.  Kafka
cannot compare an epoch before it appends, so a former owner's record may land here; the
validity rule (`engine.validity`) skips it.  See docs/decisions/0011.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, for_code

from infra.log.address import PREFIX
from infra.log.checks import (
    check_appends,
    check_offset,
    check_place,
    check_trim,
    partitions_of,
    places_of,
)
from infra.log.errors import (
    LogAbsentError,
    LogExistsError,
    LogUnavailableError,
    PartitionCountError,
)
from infra.log.kafka_reader import KafkaReader, OutOfRangeError, start_consumer, stop_consumer
from infra.log.kafka_writer import APPEND_SECONDS, BACKEND, BATCH_BYTES_MAX, KafkaWriter
from infra.log.port import Append, Place, Span, StoredRecord, Topic
from infra.log.wakeups import Wakeups

TOPIC_ALREADY_EXISTS = 36
ADMIN_SECONDS = 20.0
SEEN_POLL_SECONDS = 0.05
SEEN_ATTEMPTS_MAX = 20
POLL_SECONDS_MIN = 0.01
POLL_SECONDS_MAX = 0.2
# Kept for ever and never compacted; inboxes are trimmed by us, never by time.
TOPIC_CONFIG: Mapping[str, str] = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "compression.type": "producer",
    "max.message.bytes": str(BATCH_BYTES_MAX),
}


class _Clients(NamedTuple):
    """What talks to the cluster: apart, so that none waits for another's answer."""

    admin: AIOKafkaAdminClient
    asker: AIOKafkaConsumer  # of offsets only
    writer: KafkaWriter
    readers: Mapping[Topic, KafkaReader]


class KafkaLog:
    """A log in one Kafka cluster; made by `create` or `open`, released by `close`."""

    def __init__(self, clients: "_Clients", *, prefix: str, partition_count: int) -> None:
        """Take over the clients, which `close` lets go."""
        self._clients = clients
        self._prefix = prefix
        self._partition_count = partition_count
        self._wakeups = Wakeups()
        self._is_closed = False

    @classmethod
    async def create(
        cls,
        bootstrap: str,
        *,
        partition_count: int,
        prefix: str = PREFIX,
        replication_factor: int = 1,
    ) -> Self:
        """Create the topics of an empty log, and open it.

        Raises:
            LogExistsError: One of the topics is there already.
            LogUnavailableError: Kafka did not answer, or refused.
        """
        present = await _create_topics(
            bootstrap, prefix, partition_count, replication_factor=replication_factor
        )
        if present:
            raise LogExistsError(BACKEND, f"the topic {min(present)}")
        return await cls.open(bootstrap, partition_count=partition_count, prefix=prefix)

    @classmethod
    async def found(
        cls,
        bootstrap: str,
        *,
        partition_count: int,
        prefix: str = PREFIX,
        replication_factor: int = 1,
    ) -> Self:
        """Create an empty log, or go on where a creation was cut short, and open it.

        Raises:
            LogExistsError: A topic holds records: it is somebody else's log.
            PartitionCountError, LogUnavailableError: See `open`.
        """
        await _create_topics(
            bootstrap, prefix, partition_count, replication_factor=replication_factor
        )
        log = await cls.open(bootstrap, partition_count=partition_count, prefix=prefix)
        spans = await log.spans(places_of(partition_count))
        used = [place for place, span in spans.items() if span.end]
        if used:
            await log.close()
            name = _topic_name(prefix, used[0].topic)
            raise LogExistsError(BACKEND, f"records in the topic {name}")
        return log

    @classmethod
    async def open(
        cls,
        bootstrap: str,
        *,
        partition_count: int | None = None,
        prefix: str = PREFIX,
        append_seconds: float = APPEND_SECONDS,
    ) -> Self:
        """Open the log of a cluster; `None` accepts the partition count that is there.

        An append that is not acknowledged within `append_seconds` is unavailable.

        Raises:
            LogAbsentError: A topic is missing.
            PartitionCountError: A topic has another number of partitions.
            LogUnavailableError: Kafka did not answer.
        """
        with _translated():
            async with _administering(bootstrap) as admin:
                counts = await _counts(admin, prefix)
        for topic in Topic:
            if topic not in counts:
                raise LogAbsentError(BACKEND, f"topic {_topic_name(prefix, topic)}")
        count = counts[Topic.EVENTS] if partition_count is None else partition_count
        for topic, stored in counts.items():
            if stored != partitions_of(topic, count):
                name = _topic_name(prefix, topic)
                raise PartitionCountError(name, partitions_of(topic, count), stored)
        with _translated():
            clients = await _connect(bootstrap, prefix, append_seconds)
        return cls(clients, prefix=prefix, partition_count=count)

    @property
    def partition_count(self) -> int:
        """P, as created."""
        return self._partition_count

    @property
    def lands_together(self) -> bool:
        """Each partition has a leader of its own."""
        return False

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append each unit as one batch, all under way at once; see the port."""
        check_appends(appends, self._partition_count)
        if not appends:
            return ()
        bases = await self._clients.writer.write(
            [(self._name(unit.place.topic), unit) for unit in appends]
        )
        self._wakeups.announce(
            {
                unit.place: base + len(unit.records)
                for unit, base in zip(appends, bases, strict=True)
            }
        )
        return bases

    async def read(self, place: Place, offset: int, *, bytes_max: int) -> tuple[StoredRecord, ...]:
        """Return records from `offset` on; see the port."""
        check_place(place, self._partition_count)
        if offset >= self._wakeups.known_end(place) or offset < 0:
            span = await self._check_offset(place, offset)
            if offset == span.end:
                return ()
        try:
            return await self._clients.readers[place.topic].read(place, offset, bytes_max)
        except OutOfRangeError as error:
            await self._check_offset(place, offset)
            raise LogUnavailableError(BACKEND, "two answers about its offsets") from error

    async def _check_offset(self, place: Place, offset: int) -> Span:
        span = (await self.spans((place,)))[place]
        check_offset(place, offset, span)
        return span

    async def spans(self, places: Sequence[Place]) -> Mapping[Place, Span]:
        """Return first and end offset of each place, asked one after the other."""
        for place in places:
            check_place(place, self._partition_count)
        named = {place: self._partition(place) for place in places}
        hint_count = self._wakeups.hint_count
        with _translated():
            firsts = await self._clients.asker.beginning_offsets(list(named.values()))
            ends = await self._clients.asker.end_offsets(list(named.values()))
        spans = {place: Span(firsts[name], ends[name]) for place, name in named.items()}
        true_ends = {place: span.end for place, span in spans.items()}
        self._wakeups.correct(true_ends, hint_count=hint_count)
        return spans

    async def wait(self, ends: Mapping[Place, int]) -> None:
        """Return when any place reaches beyond its offset; see the port."""
        poll_seconds = POLL_SECONDS_MIN
        while not self._wakeups.has_passed(ends):
            await self.spans(tuple(ends))
            await self._wakeups.pass_within(ends, poll_seconds)
            poll_seconds = min(2 * poll_seconds, POLL_SECONDS_MAX)

    async def trim(self, place: Place, before_offset: int) -> None:
        """Delete inbox records below `before_offset`; see the port."""
        check_trim(place, self._partition_count)
        partition = self._partition(place)
        try:
            with _translated():
                await self._clients.admin.delete_records(
                    {partition: RecordsToDelete(before_offset)}
                )
        except OutOfRangeError as error:
            await self._check_offset(place, before_offset)
            raise LogUnavailableError(BACKEND, "two answers about its offsets") from error

    async def close(self) -> None:
        """Let go of all clients; repeatable."""
        if self._is_closed:
            return
        self._is_closed = True
        await self._clients.writer.close()
        for reader in self._clients.readers.values():
            await reader.close()
        await stop_consumer(self._clients.asker)
        await self._clients.admin.close()

    def _name(self, topic: Topic) -> str:
        return _topic_name(self._prefix, topic)

    def _partition(self, place: Place) -> TopicPartition:
        return TopicPartition(self._name(place.topic), place.partition)


def _topic_name(prefix: str, topic: Topic) -> str:
    return f"{prefix}.{topic}"


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OffsetOutOfRangeError as error:
        raise OutOfRangeError from error
    except (KafkaError, OSError) as error:
        raise LogUnavailableError(BACKEND, type(error).__name__) from error


async def _connect(bootstrap: str, prefix: str, append_seconds: float) -> _Clients:
    asker = await start_consumer(bootstrap)
    try:
        admin = await _start_admin(bootstrap)
    except BaseException:
        await stop_consumer(asker)
        raise
    return _Clients(
        admin=admin,
        asker=asker,
        writer=KafkaWriter(bootstrap, append_seconds=append_seconds),
        readers={topic: KafkaReader(bootstrap, _topic_name(prefix, topic)) for topic in Topic},
    )


async def _start_admin(bootstrap: str) -> AIOKafkaAdminClient:
    # It logs each failed attempt to connect; what matters comes to us as an exception.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    admin = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, request_timeout_ms=int(ADMIN_SECONDS * 1000)
    )
    try:
        await admin.start()
    except BaseException:
        await admin.close()
        raise
    return admin


async def _create_topics(
    bootstrap: str, prefix: str, partition_count: int, *, replication_factor: int
) -> set[str]:
    """Create the topics of a log; return the names of those that were there already."""
    topics = [
        NewTopic(
            _topic_name(prefix, topic),
            partitions_of(topic, partition_count),
            replication_factor,
            topic_configs=dict(TOPIC_CONFIG),
        )
        for topic in Topic
    ]
    present: set[str] = set()
    with _translated():
        async with _administering(bootstrap) as admin:
            answer = await admin.create_topics(topics)
    for name, code, *_ in answer.topic_errors:
        if code == TOPIC_ALREADY_EXISTS:
            present.add(name)
        elif code:
            raise LogUnavailableError(BACKEND, for_code(code).__name__)
    return present


@asynccontextmanager
async def _administering(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = await _start_admin(bootstrap)
    try:
        yield admin
    finally:
        await admin.close()


async def _counts(admin: AIOKafkaAdminClient, prefix: str) -> dict[Topic, int]:
    # A broker learns from the controller what was just created, a moment later.
    counts: dict[Topic, int] = {}
    for _ in range(SEEN_ATTEMPTS_MAX):
        counts = await _counts_now(admin, prefix)
        if len(counts) == len(Topic):
            break
        await asyncio.sleep(SEEN_POLL_SECONDS)
    return counts


async def _counts_now(admin: AIOKafkaAdminClient, prefix: str) -> dict[Topic, int]:
    topics = {_topic_name(prefix, topic): topic for topic in Topic}
    described = await admin.describe_topics(list(topics))
    return {
        topics[found["topic"]]: len(found["partitions"])
        for found in described
        if not found["error_code"]
    }
