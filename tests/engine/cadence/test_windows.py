"""Days and windows turned into instants, also when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from engine.cadence.calendars import Calendars, calendars_at
from engine.cadence.windows import Hours, Opening, agreed_hours, half_of, hours_on, weekdays
from engine.plan import Landing
from engine.ruleset import ALWAYS, Interval, Locality, Window
from tests.engine.cadence.examples import PARIS, RULESET, here

WEDNESDAY = date(2027, 1, 13)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)  # Sundays on which Paris changes
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
ZONES = (
    "Europe/Paris",
    "America/Martinique",
    "Indian/Reunion",
    "Pacific/Noumea",
    "America/Miquelon",  # overseas, and changes its clocks
    "Australia/Lord_Howe",  # changes by half an hour
    "America/Sao_Paulo",  # used to change at midnight
    "Asia/Kathmandu",
)


def at(text: str) -> datetime:
    """Return an instant of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def within(opens: time, closes: time, time_zone: str = "Europe/Paris") -> Calendars:
    """Return a place whose window `odd` opens every day."""
    windows = {"odd": Window(EVERY_DAY, (Interval(opens, closes),))}
    calendars = calendars_at(Locality(time_zone), structs.replace(RULESET, windows=windows))
    assert calendars is not None
    return calendars


def opening(window: str, landing: Landing = Landing.WINDOW_START, **more: object) -> Opening:
    """Return the opening of a step."""
    return Opening(window=window, landing=landing, **more)  # type: ignore[arg-type]


def landed(
    day: date, one: Opening, calendars: Calendars = PARIS, after: datetime | None = None
) -> Hours | None:
    """Return where a touch lands."""
    return hours_on(day, one, not_before_at=after, calendars=calendars)


class TestWindowStart:
    def test_lands_at_the_first_opening(self) -> None:
        """8:30 in Paris is 7:30 UTC in winter."""
        assert landed(WEDNESDAY, opening("email")) == Hours(
            due_at=at("2027-01-13T07:30"), closes_at=at("2027-01-13T10:30")
        )

    @pytest.mark.parametrize(
        ("time_zone", "due"),
        [
            ("Europe/Paris", "2027-07-07T06:30"),
            ("America/Martinique", "2027-07-07T12:30"),
            ("Indian/Reunion", "2027-07-07T04:30"),
            ("Pacific/Noumea", "2027-07-06T21:30"),
        ],
    )
    def test_reads_the_wall_clock_of_the_person(self, time_zone: str, due: str) -> None:
        """Nobody in Nouméa is called at night because we are awake."""
        found = landed(date(2027, 7, 7), opening("email"), here(time_zone=time_zone))

        assert found is not None
        assert found.due_at == at(due)

    def test_waits_for_the_next_opening_after_what_it_is_counted_from(self) -> None:
        """A window under way has no start left."""
        after_ten = opening("email", floor_at=at("2027-01-13T09:00"))

        assert landed(WEDNESDAY, after_ten) == Hours(
            due_at=at("2027-01-13T13:00"), closes_at=at("2027-01-13T15:30")
        )

    def test_that_is_late_takes_what_is_left_of_the_hours_under_way(self) -> None:
        """Who comes back at ten may be written to at ten."""
        assert landed(WEDNESDAY, opening("email"), after=at("2027-01-13T09:00")) == Hours(
            due_at=at("2027-01-13T09:00"), closes_at=at("2027-01-13T10:30")
        )

    def test_is_none_when_the_day_is_over(self) -> None:
        """Half-open: at closing time it is shut."""
        assert landed(WEDNESDAY, opening("email"), after=at("2027-01-13T15:30")) is None

    def test_is_none_on_a_day_the_window_is_shut(self) -> None:
        """The rules of days come first; this one never opens by itself."""
        assert landed(date(2027, 1, 16), opening("email")) is None


class TestOtherLandings:
    def test_asap_takes_what_is_left_of_the_hours_under_way(self) -> None:
        """As soon as possible means at once, if at once is allowed."""
        one = opening("call", Landing.ASAP, floor_at=at("2027-01-13T09:15"))

        assert landed(WEDNESDAY, one) == Hours(
            due_at=at("2027-01-13T09:15"), closes_at=at("2027-01-13T11:00")
        )

    def test_same_time_keeps_the_time_of_day_across_a_clock_change(self) -> None:
        """Ten o'clock stays ten o'clock on the person's wall."""
        one = opening("call", Landing.SAME_TIME, anchor_at=at("2027-03-26T09:00"))

        found = landed(date(2027, 3, 29), one)

        assert found is not None
        assert found.due_at == at("2027-03-29T08:00")

    def test_same_time_outside_the_window_takes_the_next_opening(self) -> None:
        """A mail at noon is worth one at two, not one refused."""
        one = opening("email", Landing.SAME_TIME, anchor_at=at("2027-01-12T11:30"))

        found = landed(WEDNESDAY, one)

        assert found is not None
        assert found.due_at == at("2027-01-13T13:00")

    def test_same_time_after_the_last_hours_takes_the_first(self) -> None:
        """It never slips to the next day for the sake of an hour."""
        one = opening("email", Landing.SAME_TIME, anchor_at=at("2027-01-12T19:30"))

        found = landed(WEDNESDAY, one)

        assert found is not None
        assert found.due_at == at("2027-01-13T07:30")


