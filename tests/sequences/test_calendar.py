"""The dates of the four sequences, case by case."""

import csv
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from engine.errors import InvalidValueError
from engine.plan import Sequence
from sequences.calendar import CalendarRow, calendar
from sequences.calendar_case import Case
from sequences.catalogue import find_sequence
from sequences.load import load
from sequences.rulesets import load_ruleset
from tests.engine.cadence.tables import SEQUENCES

EXPECTED = Path(__file__).parent.parent / "engine" / "expected_dates.csv"
FRENCH = load_ruleset()


def expected_rows() -> dict[tuple[str, str, str], set[tuple[str, ...]]]:
    """Return the rows of each sequence, case and zone."""
    cases: dict[tuple[str, str, str], set[tuple[str, ...]]] = {}
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["sequence"], row["case"], row["zone"])
            values = (row["step"], row["role"], row["channel"], row["date"], row["moved_by"])
            cases.setdefault(key, set()).add(values)
    return cases


CASES = expected_rows()


def case_of(text: str, zone: str) -> Case:
    """Return the case that a row names: `start=2027-01-11;meeting=2027-01-29`."""
    days = {
        name: date.fromisoformat(day) for name, day in (part.split("=") for part in text.split(";"))
    }
    return Case(
        zone=zone,
        start_on=days.get("start") or days.get("campaign_start"),
        entry_on=days.get("entry"),
        vote_on=days.get("vote"),
        meeting_accepted_on=days.get("meeting_accepted"),
        meeting=days.get("meeting"),
        contract_end_on=days.get("contract_end"),
        is_campaign="campaign_start" in days,
    )


def library_sequence(name: str) -> Sequence:
    """Return a sequence of the library."""
    sequence = load(find_sequence(name)).sequence
    assert sequence is not None
    return sequence


def values(rows: tuple[CalendarRow, ...]) -> list[tuple[str, ...]]:
    """Return rows as the file writes them."""
    return [(row.step, row.role, row.channel, row.on.isoformat(), row.moved_by) for row in rows]


@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_every_expected_date_of_the_tables(key: tuple[str, str, str]) -> None:
    """The arithmetic, on the steps as their tables set them."""
    name, case, zone = key

    rows = calendar(SEQUENCES[name], FRENCH, case=case_of(case, zone))

    assert sorted(values(rows)) == sorted(CASES[key])


@pytest.mark.parametrize("key", CASES, ids=" ".join)
def test_every_expected_date_of_the_library(key: tuple[str, str, str]) -> None:
    """The sequences that come with Relance say what their tables say."""
    name, case, zone = key

    rows = calendar(library_sequence(name), FRENCH, case=case_of(case, zone))

    assert sorted(values(rows)) == sorted(CASES[key])


def days(rows: tuple[CalendarRow, ...]) -> dict[str, str]:
    """Return the day of each step's first person, as people write it in the tables."""
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.step, f"{row.on:%d/%m}")
    return found


class TestTheTextsBesideTheTables:
    """Dates that the sequences state in words."""

    def test_saas_around_ascension_and_whit_monday(self) -> None:
        """A start on 3 May 2027 loses two days on the way."""
        rows = calendar(SEQUENCES["saas-b2b-deux-semaines"], FRENCH, case=start("2027-05-03"))

        assert days(rows) == {
            "2.1": "03/05", "2.2": "03/05", "2.3": "05/05", "2.4": "10/05",
            "2.5": "11/05", "2.6": "13/05", "2.7": "18/05", "2.8": "18/05",
        }  # fmt: skip

    def test_a_meeting_replaces_the_last_call_by_one_the_day_before(self) -> None:
        """2.7 and 2.8 are withdrawn, 2.7p and 2.8p confirm."""
        case = replace(
            start("2027-01-11"),
            meeting_accepted_on=date(2027, 1, 15),
            meeting=datetime(2027, 1, 20, 10),  # noqa: DTZ001 (the wall clock of the zone)
        )

        rows = calendar(SEQUENCES["saas-b2b-deux-semaines"], FRENCH, case=case)

        assert days(rows) == {
            "2.1": "11/01", "2.2": "11/01", "2.3": "13/01", "2.4": "15/01",
            "2.7p": "19/01", "2.8p": "19/01",
        }  # fmt: skip

    def test_radar_in_zone_c_keeps_its_gap_after_the_holidays(self) -> None:
        """4.2 waits for the end of the spring holidays, 4.3 for the gap after it."""
        case = Case(zone="C", contract_end_on=date(2028, 3, 31))

        rows = {
            row.step: row for row in calendar(SEQUENCES["radar-renouvellement"], FRENCH, case=case)
        }

        assert (rows["4.2"].on, rows["4.2"].moved_by) == (
            date(2027, 4, 19),
            "window.school_holiday",
        )
        assert (rows["4.3"].on, rows["4.3"].moved_by) == (date(2027, 5, 3), "gap.enrolment")

    def test_nurturing_without_the_fair_ends_on_the_day_of_entry(self) -> None:
        """3.9 keeps its gap with 3.8 only where there is one."""
        sequence = SEQUENCES["nurturing-collectivite-12m"]
        without = structs.replace(sequence, events={})

        rows = calendar(without, FRENCH, case=entry("2026-11-30"))

        assert days(rows)["3.9"] == "30/11"
        assert "3.8" not in days(rows)

    def test_a_fair_on_another_day_moves_what_is_near(self) -> None:
        """`--event salon=DATE` wins over the library's date."""
        case = replace(entry("2026-11-30"), events={"salon": date(2027, 10, 12)})

        rows = calendar(SEQUENCES["nurturing-collectivite-12m"], FRENCH, case=case)

        assert days(rows)["3.8"] == "12/10"
        # From 05/10 past the fair and its 21 days, then out of the autumn holidays.
        assert days(rows)["3.7"] == "08/11"

    def test_a_vote_observed_before_a_step_cancels_what_leads_up_to_it(self) -> None:
        """3.3 asks for figures before the vote: after it there is nothing to ask."""
        case = replace(entry("2026-11-30"), vote_on=date(2027, 3, 10))

        rows = calendar(SEQUENCES["nurturing-collectivite-12m"], FRENCH, case=case)

        assert "3.3" not in days(rows)
        assert days(rows)["3.2"] == "04/02"


