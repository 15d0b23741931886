"""What somebody says of a sale: what it ends, and how a mistake is taken back.

    a purchase                   ends prospecting; renewal and nurturing are for clients too
    a proposition, negotiation   ends prospecting and nurturing
    prospect, qualification      ends prospecting that nobody has answered
    an opportunity (exit S7)     ends whatever runs, or the enrolment that is named

Facts that the engine itself draws from a call or a meeting end nothing here: they belong to
the enrolment in which they happened.
"""

from datetime import timedelta

from engine import events as e
from engine.account.ending import finish, finish_if_over
from engine.account.enrolling import against_person
from engine.account.exits import answer_today, named
from engine.account.progress import STAGES, become_prospect
from engine.account.standstill import come_back
from engine.account.state import SaleNews, Standstill
from engine.account.turn import Ruling, Turn
from engine.account.yielding import give_way
from engine.decision import Refused
from engine.plan import Phase, SequenceClass
from engine.refusals import RefusalCode
from engine.requests import ChangeStage, ChangeStatus, RecordOpportunity, TakeBack
from engine.rule_ids import RuleId

STATUSES = ("lead", "prospect", "client")
PURCHASES = ("contract", "invoice")

TAKEN_BACK_FOR = timedelta(days=30)
"""How long news of a sale may be taken back: a month's accounts have been closed by then."""

_NEEDS_PROSPECT = frozenset({"proposition", "negociation"})
_NEEDS_CLIENT = frozenset({"signature", "fidelisation"})
_ENDS_UNANSWERED = frozenset({"prospect", "qualification"})
_ENDS = {
    "client": (SequenceClass.PROSPECTING,),
    "proposition": (SequenceClass.PROSPECTING, SequenceClass.NURTURING),
    "negociation": (SequenceClass.PROSPECTING, SequenceClass.NURTURING),
}


def change_status(turn: Turn, request: ChangeStatus) -> Ruling:
    """Move through lead, prospect, client; client only by an act of purchase (C28.2)."""
    status = request.status
    if status not in STATUSES:
        return Refused(code=RefusalCode.STATUS_JUMP, detail=status, rule=RuleId.STATUS_GUARD)
    if status == turn.state.status:
        return turn
    if status == "client":
        return _bought(turn, request)
    if turn.state.status == "client":
        return Refused(code=RefusalCode.STATUS_JUMP, detail=status, rule=RuleId.STATUS_GUARD)
    turn = turn.then(e.StatusChanged(rule=RuleId.STATUS_ORDER, status=status))
    return _end(turn, _ended_by(turn, status), reason=status, rule=RuleId.EXIT_STATUS)


def change_stage(turn: Turn, request: ChangeStage) -> Ruling:
    """Move to a stage whose entry condition is met (C28.5)."""
    stage = request.stage
    is_early = stage in _NEEDS_PROSPECT and turn.state.status == "lead"
    is_unsigned = stage in _NEEDS_CLIENT and turn.state.status != "client"
    if stage not in STAGES or (stage != turn.state.stage and (is_early or is_unsigned)):
        return Refused(code=RefusalCode.STAGE_JUMP, detail=stage, rule=RuleId.STAGE_GUARD)
    if stage == turn.state.stage:
        return turn
    changed = e.StageChanged(rule=RuleId.STAGE_ORDER, stage=stage, reason=request.reason)
    turn = turn.then(changed)
    return _end(turn, _ended_by(turn, stage), reason=stage, rule=RuleId.EXIT_STAGE)


def opportunity(turn: Turn, request: RecordOpportunity) -> Ruling:
    """S7: a colleague took it up; the enrolments end."""
    numbers = named(turn, request.enrolment)
    if isinstance(numbers, Refused):
        return numbers
    turn = turn.then(e.OpportunityTaken(rule=RuleId.EXIT_OPPORTUNITY, reference=request.reference))
    turn = become_prospect(turn, rule=RuleId.EXIT_OPPORTUNITY)
    return _end(turn, numbers, reason="opportunity", rule=RuleId.EXIT_OPPORTUNITY)


