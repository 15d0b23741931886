"""A view made of parts: each is one table, the events it looks at, and their fold.

Columns come from the row's struct; creating, reading, writing, checking and emptying the
table come from its part.  A new table is a part, named in the list of its view.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol

from engine.decision import PlacedDecision
from engine.errors import StreamDamageError
from engine.events import Event
from engine.ids import StreamKind
from projections.facts import Episode, Fact, concerning, fact_of
from projections.tables import AnyTable, Connection, Key, R, Rows, Table, load, upsert
from projections.view import View


class Sheet:
    """The rows of a view's tables: those that a batch looks at, and those it changed."""

    def __init__(self) -> None:
        self._rows: dict[str, object] = {}

    def of(self, table: Table[R]) -> Rows[R]:
        """Return the rows of a table; none at first."""
        rows = self._rows.get(table.name)
        if rows is None:
            rows = self._rows[table.name] = Rows(table)
        return rows  # type: ignore[return-value]  # under its name stand rows of that table only


Fold = Callable[[Sheet, Fact, Event], None]
"""Puts onto a sheet the rows that one event changes; `KeyError`: it names what is not there."""

Keys = Callable[[Sheet, Fact, Event], Iterable[Key]]
"""Returns the keys of the rows that the fold of an event looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[R]):
    """One table of a view, and how events change it."""

    table: Table[R]
    events: tuple[type[Event], ...]  # those that change it, or whose fold looks at it
    fold: Fold
    keys: Keys | None = None  # by default the fact's number, then the event's fields of that name
    by: tuple[str, ...] = ()  # the columns that keys are of; by default the table's key

    async def load(
        self, connection: Connection, schema: str, sheet: Sheet, episodes: Iterable[Episode]
    ) -> None:
        """Put onto the sheet the rows that the events look at; one statement."""
        keys = self.keys or _by_fields(self.table.key[1:])
        wanted = {
            key
            for fact, events in episodes
            for event in events
            if type(event) in self.events
            for key in keys(sheet, fact, event)
        }
        await self.read(connection, schema, sheet, wanted)

    async def read(
        self, connection: Connection, schema: str, sheet: Sheet, keys: Collection[Key]
    ) -> None:
        """Put onto the sheet the rows of these keys; one statement."""
        by = self.by or self.table.key
        found = await load(connection, self.table, schema=schema, by=by, wanted=keys)
        sheet.of(self.table).know(found)

    async def write(self, connection: Connection, schema: str, sheet: Sheet) -> None:
        """Write the rows that changed; one statement."""
        await upsert(connection, sheet.of(self.table), schema=schema)


class AnyPart(Protocol):
    """A part, whatever the rows of its table."""

    @property
    def table(self) -> AnyTable:
        """The table."""

    @property
    def events(self) -> tuple[type[Event], ...]:
        """The events it looks at."""

    @property
    def fold(self) -> Fold:
        """How they change it."""

    async def load(
        self, connection: Connection, schema: str, sheet: Sheet, episodes: Iterable[Episode]
    ) -> None:
        """Put onto the sheet the rows that the events look at."""

    async def write(self, connection: Connection, schema: str, sheet: Sheet) -> None:
        """Write the rows that changed."""


class PartList:
    """The parts of one view, in the order in which they fold an event.

    A part may look at rows of those after it, as they were before the event: rows are
    read from the last part to the first.
    """

    def __init__(self, *parts: AnyPart) -> None:
        self.parts = parts
        self.by_event = _by_event(parts)

    @property
    def tables(self) -> tuple[AnyTable, ...]:
        """Return the tables in order."""
        return tuple(part.table for part in self.parts)

    async def load(
        self, connection: Connection, schema: str, sheet: Sheet, episodes: Sequence[Episode]
    ) -> None:
        """Put onto the sheet every row that exists and that an event looks at."""
        for part in reversed(self.parts):
            await part.load(connection, schema, sheet, episodes)

    def fold(self, sheet: Sheet, episodes: Iterable[Episode]) -> None:
        """Write onto the sheet what the events change.

        Args:
            sheet: Holds every row that exists and that one of the events looks at.
            episodes: Oldest first within each partition.

        Raises:
            StreamDamageError: An event names what no event before it made.
        """
        for fact, events in episodes:
            for event in events:
                self._fold_one(sheet, fact, event)

    async def write(self, connection: Connection, schema: str, sheet: Sheet) -> None:
        """Write what changed: at most one statement a table."""
        for part in self.parts:
            await part.write(connection, schema, sheet)

    def _fold_one(self, sheet: Sheet, fact: Fact, event: Event) -> None:
        try:
            for part in self.by_event.get(type(event), ()):
                part.fold(sheet, fact, event)
        except KeyError:
            raise StreamDamageError(fact.stream, fact.version, type(event).__name__) from None


def view_of(parts: PartList, *kinds: StreamKind, name: str, version: int) -> View:
    """Return the view that folds the events of these kinds of streams into the parts."""

    async def write(connection: Connection, schema: str, decided: Sequence[PlacedDecision]) -> None:
        episodes = episodes_of(decided, *kinds)
        sheet = Sheet()
        await parts.load(connection, schema, sheet, episodes)
        parts.fold(sheet, episodes)
        await parts.write(connection, schema, sheet)

    return View(name=name, version=version, tables=parts.tables, write=write)


def episodes_of(decided: Iterable[PlacedDecision], *kinds: StreamKind) -> tuple[Episode, ...]:
    """Return the decisions with events about streams of these kinds, as folds take them."""
    return tuple((fact_of(placed), events) for placed, events in concerning(decided, *kinds))


def _by_event(parts: Iterable[AnyPart]) -> Mapping[type[Event], list[AnyPart]]:
    """Return which parts look at an event; those absent change no table."""
    found: dict[type[Event], list[AnyPart]] = defaultdict(list)
    for part in parts:
        for event in part.events:
            found[event].append(part)
    return dict(found)


def _by_fields(names: Sequence[str]) -> Keys:
    """Return the key made of the fact's number and the event's fields of these names."""
    return lambda _sheet, fact, event: ((fact.number, *(getattr(event, name) for name in names)),)
