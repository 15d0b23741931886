"""The benchmark's sender: fast, and honest about what it recorded."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.mail.sender import Sent
from infra.store.dsn import Dsn
from infra.store.errors import StoreUnavailableError
from infra.store.pool import Pool, close_pool, open_pool
from tests.bench.counting_sender import counting_sender
from tests.infra.mail.examples import MESSAGE_ID, outgoing

pytestmark = pytest.mark.connected


@pytest_asyncio.fixture
async def pool(database: Dsn) -> AsyncIterator[Pool]:
    """Connections to a fresh database."""
    opened = await open_pool(database, application_name="tests", size_max=2)
    yield opened
    await close_pool(opened)


async def test_every_send_is_recorded_before_it_is_answered(pool: Pool) -> None:
    """The benchmark counts duplicates and losses in this table."""
    sender = await counting_sender(pool)

    outcomes = await asyncio.gather(*(sender.send(outgoing()) for _ in range(2500)))
    recorded_count = await pool.fetchval(
        "select count(*) from counted_send where message_id = $1", MESSAGE_ID
    )
    await sender.close()

    assert outcomes == [Sent(queue_id="")] * 2500
    assert recorded_count == 2500


async def test_send_after_a_pause_is_recorded_too(pool: Pool) -> None:
    """The writer ends when nothing waits, and must begin again."""
    sender = await counting_sender(pool)

    for _ in range(3):
        await sender.send(outgoing())
    await sender.close()

    assert await pool.fetchval("select count(*) from counted_send") == 3


async def test_lost_database_is_told_to_every_sender(pool: Pool) -> None:
    """A benchmark that waits for ever measures nothing."""
    sender = await counting_sender(pool)
    await pool.close()

    outcomes = await asyncio.gather(
        *(sender.send(outgoing()) for _ in range(3)), return_exceptions=True
    )

    assert {type(outcome) for outcome in outcomes} == {StoreUnavailableError}