def take_back(turn: Turn, request: TakeBack) -> Ruling:
    """Put status and stage back as they were; what the mistake ended goes on where it can."""
    news = turn.state.sale
    if news is None or turn.at > news.at + TAKEN_BACK_FOR:
        return Refused(code=RefusalCode.NOTHING_TO_TAKE_BACK, rule=RuleId.SALE_TAKEN_BACK)
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED, rule=RuleId.SALE_TAKEN_BACK)
    rule = RuleId.SALE_TAKEN_BACK
    if news.rule == RuleId.STAGE_ORDER:
        turn = turn.then(e.StageChanged(rule=rule, stage=news.stage))
    elif news.status != turn.state.status:
        turn = turn.then(e.StatusChanged(rule=rule, status=news.status))
    for number in news.ended:
        if _may_go_on(turn, number):
            turn = _reopen(turn, number, news)
    return turn.then(e.SaleTakenBack(rule=rule, news=news.rule, reason=request.reason))


def _bought(turn: Turn, request: ChangeStatus) -> Ruling:
    signed_on, is_proof = request.signed_on, request.evidence in PURCHASES
    if not (is_proof and request.reference and signed_on is not None and signed_on <= turn.today):
        return Refused(code=RefusalCode.PURCHASE_REQUIRED, rule=RuleId.STATUS_PURCHASE)
    if turn.state.status == "lead":
        turn = turn.then(e.StatusChanged(rule=RuleId.STATUS_PURCHASE, status="prospect"))
    changed = e.StatusChanged(
        rule=RuleId.STATUS_PURCHASE,
        status="client",
        evidence=request.evidence,
        reference=request.reference,
        signed_on=signed_on,
    )
    turn = turn.then(changed)
    return _end(turn, _ended_by(turn, "client"), reason="purchase", rule=RuleId.EXIT_PURCHASE)


def _ended_by(turn: Turn, news: str) -> tuple[int, ...]:
    """Return the running enrolments that a status or stage ends."""
    return tuple(
        number
        for number, enrolment in turn.running()
        if enrolment.sequence_class in _ENDS.get(news, ())
        or (
            news in _ENDS_UNANSWERED
            and enrolment.sequence_class == SequenceClass.PROSPECTING
            and enrolment.phase is Phase.OUTREACH
        )
    )


def _end(turn: Turn, numbers: tuple[int, ...], *, reason: str, rule: RuleId) -> Turn:
    for number in numbers:
        turn = finish(turn, number, reason=reason, rule=rule, may_go_on=True)
    return turn


def _may_go_on(turn: Turn, number: int) -> bool:
    """Whether an enrolment that had ended could begin with its people today."""
    enrolment = turn.state.enrolments[number]
    return not any(
        against_person(
            turn,
            person,
            role,
            domain=enrolment.about.domain,
            sequence_class=enrolment.sequence_class,
        )
        for role, person in enrolment.participants.items()
    )


def _reopen(turn: Turn, number: int, news: SaleNews) -> Turn:
    """Go on: the days since the end count as a standstill."""
    rule = RuleId.SALE_TAKEN_BACK
    enrolment = turn.state.enrolments[number]
    turn = turn.then(e.EnrolmentReopened(rule=rule, enrolment=number, campaign=enrolment.campaign))
    ended = Standstill(since_at=news.at, counted_days=enrolment.stood_days_of(""))
    turn = come_back(turn, number, ended, rule=rule)
    is_ahead = any(touch.enrolment == number for touch in turn.state.touches.values())
    if enrolment.phase is Phase.ENGAGED and enrolment.replied and not is_ahead:
        turn = answer_today(turn, enrolment.replied[-1], number)
    return finish_if_over(give_way(turn, number), number)
