"""What a fold knows of the decision an event belongs to."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from engine.decision import Events, PlacedDecision
from engine.events import Event
from engine.ids import StreamId, StreamKind, name_of


class Fact(Struct, frozen=True, kw_only=True):
    """What the events of one decision share."""

    stream: StreamId
    version: int
    partition: int
    seq: int
    at: datetime
    actor: str
    source: str
    number: int = 0  # of the account or campaign, in a view that numbers them

    @property
    def name(self) -> str:
        """Return the stream's name without its kind."""
        return name_of(self.stream)


Episode = tuple[Fact, tuple[Event, ...]]
"""A decision as folds take it: what its events share, and the events in order."""


class Concerning(NamedTuple):
    """A decision that can change a row, and its events."""

    placed: PlacedDecision
    events: tuple[Event, ...]


def concerning(decided: Iterable[PlacedDecision], *kinds: StreamKind) -> tuple[Concerning, ...]:
    """Return the decisions about streams of these kinds that have events."""
    beginnings = tuple(kind.value for kind in kinds)  # none of them begins another
    return tuple(
        Concerning(placed, outcome.events)
        for placed in decided
        if isinstance(outcome := placed.body.outcome, Events)
        and placed.body.stream.startswith(beginnings)
    )


def fact_of(placed: PlacedDecision, *, number: int = 0) -> Fact:
    """Return what the events of a decision share."""
    body, item = placed.body, placed.input
    return Fact(
        stream=body.stream,
        version=body.version,
        partition=placed.partition,
        seq=placed.seq,
        at=body.at,
        actor=item.actor if item else "",
        source=item.source if item else "",
        number=number,
    )
