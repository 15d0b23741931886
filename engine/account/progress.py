"""How far the account has come: milestones, status, stage, the vote, values."""

from datetime import timedelta

from engine import events as e
from engine.account.due import silence_due_at
from engine.account.ending import finish_if_over
from engine.account.evolve import SILENCE
from engine.account.planning import plan
from engine.account.state import KnownVote
from engine.account.turn import Ruling, Turn
from engine.account.waiting import BROKEN, supplied
from engine.decision import Refused
from engine.refusals import RefusalCode
from engine.requests import RecordVote, SetValues
from engine.rule_ids import RuleId
from engine.ruleset import budget_year_of
from engine.texts import first_unwritable

VOTE_AHEAD_FOR = timedelta(days=731)
"""Further ahead nobody announces a vote."""

STAGES = (
    "identification",
    "prise_de_contact",
    "qualification",
    "proposition",
    "negociation",
    "signature",
    "fidelisation",
)
"""The stages of the B2B cycle, in order."""


def advance_stage(turn: Turn, stage: str, *, rule: RuleId) -> Turn:
    """Move to a stage that facts have reached; never back."""
    if STAGES.index(stage) <= STAGES.index(turn.state.stage):
        return turn
    return turn.then(e.StageChanged(rule=rule, stage=stage))


def become_prospect(turn: Turn, *, rule: RuleId) -> Turn:
    """Make a lead a prospect; others stay what they are."""
    if turn.state.status != "lead":
        return turn
    return turn.then(e.StatusChanged(rule=rule, status="prospect"))


def ask_about_silence(turn: Turn) -> Turn:
    """Open a task about a prospect with nothing ahead, once until something happens (C14.2)."""
    at = silence_due_at(turn.state)
    if at is None or at > turn.at:
        return turn
    opened = e.TaskOpened(
        rule=RuleId.SILENCE_PROSPECT,
        task=turn.state.task_count + 1,
        kind=SILENCE,
        due_on=turn.today,
    )
    return turn.then(opened)


def record_vote(turn: Turn, request: RecordVote) -> Ruling:
    """Take note of a vote's day, held or announced; what is ahead and counted from it moves."""
    day, of_day = request.vote_on, budget_year_of(request.vote_on)
    year = request.budget_year or of_day
    if abs(year - of_day) > 1 or day > turn.today + VOTE_AHEAD_FOR:
        return Refused(code=RefusalCode.OUT_OF_RANGE, detail=f"{day.isoformat()}, {year}")
    known, is_observed = turn.state.votes.get(year), day <= turn.today
    if known is not None and known.is_observed and not is_observed:
        return Refused(code=RefusalCode.ALREADY_CLOSED, detail=f"{year}, {known.on.isoformat()}")
    if known == KnownVote(day, is_observed=is_observed):
        return turn
    kind = e.VoteObserved if is_observed else e.VoteAnnounced
    turn = turn.then(kind(rule=RuleId.ANCHOR_VOTE, vote_on=day, budget_year=year))
    for number, _ in turn.running():
        turn = finish_if_over(plan(turn, number, rule=RuleId.ANCHOR_VOTE), number)
    return turn


def set_values(turn: Turn, request: SetValues) -> Ruling:
    """Set values of the account; touches that lacked one, or broke on it, land again."""
    fault = first_unwritable(request.values)
    if fault:
        return Refused(code=RefusalCode.UNWRITABLE, detail=fault)
    if turn.state.values | request.values != turn.state.values:
        turn = turn.then(e.ValuesSet(rule=RuleId.VALUES_ORDER, values=request.values))
    for number, enrolment in turn.running():
        broken = _broken_on(turn, number) & enrolment.values.keys()
        better = {name: text for name, text in request.values.items() if name in broken}
        if better != {name: enrolment.values[name] for name in better}:
            turn = turn.then(e.ValuesSet(rule=RuleId.VALUES_ORDER, values=better, enrolment=number))
    if not turn.events:
        return turn
    for number, _ in turn.running():
        turn = supplied(turn, number, rule=RuleId.VALUES_SUPPLIED, names=request.values)
    return turn


def _broken_on(turn: Turn, number: int) -> set[str]:
    """Return the values on which a message of the enrolment broke, its own among them."""
    return {
        name
        for touch in turn.state.touches.values()
        if touch.enrolment == number and touch.blocked_by in BROKEN
        for name in touch.waits_for
    }
