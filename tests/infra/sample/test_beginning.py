"""The play of the sample begins so that the third call is due by now, and no earlier."""

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta

import pytest

from infra.sample.beginning import beginning, starts_at
from infra.sample.filling import load_sample

SAMPLE = load_sample()
WEEK = timedelta(weeks=1)


@pytest.mark.parametrize(
    "now_at",
    [datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2027, 1, 2, 8, tzinfo=UTC)],
    ids=["a Sunday", "a Saturday within the quiet days"],
)
def test_the_latest_monday_is_taken(now_at: datetime) -> None:
    """A play that began earlier would show an older past than it must."""
    start_on = beginning(SAMPLE, now_at)

    assert start_on.isoweekday() == 1
    # From the next Monday on, some third call is due only after now.
    assert _latest_third_call(start_on) <= now_at < _latest_third_call(start_on + WEEK)


def test_each_later_now_begins_no_earlier() -> None:
    """Over a year, holidays included, the beginning follows the now."""
    nows = [datetime(2026, 9, 1, 8, tzinfo=UTC) + WEEK * number for number in range(0, 40, 4)]

    begun = [beginning(SAMPLE, now_at) for now_at in nows]

    assert begun == sorted(begun)
    assert all(start_on < now_at.date() for start_on, now_at in zip(begun, nows, strict=True))


def _latest_third_call(start_on: date) -> datetime:
    """Return from which instant on a play may begin on a Monday, to the hour."""
    hours = range(24 * 7 * 20)
    number = bisect_left(
        hours, 1, key=lambda hour: beginning(SAMPLE, _after(start_on, hour)) >= start_on
    )
    return _after(start_on, number)


def _after(start_on: date, hour_count: int) -> datetime:
    return starts_at(start_on).astimezone(UTC) + timedelta(hours=hour_count)
