"""Draw what a command caused."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from rich.console import Console
from rich.markup import escape

from console.cli.show.happenings import happening_text
from engine.events import Event
from projections.queries.happenings import happening_of


class DecidedLike(Protocol):
    """What one input caused."""

    @property
    def outcome(self) -> str:
        """Return its wire name."""

    @property
    def stream(self) -> str:
        """Return which stream decided."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Return the events, oldest first."""

    @property
    def in_flight(self) -> tuple[str, ...]:
        """Return the touches that had left."""


class DoneLike(Protocol):
    """What a command caused."""

    @property
    def done(self) -> str:
        """Return what was asked."""

    @property
    def decisions(self) -> Sequence[DecidedLike]:
        """Return one decision per input."""

    @property
    def undo(self) -> str:
        """Return the command that takes it back; empty where there is none."""


def draw_answers(console: Console, done: DoneLike) -> None:
    """Draw a sentence for the whole, a line per event, and the way back."""
    console.print(f"[green]✓[/] {escape(done.done)}")
    for decision in done.decisions:
        for line in _lines(decision):
            console.print(f"  {escape(line)}")
    if done.undo:
        console.print(f"  [dim]undo:[/] {escape(done.undo)}")


def _lines(decision: DecidedLike) -> Iterator[str]:
    if decision.outcome != "events":
        yield "already so" if decision.outcome == "nothing" else "asked before: nothing new"
    counts = Counter(type(event) for event in decision.events)
    for kind, count in counts.items():
        first = next(event for event in decision.events if type(event) is kind)
        more = f", and {count - 1} more" if count > 1 else ""
        yield f"{happening_text(happening_of(first))}{more}"
    if decision.in_flight:
        yield f"already on their way, cannot be called back: {', '.join(decision.in_flight)}"
