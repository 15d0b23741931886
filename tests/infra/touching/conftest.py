"""Real PostgreSQL, and a catcher whose faults are announced."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.mail.faults import MailFault
from infra.store.dsn import Dsn
from infra.store.pool import Pool, close_pool, open_pool
from tests.infra.mail.fault_script import FaultScript
from tests.infra.touching.examples import PLACE


@pytest_asyncio.fixture
async def pool(database: Dsn) -> AsyncIterator[Pool]:
    """Return connections to a fresh database in which we own one partition at epoch 1."""
    opened = await open_pool(database, application_name="tests", size_max=12)
    await opened.execute(
        "insert into lease (topic, partition, holder, epoch) values (1, $1, 'tests', 1)",
        PLACE.partition,
    )
    yield opened
    await close_pool(opened)


class AnnouncedFaults(FaultScript):
    """Faults that say when a delivery has begun."""

    def __init__(self) -> None:
        """Start without faults, and before any delivery."""
        super().__init__()
        self.has_begun = asyncio.Event()

    def pick(self, recipient: str) -> MailFault | None:
        """Return the next fault of this recipient; a delivery has begun."""
        self.has_begun.set()
        return super().pick(recipient)


@pytest.fixture
def faults() -> AnnouncedFaults:
    """Return a script in which nothing goes wrong yet."""
    return AnnouncedFaults()
