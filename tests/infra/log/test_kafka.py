"""The scale-out log against a real Apache Kafka: topics, refusals, loss of the broker."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from infra.log.errors import (
    LogAbsentError,
    LogExistsError,
    LogUnavailableError,
    PartitionCountError,
    RecordTooLargeError,
)
from infra.log.kafka import KafkaLog
from infra.log.port import Append, Place, Record, Span, Topic
from tests.servers.kafka import kafka_for_tests

pytestmark = pytest.mark.connected
PARTITION_COUNT = 3
EVENTS = Place(Topic.EVENTS, 0)
RECORDS = [Record(b"account:1", b"value %d" % number) for number in range(3)]
NUMBERS = count(1)


@pytest.fixture
def prefix() -> str:
    """A name for topics of one test."""
    return f"kafkatest{next(NUMBERS)}"


@pytest_asyncio.fixture(loop_scope="session")
async def log(kafka: str, prefix: str) -> AsyncIterator[KafkaLog]:
    """A log just created."""
    created = await KafkaLog.create(kafka, partition_count=PARTITION_COUNT, prefix=prefix)
    yield created
    await created.close()


@asynccontextmanager
async def administering(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """Talk to the broker beside the log."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def test_a_record_without_key_or_value_is_one_that_is_empty(
    log: KafkaLog, kafka: str, prefix: str
) -> None:
    """Anybody may write one into an inbox; it ended every start."""
    place = Place(Topic.EXPRESS, 0)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        await producer.send_and_wait(f"{prefix}.inbox.express", b"{}", partition=0)
        await producer.send_and_wait(f"{prefix}.inbox.express", None, key=b"k", partition=0)
    finally:
        await producer.stop()

    read = await log.read(place, 0, bytes_max=1_000)

    assert [(record.key, record.value) for record in read] == [(b"", b"{}"), (b"k", b"")]


async def test_topics_keep_everything_for_ever(log: KafkaLog, kafka: str, prefix: str) -> None:
    """The broker must not delete or compact what is the truth, nor an inbox that waits."""
    assert log.partition_count == PARTITION_COUNT
    names = [f"{prefix}.{topic}" for topic in Topic]
    async with administering(kafka) as admin:
        (answer,) = await admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        )
        described = await admin.describe_topics(names)

    found = {
        (resource[3], entry[0]): entry[1] for resource in answer.resources for entry in resource[4]
    }
    for name in names:
        assert found[name, "cleanup.policy"] == "delete"
        assert found[name, "retention.ms"] == "-1"
        assert found[name, "retention.bytes"] == "-1"
    assert {topic["topic"]: len(topic["partitions"]) for topic in described} == {
        f"{prefix}.events": 3,
        f"{prefix}.inbox.express": 3,
        f"{prefix}.inbox.bulk": 3,
        f"{prefix}.workspace": 1,
        f"{prefix}.inbox.workspace": 1,
        f"{prefix}.quarantine": 3,
    }


async def test_creating_twice_is_refused(log: KafkaLog, kafka: str, prefix: str) -> None:
    """A second creation would mix two histories in one topic."""
    assert log.partition_count == PARTITION_COUNT
    with pytest.raises(LogExistsError, match=f"the topic {prefix}"):
        await KafkaLog.create(kafka, partition_count=PARTITION_COUNT, prefix=prefix)


async def test_a_creation_cut_short_is_finished_and_a_log_in_use_is_left_alone(
    log: KafkaLog, kafka: str, prefix: str
) -> None:
    """Topics without records are a founding that was killed; with records, somebody's log."""
    found = await KafkaLog.found(kafka, partition_count=PARTITION_COUNT, prefix=prefix)
    await found.close()
    await log.append([Append(EVENTS, RECORDS, epoch=1)])

    with pytest.raises(LogExistsError, match=f"records in the topic {prefix}.events"):
        await KafkaLog.found(kafka, partition_count=PARTITION_COUNT, prefix=prefix)


async def test_opening_with_another_partition_count_is_refused(
    log: KafkaLog, kafka: str, prefix: str
) -> None:
    """Streams would be looked for in the wrong partitions."""
    assert log.partition_count == PARTITION_COUNT
    with pytest.raises(PartitionCountError, match="to have 64 partitions, got: 3"):
        await KafkaLog.open(kafka, partition_count=64, prefix=prefix)


