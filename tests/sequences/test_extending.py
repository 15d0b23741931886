"""The next years of a ruleset's calendars: added behind those it has, which stay."""

import re
from datetime import date
from pathlib import Path

import pytest

from engine.errors import InvalidValueError
from sequences.extending import Extension, extend
from sequences.rulesets import FRENCH, load_ruleset, ruleset_of

TODAY = date(2026, 11, 28)
TEXT = FRENCH.read_text(encoding="utf-8")


def extended(path: Path = FRENCH, *, version: str = "fr-2027.01", until: int = 2033) -> Extension:
    """Return a file extended to the end of a year."""
    return extend(path, version=version, until_year=until, read_on=TODAY)


def shorter(folder: Path) -> Path:
    """Write the French ruleset as it was before the school year of 2027 was known."""
    later = r"(?m)^      - \{first_on: (2027-(?:09|1\d)|2028)-.*\n"
    text = re.sub(later, "", TEXT).replace("last_on: 2028-08-31", "last_on: 2027-08-31", 1)
    file = folder / "short.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_days_are_added_and_those_there_were_stay() -> None:
    """A holiday that somebody entered by hand is no library's to take away."""
    before, after = load_ruleset(), ruleset_of(FRENCH, extended().text)

    assert (after.version, after.public_holidays.last_year) == ("fr-2027.01", 2033)
    known = before.public_holidays.national
    assert after.public_holidays.national[: len(known)] == known
    assert date(2033, 5, 26) in {day.on for day in after.public_holidays.national}  # Ascension
    assert {
        area: days[: len(before.public_holidays.subdivisions[area])]
        for area, days in after.public_holidays.subdivisions.items()
    } == before.public_holidays.subdivisions
    assert after.windows == before.windows
    assert after.sources[-1].read_on == TODAY


def test_every_line_of_the_file_stays_but_version_and_year() -> None:
    """Whoever keeps the file reads a difference of days, and finds the comments."""
    lines = extended().text.splitlines()

    lost = [line for line in TEXT.splitlines() if line not in set(lines)]

    assert lost == ["ruleset: fr-2026.11", "  last_year: 2030"]


def test_school_years_come_as_far_as_the_library_knows_them(tmp_path: Path) -> None:
    """A year that was not decided when the file was written is decided now."""
    extension = extended(shorter(tmp_path), until=2030)

    after = ruleset_of(FRENCH, extension.text).school_holidays
    assert extension.is_school_longer
    assert after == load_ruleset().school_holidays


def test_again_extends_what_was_extended(tmp_path: Path) -> None:
    """Each year there is a next one."""
    file = tmp_path / "next.yaml"
    file.write_text(extended().text, encoding="utf-8")

    again = extended(file, version="fr-2028.01", until=2035)

    assert again.public_until_year == 2035


@pytest.mark.parametrize(
    ("version", "until", "told"),
    [
        ("fr-2027.01", 2030, "be later than 2030"),
        ("fr-2026.11", 2033, "differ from that of the file"),
        ("fr-2027.01", 2101, "be at most 2100"),  # it would say that none of its days is a holiday
    ],
)
def test_what_adds_nothing_or_hides_another_is_refused(version: str, until: int, told: str) -> None:
    """A version means one thing, and a file that is as it was is no new one."""
    with pytest.raises(InvalidValueError, match=told):
        extended(version=version, until=until)


@pytest.mark.parametrize(
    ("known", "own"), [('"alsace-moselle":\n', '"pays-basque":\n'), ("    C:\n", "    K:\n")]
)
def test_an_area_that_no_library_knows_is_named(tmp_path: Path, known: str, own: str) -> None:
    """Whoever has a calendar of their own keeps it by hand."""
    file = tmp_path / "own.yaml"
    text = TEXT.replace('holiday_subdivision: "alsace-moselle"', "holiday_subdivision: null")
    file.write_text(text.replace("school_zone: C", "school_zone: A").replace(known, own, 1))

    with pytest.raises(InvalidValueError, match=r"extend the file by hand, got: (pays-basque|K)"):
        extended(file)
