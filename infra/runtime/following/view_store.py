"""Where a view keeps its rows and its cursors: both move in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.validity import Cursor
from infra.log.port import Place
from infra.runtime.following.cursors import Reader, create_cursors, load_cursors, move_cursors
from infra.runtime.following.hand_over import Batch
from infra.store.pool import Pool, translated
from projections.view import Watcher


class CursorMovedError(Exception):
    """Another runner moved a cursor first: the transaction rolls back, and we read again."""


class ViewStore(Protocol):
    """Rows and cursors of views in one place, where several can be written as one."""

    @property
    def names(self) -> tuple[str, ...]:
        """Stable names of the views."""

    async def open(self, view: str, places: Sequence[Place]) -> Mapping[Place, Cursor]:
        """Create what is missing of a view, and return its cursors.

        Raises:
            StoreUnavailableError: Nobody knows; open again.
        """

    async def cursors(self, view: str) -> Mapping[Place, Cursor]:
        """Return the cursors of a view as they stand; raises as `open` does."""

    async def fold(self, batches: Mapping[str, Sequence[Batch]]) -> None:
        """Write what the batches change in each view, and move their cursors: all or nothing.

        Raises:
            CursorMovedError: One of them does not begin where its cursor stands; nothing
                was written.
            StoreUnavailableError: Nobody knows; the cursors say it.
        """


def reader_of(view: Watcher, generation: int) -> Reader:
    """Return under which name a view's cursors are kept."""
    return Reader(f"projection.{view.name}", view.version, generation)


class PostgresViewStore:
    """The tables and cursors of views in PostgreSQL."""

    def __init__(self, pool: Pool, views: Sequence[Watcher], *, generation: int) -> None:
        self._pool = pool
        self._views = {view.name: view for view in views}
        self._generation = generation

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the views."""
        return tuple(self._views)

    async def open(self, view: str, places: Sequence[Place]) -> Mapping[Place, Cursor]:
        """Create tables and cursors that are missing, and return the cursors."""
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(self._views[view].tables_sql())
                await create_cursors(connection, self._reader(view), places)
                return await load_cursors(connection, self._reader(view))

    async def cursors(self, view: str) -> Mapping[Place, Cursor]:
        """Return the cursors as they stand."""
        with translated():
            async with self._pool.acquire() as connection:
                return await load_cursors(connection, self._reader(view))

    async def fold(self, batches: Mapping[str, Sequence[Batch]]) -> None:
        """Write what the batches change, and move their cursors, in one transaction."""
        moves = [(self._reader(view), batch) for view, own in batches.items() for batch in own]
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                if not await move_cursors(connection, self._generation, moves):
                    raise CursorMovedError
                for view, own in batches.items():
                    decisions = [placed for batch in own for placed in batch.decisions]
                    if decisions:
                        await self._views[view].apply(connection, decisions)

    def _reader(self, view: str) -> Reader:
        return reader_of(self._views[view], self._generation)
