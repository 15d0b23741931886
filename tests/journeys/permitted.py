"""Whether a contact happened on a day and at an hour when it may: read off the ruleset's data.

Written apart from the arithmetic that plans touches, so that it cannot share its faults.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from engine.ruleset import QuietPeriod, Ruleset
from infra.sample.accounts import SampleAccount

DAY = timedelta(days=1)
WINDOWS: Mapping[str, str] = {"email": "email", "call": "call", "social": "day"}


class Contact(Struct, frozen=True, kw_only=True):
    """A contact as the views tell it."""

    account: str
    step: str
    channel: str
    due_at: datetime
    acted_at: datetime

    @property
    def begun_at(self) -> datetime:
        """Return when it began: a call is noted when it has ended."""
        return self.acted_at if self.channel == "email" else self.due_at


def faults(contact: Contact, account: SampleAccount, ruleset: Ruleset) -> Iterator[str]:
    """Yield each rule of the calendar that a contact broke; agreed times break none."""
    if contact.channel not in WINDOWS:
        return
    zone = ZoneInfo(account.time_zone)
    local = contact.begun_at.astimezone(zone)
    if contact.acted_at.astimezone(zone).date() != local.date():
        yield "not the day it was due"
    window = ruleset.windows[WINDOWS[contact.channel]]
    if not any(span.opens <= local.time() < span.closes for span in window.spans):
        yield "hours"
    if local.isoweekday() not in window.weekdays:
        yield "weekday"
    yield from _day_faults(local.date(), account, ruleset)


def _day_faults(day: date, account: SampleAccount, ruleset: Ruleset) -> Iterator[str]:
    holidays = _holidays(account, ruleset)
    if day in holidays:
        yield "public holiday"
    if (day.isoweekday() == 5 and day - DAY in holidays) or (
        day.isoweekday() == 1 and day + DAY in holidays
    ):
        yield "bridge day"
    if any(_is_within(day, period) for period in ruleset.quiet_periods):
        yield "quiet period"
    breaks = ruleset.school_holidays.zones.get(account.school_zone or "", ())
    if any(holiday.first_on <= day <= holiday.last_on for holiday in breaks):
        yield "school holidays"


def _holidays(account: SampleAccount, ruleset: Ruleset) -> frozenset[date]:
    territory = ruleset.territories[account.departement]
    area = ruleset.public_holidays.subdivisions.get(territory.holiday_subdivision or "", ())
    return frozenset(holiday.on for holiday in (*ruleset.public_holidays.national, *area))


def _is_within(day: date, period: QuietPeriod) -> bool:
    today = day.isoformat()[5:]
    if period.first_month_day <= period.last_month_day:
        return period.first_month_day <= today <= period.last_month_day
    return today >= period.first_month_day or today <= period.last_month_day
