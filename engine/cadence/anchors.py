"""Find what a step is counted from, and the day and instant it asks for.

What comes again each year (an assumed vote, the end of summer, the nth weekday of a
month) is its first occurrence on or after the entry.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from engine.cadence.calendars import FIRST_DAY, LAST_DAY, Calendars, covered
from engine.cadence.touches import Anchors, LayoutTerms
from engine.cadence.units import COUNT_MAX, add
from engine.plan import Anchor, AnchorKind, Offset, Step, Unit
from engine.rule_ids import RuleId
from engine.ruleset import BudgetVote, month_day_on
from engine.values import Asked

YEARS_MAX = 12
"""How far ahead a yearly day is looked for; a fifth weekday comes within six years."""

MONTHS, WEEKDAYS, WEEKS_A_MONTH_MAX = 12, 7, 5
SECONDS_MAX = COUNT_MAX * 86_400


class AnchorPoint(Struct, frozen=True, gc=False, kw_only=True):
    """An anchor as found."""

    on: date  # on the person's calendar
    at: datetime | None = None  # aware UTC, where it has an hour
    is_assumed: bool = False
    is_shifted: bool = False  # late openings and resumed holds move what hangs on it


class Demand(Struct, frozen=True, gc=False, kw_only=True):
    """What a step asks for, before any rule moves it."""

    asked: Asked
    anchor_at: datetime | None = None  # of the anchor, where it has an hour
    floor_at: datetime | None = None  # it asks for no instant before this one
    is_exact: bool = False  # it asks for that instant itself: elapsed time
    is_shifted: bool = False  # standstills move it


class Facts(Struct, frozen=True, gc=False, kw_only=True):
    """Everything an anchor may be found from."""

    anchors: Anchors
    terms: LayoutTerms
    calendars: Calendars
    planned: Mapping[str, datetime]  # step id -> instant, of steps not done yet

    def local_on(self, instant_at: datetime) -> date:
        """Return the day of an instant on the person's calendar."""
        return covered(instant_at).astimezone(self.calendars.zone).date()


def demand(step: Step, facts: Facts, *, person: str = "") -> Demand | RuleId:
    """Return what `step` asks for, for a person, or the rule by which it cannot ask.

    Returns:
        A demand; `anchor.unknown` where the anchor is not known, `date.out_of_range`
        where the result lies beyond the days this arithmetic covers.
    """
    anchored = find(step.anchor, facts, person=person)
    if anchored is None:
        return RuleId.ANCHOR_UNKNOWN
    if step.offset.unit is Unit.SECOND:
        return _elapsed(step, anchored, facts) or RuleId.DATE_OUT_OF_RANGE
    on = add(anchored.on, step.offset, calendars=facts.calendars)
    if on is not None and anchored.is_shifted and facts.terms.shift_days:
        on = add(on, Offset(facts.terms.shift_days, Unit.DAY), calendars=facts.calendars)
    if on is None:
        return RuleId.DATE_OUT_OF_RANGE
    floor_at = anchored.at if on == anchored.on and step.offset.count >= 0 else None
    return Demand(
        asked=_asked(step, anchored, on),
        anchor_at=anchored.at,
        floor_at=floor_at,
        is_shifted=anchored.is_shifted,
    )


def find(anchor: Anchor, facts: Facts, *, person: str = "") -> AnchorPoint | None:
    """Return the anchor, or `None` while it is not known."""
    given = facts.anchors
    match anchor.kind:
        case AnchorKind.START:
            return AnchorPoint(on=given.start_on, is_shifted=True)
        case AnchorKind.ENTRY:
            return _at(given.entry_at, facts, is_shifted=True)
        case AnchorKind.STEP:
            return _at(given.done.get(anchor.step) or facts.planned.get(anchor.step), facts)
        case AnchorKind.MEETING:
            return _at(given.meetings.get(person, given.meeting_at), facts)
        case AnchorKind.VOTE:
            return _vote(facts)
        case AnchorKind.CONTRACT_END:
            return _on(given.contract_end_on)
        case AnchorKind.EVENT:
            return _on(given.events.get(anchor.event))
        case AnchorKind.AFTER_SUMMER:
            return _on(_first_from_entry(_after_summer, facts))
        case AnchorKind.NTH_WEEKDAY:
            return _on(_nth_weekday_from_entry(anchor, facts))


