"""The port to flushed states: what an owner wrote down last, and how far it had got.

Rows hold validated state only.  Rows and cursor of a flush move in one transaction that
checks the lease, so a former owner never overwrites what its successor wrote.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from engine.account import Account
from engine.account.state import TouchStatus
from engine.decision import Next
from engine.ids import StreamId
from engine.rules import Stream
from engine.validity import Cursor
from infra.log.leases import Tenure
from infra.log.port import Place

OPEN_ATTEMPTS = frozenset({TouchStatus.ATTEMPTING, TouchStatus.UNKNOWN})


class StreamKey(NamedTuple):
    """A stream of one partition; `workspace` is one of each."""

    place: Place
    stream: StreamId


class FlushPosition(NamedTuple):
    """How far an owner's flush had got."""

    cursor: Cursor
    next: Next
    w: int  # publications adopted


class DueStream(NamedTuple):
    """A stream whose next timer is due at an aware UTC instant."""

    due_at: datetime
    stream: StreamId


class StateStore(Protocol):
    """Rows of one schema and one generation."""

    async def position(self, place: Place) -> FlushPosition | None:
        """Return how far the last flush of a partition had got; None before the first."""

    async def load(self, keys: Sequence[StreamKey]) -> Mapping[StreamKey, Stream]:
        """Return the states that are stored; a stream without a row is left out."""

    async def flush(
        self, tenure: Tenure, position: FlushPosition, *, states: Mapping[StreamId, Stream]
    ) -> None:
        """Write together every state changed since the last flush, and what they stand for.

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


def is_attempting(stream: Stream) -> bool:
    """Whether a touch of this stream is being attempted, or its outcome is unknown."""
    state = stream.state
    return isinstance(state, Account) and any(
        touch.status in OPEN_ATTEMPTS for touch in state.touches.values()
    )
