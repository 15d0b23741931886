"""What each row of the tables asks for, written out from the rules of setting by hand."""

import calendar as months
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.sequences.oracle.french_days import Almanac

HEAD, DGS, DSI, DAF, BUYER = "responsable_service", "dgs", "dsi", "daf", "achats"
SOMEBODY, TALKER = "decideur", "interlocuteur"
RENEWAL_YEARS = (2026, 2028, 2032)  # of some assembly; without a kind any of them counts
TUESDAY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One row for one person: the day it asks for."""

    row: int
    step: str
    role: str
    on: date
    avoids: bool = True
    follower: int = 0  # place among the persons of its row
    together: str = ""  # rows of one name and person are one contact
    before: date | None = None  # left out where it would come later


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a sequence asks of one start."""

    wishes: tuple[Wish, ...]
    gap: tuple[int, str]  # business days ("bd") or days ("d")
    is_per_person: bool
    agreed: tuple[tuple[str, str, date], ...] = ()
    work: dict[tuple[str, str], date] = field(default_factory=dict)  # asks, addresses nobody


def months_before(day: date, count: int) -> date:
    """Return the same day of the month, clamped to its last, so many months earlier."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def nth_tuesday(year: int, month: int, nth: int) -> date:
    """Return the nth Tuesday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(TUESDAY - first.isoweekday()) % 7 + 7 * (nth - 1))


def thirty_days(start: date, _: Almanac) -> Wanted:
    """Sequence 1: days after the Monday it starts."""
    rows = (
        (3, "1.3", HEAD, 8), (4, "1.4", HEAD, 10), (5, "1.5", DGS, 11), (6, "1.6", HEAD, 15),
        (7, "1.7", DSI, 16), (9, "1.9", HEAD, 18), (10, "1.10", HEAD, 22), (11, "1.10", DGS, 28),
        (12, "1.10", DSI, 30), (14, "1.12", HEAD, 24), (16, "1.14", HEAD, 29),
    )  # fmt: skip
    wishes = (
        Wish(row=row, step=step, role=role, on=start + timedelta(days=days))
        for row, step, role, days in rows
    )
    return Wanted(wishes=tuple(wishes), gap=(2, "bd"), is_per_person=True)


def two_weeks(start: date, almanac: Almanac) -> Wanted:
    """Sequence 2: business days after its start, one person."""
    first, last = (0, "first"), (9, "last")
    rows = (first, first, (2, ""), (4, ""), (5, ""), (7, ""), last, last)
    wishes = (
        Wish(
            row=row,
            step=f"2.{row + 1}",
            role=SOMEBODY,
            on=almanac.later(start, days),
            avoids=False,
            together=together,
        )
        for row, (days, together) in enumerate(rows)
    )
    return Wanted(wishes=tuple(wishes), gap=(1, "bd"), is_per_person=True)


def twelve_months(entry: date, fair: date, almanac: Almanac) -> Wanted:
    """Sequence 3: counted from its entry, a vote, and the public calendar."""
    vote = _first_from(entry, _assumed_vote)
    rows = (
        ("3.1", almanac.later(entry, 10), "", None),
        ("3.2", vote - timedelta(weeks=10), "", vote),
        ("3.3", vote - timedelta(days=30), "", vote),
        ("3.4a", almanac.later(vote, 10), "vote", None),
        ("3.4b", almanac.later(vote, 10), "vote", None),
        ("3.5", _first_from(entry, lambda year: nth_tuesday(year, 6, 2)), "", None),
        ("3.6", _first_from(entry, lambda year: _after_summer(year, almanac)), "", None),
        ("3.7", _first_from(entry, lambda year: nth_tuesday(year, 10, 1)), "", None),
        ("3.9", months_before(entry, -12), "", None),
    )
    wishes = (
        Wish(row=row, step=step, role=TALKER, on=on, together=together, before=before)
        for row, (step, on, together, before) in enumerate(rows)
    )
    agreed = (("3.8", TALKER, fair),)
    return Wanted(wishes=tuple(wishes), gap=(21, "d"), is_per_person=False, agreed=agreed)


def renewal(end: date, almanac: Almanac) -> Wanted:
    """Sequence 4: months before the end of a contract; some rows for several people."""
    check = months_before(end, 12)
    rows = (
        (3, 11, (HEAD,)), (4, 10, (BUYER,)), (5, 9, (HEAD, DSI)), (6, 8, (HEAD, DSI)),
        (7, 7, (BUYER, DAF)), (8, 6, (HEAD, BUYER, DSI, DAF)),
    )  # fmt: skip
    first_open = check
    while not almanac.is_open(first_open):
        first_open += timedelta(days=1)
    second = Wish(row=2, step="4.2", role=HEAD, on=almanac.later(first_open, 5), before=None)
    wishes = tuple(
        Wish(
            row=row,
            step=f"4.{row}",
            role=role,
            on=months_before(end, count),
            follower=follower,
            before=end,
        )
        for row, count, roles in rows
        for follower, role in enumerate(roles)
    )
    work = {("4.1", ""): check}
    return Wanted(wishes=(second, *wishes), gap=(10, "bd"), is_per_person=False, work=work)


def _first_from(entry: date, of_year: Callable[[int], date]) -> date:
    days = (of_year(year) for year in range(entry.year, entry.year + 3))
    return next(day for day in days if day >= entry)


def _assumed_vote(year: int) -> date:
    return date(year, 4, 30) if year in RENEWAL_YEARS else date(year, 4, 15)


def _after_summer(year: int, almanac: Almanac) -> date:
    last = almanac.school_break(date(year, 8, 1))
    back = last + timedelta(days=1) if last else date(year, 9, 1)
    day = max(almanac.later(back, 5), date(year, 9, 1))
    while day.isoweekday() != TUESDAY:
        day += timedelta(days=1)
    return day
