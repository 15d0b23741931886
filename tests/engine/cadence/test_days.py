"""Which rule refuses a day, in which order, and where it leads."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from engine.cadence.calendars import Calendars, calendars_at
from engine.cadence.days import DayRules, refusal
from engine.ruleset import BridgeDays, Locality
from engine.values import Move
from tests.engine.cadence.examples import PARIS, RULESET, here

WORKDAYS = frozenset({1, 2, 3, 4, 5})
AVOIDING = DayRules(weekdays=WORKDAYS, avoids_holidays=True)
PLAIN = DayRules(weekdays=WORKDAYS, avoids_holidays=False)
METZ, SAINT_DENIS = here("B", "alsace-moselle"), here(area="974", time_zone="Indian/Reunion")


@pytest.mark.parametrize(
    ("day", "calendars", "expected"),
    [
        (date(2027, 1, 16), PARIS, Move("window.weekend", date(2027, 1, 18))),
        (date(2027, 5, 6), here("B"), Move("window.holiday", date(2027, 5, 7))),
        (date(2027, 5, 7), here("B"), Move("window.bridge_day", date(2027, 5, 8))),
        (date(2027, 8, 2), here("A"), Move("window.quiet_period", date(2027, 8, 26))),
        (date(2026, 12, 22), here("A"), Move("window.quiet_period", date(2027, 1, 4))),
        (date(2027, 8, 26), here("A"), Move("window.school_holiday", date(2027, 9, 1))),
        (date(2027, 2, 8), here("C"), Move("window.school_holiday", date(2027, 2, 22))),
        (date(2027, 2, 8), here("A"), None),
        (date(2027, 2, 8), PARIS, None),  # no zone, no school holidays
        (date(2027, 3, 26), PARIS, None),
        (date(2027, 3, 26), METZ, Move("window.holiday", date(2027, 3, 27))),
        (date(2027, 12, 20), SAINT_DENIS, Move("window.holiday", date(2027, 12, 21))),
    ],
)
def test_each_rule_leads_to_the_first_day_it_permits(
    day: date, calendars: Calendars, expected: Move | None
) -> None:
    """The moves of a touch are read by people, one rule at a time."""
    assert refusal(day, AVOIDING, calendars=calendars) == expected


def test_a_bridge_before_a_tuesday_holiday_is_avoided() -> None:
    """Nobody is there on the Monday before 14 July 2026 either."""
    calendars = here()
    tuesday = structs.replace(
        RULESET, public_holidays=structs.replace(RULESET.public_holidays, national=())
    )
    assert refusal(date(2026, 11, 9), AVOIDING, calendars=calendars) is None

    eleventh = RULESET.public_holidays.national[1].__class__(date(2026, 11, 10), "a Tuesday")
    with_it = structs.replace(
        tuesday, public_holidays=structs.replace(tuesday.public_holidays, national=(eleventh,))
    )
    local = calendars_at(Locality("Europe/Paris"), with_it)
    assert local is not None
    assert refusal(date(2026, 11, 9), AVOIDING, calendars=local) == Move(
        "window.bridge_day", date(2026, 11, 10)
    )


def test_bridges_count_only_where_the_ruleset_says_so() -> None:
    """They are a policy, not a law."""
    off = structs.replace(RULESET, bridge_days=BridgeDays(False, False))  # noqa: FBT003 (data)
    local = calendars_at(Locality("Europe/Paris"), off)

    assert local is not None
    assert refusal(date(2027, 5, 7), AVOIDING, calendars=local) is None


def test_work_and_plain_contacts_slip_off_week_ends_and_holidays_only() -> None:
    """A company has no school zone, and internal work goes on in August."""
    august, ascension = date(2027, 8, 2), date(2027, 5, 6)

    assert refusal(august, PLAIN, calendars=here("A")) is None
    assert refusal(ascension, PLAIN, calendars=here("A")) == Move(
        "window.holiday", date(2027, 5, 7)
    )


def test_a_weekday_on_which_a_window_is_shut_is_no_week_end() -> None:
    """`why` must not call a Wednesday a week-end."""
    tuesdays = DayRules(weekdays=frozenset({2}), avoids_holidays=False)

    assert refusal(date(2027, 1, 13), tuesdays, calendars=PARIS) == Move(
        "window.weekday", date(2027, 1, 19)
    )


@given(
    day=st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 12, 31)),
    zone=st.sampled_from(["", "A", "B", "C", "Z"]),
    area=st.sampled_from(["", "alsace-moselle", "974", "988", "nowhere"]),
    rules=st.sampled_from([PLAIN, AVOIDING]),
)
def test_following_the_moves_ends_on_a_day_that_nothing_refuses(
    day: date, zone: str, area: str, rules: DayRules
) -> None:
    """Each move goes forward, and the way is short."""
    calendars = here(zone, area)
    first = day
    for _ in range(12):
        move = refusal(day, rules, calendars=calendars)
        if move is None:
            break
        assert move.to_on > day
        day = move.to_on

    assert refusal(day, rules, calendars=calendars) is None
    assert day - first < timedelta(days=75)
