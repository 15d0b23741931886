"""Open the log of a home, wherever it is; the home's database says where."""

from typing import NamedTuple

import asyncpg

from infra.log import statements
from infra.log.address import LogAddress, parse_address
from infra.log.errors import LogAbsentError, LogElsewhereError, PartitionCountError
from infra.log.kafka import KafkaLog
from infra.log.port import Log
from infra.log.postgres import BACKEND, GENERATION_FIRST, WHAT, PostgresLog
from infra.store.dsn import Dsn
from infra.store.pool import connected

PARTITIONS_EMBEDDED = 16
PARTITIONS_KAFKA = 64


class OpenedLog(NamedTuple):
    """A log that is open, and what its home's database says of it."""

    log: Log
    generation: int
    address: LogAddress


async def open_log(dsn: Dsn, *, application_name: str) -> OpenedLog:
    """Open the log of a home; its database was migrated.

    Raises:
        LogAbsentError: The home has none yet.
        PartitionCountError: Topics have another number of partitions than the home knows.
        LogUnavailableError: PostgreSQL or Kafka did not answer.
    """
    stored = await _stored(dsn, application_name)
    address = parse_address(stored["address"])
    if address.is_embedded:
        log: Log = await PostgresLog.open(dsn, application_name=application_name)
    else:
        log = await KafkaLog.open(
            ",".join(address.servers),
            partition_count=stored["partition_count"],
            prefix=address.prefix,
        )
    return OpenedLog(log, stored["generation"], address)


async def log_address(dsn: Dsn) -> LogAddress:
    """Return where the log of a home is; raises as `open_log` does."""
    stored = await _stored(dsn, "relance log")
    return parse_address(stored["address"])


async def _stored(dsn: Dsn, application_name: str) -> asyncpg.Record:
    async with connected(dsn, application_name=application_name) as connection:
        stored = await connection.fetchrow(statements.HOME)
    if stored is None:
        raise LogAbsentError(BACKEND, "row in log_home")
    return stored


async def open_or_found_log(
    dsn: Dsn, wanted: LogAddress | None, partition_count: int | None, *, application_name: str
) -> OpenedLog:
    """Open the log of a home, or create it where it has none.

    Args:
        dsn: The home's database.
        wanted: Where the log is to be; None: where it is, a new one in the database.
        partition_count: How many partitions it has to have; None: those it has, a new one
            `PARTITIONS_EMBEDDED` or `PARTITIONS_KAFKA`.
        application_name: Under which the database sees us.

    Raises:
        LogElsewhereError: The home's log is somewhere else; nothing was changed.
        LogExistsError: Somebody else's log stands under that prefix; nothing was changed.
        PartitionCountError, LogUnavailableError: See `open_log`.
    """
    try:
        opened = await open_log(dsn, application_name=application_name)
    except LogAbsentError:
        await _found(dsn, wanted or LogAddress(), partition_count)
        return await open_log(dsn, application_name=application_name)
    try:
        _check(opened, wanted, partition_count)
    except BaseException:
        await opened.log.close()
        raise
    return opened


def _check(opened: OpenedLog, wanted: LogAddress | None, partition_count: int | None) -> None:
    if wanted is not None and wanted != opened.address:
        raise LogElsewhereError(str(wanted), str(opened.address))
    if partition_count is not None and partition_count != opened.log.partition_count:
        raise PartitionCountError(WHAT, partition_count, opened.log.partition_count)


async def _found(dsn: Dsn, address: LogAddress, partition_count: int | None) -> None:
    if address.is_embedded:
        log: Log = await PostgresLog.create(
            dsn, partition_count=partition_count or PARTITIONS_EMBEDDED
        )
        await log.close()
        return
    count = partition_count or PARTITIONS_KAFKA
    # The topics first: cut short, the next start finds them empty, and goes on.
    log = await KafkaLog.found(
        ",".join(address.servers), partition_count=count, prefix=address.prefix
    )
    await log.close()
    async with connected(dsn, application_name="relance log") as connection:
        await connection.execute(statements.CREATE_HOME, GENERATION_FIRST, count, str(address))
