"""The workspace's rules as data: calendars, windows, caps, cool-downs.

A ruleset is published whole, with its sources, and never changes afterwards; a decision
names the version it was taken under.  The shape is that of the ruleset files in
`sequences/library/rulesets`; a value that can be built is in order.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import date, time
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UNSET, Meta, Struct, UnsetType, field

from engine.errors import InvalidValueError
from engine.roles import ROLES, KnownRole

MonthDay = Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
"""A day of every year, such as `07-14`."""

Weekday = Annotated[int, Meta(ge=1, le=7)]  # ISO: Monday is 1
Month = Annotated[int, Meta(ge=1, le=12)]
Count = Annotated[int, Meta(ge=0)]

EXCHANGE_DAYS = 365
"""A contact is verified again after twelve months: what was said before may bind nobody."""
NEXT_YEAR_FROM_MONTH = 10
_LINKING = frozenset({"d", "de", "des", "du", "l", "la", "le", "les"})

ALWAYS = "always"
"""Name of the window that every ruleset has: open at any instant of any day."""


class Locality(Struct, frozen=True, omit_defaults=True):
    """Where an account lives, as far as time is concerned."""

    time_zone: str  # IANA name
    school_zone: str = ""  # "A", "B", "C"; empty where no zone applies
    holiday_area: str = ""  # key of `PublicHolidays.subdivisions`; empty: national days only


class Interval(Struct, frozen=True):
    """Hours of a local day, half-open."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Refuse an empty interval."""
        _expect(self.opens < self.closes, "interval", "close after it opens", self.opens)


class Window(Struct, frozen=True):
    """When a kind of contact may happen, on the person's wall clock."""

    weekdays: tuple[Weekday, ...]
    spans: tuple[Interval, ...]

    def __post_init__(self) -> None:
        """Refuse hours out of order: a landing takes the first that is not over."""
        for before, after in pairwise(self.spans):
            _expect(before.closes <= after.opens, "hours of a window", "be in order", after.opens)


class Alternation(Struct, frozen=True):
    """Two windows, of which a person's calls take the one that the call before did not."""

    first: str
    second: str


class BusinessDays(Struct, frozen=True):
    """What an offset in business days counts; public holidays are never counted."""

    weekdays: tuple[Weekday, ...] = (1, 2, 3, 4, 5)


class QuietPeriod(Struct, frozen=True):
    """Days of every year when nobody is contacted, both ends included; may wrap a year."""

    name: str
    first_month_day: MonthDay
    last_month_day: MonthDay


class BridgeDays(Struct, frozen=True):
    """Which days between a holiday and a week-end are avoided."""

    friday_after_thursday_holiday: bool = True
    monday_before_tuesday_holiday: bool = True


class AfterSummer(Struct, frozen=True):
    """What `after_summer` means."""

    month: Month = 9
    weekday: Weekday = 2
    business_days_after_return_min: Count = 5  # the day of the return not counted
    assumed_return_month_day: MonthDay = "09-01"  # where no school zone applies


class Renewal(Struct, frozen=True):
    """A year in which assemblies of some kinds are renewed."""

    year: int
    account_kinds: tuple[str, ...]


class BudgetVote(Struct, frozen=True):
    """When a budget is assumed to be voted, until its vote is known."""

    assumed_month_day: MonthDay = "04-15"
    renewal_month_day: MonthDay = "04-30"
    renewals: tuple[Renewal, ...] = ()

    def assumed_on(self, year: int, account_kind: str = "") -> date:
        """Return the assumed day of a vote; a kind that no renewal names takes the later date.

        Examples:
            >>> renewals = (Renewal(2026, ("commune",)), Renewal(2028, ("region",)))
            >>> rule = BudgetVote(renewals=renewals)
            >>> [str(rule.assumed_on(2028, kind)) for kind in ("commune", "région", "")]
            ['2028-04-15', '2028-04-30', '2028-04-30']
        """
        key = kind_key(account_kind)
        renewed = {
            renewal.year: {kind_key(kind) for kind in renewal.account_kinds}
            for renewal in self.renewals
        }
        is_known = any(key in kinds for kinds in renewed.values())
        is_renewal = year in renewed and (not is_known or key in renewed[year])
        return month_day_on(self.renewal_month_day if is_renewal else self.assumed_month_day, year)


