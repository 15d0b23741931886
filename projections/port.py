"""What a projection is: a pure fold and the tables it owns."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from engine.decision import PlacedDecision

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


class Projection(Protocol):
    """One view of the log; its rows and its cursor move in one transaction.

    `apply` runs inside the caller's transaction, which moves the cursor by
    compare-and-set: a batch is applied once or not at all, whoever runs it.
    """

    @property
    def name(self) -> str:
        """Stable name: its cursors are kept under it."""

    @property
    def version(self) -> int:
        """Raised when fold or tables change: another version has cursors of its own."""

    def tables_sql(self) -> str:
        """Return the statements that create its tables if they are missing."""

    async def apply(self, connection: Connection, decided: Sequence[PlacedDecision]) -> None:
        """Write what the decisions change.

        Args:
            connection: In a transaction.
            decided: Of one or more partitions; oldest first within each partition.
        """
