"""Write docs/breakages.md from the table, so that page and runs cannot differ."""

from tests.architecture.repository import ROOT
from tests.breakages.planting import Breakage
from tests.breakages.table import TABLE
from tests.breakages.witnesses import SEEDS

PAGE = ROOT / "docs/breakages.md"
HEAD = """# What would notice if a protection went?

Here are deliberate faults of the product's own code, each with the test that notices it.
`make breakages` plants one after the other in a copy of the repository, and fails if one survives.
`make test` plants those of the day, and says which.
`python -m tests.breakages --page` writes this page from `tests/breakages/table.py`.

| fault | what it takes away | in | noticed by |
| --- | --- | --- | --- |
"""


def page() -> str:
    """Return the whole page."""
    return HEAD + "\n".join(map(_row, TABLE)) + "\n"


def write_page() -> None:
    """Bring the page up to date."""
    PAGE.write_text(page(), encoding="utf-8")


def _row(breakage: Breakage) -> str:
    noticed_by = f"`{breakage.noticed_by}`"
    if breakage.noticed_by.startswith(SEEDS):
        noticed_by = f"{breakage.noticed_by.removeprefix(SEEDS)} seeds of `tests/simulation`"
    words = (breakage.name, breakage.takes_away, f"`{breakage.path}`", noticed_by)
    return f"| {' | '.join(words)} |"
