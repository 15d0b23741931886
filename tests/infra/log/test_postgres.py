"""The embedded log against a real PostgreSQL: damage, refusals, loss of the server."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from infra.log.errors import (
    DamagedError,
    FencedError,
    GenerationError,
    LeaseLostError,
    LogAbsentError,
    LogExistsError,
    LogUnavailableError,
    PartitionCountError,
)
from infra.log.leases import Tenure
from infra.log.port import Append, Place, Record, Span, Topic
from infra.log.postgres import PostgresLog
from infra.log.postgres_leases import PostgresLeases, hold_epochs
from infra.store.dsn import Dsn
from infra.store.migrate import migrate
from infra.store.pool import close_pool, connected, open_pool
from infra.store.server import ServerSettings, running

pytestmark = pytest.mark.connected
PARTITION_COUNT = 4
EVENTS = Place(Topic.EVENTS, 0)
OTHER_EVENTS = Place(Topic.EVENTS, 1)
EXPRESS = Place(Topic.EXPRESS, 0)
RECORDS = [Record(b"account:1", b"value %d" % number) for number in range(3)]
EVERYTHING = 100_000_000
DEADLINE_SECONDS = 10


@pytest_asyncio.fixture(loop_scope="session")
async def log(database: Dsn) -> AsyncIterator[PostgresLog]:
    """A log just created."""
    created = await PostgresLog.create(database, partition_count=PARTITION_COUNT)
    yield created
    await created.close()


async def execute(dsn: Dsn, sql: str, *arguments: object) -> None:
    """Run one statement beside the log."""
    async with connected(dsn, application_name="tests") as connection:
        await connection.execute(sql, *arguments)


DAMAGES = [
    ("set payload = set_byte(payload, length(payload) - 1, 0)", "checksum or form is wrong"),
    ("set payload = substring(payload from 1 for 4)", "checksum or form is wrong"),
    ("set payload = decode('28b52ffde0ffffffffffffff0f', 'hex')", "header is wrong"),
    ("set record_count = 2", "3 records where 2 were written"),
    ("set record_count = 4", "reaches beyond the end"),
    ("set base_offset = 4", "no frame that holds it"),
    ("set codec = 9", "codec 9"),
]


@pytest.mark.parametrize(("change", "found"), DAMAGES)
async def test_damage_is_found_and_its_place_named(
    log: PostgresLog, database: Dsn, change: str, found: str
) -> None:
    """Stored bytes that lie must stop the partition, and say where."""
    for _ in range(2):
        await log.append([Append(EVENTS, RECORDS)])
    await execute(database, f"update log_frame {change} where base_offset = 3")

    sound = await log.read(EVENTS, 0, bytes_max=EVERYTHING)
    next_offset = sound[-1].offset + 1
    with pytest.raises(DamagedError, match=found) as caught:
        await log.read(EVENTS, next_offset, bytes_max=EVERYTHING)

    assert (caught.value.place, caught.value.offset) == (EVENTS, 3)


async def test_a_missing_frame_is_damage(log: PostgresLog, database: Dsn) -> None:
    """A hole must not be read over: the records behind it have other offsets."""
    for _ in range(3):
        await log.append([Append(EVENTS, RECORDS)])
    await execute(database, "delete from log_frame where base_offset = 3")

    assert len(await log.read(EVENTS, 0, bytes_max=EVERYTHING)) == 3
    with pytest.raises(DamagedError, match="offset 3, got: no frame that holds it"):
        await log.read(EVENTS, 3, bytes_max=EVERYTHING)


async def test_a_missing_head_is_damage(log: PostgresLog, database: Dsn) -> None:
    """Without its head a partition has no end: nothing may be read or appended."""
    await execute(database, "delete from log_head")

    with pytest.raises(DamagedError, match="no head row"):
        await log.append([Append(EVENTS, RECORDS)])
    with pytest.raises(DamagedError, match="no head row"):
        await log.read(EVENTS, 0, bytes_max=1)
    with pytest.raises(DamagedError, match="no head row"):
        await log.trim(EXPRESS, 0)


async def test_creating_twice_is_refused(log: PostgresLog, database: Dsn) -> None:
    """A second creation would begin another history in the same tables."""
    with pytest.raises(LogExistsError, match="one of 4 partitions"):
        await PostgresLog.create(database, partition_count=PARTITION_COUNT)

    assert log.generation == 1


async def test_opening_with_another_partition_count_is_refused(
    log: PostgresLog, database: Dsn
) -> None:
    """Streams would be looked for in the wrong partitions."""
    assert log.partition_count == PARTITION_COUNT
    with pytest.raises(PartitionCountError, match="to have 16 partitions, got: 4"):
        await PostgresLog.open(database, partition_count=16)


async def test_opening_another_generation_is_refused(log: PostgresLog, database: Dsn) -> None:
    """A cursor of one generation means nothing in another."""
    assert log.generation == 1
    with pytest.raises(GenerationError, match="generation 2, got: 1"):
        await PostgresLog.open(database, generation=2)


async def test_opening_what_was_not_created_is_refused(database: Dsn) -> None:
    """A wrong address must not look like an empty log."""
    with pytest.raises(LogAbsentError, match="no row in log_home"):
        await PostgresLog.open(database)

    with pytest.raises(LogAbsentError, match="no table log_home"):
        await PostgresLog.open(replace(database, database="postgres"))


async def test_a_lease_fences_the_log_at_once(log: PostgresLog, database: Dsn) -> None:
    """The former owner is refused before the new one has written anything."""
    pool = await open_pool(database, application_name="tests", size_max=2)
    leases = PostgresLeases(pool)
    first = await leases.take(EVENTS, holder="a", log_epoch=0)
    await log.append([Append(EVENTS, RECORDS, first)])
    second = await leases.take(EVENTS, holder="b", log_epoch=0, force=True)

    with pytest.raises(FencedError):
        await log.append([Append(EVENTS, RECORDS, first)])

    assert await log.append([Append(EVENTS, RECORDS, second)]) == (3,)
    await close_pool(pool)


async def test_a_lease_rises_above_an_epoch_that_only_the_log_knows(
    log: PostgresLog, database: Dsn
) -> None:
    """A lease table restored from a backup must not hand out an epoch twice."""
    await log.append([Append(EVENTS, RECORDS, 7)])
    pool = await open_pool(database, application_name="tests", size_max=2)

    assert await PostgresLeases(pool).take(EVENTS, holder="a", log_epoch=0) == 8
    await close_pool(pool)


async def test_a_transaction_can_hold_an_epoch(database: Dsn) -> None:
    """A gate that counts for a former owner must roll back."""
    pool = await open_pool(database, application_name="tests", size_max=2)
    leases = PostgresLeases(pool)
    epoch = await leases.take(EVENTS, holder="a", log_epoch=0)
    async with pool.acquire() as connection, connection.transaction():
        await hold_epochs(connection, [Tenure(EVENTS, epoch)])

    await leases.take(EVENTS, holder="b", log_epoch=0, force=True)
    with pytest.raises(LeaseLostError, match="to be of epoch 1, got: 2"):
        async with pool.acquire() as connection, connection.transaction():
            await hold_epochs(connection, [Tenure(EVENTS, epoch)])
    await close_pool(pool)


async def test_appends_to_the_same_places_in_any_order_do_not_deadlock(log: PostgresLog) -> None:
    """Heads are locked in one order, whatever order the caller names them in."""
    places = [Place(Topic.EVENTS, number) for number in range(PARTITION_COUNT)]

    async def write(order: list[Place]) -> None:
        for _ in range(25):
            await log.append([Append(place, RECORDS) for place in order])

    async with asyncio.timeout(DEADLINE_SECONDS), asyncio.TaskGroup() as tasks:
        for order in (places, places[::-1], places[2:] + places[:2]):
            tasks.create_task(write(order))

    assert await log.spans(places) == {place: Span(0, 225) for place in places}


async def test_a_lost_notification_costs_a_poll_and_no_record(
    log: PostgresLog, database: Dsn
) -> None:
    """Notifications are a hint: whoever waits looks again."""
    writer = await PostgresLog.open(database, application_name="writer")
    waiting = asyncio.create_task(log.wait({EXPRESS: 0}))
    await asyncio.wait((waiting,), timeout=0.1)
    await execute(
        database,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name like '%signals'",
    )

    await writer.append([Append(EXPRESS, RECORDS)])
    async with asyncio.timeout(DEADLINE_SECONDS):
        await waiting
    await writer.close()


async def test_a_cut_connection_is_unavailable_and_the_next_call_works(
    log: PostgresLog, database: Dsn
) -> None:
    """A restart of the server is weather, not damage."""
    await log.append([Append(EVENTS, RECORDS)])
    async with (
        connected(database, application_name="blocker") as blocker,
        blocker.transaction(),
    ):
        await blocker.execute("select from log_head for update")
        appending = asyncio.create_task(log.append([Append(EVENTS, RECORDS)]))
        await asyncio.wait((appending,), timeout=0.2)
        await execute(
            database,
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'relance log'",
        )
        with pytest.raises(LogUnavailableError, match="expected PostgreSQL to answer"):
            await appending

    assert await log.append([Append(EVENTS, RECORDS)]) == (3,)


async def test_a_server_that_is_gone_is_unavailable_until_it_is_back() -> None:
    """Nothing is lost, nothing must be opened again."""
    with tempfile.TemporaryDirectory(prefix="relance-gone-") as folder:
        settings = ServerSettings(folder=Path(folder), is_durable=False)
        async with running(settings) as server:
            await migrate(server.dsn)
            log = await PostgresLog.create(server.dsn, partition_count=PARTITION_COUNT)
            await log.append([Append(EVENTS, RECORDS)])

        for attempt in (
            log.append([Append(EVENTS, RECORDS)]),
            log.read(EVENTS, 0, bytes_max=1),
            log.spans([EVENTS]),
            log.wait({EXPRESS: 0}),
            log.trim(EXPRESS, 0),
            PostgresLog.open(server.dsn),
        ):
            with pytest.raises(LogUnavailableError, match="expected PostgreSQL to answer"):
                await attempt

        async with running(settings):
            # What was decided from an inbox may have been decided from a tail that is lost.
            assert await log.append([Append(EXPRESS, RECORDS)]) == (0,)
            with pytest.raises(LogUnavailableError, match="started again since the last append"):
                await log.append([Append(EVENTS, RECORDS)])
            assert await log.append([Append(EVENTS, RECORDS)]) == (3,)
            await log.close()
