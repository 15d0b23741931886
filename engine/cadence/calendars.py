"""Which days are holidays, breaks, bridges or quiet where somebody lives.

Built once for a locality from the ruleset; knows no touch.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from engine.ruleset import Holiday, Locality, QuietPeriod, Ruleset, SchoolBreak

DAY = timedelta(days=1)
FIRST_DAY = date(1971, 1, 1)
LAST_DAY = date(8999, 12, 31)
"""The days this arithmetic covers; any search from them stays within what dates can say."""

_FIRST_AT = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)
_LAST_AT = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, tzinfo=UTC)
_ON = attrgetter("on")
_FIRST_ON = attrgetter("first_on")


class Calendars(Struct, frozen=True, gc=False, kw_only=True):
    """The ruleset as it applies to one locality."""

    ruleset: Ruleset
    zone: ZoneInfo
    national: tuple[Holiday, ...]
    local: tuple[Holiday, ...]
    breaks: tuple[SchoolBreak, ...]  # empty where no school zone applies

    def is_holiday(self, day: date) -> bool:
        """Say whether `day` is a public holiday here."""
        return _holds(self.national, day) or _holds(self.local, day)

    def is_business_day(self, day: date) -> bool:
        """Say whether `day` counts in an offset of business days."""
        return day.isoweekday() in self.ruleset.business_days.weekdays and not self.is_holiday(day)

    def closed_between(self, first: date, last: date) -> int:
        """Return how many public holidays on weekdays of business lie after `first`, to `last`."""
        weekdays = self.ruleset.business_days.weekdays
        closed = {
            holiday.on
            for days in (self.national, self.local)
            for holiday in days[
                bisect_right(days, first, key=_ON) : bisect_right(days, last, key=_ON)
            ]
        }
        return sum(day.isoweekday() in weekdays for day in closed)

    def is_bridge_day(self, day: date) -> bool:
        """Say whether `day` lies between a public holiday and a week-end."""
        bridges = self.ruleset.bridge_days
        match day.isoweekday():
            case 5:  # Friday
                return bridges.friday_after_thursday_holiday and self.is_holiday(day - DAY)
            case 1:  # Monday
                return bridges.monday_before_tuesday_holiday and self.is_holiday(day + DAY)
            case _:
                return False

    def is_quiet(self, day: date) -> bool:
        """Say whether `day` lies in a quiet period, ends included."""
        month_day = day.isoformat()[5:]
        return any(_spans(period, month_day) for period in self.ruleset.quiet_periods)

    def is_school_holiday(self, day: date) -> bool:
        """Say whether `day` lies in school holidays of the zone, ends included."""
        return self.school_break(day) is not None

    def school_break(self, day: date) -> SchoolBreak | None:
        """Return the school holidays of the zone that `day` lies in, ends included."""
        index = bisect_right(self.breaks, day, key=_FIRST_ON) - 1
        if index < 0 or day > self.breaks[index].last_on:
            return None
        return self.breaks[index]


def calendars_at(locality: Locality, ruleset: Ruleset) -> Calendars | None:
    """Return the calendars of a locality; `None` where its time zone is unknown.

    An area or a zone that the ruleset does not know has no days of its own.
    """
    try:
        zone = ZoneInfo(locality.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return Calendars(
        ruleset=ruleset,
        zone=zone,
        national=ruleset.public_holidays.national,
        local=ruleset.public_holidays.subdivisions.get(locality.holiday_area, ()),
        breaks=ruleset.school_holidays.zones.get(locality.school_zone, ()),
    )


def covered(instant_at: datetime) -> datetime:
    """Return an aware instant as UTC, brought within the days this arithmetic covers."""
    return min(max(instant_at, _FIRST_AT), _LAST_AT).astimezone(UTC)


def _holds(days: Sequence[Holiday], day: date) -> bool:
    index = bisect_right(days, day, key=_ON) - 1
    return index >= 0 and days[index].on == day


def _spans(period: QuietPeriod, month_day: str) -> bool:
    first, last = period.first_month_day, period.last_month_day
    if first <= last:
        return first <= month_day <= last
    return month_day >= first or month_day <= last  # wraps the year
