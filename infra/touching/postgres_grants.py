"""Grants and counting windows in PostgreSQL: a batch is one transaction."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import asyncpg

from engine.ids import StreamId
from infra.log.leases import Tenure
from infra.log.port import Place
from infra.log.postgres_leases import hold_epochs
from infra.runtime.owning.touch_ports import GrantKey
from infra.runtime.partitions import number_of
from infra.store.pool import Connection, Pool, translated
from infra.touching.postgres_stops import suppressed
from infra.touching.protocol import ClaimRow, KeptBack
from infra.touching.tables import (
    Admission,
    ClaimAsk,
    Clash,
    GrantAsk,
    GrantRow,
    Held,
    clashes_of,
    rounds_of,
    rows_of,
)

# Tables keep the words of the first channel: a mailbox is a sender identity.
ADD_SENDERS = "insert into send_mailbox select unnest($1::text[]) on conflict do nothing"
LOCK_SENDERS = """
select mailbox from send_mailbox where mailbox = any($1::text[]) order by mailbox for update
"""
HELD = """
select stream, touch, attempt, mailbox, domain, window_name, is_used from send_grant
where (stream, touch, attempt) in (select * from unnest($1::text[], $2::integer[], $3::integer[]))
"""
COUNTS = """
select mailbox, domain, window_name, message_count from send_window
where (mailbox, domain) in (select * from unnest($1::text[], $2::text[]))
  and window_name >= $3 and message_count > 0
"""
PUT_AND_COUNT = """
with put as (
  insert into send_grant (stream, touch, attempt, partition, mailbox, domain, window_name)
  select * from unnest($1::text[], $2::integer[], $3::integer[], $4::smallint[],
                       $5::text[], $6::text[], $7::text[])
  on conflict (stream, touch, attempt) do update
  set mailbox = excluded.mailbox, domain = excluded.domain, window_name = excluded.window_name
  where not send_grant.is_used
)
insert into send_window (mailbox, domain, window_name, message_count)
select * from unnest($8::text[], $9::text[], $10::text[], $11::integer[])
on conflict (mailbox, domain, window_name) do update
set message_count = send_window.message_count + excluded.message_count
"""
COUNT_AT_LEAST = """
insert into send_window (mailbox, domain, window_name, message_count)
select more.mailbox, more.domain, more.window_name, more.message_count + (
  select count(*) from send_grant
  where send_grant.mailbox = more.mailbox and more.domain in ('', send_grant.domain)
    and send_grant.window_name = more.window_name
)
from unnest($1::text[], $2::text[], $3::text[], $4::integer[])
  as more (mailbox, domain, window_name, message_count)
on conflict (mailbox, domain, window_name) do update
set message_count = greatest(send_window.message_count, excluded.message_count)
"""
TAKE_COUNTS = """
update send_window set message_count = send_window.message_count - less.message_count
from unnest($1::text[], $2::text[], $3::text[], $4::integer[])
  as less (mailbox, domain, window_name, message_count)
where (send_window.mailbox, send_window.domain, send_window.window_name)
    = (less.mailbox, less.domain, less.window_name)
"""
DELETE_UNUSED = """
delete from send_grant
where not is_used
  and (stream, touch, attempt) in (select * from unnest($1::text[], $2::integer[], $3::integer[]))
returning stream, touch, attempt, mailbox, domain, window_name, is_used
"""
CLAIM = """
insert into touch_claim as held (name, claimed_on, account, prospector, enrolment, until_on)
select * from unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::integer[], $6::date[])
on conflict (name) do update
set claimed_on = excluded.claimed_on,
    account = excluded.account,
    prospector = case excluded.prospector when '' then held.prospector else excluded.prospector end,
    enrolment = case excluded.prospector when '' then held.enrolment else excluded.enrolment end,
    until_on = case excluded.prospector when '' then held.until_on else excluded.until_on end
