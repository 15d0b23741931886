"""Read the days, instants and next points that people write, on somebody's wall clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from console.desk.clock_words import DEFAULT_ZONE
from console.desk.errors import UsageError
from engine.values import NextPoint

DAY_OPENS = time(9)
YEARS = range(1971, 2200)
"""Of any day typed in: beyond, a typing error is likelier, and clocks run out of numbers."""


def day_of(text: str, *, name: str) -> date:
    """Return a day such as `2027-01-19`.

    Raises:
        UsageError: It is none, or lies where no plan could be laid out.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(name, "be a day such as 2027-01-19", text) from None
    if day.year not in YEARS:
        raise UsageError(name, f"lie within {YEARS.start} to {YEARS.stop - 1}", text)
    return day


def instant_of(text: str, *, name: str, zone: str = DEFAULT_ZONE) -> datetime:
    """Return an instant, aware UTC; without an offset it is read on the wall clock of `zone`.

    A day alone is its morning, 9 o'clock.

    Raises:
        UsageError: It is none.

    Examples:
        >>> instant_of("2027-01-29T10:00", name="--meeting-at").isoformat()
        '2027-01-29T09:00:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        rule = "be an instant such as 2027-01-29T10:00"
        raise UsageError(name, rule, text) from None
    if moment.year not in YEARS:
        raise UsageError(name, f"lie within {YEARS.start} to {YEARS.stop - 1}", text)
    if len(text.strip()) == len("2027-01-29"):
        moment = datetime.combine(moment, DAY_OPENS)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)


def meeting_of(text: str, *, name: str) -> date | datetime:
    """Return a day, or an hour of it on the wall clock where it takes place.

    Raises:
        UsageError: It is neither.
    """
    try:
        is_whole_day = len(text) == len("2027-01-29")
        return (date if is_whole_day else datetime).fromisoformat(text)
    except ValueError:
        rule = "be a day or an hour of it, such as 2027-01-29 or 2027-01-29T10:00"
        raise UsageError(name, rule, text) from None


def next_point_of(text: str, *, on: str, about: str, deliverable: str) -> NextPoint | None:
    """Return the next point, given whole (`DATE|OBJECT|DELIVERABLE`) or in three options.

    None where nothing was given.

    Raises:
        UsageError: A part is missing, or both ways were used.
    """
    parts = (on, about, deliverable)
    if text and any(parts):
        raise UsageError("--next-point", "come alone, or as --on, --object, --deliverable", "both")
    if text:
        parts = _parts(text)
    if not any(parts):
        return None
    if not all(part.strip() for part in parts):
        rule = "have a date, an object and a deliverable"
        raise UsageError(
            "the next point", rule, remedy="such as 2027-03-01|point budget|un estimatif"
        )
    when, what, brings = (part.strip() for part in parts)
    return NextPoint(on=day_of(when, name="the next point's date"), object=what, deliverable=brings)


def _parts(text: str) -> tuple[str, str, str]:
    parts = text.split("|")
    if len(parts) != len(("date", "object", "deliverable")):
        raise UsageError("--next-point", "look like DATE|OBJECT|DELIVERABLE")
    return parts[0], parts[1], parts[2]
