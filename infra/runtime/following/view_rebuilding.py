"""Build a view again from zero beside the one in use, and put it in its place.

The one in use goes on being read and folded meanwhile.  The switch holds its cursors, and
brings what was built at least as far in every partition; killed at any instant, the view
is the old one or the new one, whole.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from engine.validity import Cursor
from infra.log.port import Log, Place
from infra.runtime.following.cursors import Reader, load_cursors, lock_cursors, put_cursors
from infra.runtime.following.view_store import reader_of
from infra.runtime.reading import read_valid
from infra.store.pool import Connection, Pool, translated
from projections.view import View

Progressed = Callable[[int, int], None]
"""Is told how many records of how many were read."""


async def rebuild(
    pool: Pool, log: Log, view: View, *, generation: int, progressed: Progressed
) -> int:
    """Build a view again while its home runs; return how many decisions it holds.

    Raises:
        StoreUnavailableError, LogError: One did not answer; the view is as it was.
        PlaceDamageError: The log is damaged; the view is as it was.
    """
    reader = reader_of(view, generation)
    with translated():
        async with pool.acquire() as connection, _alone(connection, view):
            building = _Building(connection, log, view, await load_cursors(connection, reader))
            await building.begin()
            await building.catch_up(await building.ends(), progressed)
            async with connection.transaction():
                await building.take_the_place(reader)
            await building.clear()
    return building.decision_count


class _Building:
    """A view that is being built beside the one in use."""

    def __init__(
        self, connection: Connection, log: Log, view: View, live: dict[Place, Cursor]
    ) -> None:
        self._connection = connection
        self._log = log
        self._view = view
        self._fresh = replace(view, is_beside=True)
        self._cursors = {place: Cursor(generation=at.generation) for place, at in live.items()}
        self.decision_count = 0

    async def begin(self) -> None:
        """Start from nothing: what a killed rebuild left may be of another fold."""
        await self.clear()
        await self._connection.execute(self._fresh.tables_sql())

    async def clear(self) -> None:
        """Delete what is neither in use nor being built."""
        for schema in (self._fresh.schema, self._former):
            await self._connection.execute(f"drop schema if exists {schema} cascade")

    async def ends(self) -> dict[Place, int]:
        """Return where the log ends now."""
        spans = await self._log.spans(list(self._cursors))
        return {place: span.end for place, span in spans.items()}

    async def catch_up(
        self, ends: dict[Place, int], progressed: Progressed = lambda _done, _total: None
    ) -> None:
        """Fold up to these offsets at least."""
        total, done = sum(ends.values()), sum(at.offset for at in self._cursors.values())
        for place, end in ends.items():
            before = self._cursors[place]
            if before.offset >= end:
                continue
            async for stretch in read_valid(self._log, place, before):
                decided = stretch.placed(place)
                async with self._connection.transaction():
                    await self._fresh.apply(self._connection, decided)
                self._cursors[place] = stretch.after
                self.decision_count += len(decided)
                done += stretch.after.offset - stretch.before.offset
                progressed(done, total)

    async def take_the_place(self, reader: Reader) -> None:
        """Switch; in a transaction."""
        live = await lock_cursors(self._connection, reader)
        await self.catch_up({place: at.offset for place, at in live.items()})
        await put_cursors(self._connection, reader, self._cursors)
        for former, following in (
            (self._view.schema, self._former),
            (self._fresh.schema, self._view.schema),
        ):
            await self._connection.execute(f"alter schema {former} rename to {following}")

    @property
    def _former(self) -> str:
        return f"{self._view.schema}_former"


@asynccontextmanager
async def _alone(connection: Connection, view: View) -> AsyncIterator[None]:
    """Let nobody else rebuild the same view during a block."""
    name = f"rebuild.{view.schema}"
    await connection.execute("select pg_advisory_lock(hashtext($1))", name)
    try:
        yield
    finally:
        await connection.execute("select pg_advisory_unlock(hashtext($1))", name)
