"""Draw rules and refusals: what each says, and what may lift it."""

from collections.abc import Iterable, Mapping

from rich.console import Console

from console.cli.show.tables import table
from engine.explanation import Explanation
from engine.rule_ids import RULES

ExplainedRows = list[dict[str, str]]


def explained(registry: Mapping[str, Explanation], names: Iterable[str]) -> ExplainedRows:
    """Return what each name means, in order, once; a name that is not registered has no row."""
    known = (str(name) for name in dict.fromkeys(names) if name in registry)
    return [{"id": name, **registry[name]._asdict()} for name in known]


def draw_explained(console: Console, *, rules: ExplainedRows, refusals: ExplainedRows) -> None:
    """Draw the rules, then the refusals."""
    for title, lifted, rows in (
        ("Rules", "lifted by", rules),
        ("Refusals", "what would allow it", refusals),
    ):
        if rows:
            _draw(console, rows, title, lifted)


def draw_legend(console: Console, names: Iterable[str]) -> None:
    """Draw what the rules named above say; nothing where there is none."""
    rows = explained(RULES, names)
    if rows:
        _draw(console, rows, "What the rules say", "lifted by")


def _draw(console: Console, rows: ExplainedRows, title: str, lifted: str) -> None:
    grid = table(title, "id", "what it says", lifted)
    for row in rows:
        grid.add_row(*row.values())
    console.print(grid)
