"""When a sequence begins: a late start moves it by whole weeks."""

from datetime import date, timedelta

from engine.cadence.anchors import Demand, Facts, demand
from engine.cadence.calendars import Calendars
from engine.cadence.touches import Anchors, LayoutTerms
from engine.plan import AnchorKind, Step, StepKind, Unit


def first_contact_days(steps: tuple[Step, ...]) -> int:
    """Return the calendar days from start to the first contact that is counted from it."""
    days = [
        step.offset.count
        for step in steps
        if step.anchor.kind is AnchorKind.START
        and step.kind is StepKind.CONTACT
        and step.offset.unit is Unit.DAY
    ]
    return min(days, default=0)


def first_asked_on(
    steps: tuple[Step, ...], *, anchors: Anchors, terms: LayoutTerms, calendars: Calendars
) -> date | None:
    """Return the first day asked for by steps that are counted from start or entry."""
    facts = Facts(anchors=anchors, terms=terms, calendars=calendars, planned={})
    counted = (AnchorKind.START, AnchorKind.ENTRY)
    found = (demand(step, facts) for step in steps if step.anchor.kind in counted)
    return min((asking.asked.on for asking in found if isinstance(asking, Demand)), default=None)


def whole_weeks(start_on: date, days: int, *, today: date) -> date:
    """Return the start, later by whole weeks until its day number `days` is not past.

    Examples:
        A Monday start whose first contact is 8 days later, opened the Thursday after that:

        >>> whole_weeks(date(2027, 1, 11), 8, today=date(2027, 1, 21))
        datetime.date(2027, 1, 18)
    """
    late_days = (today - start_on).days - days
    return start_on if late_days <= 0 else start_on + timedelta(weeks=-(-late_days // 7))
