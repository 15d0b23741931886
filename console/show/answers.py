"""Draw what a command caused."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from rich.console import Console
from rich.markup import escape

from engine.events import Event
from projections.queries.happenings import Happening, happening_of

SHOWN_MAX = 8
VALUES_MAX = 4


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


def happening_text(happening: Happening) -> str:
    """Return an event as one short line: name, a few values, rule."""
    values = [
        f"{name.rpartition('.')[2]} {value}"
        for name, value in happening.values.items()
        if _is_telling(name)
    ]
    told = f" {', '.join(values[:VALUES_MAX])}" if values else ""
    return f"{happening.name.replace('_', ' ')}{told}  by {happening.rule}"


def _lines(decision: DecidedLike) -> Iterator[str]:
    if decision.outcome != "events":
        yield "already so" if decision.outcome == "nothing" else "asked before: nothing new"
    counts = Counter(type(event) for event in decision.events)
    told: set[type] = set()
    for event in decision.events[:SHOWN_MAX] if len(counts) > SHOWN_MAX else decision.events:
        kind = type(event)
        if kind in told:
            continue
        told.add(kind)
        times = f" x{counts[kind]}" if counts[kind] > 1 else ""
        yield happening_text(happening_of(event)).replace("  by ", f"{times}  by ", 1)
    if decision.in_flight:
        yield f"already on their way, cannot be called back: {', '.join(decision.in_flight)}"


def _is_telling(name: str) -> bool:
    """Say whether a value is for people; digests, indexes and texts of sequences are not."""
    return not name.startswith(
        ("sequence.steps", "sequence.messages", "ruleset.", "slot.asked")
    ) and (
        name.rpartition(".")[2] not in {"digest", "step_index", "hash", "closes_at", "size_bytes"}
    )
