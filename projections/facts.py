"""What a fold knows of the decision an event belongs to."""

from datetime import datetime

from msgspec import Struct

from engine.decision import PlacedDecision


class Fact(Struct, frozen=True, kw_only=True):
    """The decision around an event, and the number its stream has in this view."""

    number: int
    name: str  # of the stream, without its kind
    partition: int
    at: datetime
    actor: str


def fact_of(placed: PlacedDecision, *, number: int, name: str) -> Fact:
    """Return what every event of a decision shares."""
    item = placed.input
    return Fact(
        number=number,
        name=name,
        partition=placed.partition,
        at=placed.body.at,
        actor=item.actor if item else "",
    )
