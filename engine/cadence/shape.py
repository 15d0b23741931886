"""Keep the shape of a plan that stood still: its order, and its distances in business days.

What stood still goes on in the order it was planned in.  Between two touches there stays
the distance they had, or the one their steps ask for where holidays had drawn them apart.
"""

from datetime import date

from msgspec.structs import replace

from engine.cadence.calendars import Calendars
from engine.cadence.units import add, business_day_from, business_days
from engine.plan import Offset, Unit
from engine.rule_ids import RuleId
from engine.values import Slot


def is_moved_by_standstill(slot: Slot) -> bool:
    """Say whether a standstill led to where it is, so that it is not drawn back from there."""
    return any(move.rule == RuleId.PLAN_STOOD_STILL for move in slot.moves)


def before_standstills(slot: Slot) -> Slot:
    """Return the slot with the moves older than any standstill: the next one sums them up."""
    for index, move in enumerate(slot.moves):
        if move.rule == RuleId.PLAN_STOOD_STILL:
            return replace(slot, moves=slot.moves[:index])
    return slot


def later_by(day: date, count: int, *, calendars: Calendars) -> date:
    """Return the day some business days later; a day that is none counts as the next one."""
    start = business_day_from(day, calendars=calendars) if count else day
    return add(start, Offset(count, Unit.BUSINESS_DAY), calendars=calendars) or day


class Shape:
    """Where touches stood, and where those placed so far go on."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._placed: list[tuple[Slot, date]] = []

    def add(self, stood: Slot, on: date) -> None:
        """Let what stood in a slot go on from a day."""
        self._placed.append((stood, on))

    def earliest_on(self, stood: Slot, days: int) -> date:
        """Return the first day that keeps the shape: later by `days`, and far enough behind."""
        behind = (
            later_by(on, self._distance(before, stood), calendars=self._calendars)
            for before, on in self._placed
            if before.due_at <= stood.due_at
        )
        return max(later_by(stood.on, days, calendars=self._calendars), *behind, stood.on)

    def _distance(self, first: Slot, second: Slot) -> int:
        if first.on == second.on:
            return 0
        planned = business_days(first.on, second.on, calendars=self._calendars)
        asked = business_days(_wish(first), _wish(second), calendars=self._calendars)
        return max(1, min(planned, asked))


def _wish(slot: Slot) -> date:
    """Return the day it asked for, moved by the standstills so far."""
    stood = [move.to_on for move in slot.moves if move.rule == RuleId.PLAN_STOOD_STILL]
    return stood[-1] if stood else slot.asked.on
