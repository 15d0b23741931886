"""Open connections to PostgreSQL with limits on everything, and translate its errors."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from infra.store.dsn import Dsn
from infra.store.errors import StoreUnavailableError

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 60.0
CLOSE_SECONDS = 10.0
UNUSED_SECONDS = 300.0
SESSION: Mapping[str, str] = {
    # A transaction left open would stop vacuum, and hold its locks for ever.
    "idle_in_transaction_session_timeout": "60s",
    # A server may be set to answer before it has written: not for keys, ledger and log.
    "synchronous_commit": "on",
    "timezone": "UTC",
}

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

# What the driver raises when the server is gone, going, full or late.
UNAVAILABLE = (
    OSError,  # refused, reset, and TimeoutError
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down by an administrator, starting, cancelled
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,  # the driver's own: connection closed, pool closing
    asyncpg.InternalClientError,  # the same, where the server went amid an exchange
)
# Those among them that are our own fault; repeating such a call would never help.
OUR_FAULT = (ValueError, asyncpg.UnsupportedClientFeatureError)


def reason_of(error: BaseException) -> str:
    """Return class and code of a driver's error; never its text, which may hold values."""
    code = getattr(error, "sqlstate", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's ways of saying "no answer" into `StoreUnavailableError`."""
    try:
        yield
    except OUR_FAULT:
        raise
    except UNAVAILABLE as error:
        raise StoreUnavailableError(reason_of(error)) from error


async def open_pool(
    dsn: Dsn,
    *,
    application_name: str,
    size_max: int,
    session: Mapping[str, str] | None = None,
) -> Pool:
    """Open a pool of at most `size_max` connections; close it with `close_pool`.

    Each statement may take a minute, then the driver cancels it.  `application_name` is
    what `pg_stat_activity` shows; `session` are PostgreSQL settings of each connection.
    Who takes a connection leaves its session as it was: `set local`, no listening, no
    lock left behind.

    Raises:
        StoreUnavailableError: The server did not accept a connection in 10 s.
    """
    with translated():
        pool = await asyncpg.create_pool(
            **dsn.connect_arguments(),
            # None is kept for its own sake: asyncpg would tell standard error of each failure.
            min_size=0,
            max_size=size_max,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            max_inactive_connection_lifetime=UNUSED_SECONDS,
            reset=_keep_session,
            server_settings=_server_settings(application_name, session),
        )
        try:
            await pool.release(await pool.acquire())
        except BaseException:
            pool.terminate()
            raise
        return pool


async def _keep_session(_connection: Connection) -> None:
    """Spare each release a statement that resets what nobody changed; 100 µs each.

    The driver rolls back what is open before it asks for this.
    """


async def close_pool(pool: Pool) -> None:
    """Close a pool: wait 10 s for its users, then cut them off; repeatable."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await pool.close()
    except UNAVAILABLE:
        pool.terminate()


@asynccontextmanager
async def connected(
    dsn: Dsn, *, application_name: str, session: Mapping[str, str] | None = None
) -> AsyncIterator[Connection]:
    """Open one connection for a block, with the limits of `open_pool`.

    Raises:
        StoreUnavailableError: The server did not accept it, or went away in the block.
    """
    with translated():
        connection = await connect(dsn, application_name=application_name, session=session)
        try:
            yield connection
        finally:
            await connection.close(timeout=CLOSE_SECONDS)


async def connect(
    dsn: Dsn, *, application_name: str, session: Mapping[str, str] | None = None
) -> "asyncpg.Connection[asyncpg.Record]":
    """Open one connection, with the limits of `open_pool`; the caller closes it.

    Raises:
        StoreUnavailableError: The server did not accept it in 10 s.
    """
    with translated():
        return await asyncpg.connect(
            **dsn.connect_arguments(),
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            server_settings=_server_settings(application_name, session),
        )


def _server_settings(application_name: str, session: Mapping[str, str] | None) -> dict[str, str]:
    return {"application_name": application_name, **SESSION, **(session or {})}
