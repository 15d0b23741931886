"""Draw the next points by day, and the open accounts that have none."""

from datetime import date

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import counted, table
from console.cli.terminal import flat
from console.desk.clock_words import clock_text
from console.desk.milestones import PointList

NONE = "No next point."
CLOSE = "close one: relance tasks done K-... --outcome done --next-point ..., or skipped --note ..."


def milestones_document(found: PointList) -> dict[str, object]:
    """Return the points and the orphans as a document, tasks by their names."""
    return {
        "points": [flat(line, task_id=line.task_id) for line in found.points],
        "orphans": [flat(line, task_id=line.task_id) for line in found.orphans],
    }


def draw_milestones(console: Console, found: PointList, *, today: date) -> None:
    """Draw what lacks a point first, then the points, what has passed in red."""
    _draw_orphans(console, found)
    if not found.points:
        console.print(NONE)
        return
    grid = table(
        f"Next points on {today.isoformat()}", "on", "account", "object", "brings", "by", "task"
    )
    for line in found.points:
        on = f"[red]{line.on.isoformat()}[/]" if line.is_overdue else line.on.isoformat()
        by = " ".join(part for part in (line.fixed_by, line.rule) if part)
        task = "\n".join(part for part in (line.task_id, line.claimed_by) if part)
        grid.add_row(
            on,
            escape(line.title),
            escape(line.object),
            escape(line.deliverable),
            escape(by),
            escape(task),
        )
    console.print(grid)
    overdue_count = sum(line.is_overdue for line in found.points)
    console.print(f"{counted(len(found.points), 'next point')}, {overdue_count} overdue; {CLOSE}")


def _draw_orphans(console: Console, found: PointList) -> None:
    if not found.orphans:
        return
    grid = table("Open, and without a next point", "account", "status", "since", "ended", "task")
    for line in found.orphans:
        grid.add_row(
            escape(line.title),
            line.status,
            clock_text(line.since_at),
            line.ended_by,
            "\n".join(part for part in (line.task_id, escape(line.claimed_by)) if part),
        )
    console.print(grid)
    console.print(f"{counted(len(found.orphans), 'open account')} without a next point; {CLOSE}\n")