class TestPlaces:
    def test_a_departement_brings_its_zone_its_holidays_and_its_clock(self) -> None:
        """57 is in zone B and keeps Good Friday."""
        case = replace(entry("2026-11-30"), vote_on=date(2027, 3, 12), subdivision="57")

        rows = calendar(SEQUENCES["nurturing-collectivite-12m"], FRENCH, case=case)

        # Ten business days after 12 March, without Good Friday and Easter Monday.
        assert days(rows)["3.4a"] == "30/03"

    def test_a_zone_given_wins_over_that_of_the_departement(self) -> None:
        """The option is more precise than the code."""
        case = replace(start("2027-01-11"), subdivision="79", zone="C")

        rows = calendar(SEQUENCES["collectivite-prise-de-contact-30j"], FRENCH, case=case)

        assert days(rows)["1.14"] == "23/02"

    def test_overseas_days_are_kept(self) -> None:
        """20 December is a holiday in Réunion, where no school zone applies."""
        case = replace(start("2027-12-20"), subdivision="974")

        rows = calendar(SEQUENCES["saas-b2b-deux-semaines"], FRENCH, case=case)

        assert rows[0].on == date(2027, 12, 21)
        assert rows[0].moved_by == "window.holiday"

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"zone": "D"}, "expected zone to be one of A, B, C, got: D"),
            ({"subdivision": "99"}, "expected subdivision to be the code of a département"),
            ({"time_zone": "Paris"}, "expected tz to be a time zone such as Europe/Paris"),
        ],
    )
    def test_a_place_that_does_not_exist_is_said(self, more: dict[str, str], message: str) -> None:
        """What, which rule, what was given."""
        case = replace(start("2027-01-11"), **more)  # type: ignore[arg-type]  # names above

        with pytest.raises(InvalidValueError, match=message):
            calendar(SEQUENCES["saas-b2b-deux-semaines"], FRENCH, case=case)


class TestWhatACaseMustHold:
    @pytest.mark.parametrize(
        ("name", "case", "message"),
        [
            ("saas-b2b-deux-semaines", Case(), "expected a start or an entry to be given"),
            ("radar-renouvellement", Case(), "expected a contract end to be given"),
        ],
    )
    def test_what_steps_are_counted_from(self, name: str, case: Case, message: str) -> None:
        """An empty calendar would look like an empty sequence."""
        with pytest.raises(InvalidValueError, match=message):
            calendar(SEQUENCES[name], FRENCH, case=case)

    def test_a_meeting_and_the_day_it_was_accepted(self) -> None:
        """One without the other leaves open what had been done by then."""
        half = replace(start("2027-01-11"), meeting=date(2027, 1, 29))

        with pytest.raises(InvalidValueError, match="come with the day on which it was accepted"):
            calendar(SEQUENCES["saas-b2b-deux-semaines"], FRENCH, case=half)


def test_rows_read_as_one_json_object_each() -> None:
    """The command prints them as they are."""
    row = CalendarRow(step="1.3", role="dsi", channel="email", on=date(2027, 1, 19), moved_by="")

    assert msgspec.to_builtins(row) == {
        "step": "1.3",
        "role": "dsi",
        "channel": "email",
        "date": "2027-01-19",
        "moved_by": "",
    }


def start(day: str) -> Case:
    """Return a case that starts on a day."""
    return Case(start_on=date.fromisoformat(day))


def entry(day: str) -> Case:
    """Return a case in zone B that enters on a day."""
    return Case(entry_on=date.fromisoformat(day), zone="B")


def test_a_date_that_no_calendar_reaches_is_marked() -> None:
    """Without the mark a guess reads like a date."""
    case = Case(start_on=date(2028, 8, 7), zone="A")

    rows = calendar(library_sequence("collectivite-prise-de-contact-30j"), FRENCH, case=case)

    assert {row.is_guessed for row in rows if row.on > date(2028, 8, 31)} == {True}
    assert not any(row.is_guessed for row in rows if row.on <= date(2028, 8, 31))
