"""The one look of all tables, and of what stands in their cells."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table

from console.desk.moments import DEFAULT_ZONE

INVENTED = "inventé"


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


def clock_text(instant: datetime | None, zone: str = DEFAULT_ZONE) -> str:
    """Return an instant as people of a zone read it: `2027-01-19 09:30`; empty for None."""
    return "" if instant is None else f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


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
