"""The dates of the four sequences, case by case."""

import csv
from datetime import date
from pathlib import Path

import pytest

from engine.plan import Sequence
from sequences.calendar import Row, calendar
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


def values(rows: tuple[Row, ...]) -> list[tuple[str, ...]]:
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
