"""Draw what is to be done, in order, each with its reason."""

from collections.abc import Iterable, Mapping
from datetime import date

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import person_text, table
from console.cli.terminal import flat
from projections.queries.tasks import TaskLine

EMPTY = "Nothing is due today. `relance tasks --until DAY` looks ahead."
CLOSE = "close one: relance tasks done K-... --outcome ...   (relance tasks done --help)"


def tasks_document(
    tasks: Iterable[TaskLine], names: Mapping[str, str], phones: Mapping[str, str]
) -> list[dict[str, object]]:
    """Return the tasks as a document: names opened, nothing sealed in it."""
    return [
        flat(
            one,
            "fields",
            "points",
            id=one.id,
            touch_id=one.touch_id,
            name=names.get(one.person, ""),
            phone=phones.get(one.person, ""),
        )
        for one in tasks
    ]


def draw_tasks(
    console: Console,
    tasks: tuple[TaskLine, ...],
    names: Mapping[str, str],
    phones: Mapping[str, str],
    *,
    today: date,
) -> None:
    """Draw a row per task, what is overdue first as it is due first."""
    if not tasks:
        console.print(EMPTY)
        return
    grid = table(f"To do on {today.isoformat()}", "task", "due", "what", "account", "who", "why")
    for one in tasks:
        due = f"[red]{one.due_on.isoformat()}[/]" if one.is_overdue else one.due_on.isoformat()
        who = person_text(
            one.person, one.role, names.get(one.person, ""), is_invented=one.is_invented
        )
        who = "\n".join(part for part in (who, phones.get(one.person, "")) if part)
        grid.add_row(one.id, due, escape(_what(one)), escape(one.title), escape(who), _why(one))
    console.print(grid)
    console.print(f"{len(tasks)} tasks; {CLOSE}")


def _what(one: TaskLine) -> str:
    head = f"{one.kind} {one.step}".strip()
    boxes = [f"  {number}. {box}" for number, box in enumerate(one.checklist, start=1)]
    missing = [f"  missing: {one.missing.replace('+', ', ')}"] if one.missing else []
    return "\n".join([head, *boxes, *missing])


def _why(one: TaskLine) -> str:
    claimed = f"\nopened by {escape(one.claimed_by)}" if one.claimed_by else ""
    return f"{one.rule}{claimed}"
