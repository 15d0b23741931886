"""Draw what a command caused."""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct
from rich.console import Console
from rich.markup import escape

from console.cli.show.happenings import happening_text
from console.desk.asking import DecisionReceipt
from projections.queries.happenings import happening_of


class Receipt(Struct, frozen=True, kw_only=True):
    """What a command caused, as a document."""

    done: str
    decisions: tuple[DecisionReceipt, ...]
    undo: str = ""  # a command that takes it back, where there is one
    warnings: tuple[str, ...] = ()  # what it did, and somebody should look at


def draw_receipt(console: Console, receipt: Receipt) -> None:
    """Draw a sentence for the whole, a line per event, and the way back."""
    console.print(f"[green]✓[/] {escape(receipt.done)}")
    for decision in receipt.decisions:
        for line in _lines(decision):
            console.print(f"  {escape(line)}")
    for warning in receipt.warnings:
        console.print(f"  [yellow]![/] {escape(warning)}")
    if receipt.undo:
        console.print(f"  [dim]undo:[/] {escape(receipt.undo)}")


def _lines(decision: DecisionReceipt) -> Iterator[str]:
    if decision.outcome != "events":
        yield "already so" if decision.outcome == "nothing" else "asked before: nothing new"
    counts = Counter(type(event) for event in decision.events)
    for kind, count in counts.items():
        first = next(event for event in decision.events if type(event) is kind)
        more = f", and {count - 1} more" if count > 1 else ""
        yield f"{happening_text(happening_of(first), decision.zone)}{more}"
    if decision.in_flight:
        yield f"already on their way, cannot be called back: {', '.join(decision.in_flight)}"
