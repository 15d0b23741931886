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
    """Rows and cursors of one view."""

    @property
    def name(self) -> str:
        """Stable name of the view."""

    async def open(self, places: Sequence[Place]) -> Mapping[Place, Cursor]:
        """Create what is missing, and return the cursors.

        Raises:
            StoreUnavailableError: Nobody knows; open again.
        """

    async def cursors(self) -> Mapping[Place, Cursor]:
        """Return the cursors as they stand; raises as `open` does."""

    async def fold(self, batches: Sequence[Batch]) -> None:
        """Write what the batches change, and move their cursors.

        Raises:
            CursorMovedError: One of them does not begin where its cursor stands; nothing
                was written.
            StoreUnavailableError: Nobody knows; the cursors say it.
        """


def reader_of(view: Watcher, generation: int) -> Reader:
    """Return under which name a view's cursors are kept."""
    return Reader(f"projection.{view.name}", view.version, generation)


class PostgresViewStore:
    """A view's tables and cursors in PostgreSQL."""

    def __init__(self, pool: Pool, view: Watcher, *, generation: int) -> None:
        self._pool = pool
        self._view = view
        self._reader = reader_of(view, generation)

    @property
    def name(self) -> str:
        """Return the view's name."""
        return self._view.name

    async def open(self, places: Sequence[Place]) -> Mapping[Place, Cursor]:
        """Create tables and cursors that are missing, and return the cursors."""
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(self._view.tables_sql())
                await create_cursors(connection, self._reader, places)
                return await load_cursors(connection, self._reader)

    async def cursors(self) -> Mapping[Place, Cursor]:
        """Return the cursors as they stand."""
        with translated():
            async with self._pool.acquire() as connection:
                return await load_cursors(connection, self._reader)

    async def fold(self, batches: Sequence[Batch]) -> None:
        """Write what the batches change, and move their cursors."""
        decisions = [placed for batch in batches for placed in batch.decisions]
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                if not await move_cursors(connection, self._reader, batches):
                    raise CursorMovedError
                if decisions:
                    await self._view.apply(connection, decisions)
