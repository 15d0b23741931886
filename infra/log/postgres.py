"""The embedded log: frames in PostgreSQL, a head row per partition.

An append moves the heads and inserts the frames in one statement, hence in one
transaction; a head whose epoch is higher refuses it.  See docs/decisions/0010.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Self

import asyncpg

from infra.log import statements
from infra.log.address import EMBEDDED
from infra.log.checks import (
    check_appends,
    check_offset,
    check_place,
    check_trim,
    is_inbox,
    limited,
    places_of,
)
from infra.log.errors import (
    BeyondEndError,
    DamagedError,
    FencedError,
    GenerationError,
    LogAbsentError,
    LogExistsError,
    LogUnavailableError,
    PartitionCountError,
)
from infra.log.frames import CODEC_MSGPACK_ZSTD, FrameCodec, FrameError
from infra.log.numbers import TOPIC_NUMBERS, TOPICS, columns
from infra.log.port import Append, Place, Span, StoredRecord
from infra.log.signals import Signals
from infra.log.wakeups import Wakeups
from infra.store.dsn import Dsn
from infra.store.errors import StoreUnavailableError
from infra.store.pool import Pool, close_pool, connected, open_pool, reason_of, translated

BACKEND = "PostgreSQL"
WHAT = "the log"
RESTARTED = "it was started again since the last append"
GENERATION_FIRST = 1
POOL_SIZE_MAX = 6
# Only a net: appends of this process and notifications of others wake a reader at once.
POLL_SECONDS = 0.5
# A statement has a limit of its own; this one counts the wait for a free connection too.
CALL_SECONDS = 90.0
# Plans are prepared on tables that are empty then; without this a read may scan them for ever.
SESSION = {"enable_seqscan": "off", "enable_bitmapscan": "off", "jit": "off"}


class PostgresLog:
    """A log in one database; made by `create` or `open`, released by `close`."""

    def __init__(
        self,
        pool: Pool,
        signals: Signals,
        wakeups: Wakeups,
        *,
        home: tuple[int, int],
        started_at: datetime,
    ) -> None:
        """Take over a pool and the signals; `home` is generation and partition count."""
        self._pool = pool
        self._signals = signals
        self._wakeups = wakeups
        self._generation, self._partition_count = home
        self._started_at = started_at
        self._codec = FrameCodec()

    @classmethod
    async def create(
        cls,
        dsn: Dsn,
        *,
        partition_count: int,
        generation: int = GENERATION_FIRST,
        application_name: str = "relance log",
    ) -> Self:
        """Create an empty log in a migrated database, and open it.

        Raises:
            LogExistsError: The database holds one already.
            LogAbsentError: The database was not migrated.
            LogUnavailableError: PostgreSQL did not answer.
        """
        places = places_of(partition_count)
        with _translated():
            async with connected(dsn, application_name=application_name) as connection:
                stored = await connection.fetchrow(statements.HOME)
                if stored is not None:
                    raise LogExistsError(BACKEND, f"one of {stored['partition_count']} partitions")
                async with connection.transaction():
                    await connection.execute(
                        statements.CREATE_HOME, generation, partition_count, EMBEDDED
                    )
                    await connection.execute(statements.CREATE_HEADS, *columns(places))
        return await cls.open(
            dsn,
            partition_count=partition_count,
            generation=generation,
            application_name=application_name,
        )

    @classmethod
    async def open(
        cls,
        dsn: Dsn,
        *,
        partition_count: int | None = None,
        generation: int | None = None,
        application_name: str = "relance log",
    ) -> Self:
        """Open the log of a database; `None` accepts what is stored.

        Raises:
            LogAbsentError: There is none.
            PartitionCountError: It has another number of partitions.
            GenerationError: It is of another generation.
            LogUnavailableError: PostgreSQL did not answer.
        """
        with _translated():
            async with connected(dsn, application_name=application_name) as connection:
                stored = await connection.fetchrow(statements.HOME)
                started_at = await connection.fetchval(statements.STARTED_AT)
            if stored is None:
                raise LogAbsentError(BACKEND, "row in log_home")
            if partition_count not in (None, stored["partition_count"]):
                raise PartitionCountError(WHAT, partition_count, stored["partition_count"])
            if generation not in (None, stored["generation"]):
                raise GenerationError(generation, stored["generation"])
            pool = await open_pool(
                dsn, application_name=application_name, size_max=POOL_SIZE_MAX, session=SESSION
            )
        wakeups = Wakeups()
        signals = Signals(dsn, wakeups, application_name=f"{application_name} signals")
        signals.start()
        home = (stored["generation"], stored["partition_count"])
        return cls(pool, signals, wakeups, home=home, started_at=started_at)

    @property
    def partition_count(self) -> int:
        """P, as created."""
        return self._partition_count

    @property
    def lands_together(self) -> bool:
        """One transaction holds all units of a call."""
        return True

    @property
    def generation(self) -> int:
        """The generation this log was created as, from 1."""
        return self._generation

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append all units in one transaction; see the port."""
        check_appends(appends, self._partition_count)
        if not appends:
            return ()
        arguments = self._append_arguments(appends)
        statement = _append_statement(appends)
        started_at = self._started_at if statement is statements.APPEND_LOG else None
        with _translated():
            rows = await self._fetch(statement, *arguments, started_at)
        heads = {Place(TOPICS[row["topic"]], row["partition"]): row for row in rows}
        _check_moved(appends, heads)
        if heads[appends[0].place]["base_offset"] is None:
            await self._note_restart()
        bases = tuple(int(heads[unit.place]["base_offset"]) for unit in appends)
        self._signals.announce(
            {
                unit.place: base + len(unit.records)
                for unit, base in zip(appends, bases, strict=True)
            }
        )
        return bases

    async def _note_restart(self) -> None:
        """Raise: what was read of inboxes may be gone with their tail (docs/decisions/0151)."""
        with _translated():
            ((self._started_at,),) = await self._fetch(statements.STARTED_AT)
        raise LogUnavailableError(BACKEND, RESTARTED)

    def _append_arguments(self, appends: Sequence[Append]) -> tuple[object, ...]:
        frames = [
            (unit.place, frame) for unit in appends for frame in self._codec.pack(unit.records)
        ]
        topics, partitions = columns(unit.place for unit in appends)
        frame_topics, frame_partitions = columns(place for place, _ in frames)
        return (
            *(topics, partitions),
            [len(unit.records) for unit in appends],
            [unit.epoch for unit in appends],
            *(frame_topics, frame_partitions),
            [frame.first_index for _, frame in frames],
            [frame.record_count for _, frame in frames],
            CODEC_MSGPACK_ZSTD,
            [frame.size_bytes for _, frame in frames],
            [frame.payload for _, frame in frames],
        )

    async def read(self, place: Place, offset: int, *, bytes_max: int) -> tuple[StoredRecord, ...]:
        """Return records from `offset` on; see the port."""
        check_place(place, self._partition_count)
        statement = statements.READ_INBOX if is_inbox(place.topic) else statements.READ_LOG
        topic = TOPIC_NUMBERS[place.topic]
        with _translated(place, offset):
            rows = await self._fetch(statement, topic, place.partition, offset, bytes_max)
        if not rows:
            raise DamagedError(place, offset, "no head row")
        span = Span(rows[0]["first_offset"], rows[0]["next_offset"])
        check_offset(place, offset, span)
        if offset == span.end:
            return ()
        return limited(self._records(place, offset, rows), bytes_max)

    def _records(
        self, place: Place, offset: int, rows: Sequence[asyncpg.Record]
    ) -> Iterator[StoredRecord]:
        expected = offset
        for row in rows:
            try:
                pairs = self._pairs(row, expected)
            except FrameError as error:
                if expected > offset:
                    return  # what lies before the damage is sound; the next read meets it first
                raise DamagedError(place, expected, str(error)) from error
            for key, value in pairs:
                yield StoredRecord(expected, key, value)
                expected += 1

    def _pairs(self, row: asyncpg.Record, expected: int) -> list[tuple[bytes, bytes]]:
        base, record_count = row["base_offset"], row["record_count"]
        if base is None or not base <= expected < base + record_count:
            raise FrameError(found="no frame that holds it")
        if base + record_count > row["next_offset"]:
            raise FrameError(found=f"a frame that reaches beyond the end {row['next_offset']}")
        pairs = self._codec.unpack(
            row["payload"],
            codec=row["codec"],
            dictionary=row["dictionary"],
            record_count=record_count,
        )
        return pairs[expected - base :]

    async def spans(self, places: Sequence[Place]) -> Mapping[Place, Span]:
        """Return first and end offset of each place, of one instant."""
        for place in places:
            check_place(place, self._partition_count)
        hint_count = self._wakeups.hint_count
        with _translated():
            rows = await self._fetch(statements.SPANS, *columns(places))
        spans = {
            Place(TOPICS[row["topic"]], row["partition"]): Span(
                row["first_offset"], row["next_offset"]
            )
            for row in rows
        }
        ends = {place: span.end for place, span in spans.items()}
        self._wakeups.correct(ends, hint_count=hint_count)
        return spans

    async def wait(self, ends: Mapping[Place, int]) -> None:
        """Return when any place reaches beyond its offset; see the port."""
        for place in ends:
            check_place(place, self._partition_count)
        if not all(self._wakeups.is_known(place) for place in ends):
            await self.spans(tuple(ends))
        while not await self._wakeups.pass_within(ends, POLL_SECONDS):
            await self.spans(tuple(ends))

    async def trim(self, place: Place, before_offset: int) -> None:
        """Delete inbox records below `before_offset`; see the port."""
        check_trim(place, self._partition_count)
        topic = TOPIC_NUMBERS[place.topic]
        with _translated():
            rows = await self._fetch(statements.TRIM, topic, place.partition, before_offset)
        if not rows:
            raise DamagedError(place, before_offset, "no head row")
        if not rows[0]["has_moved"]:
            raise BeyondEndError(place, before_offset, rows[0]["next_offset"])

    async def _fetch(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        async with asyncio.timeout(CALL_SECONDS):
            return await self._pool.fetch(statement, *arguments)

    async def close(self) -> None:
        """Send pending notifications and close the connections; repeatable."""
        await self._signals.close()
        await close_pool(self._pool)


@contextmanager
def _translated(place: Place | None = None, offset: int = 0) -> Iterator[None]:
    try:
        with translated():
            yield
    except StoreUnavailableError as error:
        raise LogUnavailableError(BACKEND, error.reason) from error
    except asyncpg.UndefinedTableError as error:
        raise LogAbsentError(BACKEND, "table log_home") from error
    except (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError) as error:
        if place is None:
            raise LogUnavailableError(BACKEND, reason_of(error)) from error
        raise DamagedError(place, offset, reason_of(error)) from error
    except asyncpg.PostgresError as error:
        raise LogUnavailableError(BACKEND, reason_of(error)) from error


def _append_statement(appends: Sequence[Append]) -> str:
    kinds = {is_inbox(unit.place.topic) for unit in appends}
    if kinds == {False}:
        return statements.APPEND_LOG
    is_relaxed = kinds == {True} and not any(unit.must_last for unit in appends)
    return statements.APPEND_INBOX if is_relaxed else statements.APPEND_BOTH


def _check_moved(appends: Sequence[Append], heads: Mapping[Place, asyncpg.Record]) -> None:
    for unit in appends:
        if unit.place not in heads:
            raise DamagedError(unit.place, 0, "no head row")
        current_epoch = heads[unit.place]["current_epoch"]
        if unit.epoch is not None and unit.epoch < current_epoch:
            raise FencedError(unit.place, unit.epoch, current_epoch)
