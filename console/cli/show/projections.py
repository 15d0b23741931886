"""Draw what a fold from zero does not confirm."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import counted, table
from projections.check import ViewCheck

SHOWN_MAX = 20


def draw_checked(console: Console, checked: Sequence[ViewCheck]) -> None:
    """Draw a line per view, then the differences."""
    for view in checked:
        sign = "[red]✗[/]" if view.differences else "[green]✓[/]"
        folded = counted(view.decision_count, "decision")
        console.print(
            f"{sign} {view.view} {view.version}: {folded} folded, "
            f"{counted(view.row_count, 'row')}, {counted(len(view.differences), 'difference')}"
        )
    differences = [difference for view in checked for difference in view.differences]
    if not differences:
        return
    grid = table("Differences", "view", "table", "row", "column", "stored", "folded")
    for found in differences[:SHOWN_MAX]:
        grid.add_row(
            found.view,
            found.table,
            escape(found.key),
            found.column or "(whole row)",
            escape(found.live or "missing"),
            escape(found.folded or "missing"),
        )
    console.print(grid)
    if len(differences) > SHOWN_MAX:
        console.print(f"  and {len(differences) - SHOWN_MAX} more (--json shows all)")
    names = " ".join(view.view for view in checked if view.differences)
    console.print(f"relance projections rebuild {names} builds again from the log")


def draw_rebuilt(console: Console, rebuilt: Mapping[str, int]) -> None:
    """Draw a line per view."""
    for name, decision_count in rebuilt.items():
        console.print(f"[green]✓[/] {name}: built again from {counted(decision_count, 'decision')}")
