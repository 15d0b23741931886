"""Draw findings of sequence files, and calendars."""

from collections.abc import Sequence as Many

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import counted, table
from engine.plan import Sequence
from sequences.calendar import CalendarRow
from sequences.findings import Finding


def draw_findings(console: Console, findings: Many[Finding], *, file_count: int) -> None:
    """Draw one finding a line, its place first, as compilers do."""
    for finding in findings:
        console.print(escape(str(finding)), soft_wrap=True)
    files = counted(file_count, "file")
    if findings:
        console.print(
            f"[red]{counted(len(findings), 'finding')}[/] in {files}: nothing can be published"
        )
    else:
        console.print(f"[green]✓[/] {files}, no finding")


def draw_calendar(console: Console, sequence: Sequence, rows: Many[CalendarRow]) -> None:
    """Draw the dates in order."""
    if not rows:
        console.print("no step has a date in this case")
        return
    grid = table(f"{escape(sequence.title)} ({sequence.name})")
    for name in ("date", "step", "role", "channel", "moved by"):
        grid.add_column(name)
    for row in rows:
        day = f"{row.on:%a} {row.on.isoformat()}{' ?' if row.is_guessed else ''}"
        grid.add_row(day, row.step, row.role, row.channel, row.moved_by)
    console.print(grid)
    if any(row.is_guessed for row in rows):
        console.print(
            "[yellow]? the calendars do not reach that day[/]: holidays that nobody knows yet "
            "move nothing; `relance rulesets extend` adds the years that are known by now, and "
            "--ruleset FILE counts on them"
        )