def budget_vote(
    entry_on: date, votes: Mapping[int, date], *, rule: BudgetVote, account_kind: str
) -> AnchorPoint | None:
    """Return the vote of the budget that an entry looks ahead to, known or assumed.

    That is the first whose day, or whose last day by law, has not passed at the entry.
    """
    for year in range(entry_on.year, entry_on.year + YEARS_MAX + 1):
        assumed_on = rule.assumed_on(year, account_kind)
        on = votes.get(year, assumed_on)
        if max(on, assumed_on) >= entry_on:
            return AnchorPoint(on=on, is_assumed=year not in votes)
    return None


def _elapsed(step: Step, anchored: AnchorPoint, facts: Facts) -> Demand | None:
    seconds = step.offset.count
    if abs(seconds) > SECONDS_MAX or not FIRST_DAY <= anchored.on <= LAST_DAY:
        return None
    zone = facts.calendars.zone
    anchor_at = anchored.at or datetime(
        anchored.on.year, anchored.on.month, anchored.on.day, tzinfo=zone
    )
    shift_days = facts.terms.shift_days if anchored.is_shifted else 0
    if abs(shift_days) > COUNT_MAX:
        return None
    asked_at = anchor_at.astimezone(UTC) + timedelta(days=shift_days, seconds=seconds)
    if not FIRST_DAY <= asked_at.date() <= LAST_DAY:
        return None
    asked = _asked(step, anchored, facts.local_on(asked_at))
    return Demand(
        asked=asked,
        anchor_at=anchor_at,
        floor_at=asked_at,
        is_exact=True,
        is_shifted=anchored.is_shifted,
    )


def _asked(step: Step, anchored: AnchorPoint, on: date) -> Asked:
    return Asked(
        offset=str(step.offset),
        anchor=str(step.anchor),
        anchor_on=anchored.on,
        on=on,
        is_assumed=anchored.is_assumed,
    )


def _on(day: date | None) -> AnchorPoint | None:
    return None if day is None else AnchorPoint(on=day)


def _at(
    instant_at: datetime | None, facts: Facts, *, is_shifted: bool = False
) -> AnchorPoint | None:
    if instant_at is None:
        return None
    at = covered(instant_at)
    return AnchorPoint(on=facts.local_on(at), at=at, is_shifted=is_shifted)


def _vote(facts: Facts) -> AnchorPoint | None:
    return budget_vote(
        facts.local_on(facts.anchors.entry_at),
        facts.anchors.votes,
        rule=facts.calendars.ruleset.budget_vote,
        account_kind=facts.terms.account_kind,
    )


def _first_from_entry(on_of_year: Callable[[int, Facts], date | None], facts: Facts) -> date | None:
    entry_on = facts.local_on(facts.anchors.entry_at)
    for year in range(entry_on.year, entry_on.year + YEARS_MAX + 1):
        day = on_of_year(year, facts)
        if day is not None and day >= entry_on:
            return day
    return None


def _after_summer(year: int, facts: Facts) -> date | None:
    rule = facts.calendars.ruleset.after_summer
    business_days = Offset(rule.business_days_after_return_min, Unit.BUSINESS_DAY)
    earliest = add(_return_to_school(year, facts), business_days, calendars=facts.calendars)
    if earliest is None:
        return None
    first = max(earliest, date(year, rule.month, 1))
    day = first + timedelta(days=(rule.weekday - first.isoweekday()) % 7)
    return day if (day.year, day.month) == (year, rule.month) else None


def _return_to_school(year: int, facts: Facts) -> date:
    # The summer holidays are those that hold 1 August, whatever a calendar calls them.
    summer = facts.calendars.school_break(date(year, 8, 1))
    if summer is not None:
        return summer.last_on + timedelta(days=1)
    return month_day_on(facts.calendars.ruleset.after_summer.assumed_return_month_day, year)


def _nth_weekday_from_entry(anchor: Anchor, facts: Facts) -> date | None:
    is_a_day = (
        anchor.month in range(1, MONTHS + 1)
        and anchor.weekday in range(1, WEEKDAYS + 1)
        and anchor.nth in range(1, WEEKS_A_MONTH_MAX + 1)
    )
    if not is_a_day:
        return None
    return _first_from_entry(lambda year, _: _nth_weekday(anchor, year), facts)


def _nth_weekday(anchor: Anchor, year: int) -> date | None:
    first = date(year, anchor.month, 1)
    days = (anchor.weekday - first.isoweekday()) % 7 + 7 * (anchor.nth - 1)
    if days >= monthrange(year, anchor.month)[1]:
        return None
    return first + timedelta(days=days)
