"""Leases in PostgreSQL, by the database's clock."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import asyncpg

from infra.log.errors import LeaseHeldError, LeaseLostError
from infra.log.leases import LASTS_FOR, Tenure
from infra.log.numbers import TOPIC_NUMBERS, TOPICS, columns
from infra.log.port import Place
from infra.store.errors import StoreUnavailableError
from infra.store.pool import Connection, Pool, translated

NO_ROW = "no lease row"

_ENSURE = "insert into lease (topic, partition) values ($1, $2) on conflict do nothing"
_LOCK = """
select holder, epoch, until, holder <> '' and until > clock_timestamp() as is_fresh
from lease where topic = $1 and partition = $2 for update"""
# The head keeps its row if the log is elsewhere: there is none then.
_LOCK_HEAD = """
select epoch from log_head where topic = $1 and partition = $2 for no key update"""
_TAKE = """
update lease set holder = $3, epoch = $4, until = clock_timestamp() + $5
where topic = $1 and partition = $2"""
_FENCE = "update log_head set epoch = $3 where topic = $1 and partition = $2"
_RENEW = """
with locked as materialized (
  select lease.topic, lease.partition
  from lease join unnest($1::smallint[], $2::smallint[], $3::integer[])
    as mine (topic, partition, epoch) using (topic, partition, epoch)
  where lease.holder = $4
  order by lease.topic, lease.partition
  for no key update of lease
)
update lease set until = {until}, holder = {holder} from locked
where lease.topic = locked.topic and lease.partition = locked.partition
returning lease.topic, lease.partition"""
_RENEW_UNTIL = _RENEW.format(until="clock_timestamp() + $5::interval", holder="$4")
_RELEASE = _RENEW.format(until="'-infinity'", holder="''")
_EPOCH = "select epoch from lease where topic = $1 and partition = $2"
_HOLD = """
select topic, partition, lease.epoch
from lease join unnest($1::smallint[], $2::smallint[]) as mine (topic, partition)
  using (topic, partition)
order by topic, partition
for share of lease"""


class PostgresLeases:
    """The leases of one database; many processes share them."""

    def __init__(self, pool: Pool, *, lasts_for: timedelta = LASTS_FOR) -> None:
        """Use a pool that the caller closes."""
        self._pool = pool
        self._lasts_for = lasts_for

    async def take(self, place: Place, *, holder: str, log_epoch: int, force: bool = False) -> int:
        """Take a place, and fence the log's head with it; see the port."""
        key = (TOPIC_NUMBERS[place.topic], place.partition)
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_ENSURE, *key)
                lease = await connection.fetchrow(_LOCK, *key)
                if lease is None:  # ensured by the statement before, unless somebody deletes
                    raise StoreUnavailableError(reason=NO_ROW)
                if lease["is_fresh"] and lease["holder"] != holder and not force:
                    raise LeaseHeldError(place, lease["holder"], lease["until"])
                head_epoch = await connection.fetchval(_LOCK_HEAD, *key) or 0
                epoch: int = max(lease["epoch"], head_epoch, log_epoch) + 1
                await connection.execute(_TAKE, *key, holder, epoch, self._lasts_for)
                await connection.execute(_FENCE, *key, epoch)
        return epoch

    async def renew(self, epochs: Mapping[Place, int], *, holder: str) -> frozenset[Place]:
        """Make leases fresh, name the lost ones; see the port."""
        with translated():
            rows = await self._pool.fetch(
                _RENEW_UNTIL, *columns(epochs), [*epochs.values()], holder, self._lasts_for
            )
        return frozenset(epochs.keys() - set(_places(rows)))

    async def release(self, epochs: Mapping[Place, int], *, holder: str) -> None:
        """Let others take the places; see the port."""
        with translated():
            await self._pool.fetch(_RELEASE, *columns(epochs), [*epochs.values()], holder)

    async def current_epoch(self, place: Place) -> int:
        """Return the epoch of the latest owner, 0 if there was none."""
        with translated():
            epoch = await self._pool.fetchval(_EPOCH, TOPIC_NUMBERS[place.topic], place.partition)
        return int(epoch or 0)


async def hold_epochs(connection: Connection, tenures: Iterable[Tenure]) -> None:
    """Check, inside a caller's transaction, that these epochs still own their places.

    The rows stay locked until that transaction ends: nobody takes the places before.

    Raises:
        LeaseLostError: Somebody took one; roll back.
    """
    asked = sorted(set(tenures))
    with translated():
        rows = await connection.fetch(_HOLD, *columns({place for place, _ in asked}))
    current = dict(zip(_places(rows), (row["epoch"] for row in rows), strict=True))
    for place, epoch in asked:
        if current.get(place, 0) != epoch:
            raise LeaseLostError(place, epoch, current.get(place, 0))


def _places(rows: Iterable[asyncpg.Record]) -> list[Place]:
    return [Place(TOPICS[row["topic"]], row["partition"]) for row in rows]
