"""Draw what is to be done, in order, each with its reason."""

from collections.abc import Iterable, Mapping
from datetime import date

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import counted, person_text, table
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
            task,
            "fields",
            "points",
            "failed_tags",
            "stopped_tags",
            id=task.id,
            touch_id=task.touch_id,
            waits=task.waits,
            name=names.get(task.person, ""),
            phone=phones.get(task.person, ""),
        )
        for task in tasks
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
    for task in tasks:
        due = f"[red]{task.due_on.isoformat()}[/]" if task.is_overdue else task.due_on.isoformat()
        who = person_text(
            task.person, task.role, names.get(task.person, ""), is_invented=task.is_invented
        )
        who = "\n".join(part for part in (who, phones.get(task.person, "")) if part)
        grid.add_row(task.id, due, escape(_what(task)), escape(task.title), escape(who), _why(task))
    console.print(grid)
    planned_count = sum(not task.number for task in tasks)
    ahead = f", {planned_count} of them planned (T-...)" if planned_count else ""
    console.print(f"{counted(len(tasks), 'task')}{ahead}; {CLOSE}")


def _what(task: TaskLine) -> str:
    head = f"{task.kind} {task.step}".strip()
    waits = [f"  waits: {task.waits}"] if task.waits else []
    boxes = [f"  {number}. {box}" for number, box in enumerate(task.checklist, start=1)]
    missing = [f"  missing: {task.missing.replace('+', ', ')}"] if task.missing else []
    brings = [f"  {task.brings}"] if task.brings else []
    return "\n".join([head, *waits, *brings, *boxes, *missing])


def _why(task: TaskLine) -> str:
    claimed = f"\nopened by {escape(task.claimed_by)}" if task.claimed_by else ""
    return f"{task.rule}{claimed}"
