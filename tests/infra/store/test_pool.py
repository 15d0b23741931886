"""Pools: limits on everything, and one word for "no answer"."""

import asyncio

import asyncpg
import pytest

from infra.store.dsn import Dsn
from infra.store.errors import StoreUnavailableError
from infra.store.pool import close_pool, connected, open_pool, reason_of, translated

pytestmark = pytest.mark.connected


async def test_a_pool_is_limited_and_named(database: Dsn) -> None:
    """Each part's share of the server is bounded, and its CPU can be told apart."""
    pool = await open_pool(
        database, application_name="relance part", size_max=2, session={"jit": "off"}
    )

    async def name() -> object:
        return await pool.fetchval("select current_setting('application_name')")

    assert set(await asyncio.gather(*(name() for _ in range(5)))) == {"relance part"}
    assert pool.get_size() <= 2
    assert await pool.fetchval("show idle_in_transaction_session_timeout") == "1min"
    assert await pool.fetchval("show jit") == "off"
    await close_pool(pool)
    await close_pool(pool)


async def test_an_address_without_a_server_is_unavailable(database: Dsn) -> None:
    """A server that is not up yet is weather; the caller backs off."""
    nowhere = Dsn(host="/nonexistent", user="relance", database="postgres")

    with pytest.raises(StoreUnavailableError, match="got: FileNotFoundError; wait and try again"):
        await open_pool(nowhere, application_name="tests", size_max=1)
    async with connected(database, application_name="tests") as connection:
        assert await connection.fetchval("select 1") == 1


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select pg_terminate_backend(pg_backend_pid())", "57P01|08003"),
        ("set statement_timeout = 1; select pg_sleep(1)", "QueryCanceledError 57014"),
        ("set lock_timeout = 1; lock table log_home", "LockNotAvailableError 55P03"),
    ],
)
async def test_a_statement_cut_short_is_unavailable(database: Dsn, sql: str, reason: str) -> None:
    """Late, cut or locked out: nobody knows more than that there was no answer."""
    async with (
        connected(database, application_name="blocker") as blocker,
        blocker.transaction(),
    ):
        await blocker.execute("lock table log_home in access share mode")
        with pytest.raises(StoreUnavailableError, match=reason):
            async with connected(database, application_name="tests") as connection:
                await connection.execute(sql)


async def test_our_own_fault_is_not_taken_for_the_servers(database: Dsn) -> None:
    """A wrong argument repeated for ever would look like a server that never comes back."""
    async with connected(database, application_name="tests") as connection:
        with pytest.raises(asyncpg.DataError, match="invalid input"), translated():
            await connection.fetchval("select $1::integer", "not a number")


def test_a_driver_that_lost_count_of_its_exchange_is_unavailable() -> None:
    """So it says that the server went amid an answer; the part must back off, not end."""
    with pytest.raises(StoreUnavailableError, match="InternalClientError"), translated():
        raise asyncpg.InternalClientError


def test_a_reason_shows_no_value() -> None:
    """The driver's sentences quote rows; class and code say enough."""
    assert reason_of(TimeoutError("claire@mairie.example")) == "TimeoutError"
