"""The French ruleset: its dates, its zones, and that it is what its script writes."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from engine.ruleset import Ruleset
from tools.make_ruleset import RULESET, ruleset_text

INPUT_BYTES_MAX = 64 * 1024

A = (
    "01 03 07 15 16 17 19 21 23 24 25 26 33 38 39 40 42 43 47 58 63 64 69 70 71 73 74 79 86 87"
    " 89 90"
)
B = (
    "02 04 05 06 08 10 13 14 18 22 27 28 29 35 36 37 41 44 45 49 50 51 52 53 54 55 56 57 59 60"
    " 61 62 67 68 72 76 80 83 84 85 88"
)
C = "09 11 12 30 31 32 34 46 48 65 66 75 77 78 81 82 91 92 93 94 95"

# Public table of the ministry for 2026-2028, as read for the project; ends included.
SCHOOL_TABLE = {
    "A": """
        2026-12-19 2027-01-03
        2027-02-13 2027-02-28
        2027-04-10 2027-04-25
        2027-05-06 2027-05-08
        2027-07-03 2027-08-31
        2027-10-23 2027-11-07
        2027-12-18 2028-01-02
        2028-02-19 2028-03-05
        2028-04-22 2028-05-08
        """,
    "B": """
        2026-12-19 2027-01-03
        2027-02-20 2027-03-07
        2027-04-17 2027-05-02
        2027-05-06 2027-05-08
        2027-07-03 2027-08-31
        2027-10-23 2027-11-07
        2027-12-18 2028-01-02
        2028-02-05 2028-02-20
        2028-04-08 2028-04-23
        """,
    "C": """
        2026-12-19 2027-01-03
        2027-02-06 2027-02-21
        2027-04-03 2027-04-18
        2027-05-06 2027-05-08
        2027-07-03 2027-08-31
        2027-10-23 2027-11-07
        2027-12-18 2028-01-02
        2028-02-12 2028-02-27
        2028-04-15 2028-05-01
        """,
}


def read(file: Path) -> Ruleset:
    """Return a ruleset file as the engine sees it."""
    return msgspec.convert(YAML(typ="safe", pure=True).load(file), Ruleset)


FRENCH = read(RULESET)


def test_the_file_is_what_its_script_writes() -> None:
    """A date changed by hand, or by another version of a package, must not slip in."""
    assert RULESET.read_text("utf-8") == ruleset_text()


def test_nothing_in_the_file_is_unknown_to_the_engine() -> None:
    """A misspelt rule would silently fall back to its default."""
    found = YAML(typ="safe", pure=True).load(RULESET)
    known = {each.encode_name for each in msgspec.structs.fields(Ruleset)}

    assert known - set(found) == {"bounces", "roles"}  # younger than this version of the rules
    assert set(found) <= known
    assert msgspec.to_builtins(FRENCH, builtin_types=(date,)).keys() == found.keys()


def test_it_fits_into_one_input() -> None:
    """A ruleset is published whole."""
    assert len(msgspec.json.encode(FRENCH)) < INPUT_BYTES_MAX


@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_school_holidays_equal_the_public_table(zone: str) -> None:
    """Each wrong day is a message sent into an empty office, or a week lost."""
    table = [
        tuple(date.fromisoformat(day) for day in line.split())
        for line in SCHOOL_TABLE[zone].split("\n")
        if line.strip()
    ]

    found = [
        (each.first_on, each.last_on)
        for each in FRENCH.school_holidays.zones[zone]
        if date(2026, 12, 1) <= each.first_on <= date(2028, 5, 1)
    ]
    assert found == table


def test_school_holidays_cover_three_school_years() -> None:
    """A play may begin in autumn 2025, a renewal reaches into 2028."""
    holidays = FRENCH.school_holidays

    assert (holidays.first_on, holidays.last_on) == (date(2025, 9, 1), date(2028, 8, 31))
    assert all(len(breaks) == 17 for breaks in holidays.zones.values())
    assert {breaks[-1].last_on for breaks in holidays.zones.values()} == {date(2028, 8, 31)}


def test_national_holidays_are_eleven_a_year() -> None:
    """Easter moves three of them."""
    in_2027 = [each.on for each in FRENCH.public_holidays.national if each.on.year == 2027]

    assert in_2027 == [
        date(2027, 1, 1),
        date(2027, 3, 29),
        date(2027, 5, 1),
        date(2027, 5, 6),
        date(2027, 5, 8),
        date(2027, 5, 17),
        date(2027, 7, 14),
        date(2027, 8, 15),
        date(2027, 11, 1),
        date(2027, 11, 11),
        date(2027, 12, 25),
    ]
    years = range(FRENCH.public_holidays.first_year, FRENCH.public_holidays.last_year + 1)
    assert years == range(2025, 2031)
    assert len(FRENCH.public_holidays.national) == 11 * len(years)


@pytest.mark.parametrize(
    ("departement", "on"),
    [
        ("57", date(2027, 3, 26)),
        ("67", date(2027, 12, 26)),
        ("68", date(2028, 4, 14)),
        ("971", date(2027, 5, 27)),
        ("972", date(2027, 5, 22)),
        ("973", date(2027, 6, 10)),
        ("974", date(2027, 12, 20)),
        ("976", date(2027, 4, 27)),
        ("977", date(2027, 10, 9)),
        ("978", date(2027, 5, 28)),
        ("986", date(2027, 7, 29)),
        ("987", date(2027, 11, 20)),
        ("988", date(2027, 9, 24)),
    ],
)
def test_territories_keep_days_of_their_own(departement: str, on: date) -> None:
    """Nobody is called in Colmar on Good Friday."""
    subdivision = FRENCH.territories[departement].holiday_subdivision

    assert subdivision is not None
    assert on in {each.on for each in FRENCH.public_holidays.subdivisions[subdivision]}


def test_subdivisions_add_to_the_national_days_and_are_all_in_use() -> None:
    """A day listed twice would count as two."""
    holidays = FRENCH.public_holidays
    national = {each.on for each in holidays.national}
    in_use = {each.holiday_subdivision for each in FRENCH.territories.values()}

    assert holidays.subdivisions.keys() == in_use - {None}
    assert not [
        day for days in holidays.subdivisions.values() for day in days if day.on in national
    ]


def test_zones_by_departement() -> None:
    """94 départements have a zone; Corsica and overseas have none."""
    zones = {code: each.school_zone for code, each in FRENCH.territories.items()}

    assert {code for code, zone in zones.items() if zone == "A"} == set(A.split())
    assert {code for code, zone in zones.items() if zone == "B"} == set(B.split())
    assert {code for code, zone in zones.items() if zone == "C"} == set(C.split())
    assert [len(codes.split()) for codes in (A, B, C)] == [32, 41, 21]
    assert {code for code, zone in zones.items() if zone is None} == {
        "2A", "2B", "971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988",
    }  # fmt: skip


def test_overseas_keeps_its_clock_and_its_numbers() -> None:
    """A national number of Réunion is misread as one of mainland France."""
    reunion = FRENCH.territories["974"]

    assert (reunion.time_zone, reunion.phone_region) == ("Indian/Reunion", "RE")
    mainland = {
        each.time_zone
        for code, each in FRENCH.territories.items()
        if not code.startswith("9") or len(code) == 2
    }
    assert mainland == {"Europe/Paris"}


def test_quiet_periods_and_votes_are_those_of_every_year() -> None:
    """The dates that the four sequences are tested against rest on them."""
    periods = [(each.first_month_day, each.last_month_day) for each in FRENCH.quiet_periods]
    vote = FRENCH.budget_vote

    assert periods == [("07-14", "08-25"), ("12-20", "01-03")]
    assert vote.assumed_on(2027, "commune") == date(2027, 4, 15)
    assert vote.assumed_on(2026, "commune") == date(2026, 4, 30)
    assert vote.assumed_on(2028, "departement") == date(2028, 4, 30)
    assert vote.assumed_on(2028, "commune") == date(2028, 4, 15)


def test_halves_of_a_window_make_it_up() -> None:
    """Otherwise `call_am` would allow what `call` forbids."""
    for name in ("email", "call"):
        halves = FRENCH.windows[f"{name}_am"].spans + FRENCH.windows[f"{name}_pm"].spans
        assert halves == FRENCH.windows[name].spans
    assert set(FRENCH.alternating_windows["call_other"].__struct_fields__) == {"first", "second"}
    assert FRENCH.open_windows == ("agreed",)


def test_sources_name_package_version_and_day() -> None:
    """An auditor must be able to find the dates again."""
    assert {each.used_for for each in FRENCH.sources} == {"public_holidays", "school_holidays"}
    assert all(each.version and each.read_on >= date(2026, 11, 1) for each in FRENCH.sources)


def test_breaks_are_longer_than_a_day_and_never_touch() -> None:
    """Two breaks in a row would be one, and the return to school between them lost."""
    for breaks in FRENCH.school_holidays.zones.values():
        for each, following in pairwise(breaks):
            assert each.first_on < each.last_on
            assert each.last_on + timedelta(days=1) < following.first_on
