"""What a view is: tables, and the fold that writes them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.decision import PlacedDecision
from projections.tables import TEMPORARY, AnyTable, Connection, schema_sql


class Watcher(Protocol):
    """Whoever is shown each valid decision once: a view, or somebody beside them.

    `apply` runs inside the transaction that moves the watcher's cursor by
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


Write = Callable[[Connection, str, Sequence[PlacedDecision]], Awaitable[None]]
"""Writes into the tables of a schema what decisions change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Tables that people ask; each version has a schema and cursors of its own."""

    name: str
    version: int
    tables: tuple[AnyTable, ...]
    write: Write
    is_temporary: bool = False  # its tables end with the session
    is_beside: bool = False  # it is being built to take the place of the one in use

    @property
    def schema(self) -> str:
        """Return the schema of its tables."""
        if self.is_temporary:
            return TEMPORARY
        return f"{self.name}_{self.version}{'_beside' if self.is_beside else ''}"

    def tables_sql(self) -> str:
        """Return the statements that create its tables if they are missing."""
        return schema_sql(self.schema, self.tables)

    async def apply(self, connection: Connection, decided: Sequence[PlacedDecision]) -> None:
        """Write what the decisions change; see `Watcher`."""
        await self.write(connection, self.schema, decided)