async def test_opening_takes_the_partition_count_that_is_there(
    log: KafkaLog, kafka: str, prefix: str
) -> None:
    """Whoever only looks need not know it."""
    opened = await KafkaLog.open(kafka, prefix=prefix)

    assert opened.partition_count == log.partition_count
    await opened.close()


async def test_opening_topics_of_unequal_counts_is_refused(kafka: str, prefix: str) -> None:
    """A topic made by somebody else, with one partition, would lose every other stream."""
    counts = dict.fromkeys(Topic, 3) | {
        Topic.WORKSPACE: 1,
        Topic.INBOX_WORKSPACE: 1,
        Topic.BULK: 1,
    }
    async with administering(kafka) as admin:
        await admin.create_topics(
            [NewTopic(f"{prefix}.{topic}", number, 1) for topic, number in counts.items()]
        )

    with pytest.raises(PartitionCountError, match=rf"{prefix}.inbox.bulk to have 3 .* got: 1"):
        await KafkaLog.open(kafka, prefix=prefix)


async def test_opening_what_was_not_created_is_refused(kafka: str, prefix: str) -> None:
    """Topics are never made implicitly."""
    with pytest.raises(LogAbsentError, match=f"no topic {prefix}.events"):
        await KafkaLog.open(kafka, prefix=prefix)

    async with administering(kafka) as admin:
        assert f"{prefix}.events" not in await admin.list_topics()


async def test_a_batch_the_broker_refuses_lands_nothing_and_the_next_one_lands(
    kafka: str, prefix: str
) -> None:
    """A broker's limit below ours is a refusal; the producer's numbers must not break."""
    async with administering(kafka) as admin:
        await admin.create_topics(
            [
                NewTopic(f"{prefix}.{topic}", 1, 1, topic_configs={"max.message.bytes": "5000"})
                for topic in Topic
            ]
        )
    log = await KafkaLog.open(kafka, prefix=prefix)
    await log.append([Append(EVENTS, RECORDS)])
    noise = random.Random(1).randbytes(20_000)

    with pytest.raises(RecordTooLargeError, match="events/0 to be at most"):
        await log.append([Append(EVENTS, [RECORDS[0], Record(b"k", noise)])])

    assert await log.spans([EVENTS]) == {EVENTS: Span(0, 3)}
    assert await log.append([Append(EVENTS, RECORDS)]) == (3,)
    await log.close()


async def test_an_append_is_one_record_batch(log: KafkaLog) -> None:
    """Several small appends at once do not become one, nor one several."""
    places = [Place(Topic.EVENTS, number) for number in range(PARTITION_COUNT)]

    async with asyncio.TaskGroup() as tasks:
        answers = [
            tasks.create_task(log.append([Append(place, RECORDS) for place in places]))
            for _ in range(5)
        ]

    for index in range(PARTITION_COUNT):
        assert sorted(answer.result()[index] for answer in answers) == [0, 3, 6, 9, 12]


async def test_a_broker_that_is_not_there_is_unavailable() -> None:
    """Starting before Kafka does is weather, not damage."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"

        with pytest.raises(LogUnavailableError, match="expected Kafka to answer"):
            await KafkaLog.open(address)


async def test_a_broker_that_goes_away_is_unavailable(prefix: str) -> None:
    """An append nobody acknowledges ends with an unknown outcome, in bounded time."""
    async with kafka_for_tests() as bootstrap:
        created = await KafkaLog.create(bootstrap, partition_count=1, prefix=prefix)
        await created.close()
        log = await KafkaLog.open(bootstrap, prefix=prefix, append_seconds=1.0)
        await log.append([Append(EVENTS, RECORDS)])

    with pytest.raises(LogUnavailableError, match="expected Kafka to answer"):
        await log.append([Append(EVENTS, RECORDS)])
    with pytest.raises(LogUnavailableError, match="expected Kafka to answer"):
        await log.append([Append(EVENTS, RECORDS)])
    await log.close()
