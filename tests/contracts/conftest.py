"""Adapters of the log, handed to each test of its contract in turn."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.log.port import Log
from tests.contracts.logs import MAKERS, Maker
from tests.contracts.steps import adapters


@pytest.fixture(params=adapters(*MAKERS))
def maker(request: pytest.FixtureRequest) -> Maker:
    """One empty backend per test."""
    chosen = MAKERS[request.param]
    return chosen(request.getfixturevalue(chosen.needs) if chosen.needs else None)


@pytest_asyncio.fixture(loop_scope="session")
async def log(maker: Maker) -> AsyncIterator[Log]:
    """A log just created."""
    created = await maker.create()
    yield created
    await created.close()
