"""The exits: what an answer or outside news does to what was planned.

S1  a human reply            -> engaged, a task the same day
S2  a meeting agreed         -> engaged, the meeting planned (engine.account.meetings)
S3  an objection             -> the end for that person, everywhere (engine.account.stops)
S4  a dead address           -> the end for that person here (engine.account.stops)
S5  a departure              -> the end for that person here (engine.account.stops)
S6  a notice on the object   -> frozen
S7  an opportunity elsewhere -> finished (engine.account.sale)
S8  the end without a sign   -> a rest (engine.account.ending)
S9  an absence notice        -> postponed; it is no reply
"""

from datetime import timedelta

from engine import events as e
from engine.account.ending import finish_if_over, withdraw_outreach
from engine.account.holds import place
from engine.account.planning import plan
from engine.account.progress import advance_stage
from engine.account.standstill import return_later
from engine.account.state import Hold
from engine.account.turn import Ruling, Turn
from engine.account.waiting import withdraw_answered
from engine.decision import Refused
from engine.plan import Phase
from engine.refusals import RefusalCode
from engine.requests import (
    RecordAutomaticReply,
    RecordNotice,
    RecordReply,
)
from engine.rule_ids import RuleId
from engine.ruleset import Absences

ABSENCE_DAYS_MAX = 366
"""Nobody announces a return further away: a date beyond it was misread."""


_QUALIFIED = {
    RuleId.EXIT_REPLY: RuleId.STAGE_EXIT_REPLY,
    RuleId.EXIT_MEETING: RuleId.STAGE_EXIT_MEETING,
}


def reply(turn: Turn, request: RecordReply) -> Ruling:
    """S1: the account is engaged, outreach stops for all, somebody answers today."""
    person = turn.about_whom(request.person, request.touch)
    if isinstance(person, Refused):
        return person
    received = e.ReplyReceived(
        rule=RuleId.EXIT_REPLY,
        person=person,
        touch=request.touch,
        text=request.text,
        message_id=request.message_id,
    )
    turn = exchanged(turn.then(received), person)
    numbers = _answered(turn, person, request.touch)
    for number in numbers:
        turn = engage(turn, number, person, rule=RuleId.EXIT_REPLY)
    return answer_today(turn, person, numbers[0] if numbers else 0)


def engage(turn: Turn, number: int, person: str, *, rule: RuleId) -> Turn:
    """Move an enrolment to the engaged phase; what outreach had pending is withdrawn."""
    enrolment = turn.state.enrolments[number]
    if enrolment.phase is not Phase.ENGAGED or person not in enrolment.replied:
        turn = turn.then(
            e.PhaseChanged(rule=rule, enrolment=number, phase=Phase.ENGAGED, persons=(person,))
        )
    turn = withdraw_outreach(turn, number, rule=rule, person=person)
    turn = withdraw_answered(turn, number, rule=rule)
    turn = advance_stage(turn, "qualification", rule=_QUALIFIED[rule])
    return plan(turn, number, rule=rule)


def exchanged(turn: Turn, person: str) -> Turn:
    """Note a real exchange: the hierarchy rule looks at it."""
    role = turn.state.people[person].role
    return turn.then(e.ExchangeHad(rule=RuleId.EXCHANGE, person=person, role=role))


def notice(turn: Turn, request: RecordNotice) -> Ruling:
    """S6: freeze what is planned about the same object; a notice read twice freezes once."""
    numbers = named(turn, request.enrolment)
    if isinstance(numbers, Refused):
        return numbers
    frozen = {
        hold.enrolment
        for hold in turn.state.holds.values()
        if (hold.rule, hold.reason) == (RuleId.EXIT_NOTICE, request.reference)
    }
    if numbers and frozen.issuperset(numbers):
        return turn
    turn = turn.then(e.NoticePublished(rule=RuleId.EXIT_NOTICE, reference=request.reference))
    for number in sorted(set(numbers) - frozen):
        hold = Hold(
            scope="enrolment",
            reason=request.reference,
            since_at=turn.at,
            rule=RuleId.EXIT_NOTICE,
            enrolment=number,
        )
        turn = place(turn, hold)
    return turn


def absent(turn: Turn, request: RecordAutomaticReply) -> Ruling:
    """S9: what is planned for the person waits for the day after the return."""
    person = turn.about_whom(request.person, request.touch)
    if isinstance(person, Refused):
        return person
    absences = turn.published.ruleset.absences if turn.published.ruleset else Absences()
    returns_on = request.return_on or turn.today + timedelta(days=absences.assumed_days)
    if returns_on < turn.today:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=returns_on.isoformat())
    if (returns_on - turn.today).days > ABSENCE_DAYS_MAX:
        return Refused(code=RefusalCode.OUT_OF_RANGE, detail=returns_on.isoformat())
    received = e.AutomaticReplyReceived(
        rule=RuleId.EXIT_AUTOMATIC_REPLY,
        person=person,
        touch=request.touch,
        return_on=request.return_on,
    )
    back_on = returns_on + timedelta(days=absences.resume_calendar_days_after_return)
    known_on = turn.state.people[person].not_before_on
    if request.return_on is None and known_on is not None and known_on >= back_on:
        return turn.then(received)  # it names no day: the one that was named stands
    rule = RuleId.EXIT_AUTOMATIC_REPLY
    turn = turn.then(received, e.Postponed(rule=rule, person=person, until=back_on))
    for number in turn.enrolments_of(person):
        turn = finish_if_over(return_later(turn, number, person, back_on, rule=rule), number)
    return turn


def answer_today(turn: Turn, person: str, number: int) -> Turn:
    """Open the task that says what the answer leads to, unless it waits already."""
    for task in turn.state.tasks.values():
        if (task.kind, task.person, task.enrolment) == ("after_reply", person, number):
            return turn
    opened = e.TaskOpened(
        rule=RuleId.EXIT_REPLY,
        task=turn.state.task_count + 1,
        kind="after_reply",
        due_on=turn.today,
        enrolment=number,
        person=person,
    )
    return turn.then(opened)


def named(turn: Turn, number: int) -> tuple[int, ...] | Refused:
    """Return the enrolment that is named, else all that run."""
    if not number:
        return tuple(n for n, _ in turn.running())
    return turn.against(number) or (number,)


def _answered(turn: Turn, person: str, touch: int) -> tuple[int, ...]:
    """Return the running enrolments that an answer concerns.

    Those the person takes part in; all of the account if a colleague outside them answers.
    """
    running = dict(turn.running())
    numbers = set(turn.enrolments_of(person))
    ended = turn.state.recent.get(touch)
    if ended is not None and ended[1] in running:
        numbers.add(ended[1])
    return tuple(sorted(numbers or running))
