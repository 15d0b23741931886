"""The port to flushed states: what an owner wrote down last, and how far it had got.

Rows hold validated state only.  Rows and cursor of a flush move in one transaction that
checks the lease, so a former owner never overwrites what its successor wrote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from engine.decision import Next
from engine.ids import StreamId
from engine.rules import Stream
from engine.validity import Cursor
from infra.log.leases import Tenure
from infra.log.port import Place


class StreamKey(NamedTuple):
    """A stream of one partition; `workspace` is one of each."""

    place: Place
    stream: StreamId


class Position(NamedTuple):
    """How far an owner's flush had got."""

    cursor: Cursor
    next: Next
    w: int  # publications adopted


class DueStream(NamedTuple):
    """A stream whose next timer is due at an aware UTC instant."""

    due_at: datetime
    stream: StreamId


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """One stream to write down."""

    stream: StreamId
    state: Stream
    next_due: datetime | None
    is_attempting: bool  # has a touch `attempting` or `unknown`


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush:
    """Every stream changed since the last flush, and the position they stand for."""

    tenure: Tenure
    position: Position
    rows: Sequence[StateRow]


class StateStore(Protocol):
    """Rows of one schema and one generation."""

    async def position(self, place: Place) -> Position | None:
        """Return how far the last flush of a partition had got; None before the first."""

    async def load(self, keys: Sequence[StreamKey]) -> Mapping[StreamKey, Stream]:
        """Return the states that are stored; a stream without a row is left out."""

    async def flush(self, flush: Flush) -> None:
        """Write rows and position together.

        Raises:
            LeaseLostError: The tenure is void; nothing was written.
            StoreUnavailableError: Nobody knows; the next recovery will see.
        """

    async def due(
        self, place: Place, *, after: DueStream | None, limit: int
    ) -> Sequence[DueStream]:
        """Return up to `limit` timers of a partition that follow `after`, earliest first."""

    async def attempting(self, place: Place) -> Sequence[StreamId]:
        """Return the streams of a partition that had an attempt open at the last flush."""
