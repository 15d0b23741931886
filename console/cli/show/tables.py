"""The one look of all tables, and of what stands in their cells."""

from collections.abc import Sequence
from datetime import date

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

INVENTED = "inventé"
UNBOUNDED = 10_000


class FittedTable(Table):
    """A table that breaks no word, however narrow the terminal: ids are copied from it.

    Where the longest words do not stand beside each other, each row becomes a paragraph.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give each column its longest word at least; the widest gives way first."""
        wide = options.update(max_width=UNBOUNDED)
        ranges = [_range(console, wide, column) for column in self.columns]
        if self._room(console, options, ranges) < sum(each.minimum for each in ranges):
            self.box, self.padding = None, (0, 1, 0, 0)
        room = self._room(console, options, ranges)
        if room < sum(each.minimum for each in ranges):
            yield from self._paragraphs()
            return
        for column, width in zip(self.columns, _widths(ranges, room), strict=True):
            column.width = width
        yield from super().__rich_console__(console, options)
        for column in self.columns:
            column.width = None

    def _room(
        self, console: Console, options: ConsoleOptions, ranges: Sequence[Measurement]
    ) -> int:
        """Return how much all cells of a row may take, beside what stands between them."""
        whole = Measurement.get(console, options.update(max_width=UNBOUNDED), self).maximum
        return options.max_width - whole + sum(each.maximum for each in ranges)

    def _paragraphs(self) -> RenderResult:
        if self.title:
            yield Text.from_markup(f"[bold]{self.title}[/]\n")
        names = [str(column.header) for column in self.columns]
        for row in zip(*(column.cells for column in self.columns), strict=True):
            lines = Table.grid(padding=(0, 2))
            lines.add_column(style="dim", no_wrap=True)
            lines.add_column(overflow="fold")
            for name, cell in zip(names, row, strict=True):
                if cell:
                    lines.add_row(name, cell)
            yield lines
            yield ""


def _range(console: Console, options: ConsoleOptions, column: Column) -> Measurement:
    found = [Measurement.get(console, options, cell) for cell in (column.header, *column.cells)]
    return Measurement(max(each.minimum for each in found), max(each.maximum for each in found))


def _widths(ranges: Sequence[Measurement], room: int) -> list[int]:
    """Return the widths of columns that fit into a room, none below its least."""
    widths = [min(each.maximum, room) for each in ranges]
    while sum(widths) > room:
        wide = [n for n, each in enumerate(ranges) if widths[n] > each.minimum]
        widths[max(wide, key=lambda n: widths[n])] -= 1
    return widths


def table(title: str = "", *columns: str) -> Table:
    """Return an empty table; the title stands above it, to the left."""
    grid = FittedTable(
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


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number with what it counts.

    Examples:
        >>> counted(1, "task"), counted(2, "task"), counted(0, "person", "people")
        ('1 task', '2 tasks', '0 people')
    """
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def day_text(day: date | None) -> str:
    """Return a day as `2027-01-19`; empty for None."""
    return "" if day is None else day.isoformat()


def person_text(person: str, role: str, name: str, *, is_invented: bool = False) -> str:
    """Return a person as one cell: name or id, role, and the mark of the invented."""
    who = name or person
    told = f"{who}, {role}" if role and who else who or role
    return f"{told} ({INVENTED})" if is_invented and told else told
