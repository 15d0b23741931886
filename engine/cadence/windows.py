"""Turn a day and a window into instants, on the wall clock of a zone.

A local time that a clock change skips or repeats takes the earlier offset (PEP 495,
`fold=0`), see docs/decisions/0040.
"""

from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from engine.cadence.calendars import DAY, Calendars
from engine.plan import Landing
from engine.ruleset import ALWAYS, Interval, Ruleset

EVERY_DAY = frozenset({1, 2, 3, 4, 5, 6, 7})
NOON = time(12)
OPEN_FOR = timedelta(days=1)
"""How long a slot of the window that is always open waits before it is landed again."""


class Hours(Struct, frozen=True, gc=False, kw_only=True):
    """Where a touch lands within a day: aware UTC instants, half-open."""

    due_at: datetime
    closes_at: datetime


class Opening(Struct, frozen=True, gc=False, kw_only=True):
    """What decides the hours of a touch, whatever its day."""

    window: str
    landing: Landing
    floor_at: datetime | None = None  # the step asks for no instant before this one
    anchor_at: datetime | None = None  # whose time of day `same_time` keeps
    previous_half: str = ""  # "am", "pm": which half-day the person's last call took
    opens_after_at: datetime | None = None  # hours open at that instant are not taken


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


def is_open_at(instant_at: datetime, window: str, calendars: Calendars) -> bool:
    """Say whether an instant lies in the hours of a window, whichever half-day it takes."""
    ruleset = calendars.ruleset
    local = instant_at.astimezone(calendars.zone)
    day, now = local.isoweekday(), local.time()
    return any(
        span.opens <= now < span.closes
        for name in _names(window, ruleset, previous_half="")
        if name in ruleset.windows and day in ruleset.windows[name].weekdays
        for span in ruleset.windows[name].spans
    )


def hours_on(
    day: date, opening: Opening, *, not_before_at: datetime | None, calendars: Calendars
) -> Hours | None:
    """Return where in `day` a touch lands, at or after `not_before_at`.

    The first hours that are not over.  `window_start` asks for hours that open after the
    floor, `asap` takes what is left of those under way, and `same_time` the anchor's time
    of day where the window allows it.  What is delayed, or late, never waits for an opening.

    Returns:
        Instants of the local `day`, or `None` where nothing of it is left.
    """
    floor_at = latest(opening.floor_at, not_before_at)
    same_at = _same_time_on(day, opening, calendars)
    if is_open_always(opening.window, calendars.ruleset):
        return _open_hours(day, latest(same_at, floor_at), opening.opens_after_at, calendars)
    spans = _spans_on(day, opening, calendars)
    if opening.opens_after_at is not None:
        spans = [hours for hours in spans if hours.due_at > opening.opens_after_at]
    if opening.landing is Landing.WINDOW_START and opening.floor_at is not None:
        spans = [hours for hours in spans if hours.due_at >= opening.floor_at]
    return _first_left(spans, latest(same_at, floor_at)) or _first_left(spans, floor_at)


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


def latest(*instants: datetime | None) -> datetime | None:
    """Return the latest of the instants that are known."""
    return max((instant for instant in instants if instant is not None), default=None)


def _spans_on(day: date, opening: Opening, calendars: Calendars) -> list[Hours]:
    ruleset = calendars.ruleset
    spans = [
        span
        for name in _names(opening.window, ruleset, previous_half=opening.previous_half)
        if name in ruleset.windows and day.isoweekday() in ruleset.windows[name].weekdays
        for span in ruleset.windows[name].spans
    ]
    hours = [_hours(day, span, calendars) for span in sorted(spans, key=lambda span: span.opens)]
    # A clock change may swallow one.
    return [stretch for stretch in hours if stretch.due_at < stretch.closes_at]


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
    day: date, floor_at: datetime | None, opens_after_at: datetime | None, calendars: Calendars
) -> Hours | None:
    opens_at, closes_at = (_instant(on, time(0), calendars) for on in (day, day + DAY))
    if opens_after_at is not None and opens_at <= opens_after_at:
        return None
    due_at = latest(opens_at, floor_at) or opens_at
    return Hours(due_at=due_at, closes_at=due_at + OPEN_FOR) if due_at < closes_at else None


def _same_time_on(day: date, opening: Opening, calendars: Calendars) -> datetime | None:
    if opening.landing is not Landing.SAME_TIME or opening.anchor_at is None:
        return None
    same_time = opening.anchor_at.astimezone(calendars.zone).time().replace(fold=0)
    return _instant(day, same_time, calendars)


def _instant(day: date, at: time, calendars: Calendars) -> datetime:
    return datetime.combine(day, at, calendars.zone).astimezone(UTC)