where not (excluded.prospector <> '' and held.prospector <> ''
           and held.until_on >= excluded.claimed_on
           and (held.prospector, held.enrolment) <> (excluded.prospector, excluded.enrolment))
  and not (held.claimed_on = excluded.claimed_on and held.account <> excluded.account)
returning name
"""
CLAIMS = """
select name, claimed_on, account, prospector, enrolment, until_on from touch_claim
where name = any($1::text[])
"""
END_CLAIMS = """
update touch_claim set prospector = '', enrolment = 0, until_on = '-infinity'
where (prospector, enrolment) in (select * from unnest($1::text[], $2::integer[]))
"""
UNUSED = """
select stream, touch, attempt from send_grant where partition = $1 and not is_used
order by stream, touch, attempt
"""


class PostgresGrants:
    """The grants of one database; see `infra.touching.tables.Grants`.

    Leases are held and senders locked, in name order, until the transaction ends.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def grant(
        self,
        asks: Sequence[GrantAsk],
        *,
        tenures: Collection[Tenure],
        since: str,
        admit: Callable[[Held], Admission],
    ) -> Mapping[GrantKey, GrantRow | KeptBack]:
        """Decide a batch on what is held, put and count; see the port."""
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await hold_epochs(connection, tenures)
                await lock_senders(connection, {ask.sender for ask in asks})
                held = await _held(connection, asks, since=since)
                admission = admit(held)
                fresh = admission.fresh
                # A grant moved to this hour leaves the hour it was counted in.
                await uncount(connection, [held.grants[key] for key in fresh if key in held.grants])
                if fresh:
                    await put(connection, fresh, {ask.key: ask.partition for ask in asks})
        return admission.answers

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants without a ledger row; see the port."""
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await hold_epochs(connection, (tenure,))
                found = await read(connection, keys)
                await lock_senders(connection, {grant.sender for grant in found.values()})
                await delete_unused(connection, keys)

    async def claim(self, asks: Sequence[ClaimAsk]) -> Sequence[Clash | None]:
        """Claim humans by name; see the port."""
        clashes: dict[int, Clash] = {}
        with translated():
            for asked in rounds_of(asks):
                clashes |= clashes_of(asked, await self._claimed(rows_of(asked)))
        return tuple(clashes.get(index) for index in range(len(asks)))

    async def _claimed(self, rows: Mapping[str, ClaimRow]) -> dict[str, ClaimRow]:
        """Put, in name order, the rows that clash with nothing; return what the others do with."""
        names = sorted(rows)
        wanted = list(zip(*(rows[name] for name in names), strict=True))
        claimed = {row["name"] for row in await self._pool.fetch(CLAIM, names, *wanted)}
        others = [name for name in names if name not in claimed]
        held = await self._pool.fetch(CLAIMS, others) if others else []
        return {row["name"]: ClaimRow(*tuple(row)[1:]) for row in held}

    async def end_claims(self, enrolments: Collection[tuple[StreamId, int]]) -> None:
        """Let others prospect whom these enrolments did; see the port."""
        streams = [stream for stream, _ in enrolments]
        with translated():
            await self._pool.execute(END_CLAIMS, streams, [number for _, number in enrolments])

    async def unused(self, place: Place) -> Sequence[GrantKey]:
        """Return a partition's grants without a ledger row."""
        with translated():
            rows = await self._pool.fetch(UNUSED, number_of(place))
        return tuple(_key(row) for row in rows)


async def _held(connection: Connection, asks: Sequence[GrantAsk], *, since: str) -> Held:
    names = {name for ask in asks for name in ask.counted_under}
    return Held(
        stopped=await suppressed(connection, {name for ask in asks for name in ask.stop_names}),
        grants=await read(connection, [ask.key for ask in asks]),
        counts=await counts(connection, names, since=since),
    )


