"""Adapters, handed to each test of their contract in turn."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.log.port import Log
from infra.store.dsn import Dsn
from infra.vault.key_vault import KeyVault
from tests.contracts.logs import MAKERS, Maker
from tests.contracts.steps import adapters
from tests.contracts.touch_tables import TouchBackend, memory_backend, postgres_backend
from tests.infra.vault.examples import vault as memory_vault


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


@pytest_asyncio.fixture(loop_scope="session")
async def memory_tables() -> AsyncIterator[TouchBackend]:
    """The tables of touching in memory."""
    async with memory_backend() as backend:
        yield backend


@pytest_asyncio.fixture(loop_scope="session")
async def postgres_tables(database: Dsn) -> AsyncIterator[TouchBackend]:
    """The tables of touching in a database."""
    async with postgres_backend(database) as backend:
        yield backend


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.connected)])
def tables(request: pytest.FixtureRequest) -> TouchBackend:
    """The tables of touching, empty."""
    backend: TouchBackend = request.getfixturevalue(f"{request.param}_tables")
    return backend


@pytest.fixture
def vault() -> KeyVault:
    """Return a vault in memory."""
    return memory_vault()