class TestCallOther:
    @pytest.mark.parametrize(("half", "hour"), [("am", "13:00"), ("pm", "08:30"), ("", "08:30")])
    def test_is_the_half_day_that_the_call_before_did_not_take(self, half: str, hour: str) -> None:
        """Who is out every morning may be in on an afternoon."""
        found = landed(WEDNESDAY, opening("call_other", previous_half=half))

        assert found is not None
        assert found.due_at == at(f"2027-01-13T{hour}")

    def test_halves_meet_at_noon(self) -> None:
        """An agreed call at 12:15 was in the afternoon."""
        assert half_of(at("2027-01-13T10:59"), PARIS) == "am"
        assert half_of(at("2027-01-13T11:00"), PARIS) == "pm"


class TestOpenWindows:
    def test_always_is_open_at_any_instant(self) -> None:
        """Elapsed seconds land exactly."""
        sunday, at_night = date(2027, 1, 17), at("2027-01-17T02:00:01")

        assert landed(sunday, opening(ALWAYS, Landing.ASAP, floor_at=at_night)) == Hours(
            due_at=at_night, closes_at=at_night + timedelta(days=1)
        )

    def test_always_stays_within_its_day(self) -> None:
        """What is asked for tomorrow does not land today."""
        one = opening(ALWAYS, Landing.ASAP, floor_at=at("2027-01-18T23:30"))

        assert landed(date(2027, 1, 18), one) is None

    def test_an_agreed_hour_is_kept_to_the_minute(self) -> None:
        """Sunday evening, if that is what was agreed."""
        agreed_at = at("2027-01-17T19:45")

        assert agreed_hours(date(2027, 1, 17), agreed_at, PARIS) == Hours(
            due_at=agreed_at, closes_at=at("2027-01-17T23:00")
        )

    def test_an_agreed_hour_that_comes_twice_is_the_one_that_was_agreed(self) -> None:
        """2:30 in winter time, on the night the clocks go back."""
        agreed_at = at("2027-10-31T01:30")

        assert agreed_hours(AUTUMN, agreed_at, PARIS).due_at == agreed_at

    def test_an_agreed_day_without_an_hour_begins_with_the_working_day(self) -> None:
        """A fair has a date only."""
        assert agreed_hours(date(2027, 11, 16), None, PARIS) == Hours(
            due_at=at("2027-11-16T08:00"), closes_at=at("2027-11-16T23:00")
        )

    def test_an_unknown_window_has_no_weekdays(self) -> None:
        """The placing says so instead of searching for 400 days."""
        assert weekdays("lunch", RULESET) is None


class TestClockChanges:
    def test_a_skipped_opening_takes_the_earlier_offset(self) -> None:
        """2:30 does not exist that night; 1:30 UTC does, docs/decisions/0040."""
        found = landed(SPRING, opening("odd"), within(time(2, 30), time(4)))

        assert found == Hours(due_at=at("2027-03-28T01:30"), closes_at=at("2027-03-28T02:00"))

    def test_a_repeated_opening_is_the_first_of_the_two(self) -> None:
        """Nobody is written to twice, nor an hour late."""
        found = landed(AUTUMN, opening("odd"), within(time(2, 30), time(4)))

        assert found == Hours(due_at=at("2027-10-31T00:30"), closes_at=at("2027-10-31T03:00"))

    def test_hours_that_a_change_swallows_do_not_open(self) -> None:
        """From 2:30 to 3:10 the wall goes from 3:30 back to 3:10: nothing is left."""
        assert landed(SPRING, opening("odd"), within(time(2, 30), time(3, 10))) is None

    def test_the_evening_before_and_the_morning_after_keep_their_hours(self) -> None:
        """The offset moves, the working day does not."""
        before = landed(date(2027, 3, 26), opening("call"))
        after = landed(date(2027, 3, 29), opening("call"))

        assert before is not None
        assert after is not None
        assert (before.due_at, after.due_at) == (at("2027-03-26T08:30"), at("2027-03-29T07:30"))


minutes = st.integers(min_value=0, max_value=24 * 60 - 1)


@given(
    day=st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 12, 31))
    | st.sampled_from([SPRING, AUTUMN, date(2017, 10, 15), date(2027, 10, 3), date(2027, 4, 4)]),
    hours=st.tuples(minutes, minutes).filter(lambda pair: pair[0] < pair[1]),
    time_zone=st.sampled_from(ZONES),
    landing=st.sampled_from(Landing),
    late_minutes=st.none() | st.integers(min_value=-600, max_value=1800),
)
def test_a_landing_lies_in_its_window_on_its_day_in_the_persons_zone(
    day: date,
    hours: tuple[int, int],
    time_zone: str,
    landing: Landing,
    late_minutes: int | None,
) -> None:
    """Whatever the window, the zone, the night of the change."""
    opens, closes = (time(minute // 60, minute % 60) for minute in hours)
    calendars = within(opens, closes, time_zone)
    midnight = datetime.combine(day, time(0), ZoneInfo(time_zone))
    after = None
    if late_minutes is not None:
        after = midnight.astimezone(UTC) + timedelta(minutes=late_minutes)

    found = landed(day, opening("odd", landing), calendars, after)

    if found is None:
        return
    opens_at = datetime.combine(day, opens, ZoneInfo(time_zone)).astimezone(UTC)
    closes_at = datetime.combine(day, closes, ZoneInfo(time_zone)).astimezone(UTC)
    assert opens_at <= found.due_at < found.closes_at == closes_at
    assert found.due_at == max(opens_at, after or opens_at)
    assert found.due_at.astimezone(ZoneInfo(time_zone)).date() == day
    local = found.due_at.astimezone(ZoneInfo(time_zone)).time()
    is_skipped = (
        datetime.combine(day, opens, ZoneInfo(time_zone))
        .astimezone(UTC)
        .astimezone(ZoneInfo(time_zone))
        .time()
        != opens
    )
    assert opens <= local or is_skipped or local.fold
