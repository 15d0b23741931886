"""Say whether a step may happen at an instant, by the rules as they are now.

What is planned was permitted by the rules of its day; calendars and windows change.
"""

from datetime import datetime

from engine.cadence.calendars import Calendars
from engine.cadence.days import DayRules, refusal
from engine.cadence.windows import is_open_always, is_open_at, weekdays
from engine.plan import Step, StepKind
from engine.rule_ids import RuleId
from engine.values import Move


def refusal_at(step: Step, instant_at: datetime, *, calendars: Calendars) -> Move | None:
    """Return the first rule that refuses an instant, and the day it leads to; None if none does.

    Hours that are not open lead to the day itself: what is left of it may be.
    """
    ruleset = calendars.ruleset
    if is_open_always(step.window, ruleset):
        return None
    day = instant_at.astimezone(calendars.zone).date()
    open_on = weekdays(step.window, ruleset)
    if open_on is None:
        return Move(RuleId.WINDOW_UNKNOWN, day)
    is_contact = step.kind is StepKind.CONTACT
    rules = DayRules(weekdays=open_on, avoids_holidays=is_contact and step.avoids_holidays)
    move = refusal(day, rules, calendars=calendars)
    if move is not None or is_open_at(instant_at, step.window, calendars):
        return move
    return Move(RuleId.WINDOW_HOURS, day)
