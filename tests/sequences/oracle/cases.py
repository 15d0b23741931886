"""Cases of the four sequences: what the product says of one, and what a hand finds."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from engine.plan import Sequence
from engine.ruleset import Ruleset
from sequences.calendar import calendar
from sequences.calendar_case import Case
from sequences.catalogue import find_sequence
from sequences.load import load
from sequences.rulesets import load_ruleset
from tests.sequences.oracle.french_days import Almanac
from tests.sequences.oracle.placing import Dates, Sheet
from tests.sequences.oracle.tables import (
    Wanted,
    nth_tuesday,
    renewal,
    thirty_days,
    twelve_months,
    two_weeks,
)

FIRST = date(2026, 1, 5)
LAST_END = date(2028, 8, 1)
ZONES = ("", "A", "B", "C")
DEPARTEMENTS = ("", "", "", "57", "67", "971", "972", "974")
SCHOOL_ZONES = {"57": "B", "67": "B"}
"""Where a departement is given and no zone, its schools are meant."""

NOVEMBER = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCase:
    """One start of one sequence in one place."""

    sequence: str
    wanted: Wanted
    asked: Case
    almanac: Almanac

    @property
    def words(self) -> str:
        """Return it as a sentence."""
        return f"{self.sequence}, zone {self.almanac.zone or 'none'}: {self.asked}"


@dataclass(frozen=True, slots=True)
class Compared:
    """How many dates a hand found, and the rows that differ."""

    row_count: int
    rows: tuple[str, ...]


def case_of(luck: random.Random) -> DateCase:
    """Return a case by chance."""
    zone, departement = luck.choice(ZONES), luck.choice(DEPARTEMENTS)
    almanac = Almanac(zone or SCHOOL_ZONES.get(departement, ""), departement)
    place = Case(zone=zone, subdivision=departement)
    day = FIRST + timedelta(days=luck.randrange(750))
    match luck.randrange(4):
        case 0:
            monday = day - timedelta(days=day.weekday())
            name, wanted = "collectivite-prise-de-contact-30j", thirty_days(monday, almanac)
            asked = replace(place, start_on=monday)
        case 1:
            name, wanted = "saas-b2b-deux-semaines", two_weeks(day, almanac)
            asked = replace(place, start_on=day)
        case 2:
            entry = FIRST + timedelta(days=luck.randrange(560))
            fair = nth_tuesday(entry.year + (entry.month > NOVEMBER - 2), NOVEMBER, 3)
            name, wanted = "nurturing-collectivite-12m", twelve_months(entry, fair, almanac)
            asked = replace(place, entry_on=entry, events={"salon": fair})
        case _:
            end = min(day + timedelta(days=400), LAST_END)
            name, wanted = "radar-renouvellement", renewal(end, almanac)
            asked = replace(place, contract_end_on=end)
    return DateCase(sequence=name, wanted=wanted, asked=asked, almanac=almanac)


def differences(case: DateCase) -> Compared:
    """Return where the product and a hand find other dates, or other reasons."""
    by_hand = Sheet(case.wanted, case.almanac).fill()
    rows = calendar(_sequence(case.sequence), _rules(), case=case.asked)
    found: Dates = {(row.step, row.role): (row.on, row.moved_by) for row in rows}
    keys = sorted(by_hand.keys() | found.keys())
    differing = (
        f"{key}: by hand {by_hand.get(key)}, by the product {found.get(key)}"
        for key in keys
        if by_hand.get(key) != found.get(key)
    )
    return Compared(len(by_hand), tuple(differing))


@cache
def _sequence(name: str) -> Sequence:
    sequence = load(find_sequence(name)).sequence
    assert sequence is not None
    return sequence


@cache
def _rules() -> Ruleset:
    return load_ruleset()
