"""The views in PostgreSQL, each question on a page of its own."""

from collections.abc import Awaitable, Callable
from typing import Concatenate

from console.desk.history import History
from console.desk.ports import P, T
from infra.log.port import Log
from infra.runtime.following.view_rebuilding import rebuild
from infra.store.pool import Pool, translated
from projections.check import ViewCheck, check
from projections.queries.page import Page, snapshot
from projections.views import VIEWS


class PostgresViews:
    """See `console.desk.ports.Views`."""

    def __init__(self, pool: Pool, log: Callable[[], Awaitable[Log]], *, generation: int) -> None:
        """Read through `pool`; words and reasons come from the log, opened when needed."""
        self._pool = pool
        self._log = log
        self._history = History(log, generation=generation)
        self._generation = generation

    async def ask(
        self,
        query: Callable[Concatenate[Page, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return what a query finds on a page of its own."""
        with translated():
            async with self._pool.acquire() as connection, snapshot(connection):
                page = Page(
                    connection=connection, read=self._history.read, generation=self._generation
                )
                return await query(page, *args, **kwargs)

    async def check(self) -> tuple[ViewCheck, ...]:
        """Return for each view what a fold from zero does not confirm."""
        with translated():
            async with self._pool.acquire() as connection:
                read = self._history.read_partition
                return await check(connection, VIEWS, read, generation=self._generation)

    async def rebuild(self, name: str, progressed: Callable[[int, int], None]) -> int:
        """Build a view again from zero and put it in the place of the one in use."""
        view = next(view for view in VIEWS if view.name == name)
        return await rebuild(
            self._pool,
            await self._log(),
            view,
            generation=self._generation,
            progressed=progressed,
        )
