"""A real database with the views' tables, and what fills them as a follower does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest_asyncio

from engine.decision import PlacedDecision
from infra.store.dsn import Dsn
from infra.store.pool import Connection, connected
from projections.queries.page import CURSORS, LogPlace, Page, snapshot
from projections.views import VIEWS

GENERATION = 1

_MOVE = """
insert into reader_cursor (name, version, generation, partition, next_offset, epoch, seq)
values ($1, $2, $3, $4, $5, 1, $6)
on conflict (name, version, generation, partition) do update
set next_offset = excluded.next_offset, seq = excluded.seq
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Views of a history, and the history itself as a log would give it."""

    connection: Connection
    log: list[PlacedDecision]

    async def apply(self, decided: Sequence[PlacedDecision]) -> None:
        """Fold one batch into every view: rows and cursors in one transaction."""
        self.log.extend(decided)
        async with self.connection.transaction():
            for view in VIEWS:
                await view.apply(self.connection, decided)
                for placed in decided:
                    await self.connection.execute(
                        _MOVE,
                        CURSORS + view.name,
                        view.version,
                        GENERATION,
                        placed.partition,
                        placed.offset + 1,
                        placed.seq,
                    )

    async def tamper(self, statement: str) -> None:
        """Change rows behind the folds' back."""
        async with self.connection.transaction():
            schemas = ", ".join(view.schema for view in VIEWS)
            await self.connection.execute(f"set local search_path to {schemas}")
            await self.connection.execute(statement)

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Give the views as of now, for a block."""
        async with snapshot(self.connection) as connection:
            yield Page(connection=connection, read=self.read, generation=GENERATION)

    async def read_log(self, partition: int, seq: int) -> AsyncIterator[Sequence[PlacedDecision]]:
        """Yield a partition's decisions up to a seq, three at a time."""
        wanted = [
            placed for placed in self.log if placed.partition == partition and placed.seq <= seq
        ]
        for start in range(0, len(wanted), 3):
            yield wanted[start : start + 3]

    async def read(self, places: Sequence[LogPlace]) -> AsyncIterator[PlacedDecision]:
        """Yield the decisions at these places."""
        by_place = {LogPlace(placed.partition, placed.offset): placed for placed in self.log}
        for place in places:
            yield by_place[place]


@pytest_asyncio.fixture(loop_scope="session")
async def filled(database: Dsn) -> AsyncIterator[Filled]:
    """Empty views in a fresh database."""
    async with connected(database, application_name="tests") as connection:
        for view in VIEWS:
            await connection.execute(view.tables_sql())
        yield Filled(connection=connection, log=[])
