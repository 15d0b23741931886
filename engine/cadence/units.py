"""Add offsets and rests to days: calendar days, business days, weeks, months."""

from calendar import monthrange
from datetime import date

from engine.cadence.calendars import DAY, FIRST_DAY, LAST_DAY, Calendars
from engine.plan import Offset, Unit
from engine.ruleset import Rest

COUNT_MAX = 20_000
"""Of an offset; 80 years of business days, so that counting them one by one ends soon."""

SECONDS_A_DAY = 86_400
WEEK_DAYS = 7
CLOSED_DAYS_MAX = 60
"""Longer than any row of days without a business day, in a calendar that has some."""


def add(day: date, offset: Offset, *, calendars: Calendars) -> date | None:
    """Return the day `offset` away from `day`, or `None` beyond the days covered.

    Business days skip week-ends and public holidays only, and count after `day`, which
    need not be one itself.  A month keeps the day of the month, clamped to its last.
    Seconds count as whole days, rounded away from `day`.

    Examples:
        >>> from tests.engine.cadence.examples import PARIS
        >>> add(date(2027, 4, 15), Offset(10, Unit.BUSINESS_DAY), calendars=PARIS)
        datetime.date(2027, 4, 29)
        >>> add(date(2027, 3, 31), Offset(-1, Unit.MONTH), calendars=PARIS)
        datetime.date(2027, 2, 28)
    """
    if abs(offset.count) > COUNT_MAX and offset.unit is not Unit.SECOND:
        return None
    if not FIRST_DAY <= day <= LAST_DAY:
        return None
    moved = _moved(day, offset, calendars)
    return moved if moved is not None and FIRST_DAY <= moved <= LAST_DAY else None


def business_days(first: date, last: date, *, calendars: Calendars) -> int:
    """Return how many business days `last` lies after `first`; negative where before it.

    A day that is none counts as the next one: from a Saturday to the Monday after it, none.
    """
    if last < first:
        return -business_days(last, first, calendars=calendars)
    since, until = (business_day_from(day, calendars=calendars) for day in (first, last))
    weekdays = calendars.ruleset.business_days.weekdays
    weeks, left = divmod((until - since).days, WEEK_DAYS)
    tail = (until - back * DAY for back in range(left))
    counted = weeks * len(weekdays) + sum(day.isoweekday() in weekdays for day in tail)
    return counted - calendars.closed_between(since, until)


def business_day_from(day: date, *, calendars: Calendars) -> date:
    """Return the first business day on or after `day`; `day` itself where there is none."""
    for ahead in range(CLOSED_DAYS_MAX):
        if calendars.is_business_day(day + ahead * DAY):
            return day + ahead * DAY
    return day


def end_of(rest: Rest, *, begun_on: date) -> date:
    """Return the day on which a rest ends: counted by the calendar, whatever is closed."""
    if rest.unit == "calendar_month":
        return _after_months(begun_on, rest.count) or LAST_DAY
    return _after_days(begun_on, rest.count) or LAST_DAY


def _moved(day: date, offset: Offset, calendars: Calendars) -> date | None:
    match offset.unit:
        case Unit.DAY:
            return _after_days(day, offset.count)
        case Unit.WEEK:
            return _after_days(day, 7 * offset.count)
        case Unit.MONTH:
            return _after_months(day, offset.count)
        case Unit.BUSINESS_DAY:
            return _after_business_days(day, offset.count, calendars)
        case Unit.SECOND:
            return _after_days(day, _whole_days(offset.count))


def _after_days(day: date, count: int) -> date | None:
    ordinal = day.toordinal() + count
    return date.fromordinal(ordinal) if 1 <= ordinal <= LAST_DAY.toordinal() else None


def _after_months(day: date, count: int) -> date | None:
    year, month_index = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        return None
    month = month_index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _after_business_days(day: date, count: int, calendars: Calendars) -> date | None:
    if not calendars.ruleset.business_days.weekdays:
        return day if count == 0 else None
    step = DAY if count > 0 else -DAY
    left = abs(count)
    while left:
        day += step
        if not FIRST_DAY <= day <= LAST_DAY:
            return None
        left -= calendars.is_business_day(day)
    return day


def _whole_days(seconds: int) -> int:
    days = -(-abs(seconds) // SECONDS_A_DAY)
    return days if seconds >= 0 else -days
