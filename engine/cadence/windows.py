"""Turn a day and a window into instants, on the wall clock of a zone.

A local time that a clock change skips or repeats takes the earlier offset (PEP 495,
`fold=0`), see docs/decisions/0040.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.cadence.calendars import DAY, Calendars
from engine.plan import Landing
from engine.ruleset import ALWAYS, Interval, Ruleset

EVERY_DAY = frozenset({1, 2, 3, 4, 5, 6, 7})
NOON = time(12)
OPEN_FOR = timedelta(days=1)
"""How long a slot of the window that is always open waits before it is landed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Where a touch lands within a day: aware UTC instants, half-open."""

    due_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What decides the hours of a touch, whatever its day."""

    window: str
    landing: Landing
    anchor_at: datetime | None = None  # whose time of day `same_time` keeps
    previous_half: str = ""  # "am", "pm": which half-day the person's last call took


def is_open_always(window: str, ruleset: Ruleset) -> bool:
    """Say whether no rule of the calendar moves what uses this window."""
    return window == ALWAYS or window in ruleset.open_windows


def weekdays(window: str, ruleset: Ruleset) -> frozenset[int] | None:
    """Return the ISO weekdays on which a window opens; `None` for an unknown window."""
    if is_open_always(window, ruleset):
        return EVERY_DAY
    names = _names(window, ruleset, previous_half="")
    if not names or any(name not in ruleset.windows for name in names):
        return None
    return frozenset(day for name in names for day in ruleset.windows[name].weekdays)


def hours_on(
    day: date, opening: Opening, *, not_before_at: datetime | None, calendars: Calendars
) -> Hours | None:
    """Return where in `day` a touch lands, at or after `not_before_at`.

    The first hours that are not over; at the anchor's time of day where the landing asks
    for it and the window allows it.

    Returns:
        Instants of the local `day`, or `None` where nothing of it is left.
    """
    wanted_at = _same_time_on(day, opening, calendars)
    if is_open_always(opening.window, calendars.ruleset):
        return _open_hours(day, wanted_at, not_before_at, calendars)
    spans = _spans_on(day, opening, calendars)
    if wanted_at is not None and not_before_at is not None:
        wanted_at = max(wanted_at, not_before_at)
    return _first_left(spans, wanted_at or not_before_at) or _first_left(spans, not_before_at)


def agreed_hours(day: date, anchor_at: datetime | None, calendars: Calendars) -> Hours:
    """Return the agreed instant, or the start of the working day where none was agreed."""
    local_midnight = _instant(day + DAY, time(0), calendars)
    if anchor_at is not None:
        due_at = _instant(day, anchor_at.astimezone(calendars.zone).time(), calendars)
        return Hours(due_at=due_at, closes_at=max(local_midnight, due_at + timedelta(seconds=1)))
    window = calendars.ruleset.windows.get("day")
    opens = window.spans[0].opens if window is not None and window.spans else time(0)
    return Hours(due_at=_instant(day, opens, calendars), closes_at=local_midnight)


def half_of(instant_at: datetime, calendars: Calendars) -> str:
    """Return which half of the local day an instant lies in: `am`, `pm`."""
    return "am" if instant_at.astimezone(calendars.zone).time() < NOON else "pm"


def _spans_on(day: date, opening: Opening, calendars: Calendars) -> list[Hours]:
    ruleset = calendars.ruleset
    spans = [
        span
        for name in _names(opening.window, ruleset, previous_half=opening.previous_half)
        if name in ruleset.windows and day.isoweekday() in ruleset.windows[name].weekdays
        for span in ruleset.windows[name].spans
    ]
    hours = [_hours(day, span, calendars) for span in sorted(spans, key=lambda span: span.opens)]
    return [one for one in hours if one.due_at < one.closes_at]  # a clock change may swallow one


def _names(window: str, ruleset: Ruleset, *, previous_half: str) -> tuple[str, ...]:
    alternation = ruleset.alternating_windows.get(window)
    if alternation is None:
        return (window,)
    if previous_half == "am":
        return (alternation.second,)
    if previous_half == "pm":
        return (alternation.first,)
    return (alternation.first, alternation.second)


def _hours(day: date, span: Interval, calendars: Calendars) -> Hours:
    return Hours(
        due_at=_instant(day, span.opens, calendars),
        closes_at=_instant(day, span.closes, calendars),
    )


def _first_left(spans: list[Hours], not_before_at: datetime | None) -> Hours | None:
    for hours in spans:
        if not_before_at is None or not_before_at <= hours.due_at:
            return hours
        if not_before_at < hours.closes_at:
            return Hours(due_at=not_before_at, closes_at=hours.closes_at)
    return None


def _open_hours(
    day: date, wanted_at: datetime | None, not_before_at: datetime | None, calendars: Calendars
) -> Hours | None:
    due_at = wanted_at or _instant(day, time(0), calendars)
    if not_before_at is not None:
        due_at = max(due_at, not_before_at)
    if due_at >= _instant(day + DAY, time(0), calendars):
        return None
    return Hours(due_at=due_at, closes_at=due_at + OPEN_FOR)


def _same_time_on(day: date, opening: Opening, calendars: Calendars) -> datetime | None:
    if opening.landing is not Landing.SAME_TIME or opening.anchor_at is None:
        return None
    same_time = opening.anchor_at.astimezone(calendars.zone).time().replace(fold=0)
    return _instant(day, same_time, calendars)


def _instant(day: date, at: time, calendars: Calendars) -> datetime:
    return datetime.combine(day, at, calendars.zone).astimezone(UTC)
