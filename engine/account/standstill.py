"""What stood still goes on: in its order, at its distances, later by the days that it stood.

Whatever stood still: a hold or several that overlapped, outreach while somebody answered,
a person who was away, a home that nobody ran.  Agreed dates and dates of the calendar stay.
"""

from collections.abc import Mapping
from datetime import date, datetime

from engine.account.drafts import Resumption, is_due_now, keeps_pace
from engine.account.due import is_begun
from engine.account.planning import catch_up, days_between, go_on, plan
from engine.account.state import Standstill, TouchStatus
from engine.account.turn import Turn
from engine.account.waiting import no_longer_waiting
from engine.rule_ids import RuleId


def lifted(
    turn: Turn,
    number: int,
    before: Mapping[str, Standstill],
    *,
    until_at: datetime,
    rule: RuleId,
) -> Turn:
    """Let what no hold keeps back any more go on.

    Args:
        turn: The decision in the making, the hold lifted.
        number: The enrolment.
        before: What stood still in it before the hold was lifted.
        until_at: When the hold ended, which may have been noticed late.
        rule: Recorded on what moves.
    """
    enrolment = turn.state.enrolments[number]
    if not is_begun(enrolment):
        return plan(turn, number, rule=rule)
    freed = {person: since for person, since in before.items() if person not in enrolment.stands}
    if not freed:
        return turn
    days: dict[str, int] = {}
    for person, since in sorted(freed.items()):  # all of it before its persons
        counted = enrolment.stood_days_of(person) + (days.get("", 0) if person else 0)
        begun_on = max(turn.day_of(since.since_at), enrolment.start_on)
        stood = days_between(turn, begun_on, turn.day_of(until_at))
        days[person] = max(0, stood - (counted - since.counted_days))
    since_at = min(since.since_at for since in freed.values())
    after = Resumption(days=days, since_at=since_at, released=no_longer_waiting(turn, number))
    return go_on(turn, number, after, rule=rule)


def come_back(turn: Turn, number: int, engaged: Standstill | None, *, rule: RuleId) -> Turn:
    """Let outreach go on, which stood still since somebody answered."""
    enrolment = turn.state.enrolments[number]
    if engaged is None:
        return plan(turn, number, rule=rule)
    if "" in enrolment.stands:
        after = Resumption(days={"": 0}, since_at=engaged.since_at, is_held=True)
        return go_on(turn, number, after, rule=rule)
    counted = enrolment.stood_days_of("") - engaged.counted_days
    stood = days_between(turn, turn.day_of(engaged.since_at), turn.today)
    after = Resumption(days={"": max(0, stood - counted)}, since_at=engaged.since_at)
    return go_on(turn, number, after, rule=rule)


def return_later(turn: Turn, number: int, person: str, back_on: date, *, rule: RuleId) -> Turn:
    """Let what is planned for somebody who is away wait, beginning on the day of return."""
    turn = catch_up(turn, number)
    ahead = [
        touch.slot
        for touch in turn.state.touches.values()
        if (touch.enrolment, touch.person) == (number, person)
        and touch.status is TouchStatus.PLANNED
        and not is_due_now(turn, touch)
        and keeps_pace(turn, touch)
    ]
    first = min(ahead, key=lambda slot: slot.due_at, default=None)
    stands = turn.state.enrolments[number].stands
    if first is None or first.on >= back_on or not stands.keys().isdisjoint(("", person)):
        return plan(turn, number, rule=rule)
    days = days_between(turn, first.on, back_on)
    return go_on(turn, number, Resumption(days={person: days}, leaves_due=True), rule=rule)
