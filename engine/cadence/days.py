"""Say which rule of the calendar refuses a day, and the first day it permits.

The order of the rules is fixed, so that what moved a touch reads the same everywhere.
"""

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from engine.cadence.calendars import DAY, Calendars
from engine.rule_ids import RuleId
from engine.values import Move

SEARCH_DAYS = 400
"""How far ahead a day is looked for: longer than any yearly rule can forbid."""

WEEKEND = (6, 7)


class DayRules(Struct, frozen=True, gc=False, kw_only=True):
    """What a touch asks of its day."""

    weekdays: frozenset[int]  # ISO; those on which all its windows open
    avoids_holidays: bool


def refusal(day: date, rules: DayRules, *, calendars: Calendars) -> Move | None:
    """Return the first rule that refuses `day` and where it leads; `None` if none does.

    Examples:
        >>> from tests.engine.cadence.examples import PARIS
        >>> workdays = DayRules(weekdays=frozenset({1, 2, 3, 4, 5}), avoids_holidays=False)
        >>> refusal(date(2027, 5, 6), workdays, calendars=PARIS)
        Move(rule=<RuleId.WINDOW_HOLIDAY: 'window.holiday'>, to_on=datetime.date(2027, 5, 7))
    """
    weekday = day.isoweekday()
    if weekday not in rules.weekdays:
        name = RuleId.WINDOW_WEEKEND if weekday in WEEKEND else RuleId.WINDOW_WEEKDAY
        return _move(name, day, lambda later: later.isoweekday() not in rules.weekdays)
    if calendars.is_holiday(day):
        return _move(RuleId.WINDOW_HOLIDAY, day, calendars.is_holiday)
    if not rules.avoids_holidays:
        return None
    if calendars.is_bridge_day(day):
        return _move(RuleId.WINDOW_BRIDGE_DAY, day, calendars.is_bridge_day)
    if calendars.is_quiet(day):
        return _move(RuleId.WINDOW_QUIET_PERIOD, day, calendars.is_quiet)
    if calendars.is_school_holiday(day):
        return _move(RuleId.WINDOW_SCHOOL_HOLIDAY, day, calendars.is_school_holiday)
    return None


def _move(rule: RuleId, day: date, is_refused: Callable[[date], bool]) -> Move:
    last = day + SEARCH_DAYS * DAY
    day += DAY
    while day < last and is_refused(day):
        day += DAY
    return Move(rule, day)
