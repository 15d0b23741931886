"""Adapters under the vault's contract: in memory, and in a real PostgreSQL."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from infra.store.dsn import Dsn
from infra.store.pool import Pool, close_pool, open_pool
from infra.vault.home_keys import CheckStore
from infra.vault.memory_keys import MemoryCheckStore, MemoryKeyStore
from infra.vault.port import KeyStore
from infra.vault.postgres_keys import PostgresCheckStore, PostgresKeyStore


class Stores(NamedTuple):
    """Where one adapter keeps what the vault needs."""

    keys: KeyStore
    checks: CheckStore


@pytest_asyncio.fixture
async def pool(database: Dsn) -> AsyncIterator[Pool]:
    """Connections to a fresh database."""
    opened = await open_pool(database, application_name="tests", size_max=8)
    yield opened
    await close_pool(opened)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.connected)])
def stores(request: pytest.FixtureRequest) -> Stores:
    """Return empty stores of each kind."""
    if request.param == "memory":
        return Stores(MemoryKeyStore(), MemoryCheckStore())
    pool = request.getfixturevalue("pool")
    return Stores(PostgresKeyStore(pool), PostgresCheckStore(pool))


@pytest.fixture
def key_store(stores: Stores) -> KeyStore:
    """Return an empty key store."""
    return stores.keys


@pytest.fixture
def check_store(stores: Stores) -> CheckStore:
    """Return the check values of a database never used."""
    return stores.checks


@pytest.fixture
def other_check_store() -> CheckStore:
    """Return the check values of another database never used."""
    return MemoryCheckStore()
