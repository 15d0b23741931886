"""The one look of all tables."""

from rich import box
from rich.table import Table


def table(title: str = "", *columns: str) -> Table:
    """Return an empty table; the title stands above it, to the left."""
    grid = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        header_style="dim",
    )
    for name in columns:
        grid.add_column(name, overflow="fold")
    return grid
