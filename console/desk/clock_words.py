"""Say instants on the wall clock of the people they concern."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Europe/Paris"
"""Of the workspace: for what concerns no account."""

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00|Z)")


def clock_text(instant: datetime | None, zone: str = DEFAULT_ZONE) -> str:
    """Return an instant as people of a zone read it: `2027-01-19 09:30`; empty for None."""
    return "" if instant is None else f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def on_the_clock(text: str, zone: str = DEFAULT_ZONE) -> str:
    """Return a sentence with each instant that it names as people of a zone read it.

    Examples:
        >>> on_the_clock("not before 2027-01-19T08:30:00+00:00", "Indian/Reunion")
        'not before 2027-01-19 12:30'
    """
    return INSTANT.sub(lambda found: clock_text(datetime.fromisoformat(found[0]), zone), text)