async def lock_senders(connection: Connection, senders: Iterable[str]) -> None:
    """Lock the sender identities' rows in name order; makes the rows that are missing."""
    names = sorted(set(senders))
    found = await connection.fetch(LOCK_SENDERS, names)
    if len(found) < len(names):
        await connection.execute(ADD_SENDERS, names)
        await connection.fetch(LOCK_SENDERS, names)


async def read(connection: Connection, keys: Sequence[GrantKey]) -> dict[GrantKey, GrantRow]:
    """Return the grants that stand under these keys."""
    rows = await connection.fetch(HELD, *columns(keys))
    return {_key(row): _grant(row) for row in rows}


async def counts(
    connection: Connection, domains: Iterable[tuple[str, str]], *, since: str
) -> dict[tuple[str, str], Counter[str]]:
    """Return the attempts counted, by window from `since` on, of each sender and domain."""
    wanted = sorted(set(domains))
    rows = await connection.fetch(
        COUNTS, [name for name, _ in wanted], [domain for _, domain in wanted], since
    )
    found: dict[tuple[str, str], Counter[str]] = {pair: Counter() for pair in wanted}
    for row in rows:
        found[row["mailbox"], row["domain"]][row["window_name"]] = row["message_count"]
    return found


async def put(
    connection: Connection, grants: dict[GrantKey, GrantRow], partitions: dict[GrantKey, int]
) -> None:
    """Insert grants, or move those that stand unused to another window, and count them."""
    await connection.execute(
        PUT_AND_COUNT,
        *columns(list(grants)),
        [partitions[key] for key in grants],
        [grant.sender for grant in grants.values()],
        [grant.domain for grant in grants.values()],
        [grant.window for grant in grants.values()],
        *_counted(grants.values()),
    )


async def uncount(connection: Connection, gone: Collection[GrantRow]) -> None:
    """Take grants out of the counts; their senders are locked."""
    if gone:
        await connection.execute(TAKE_COUNTS, *_counted(gone))


async def count_doubted(pool: Pool, doubted: Collection[GrantRow]) -> None:
    """Count attempts that nobody remembers beside those under a grant; repeatable."""
    if not doubted:
        return
    with translated():
        async with pool.acquire() as connection, connection.transaction():
            await lock_senders(connection, {grant.sender for grant in doubted})
            await connection.execute(COUNT_AT_LEAST, *_counted(doubted))


async def give_back(connection: Connection, keys: Sequence[GrantKey]) -> None:
    """Take attempts that sent nothing out of the counts; their grants stay."""
    if keys:
        found = await read(connection, keys)
        await lock_senders(connection, {grant.sender for grant in found.values()})
        await uncount(connection, found.values())


async def delete_unused(connection: Connection, keys: Sequence[GrantKey]) -> None:
    """Delete the grants under which nothing can have left; their senders are locked."""
    rows = await connection.fetch(DELETE_UNUSED, *columns(keys))
    await uncount(connection, [_grant(row) for row in rows])


def columns(keys: Sequence[GrantKey]) -> tuple[list[str], list[int], list[int]]:
    """Return keys as the three arrays that statements unnest."""
    return (
        [key.stream for key in keys],
        [key.touch for key in keys],
        [key.attempt for key in keys],
    )


def _counted(grants: Iterable[GrantRow]) -> tuple[list[str], list[str], list[str], list[int]]:
    """Return which windows count these grants, and how many, as arrays in name order."""
    counts = Counter(name for grant in grants for name in grant.counted_in)
    senders, domains, windows = zip(*sorted(counts), strict=True)
    return list(senders), list(domains), list(windows), [counts[name] for name in sorted(counts)]


def _key(row: asyncpg.Record) -> GrantKey:
    return GrantKey(StreamId(row["stream"]), row["touch"], row["attempt"])


def _grant(row: asyncpg.Record) -> GrantRow:
    return GrantRow(row["mailbox"], row["domain"], row["window_name"], row["is_used"])
