"""French days as an almanac has them: Easter, public holidays, school holidays, quiet weeks."""

from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
MOVING = {"easter": 1, "ascension": 39, "whit": 50, "good friday": -2, "mid-lent": -24}
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
LOCAL_MOVING = {"57": ("good friday",), "67": ("good friday",), "68": ("good friday",)} | {
    "971": ("good friday", "mid-lent")
}
LOCAL_FIXED = {
    **dict.fromkeys(("57", "67", "68"), ((12, 26),)),
    "974": ((12, 20),),
    "971": ((5, 27), (7, 21)),
    "972": ((5, 22), (7, 21)),
}
EVERY_ZONE = (
    ("2025-10-18", "2025-11-02"),
    ("2025-12-20", "2026-01-04"),
    ("2026-07-04", "2026-08-31"),
    ("2026-10-17", "2026-11-01"),
    ("2026-12-19", "2027-01-03"),
    ("2027-05-06", "2027-05-08"),
    ("2027-07-03", "2027-08-31"),
    ("2027-10-23", "2027-11-07"),
    ("2027-12-18", "2028-01-02"),
    ("2028-05-26", "2028-05-27"),
    ("2028-07-04", "2028-08-31"),
)
ONE_ZONE = {
    "A": (
        ("2026-02-07", "2026-02-22"),
        ("2026-04-04", "2026-04-19"),
        ("2027-02-13", "2027-02-28"),
        ("2027-04-10", "2027-04-25"),
        ("2028-02-19", "2028-03-05"),
        ("2028-04-22", "2028-05-08"),
    ),
    "B": (
        ("2026-02-14", "2026-03-01"),
        ("2026-04-11", "2026-04-26"),
        ("2027-02-20", "2027-03-07"),
        ("2027-04-17", "2027-05-02"),
        ("2028-02-05", "2028-02-20"),
        ("2028-04-08", "2028-04-23"),
    ),
    "C": (
        ("2026-02-21", "2026-03-08"),
        ("2026-04-18", "2026-05-03"),
        ("2027-02-06", "2027-02-21"),
        ("2027-04-03", "2027-04-18"),
        ("2028-02-12", "2028-02-27"),
        ("2028-04-15", "2028-05-01"),
    ),
}
"""First and last day off, as the ministry published them for 2025 to 2028."""


def easter(year: int) -> date:
    """Return Easter Sunday, by the rule of Gauss as Meeus writes it (Gregorian)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@dataclass(frozen=True, slots=True)
class Almanac:
    """The days of one place."""

    zone: str  # of its schools; empty where none applies
    departement: str = ""

    def is_holiday(self, day: date) -> bool:
        """Say whether offices are closed on a day, week-ends apart."""
        moving = ("easter", "ascension", "whit", *LOCAL_MOVING.get(self.departement, ()))
        fixed = (*FIXED, *LOCAL_FIXED.get(self.departement, ()))
        away = (day - easter(day.year)).days
        return away in {MOVING[name] for name in moving} or (day.month, day.day) in fixed

    def is_open(self, day: date) -> bool:
        """Say whether a day counts among business days."""
        return day.isoweekday() <= 5 and not self.is_holiday(day)

    def is_bridge(self, day: date) -> bool:
        """Say whether everybody takes a day off because of its neighbour."""
        friday = day.isoweekday() == 5 and self.is_holiday(day - DAY)
        return friday or (day.isoweekday() == 1 and self.is_holiday(day + DAY))

    def is_quiet(self, day: date) -> bool:
        """Say whether nobody reads anything: around 14 July, and around the New Year."""
        month_day = (day.month, day.day)
        return (7, 14) <= month_day <= (8, 25) or month_day >= (12, 20) or month_day <= (1, 3)

    def school_break(self, day: date) -> date | None:
        """Return the last day of the school holidays that a day lies in."""
        if not self.zone:
            return None
        for first, last in (*EVERY_ZONE, *ONE_ZONE[self.zone]):
            if date.fromisoformat(first) <= day <= date.fromisoformat(last):
                return date.fromisoformat(last)
        return None

    def later(self, day: date, count: int) -> date:
        """Return the day so many business days later, or earlier where the count is negative."""
        step = DAY if count > 0 else -DAY
        while count:
            day += step
            if self.is_open(day):
                count -= 1 if step > timedelta() else -1
        return day
