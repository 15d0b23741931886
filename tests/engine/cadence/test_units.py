"""Offsets: days, business days, weeks, months."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from engine.cadence.calendars import Calendars
from engine.cadence.units import COUNT_MAX, add
from engine.plan import Offset, Unit
from engine.ruleset import BusinessDays
from tests.engine.cadence.examples import PARIS, RULESET, here

BD, D, W, M, S = Unit.BUSINESS_DAY, Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.SECOND
METZ, REUNION = here(area="alsace-moselle"), here(area="974")
days = st.dates(min_value=date(2025, 1, 1), max_value=date(2029, 12, 31))
counts = st.integers(min_value=-300, max_value=300)


@pytest.mark.parametrize(
    ("day", "offset", "expected"),
    [
        (date(2027, 1, 11), Offset(8, D), date(2027, 1, 19)),
        (date(2027, 4, 15), Offset(-10, W), date(2027, 2, 4)),
        (date(2027, 4, 15), Offset(-30, D), date(2027, 3, 16)),
        (date(2027, 4, 15), Offset(10, BD), date(2027, 4, 29)),
        (date(2026, 11, 30), Offset(10, BD), date(2026, 12, 14)),
        (date(2027, 5, 3), Offset(9, BD), date(2027, 5, 18)),  # Ascension and Whit Monday
        (date(2027, 1, 18), Offset(-1, BD), date(2027, 1, 15)),
        (date(2027, 1, 17), Offset(0, BD), date(2027, 1, 17)),  # stays on its Sunday
        (date(2027, 1, 17), Offset(1, BD), date(2027, 1, 18)),
        (date(2028, 3, 31), Offset(-11, M), date(2027, 4, 30)),
        (date(2028, 3, 31), Offset(-1, M), date(2028, 2, 29)),
        (date(2027, 3, 31), Offset(-1, M), date(2027, 2, 28)),
        (date(2026, 11, 30), Offset(12, M), date(2027, 11, 30)),
        (date(2027, 12, 31), Offset(2, M), date(2028, 2, 29)),
        (date(2027, 1, 1), Offset(-1, M), date(2026, 12, 1)),
        (date(2027, 1, 1), Offset(1, S), date(2027, 1, 2)),
        (date(2027, 1, 1), Offset(-86_400, S), date(2026, 12, 31)),
    ],
)
def test_offsets_of_the_tables(day: date, offset: Offset, expected: date) -> None:
    """The examples that people checked by hand."""
    assert add(day, offset, calendars=PARIS) == expected


def test_business_days_skip_the_holidays_of_the_area() -> None:
    """Good Friday counts in Niort and does not in Metz."""
    good_friday_eve = date(2027, 3, 25)

    assert add(good_friday_eve, Offset(1, BD), calendars=PARIS) == date(2027, 3, 26)
    assert add(good_friday_eve, Offset(1, BD), calendars=METZ) == date(2027, 3, 30)


def test_business_days_count_through_school_holidays_and_quiet_periods() -> None:
    """Those play when a touch is placed, never when days are counted."""
    assert add(date(2027, 7, 30), Offset(5, BD), calendars=here("A")) == date(2027, 8, 6)


def test_beyond_the_days_covered_is_none() -> None:
    """A mad offset must not raise, nor count for minutes."""
    far = [
        Offset(COUNT_MAX + 1, BD),
        Offset(10**12, S),
        Offset(-COUNT_MAX, M),
        Offset(-COUNT_MAX, W),
    ]

    assert [add(date(2027, 1, 1), offset, calendars=PARIS) for offset in far] == [None] * 4
    assert add(date(1, 1, 1), Offset(1, D), calendars=PARIS) is None
    assert add(date(8999, 12, 31), Offset(1, BD), calendars=PARIS) is None


def test_no_weekday_at_all_has_no_business_day() -> None:
    """A ruleset without working days is odd, and no reason to count for ever."""
    calendars = structs.replace(
        PARIS, ruleset=structs.replace(RULESET, business_days=BusinessDays(()))
    )

    assert add(date(2027, 1, 11), Offset(1, BD), calendars=calendars) is None
    assert add(date(2027, 1, 11), Offset(0, BD), calendars=calendars) == date(2027, 1, 11)


@given(day=days, count=counts, unit=st.sampled_from([D, W]))
def test_days_and_weeks_have_an_inverse(day: date, count: int, unit: Unit) -> None:
    """A step before its anchor and one after it keep the same distance."""
    there = add(day, Offset(count, unit), calendars=PARIS)

    assert there is not None
    assert add(there, Offset(-count, unit), calendars=PARIS) == day


@given(day=days, count=counts, calendars=st.sampled_from([PARIS, METZ, REUNION]))
def test_business_days_have_an_inverse_on_business_days(
    day: date, count: int, calendars: Calendars
) -> None:
    """From a day that counts itself, the way back is the way there."""
    start = add(day, Offset(1, BD), calendars=calendars)
    assert start is not None
    there = add(start, Offset(count, BD), calendars=calendars)

    assert there is not None
    assert calendars.is_business_day(there)
    assert add(there, Offset(-count, BD), calendars=calendars) == start


@given(day=days, first=st.integers(0, 100), second=st.integers(0, 100))
def test_business_days_add_up(day: date, first: int, second: int) -> None:
    """Two offsets one after the other are one."""
    halfway = add(day, Offset(first, BD), calendars=PARIS)

    assert halfway is not None
    assert add(halfway, Offset(second, BD), calendars=PARIS) == add(
        day, Offset(first + second, BD), calendars=PARIS
    )


@given(day=days, count=counts)
def test_months_keep_the_day_or_clamp_it(day: date, count: int) -> None:
    """The 31st becomes the last, never the first of the next month."""
    there = add(day, Offset(count, M), calendars=PARIS)

    assert there is not None
    assert (there.year - day.year) * 12 + there.month - day.month == count
    assert there.day == day.day or (there + timedelta(days=1)).day == 1
