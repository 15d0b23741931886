"""Read the holidays of France from the installed libraries: public ones, and those of schools."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from importlib.metadata import version

import holidays
from vacances_scolaires_france import SchoolHolidayDates

from engine.ruleset import Holiday, SchoolBreak, Source

COUNTRY = "FR"
DAY = timedelta(days=1)

# Our names to those of the library, where they differ.
LIBRARY_SUBDIVISIONS = {
    "alsace-moselle": "6AE",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}

_LIBRARIES = (
    ("holidays", "public_holidays", "MIT"),
    ("vacances-scolaires-france", "school_holidays", "MIT; data Licence Ouverte"),
)


def sources(read_on: date) -> tuple[Source, ...]:
    """Return what calendars read that day come from."""
    return tuple(
        Source(package, version(package), used_for, licence, read_on)
        for package, used_for, licence in _LIBRARIES
    )


def national_holidays(years: Iterable[int]) -> tuple[Holiday, ...]:
    """Return the public holidays of the whole country, oldest first."""
    return tuple(Holiday(day, name) for day, name in _days(None, years).items())


def local_holidays(subdivision: str, years: Iterable[int]) -> tuple[Holiday, ...]:
    """Return what a subdivision holds besides the days of the whole country.

    Raises:
        ValueError: The library knows no such subdivision, or lacks a national day in it.
    """
    years = tuple(years)
    national = _days(None, years)
    days = _days(LIBRARY_SUBDIVISIONS.get(subdivision, subdivision), years)
    if not national.keys() <= days.keys():
        message = f"expected {subdivision} to hold every national day"
        raise ValueError(message)
    return tuple(Holiday(day, name) for day, name in days.items() if day not in national)


def public_known_until_year() -> int:
    """Return the last year whose public holidays the library computes; it has none behind it."""
    last: int = holidays.country_holidays(COUNTRY).end_year
    return last


def knows_area(area: str) -> bool:
    """Whether the library knows the holidays of a subdivision."""
    known = holidays.country_holidays(COUNTRY).subdivisions
    return LIBRARY_SUBDIVISIONS.get(area, area) in known


def school_known_until() -> date:
    """Return the last day of which the library knows whether schools are closed."""
    last: date = max(SchoolHolidayDates().data)
    return last


def knows_zone(zone: str) -> bool:
    """Whether the library knows the holidays of a school zone."""
    return zone in SchoolHolidayDates.SUPPORTED_ZONES


def school_breaks(zone: str, first_on: date, last_on: date) -> Iterator[SchoolBreak]:
    """Yield the breaks of a zone from a day to another, both included, oldest first."""
    began_on: date | None = None
    name = ""
    for day, day_name in _school_days(zone, first_on, last_on):
        if began_on is not None and day_name != name:
            yield SchoolBreak(began_on, day - DAY, name)
            began_on = None
        if began_on is None and day_name:
            began_on = day
        name = day_name


def _days(subdivision: str | None, years: Iterable[int]) -> dict[date, str]:
    found = holidays.country_holidays(
        COUNTRY, subdiv=subdivision, years=tuple(years), language="fr"
    )
    return dict(sorted(found.items()))


def _school_days(zone: str, first_on: date, last_on: date) -> Iterator[tuple[date, str]]:
    """Yield each day with the name of its holidays, and one day more without any."""
    calendar = SchoolHolidayDates()
    for offset in range((last_on - first_on).days + 1):
        day = first_on + offset * DAY
        is_off = calendar.is_holiday_for_zone(day, zone)
        yield day, calendar.data[day]["nom_vacances"] if is_off else ""
    yield last_on + DAY, ""
