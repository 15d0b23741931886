"""Draw what another ruleset moves, tried or done."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import counted, table
from console.desk.clock_words import clock_text
from console.desk.replanning import Replanning

if TYPE_CHECKING:  # calendars that other commands spare
    from sequences.extending import Extension

SHOWN_MAX = 40


def draw_tried(console: Console, trial: Replanning) -> None:
    """Draw what would move, and that nothing did."""
    _draw_changes(console, trial)
    console.print(
        f"{escape(trial.ruleset)} would move {counted(len(trial.changes), 'touch', 'touches')} in "
        f"{counted(trial.account_count, 'account')} that go through a sequence; "
        "nothing was published"
    )


def draw_published(console: Console, what: str, trial: Replanning, *, moved_count: int) -> None:
    """Draw what moved."""
    _draw_changes(console, trial)
    console.print(
        f"[green]✓[/] {escape(what)}: planned again in "
        f"{counted(trial.account_count, 'account')}, {moved_count} of them with other dates"
    )


def draw_extension(console: Console, extension: "Extension", file: Path) -> None:
    """Draw how far the calendars reach now, and what comes next."""
    console.print(f"[green]✓[/] wrote {escape(str(file))}, version {escape(extension.version)}")
    console.print(f"  public holidays reach to the end of {extension.public_until_year}")
    more = "" if extension.is_school_longer else ": no later ones are decided, or installed"
    console.print(f"  school holidays reach to {extension.school_until}{more}")
    console.print(f"  next: relance rulesets publish {escape(str(file))} --preview")


def _draw_changes(console: Console, trial: Replanning) -> None:
    for change in trial.agreed[:SHOWN_MAX]:
        due = clock_text(change.due_at, change.time_zone)
        console.print(
            f"[yellow]![/] {change.touch} of {escape(change.title)} was agreed for {due}, "
            "a public holiday by then: it stays"
        )
    if not trial.changes:
        return
    grid = table("What moves", "touch", "account", "step", "was", "becomes", "rule")
    for change in trial.changes[:SHOWN_MAX]:
        becomes = clock_text(change.due_at, change.time_zone) or "left out"
        was = clock_text(change.due_before_at, change.time_zone)
        grid.add_row(
            change.touch, escape(change.title), change.step, was, becomes, escape(change.rule)
        )
    console.print(grid)
    if len(trial.changes) > SHOWN_MAX:
        console.print(f"  and {len(trial.changes) - SHOWN_MAX} more (--json shows all)")
