"""Servers that tests may ask for by name; each starts once, when first asked for.

Under pytest-xdist every worker has its own.
"""

from collections.abc import AsyncIterator

import pytest_asyncio
from hypothesis import HealthCheck, settings

from infra.store.dsn import Dsn
from tests.servers.kafka import kafka_for_tests
from tests.servers.postgres import TestPostgres, postgres_for_tests

# A property speaks of values; how long a busy machine takes to draw them is no claim of ours.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[TestPostgres]:
    """A real PostgreSQL server, without fsync."""
    async with postgres_for_tests() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def database(postgres: TestPostgres) -> AsyncIterator[Dsn]:
    """A fresh, migrated database; dropped after the test, connections and all."""
    async with postgres.database() as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka() -> AsyncIterator[str]:
    """The address of a real Apache Kafka broker, `host:port`."""
    async with kafka_for_tests() as bootstrap:
        yield bootstrap