class Hierarchy(Struct, frozen=True):
    """Whom to contact before whom."""

    elected_roles: tuple[str, ...] = ()
    elected_after_exchange_with: tuple[str, ...] = ()
    exchange_days_max: Count | UnsetType = UNSET  # younger than the rest, as `Ruleset.bounces`

    @property
    def recent_days(self) -> int:
        """Return for how many days an exchange opens the way to the elected."""
        known = self.exchange_days_max
        return EXCHANGE_DAYS if isinstance(known, UnsetType) else known


class RollingCap(Struct, frozen=True):
    """A limit over the last days."""

    count_max: Count
    rolling_days: Count


class Cap(Struct, frozen=True):
    """A limit."""

    count_max: Count


class Caps(Struct, frozen=True):
    """How much contact is too much."""

    call_attempts_per_person: RollingCap = RollingCap(4, 30)
    people_per_account_per_day: Cap = Cap(1)
    active_outreach_sequences_per_person: Cap = Cap(1)
    voicemails_per_enrolment: Cap = Cap(1)


class Rest(Struct, frozen=True):
    """How long somebody is left alone."""

    count: Count
    unit: str  # "calendar_day", "calendar_month"


class CoolDowns(Struct, frozen=True):
    """How long a person is left alone after an end."""

    after_refusal: Rest = Rest(60, "calendar_day")


class TemporaryRefusals(Struct, frozen=True):
    """How long to wait after each temporary refusal; after the last wait, it is refused."""

    waits_minutes: tuple[Count, ...] = (15, 60, 240, 1440)


class Bounces(Struct, frozen=True):
    """How many passing failures of an address are enough to leave it alone."""

    soft_count_max: Count = 3  # without a reply in between; 0: any number


class UnknownSends(Struct, frozen=True):
    """What becomes of a message whose fate is not known."""

    settle_after_minutes: Count = 15


class Absences(Struct, frozen=True):
    """How an automatic reply postpones."""

    assumed_days: Count = 7  # without a readable date of return
    resume_calendar_days_after_return: Count = 1


class Source(Struct, frozen=True):
    """Where a calendar comes from."""

    package: str
    version: str
    used_for: str
    licence: str
    read_on: date


class Holiday(Struct, frozen=True):
    """One public holiday."""

    on: date
    name: str


class PublicHolidays(Struct, frozen=True):
    """Public holidays written out: those of the whole country, and what areas add."""

    first_year: int
    last_year: int
    national: tuple[Holiday, ...]
    subdivisions: dict[str, tuple[Holiday, ...]] = {}

    def __post_init__(self) -> None:
        """Refuse days out of order: they are searched by halves."""
        for days in (self.national, *self.subdivisions.values()):
            for before, after in pairwise(days):
                _expect(before.on < after.on, "public holidays", "be in order", after.on)


class SchoolBreak(Struct, frozen=True):
    """One school holiday, both ends included."""

    first_on: date
    last_on: date
    name: str


class SchoolHolidays(Struct, frozen=True):
    """School holidays written out, by zone."""

    first_on: date
    last_on: date
    zones: dict[str, tuple[SchoolBreak, ...]]

    def __post_init__(self) -> None:
        """Refuse breaks out of order: they are searched by halves."""
        for breaks in self.zones.values():
            edges = [edge for off in breaks for edge in (off.first_on, off.last_on)]
            for before, after in pairwise(edges):
                _expect(before <= after, "school holidays", "be in order", after)


class Territory(Struct, frozen=True):
    """What a département says about time and telephone."""

    time_zone: str
    school_zone: str | None = None
    holiday_subdivision: str | None = None
    phone_region: str = "FR"  # of national numbers: "FR", "GP", "RE"...


