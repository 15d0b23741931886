"""Meetings: agreed with a person, and the account's own; no end of an enrolment undoes one.

A step of a running sequence carries a person's meeting where there is one; every other
meeting gets a touch of its own.  Each person has one meeting ahead, the last agreed.
"""

from datetime import datetime, time, timedelta

from engine import events as e
from engine.account.drafts import is_due_now
from engine.account.due import is_agreed_meeting
from engine.account.ending import finish_if_over, withdraw_touch
from engine.account.exits import engage
from engine.account.progress import advance_stage, become_prospect
from engine.account.state import Touch, TouchStatus
from engine.account.turn import Ruling, Turn
from engine.cadence.calendars import calendars_at, covered
from engine.cadence.days import DayRules, refusal
from engine.decision import Refused
from engine.plan import AnchorKind, Phase
from engine.refusals import RefusalCode
from engine.requests import RecordMeeting
from engine.rule_ids import RuleId
from engine.values import Asked, Channel, Slot

MEETING_OPENS, MEETING_CLOSES = time(7), time(21)
"""Hours at which people meet, elected ones in the evening: another was mistyped."""


def agreed(turn: Turn, request: RecordMeeting) -> Ruling:
    """S2, reported from outside: of the enrolment named, else of the person's newest one."""
    number = request.enrolment or _enrolment_of(turn, request.person)
    if not 0 <= number <= turn.state.enrolment_count:
        return Refused(code=RefusalCode.UNKNOWN_ENROLMENT, detail=str(number))
    stands_against = against(
        turn, request.person, request.meeting_at, is_meant=request.is_hour_meant
    )
    return stands_against or agree(turn, number, request.person, request.meeting_at)


def against(turn: Turn, person: str, meeting_at: datetime, *, is_meant: bool) -> Refused | None:
    """Return why a meeting cannot be; None if it can.

    An instant at which nobody meets is asked back: it was mistyped, unless it is meant.
    """
    position = turn.state.people.get(person)
    if position is None or position.is_gone:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=person)
    if position.stopped_by:
        return Refused(code=RefusalCode.SUPPRESSED, detail=person, rule=RuleId.EXIT_OBJECTION)
    if meeting_at <= turn.at:
        return Refused(
            code=RefusalCode.INSTANT_PAST, detail=meeting_at.isoformat(), rule=RuleId.EXIT_MEETING
        )
    rule = None if is_meant else _unusual(turn, meeting_at)
    if rule is not None:
        return Refused(code=RefusalCode.UNUSUAL_HOUR, detail=meeting_at.isoformat(), rule=rule)
    return None


def _unusual(turn: Turn, meeting_at: datetime) -> RuleId | None:
    """Return why nobody meets at an instant; None if people do, or no calendar knows."""
    ruleset = turn.published.ruleset
    calendars = calendars_at(turn.state.locality, ruleset) if ruleset else None
    if ruleset is None or calendars is None or covered(meeting_at) != meeting_at:
        return None
    local = meeting_at.astimezone(calendars.zone)
    weekdays = frozenset(ruleset.business_days.weekdays)
    found = refusal(
        local.date(), DayRules(weekdays=weekdays, avoids_holidays=False), calendars=calendars
    )
    if found is not None:
        return RuleId(found.rule)
    return None if MEETING_OPENS <= local.time() <= MEETING_CLOSES else RuleId.WINDOW_HOURS


def agree(turn: Turn, number: int, person: str, meeting_at: datetime) -> Turn:
    """S2: engaged, with the meeting planned at its instant; agreed again, it has moved.

    Args:
        turn: The decision in the making.
        number: The enrolment in which it was agreed; one that does not run changes nothing.
        person: With whom; another person's meeting stays where it is.
        meeting_at: When; ahead of now.
    """
    due_at = covered(meeting_at)
    if any(touch.slot.due_at == due_at for _, touch in _meetings_of(turn, person)):
        return finish_if_over(turn, number)
    number = number if number in dict(turn.running()) else 0
    turn = _make_way(turn, number, person)
    turn = turn.then(
        e.MeetingAgreed(
            rule=RuleId.EXIT_MEETING, enrolment=number, person=person, meeting_at=meeting_at
        )
    )
    if number:
        turn = engage(turn, number, person, rule=RuleId.EXIT_MEETING)
    else:
        turn = advance_stage(turn, "qualification", rule=RuleId.STAGE_EXIT_MEETING)
    if not _meetings_of(turn, person):
        turn = turn.then(_own(turn, number, person, meeting_at))
    return finish_if_over(become_prospect(turn, rule=RuleId.STATUS_MEETING), number)


def _enrolment_of(turn: Turn, person: str) -> int:
    """Return the newest running enrolment of a person, else of the account; 0 if none runs."""
    running = tuple(number for number, _ in turn.running())
    return max(turn.enrolments_of(person) or running, default=0)


def _meetings_of(turn: Turn, person: str) -> tuple[tuple[int, Touch], ...]:
    """Return the meetings ahead, or under way, that a person agreed to."""
    return tuple(
        (n, touch)
        for n, touch in turn.state.touches.items()
        if touch.person == person and is_agreed_meeting(touch)
    )


def _make_way(turn: Turn, number: int, person: str) -> Turn:
    """Withdraw the person's meeting: it has another instant.  One that the plan moves stays."""
    for n, touch in _meetings_of(turn, person):
        is_planned = touch.status is TouchStatus.PLANNED and not is_due_now(turn, touch)
        if is_planned and number and touch.enrolment == number and touch.step_index >= 0:
            continue
        turn = withdraw_touch(turn, n, rule=RuleId.MEETING_MOVED)
    return turn


def _own(turn: Turn, number: int, person: str, meeting_at: datetime) -> e.TouchPlanned:
    """Return the touch of a meeting that no step carries; no rule moves what was agreed."""
    due_at = covered(meeting_at)
    on = turn.day_of(due_at)
    midnight_at = turn.start_of(on + timedelta(days=1))
    asked = Asked(offset="+0 d", anchor=AnchorKind.MEETING.value, anchor_on=on, on=on)
    return e.TouchPlanned(
        rule=RuleId.EXIT_MEETING,
        touch=turn.state.touch_count + 1,
        enrolment=number,
        step="",
        step_index=-1,
        channel=Channel.MEETING,
        phase=Phase.ENGAGED,
        slot=Slot(
            asked=asked,
            on=on,
            due_at=due_at,
            closes_at=max(midnight_at, due_at + timedelta(seconds=1)),
        ),
        role=turn.state.people[person].role,
        person=person,
    )