class Ruleset(Struct, frozen=True, kw_only=True):
    """One published version of a workspace's rules."""

    version: str = field(name="ruleset")  # "fr-2026.11"
    schema: int = 1
    country: str
    language: str
    time_zone: str  # where a body's own is not known
    business_days: BusinessDays = BusinessDays()
    windows: dict[str, Window]  # email, email_am, email_pm, call, call_am, call_pm, day
    alternating_windows: dict[str, Alternation] = {}  # call_other
    open_windows: tuple[str, ...] = ()  # agreed: open at any instant, moved by no rule
    quiet_periods: tuple[QuietPeriod, ...] = ()
    bridge_days: BridgeDays = BridgeDays()
    after_summer: AfterSummer = AfterSummer()
    budget_vote: BudgetVote = BudgetVote()
    hierarchy: Hierarchy = Hierarchy()
    caps: Caps = Caps()
    cool_downs: CoolDowns = CoolDowns()
    temporary_refusals: TemporaryRefusals = TemporaryRefusals()
    unknown_sends: UnknownSends = UnknownSends()
    bounces: Bounces | UnsetType = UNSET  # younger than the rest: rulesets without it stay as is
    roles: tuple[KnownRole, ...] | UnsetType = UNSET  # younger too; UNSET: `engine.roles.ROLES`
    absences: Absences = Absences()
    sources: tuple[Source, ...] = ()
    public_holidays: PublicHolidays
    school_holidays: SchoolHolidays
    territories: dict[str, Territory] = {}  # by département

    def knows_school_zone(self, name: str) -> bool:
        """Return whether a zone of school holidays has this name; the empty one keeps none."""
        return not name or name in self.school_holidays.zones

    def knows_day(self, day: date, *, with_schools: bool) -> bool:
        """Return whether the calendars reach a day: public holidays, and those of schools."""
        schools, public = self.school_holidays, self.public_holidays
        if with_schools and not schools.first_on <= day <= schools.last_on:
            return False
        return public.first_year <= day.year <= public.last_year

    @property
    def known_roles(self) -> tuple[KnownRole, ...]:
        """Return the roles that people may have."""
        return self.roles if isinstance(self.roles, tuple) else ROLES

    @property
    def soft_bounces_max(self) -> int:
        """Return how many passing failures of an address are enough; 0: any number is too few."""
        bounces = self.bounces if isinstance(self.bounces, Bounces) else Bounces()
        return bounces.soft_count_max

    def locality(self, departement: str) -> Locality | None:
        """Return where a département lives; `None` for a code this ruleset does not know."""
        facts = self.territories.get(departement)
        if facts is None:
            return None
        return Locality(facts.time_zone, facts.school_zone or "", facts.holiday_subdivision or "")


def is_zone(name: str) -> bool:
    """Return whether a name is that of a time zone, wherever it is read.

    A name without a place means what the machine means by it, and databases know it not.

    Examples:
        >>> [is_zone(name) for name in ("Europe/Paris", "UTC", "Europe/Pari", "localtime")]
        [True, True, False, False]
    """
    if name != "UTC" and ("/" not in name or name.startswith(("posix/", "right/")) or ".." in name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def kind_key(text: str) -> str:
    """Return what kinds of account are compared by, however they are written.

    Examples:
        >>> kind_key("Communauté d'agglomération") == kind_key("communaute_agglomeration")
        True
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall("[a-z0-9]+", plain)
    return "_".join(word for word in words if word not in _LINKING)


def budget_year_of(vote_on: date) -> int:
    """Return the year whose budget is voted on a day: from October on, that of the next year.

    Source:
        Code général des collectivités territoriales, L. 1612-1 and L. 1612-2: before the year
        begins in principle, by 15 or 30 April of it at the latest.
    """
    return vote_on.year + (vote_on.month >= NEXT_YEAR_FROM_MONTH)


def month_day_on(month_day: str, year: int) -> date:
    """Return a day of every year in one year, clamped to the end of its month.

    Examples:
        >>> month_day_on("02-29", 2027)
        datetime.date(2027, 2, 28)
    """
    month, day = int(month_day[:2]), int(month_day[3:])
    return date(year, month, min(day, monthrange(year, month)[1]))


def _expect(holds: bool, name: str, rule: str, value: object) -> None:  # noqa: FBT001 (a claim)
    if not holds:
        raise InvalidValueError(name, rule, value)
