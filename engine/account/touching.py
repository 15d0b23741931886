"""Touches planned or left out by hand."""

from msgspec.structs import replace

from engine import events as e
from engine.account.drafts import manual_step, movable_of
from engine.account.due import is_begun
from engine.account.enrolling import cooling_after_refusal
from engine.account.ground import anchors_of, fixed_contacts, terms_of
from engine.account.hierarchy import has_exchange, is_elected
from engine.account.planning import plan
from engine.account.state import UNDER_WAY
from engine.account.turn import Ruling, Turn
from engine.account.waiting import after_step
from engine.cadence import TouchDraft, lay_out
from engine.decision import Refused
from engine.plan import StepKind
from engine.refusals import RefusalCode
from engine.requests import AddTouch, SkipTouch
from engine.rule_ids import RuleId
from engine.values import Slot


def add(turn: Turn, request: AddTouch) -> Ruling:
    """Plan one touch by hand, within the rules; the hierarchy rule can be overridden, audited."""
    refusal = _against(turn, request)
    if refusal is not None:
        return refusal
    position = turn.state.people[request.person]
    role = request.role or position.role
    overrides = is_elected(turn, role, position.role) and not has_exchange(
        turn, turn.domain_of(request.enrolment, request.person)
    )
    if overrides and not request.override_reason:
        return Refused(
            code=RefusalCode.HIERARCHY, detail=request.person, rule=RuleId.HIERARCHY_ELECTED
        )
    if _is_planned(turn, request):
        return turn
    slot = _slot(turn, request, role)
    if slot is None:
        return Refused(code=RefusalCode.CAP_REACHED, detail=request.on.isoformat())
    enrolment = turn.state.enrolments[request.enrolment]
    planned = e.TouchPlanned(
        rule=RuleId.HIERARCHY_OVERRIDDEN if overrides else RuleId.TOUCH_ORDER,
        touch=turn.state.touch_count + 1,
        enrolment=request.enrolment,
        step="",
        step_index=-1,
        channel=request.channel,
        phase=enrolment.phase,
        slot=slot,
        role=role,
        person=request.person,
        is_contact=manual_step(request.channel).kind is StepKind.CONTACT,
        reason=request.override_reason or request.reason,
        message=request.message,
    )
    return plan(turn.then(planned), request.enrolment, rule=RuleId.TOUCH_ORDER)


def skip(turn: Turn, request: SkipTouch) -> Ruling:
    """Leave a touch out, with its reason; what is in flight cannot be left out any more."""
    touch = turn.state.touches.get(request.touch)
    if not 1 <= request.touch <= turn.state.touch_count:
        return Refused(code=RefusalCode.UNKNOWN_TOUCH, detail=str(request.touch))
    if touch is None or touch.status in UNDER_WAY:
        return Refused(code=RefusalCode.ALREADY_CLOSED, detail=str(request.touch))
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    for n, task in tuple(turn.state.tasks.items()):
        if task.touch == request.touch:
            turn = turn.then(e.TaskWithdrawn(rule=RuleId.SKIP_ORDER, task=n))
    skipped = e.TouchSkipped(rule=RuleId.SKIP_ORDER, touch=request.touch, reason=request.reason)
    return after_step(turn.then(skipped), touch.enrolment)


def _against(turn: Turn, request: AddTouch) -> Refused | None:
    refusal = turn.against(request.enrolment) or _against_person(turn, request)
    if refusal is not None:
        return refusal
    if not is_begun(turn.state.enrolments[request.enrolment]):
        return Refused(code=RefusalCode.NOT_OPEN, detail=str(request.enrolment))
    messages = turn.sequence(request.enrolment).messages
    if request.channel.is_automatic and request.message not in messages:
        return Refused(code=RefusalCode.UNKNOWN_MESSAGE, detail=request.message)
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    if request.on < turn.today:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=request.on.isoformat())
    return None


def _against_person(turn: Turn, request: AddTouch) -> Refused | None:
    position = turn.state.people.get(request.person)
    if position is None or position.is_gone:
        return Refused(code=RefusalCode.UNKNOWN_PERSON, detail=request.person)
    if position.stopped_by:
        return Refused(code=RefusalCode.SUPPRESSED, detail=request.person)
    if request.channel.needs_point and not position.live_points(request.channel):
        return Refused(code=RefusalCode.NO_CONTACT_POINT, detail=request.person)
    return cooling_after_refusal(turn, request.person)


def _is_planned(turn: Turn, request: AddTouch) -> bool:
    """Whether the same touch was asked for before and is still to come."""
    return any(
        touch.step_index < 0
        and (touch.enrolment, touch.person) == (request.enrolment, request.person)
        and (touch.channel, touch.slot.asked.on) == (request.channel, request.on)
        for touch in turn.state.touches.values()
    )


def _slot(turn: Turn, request: AddTouch, role: str) -> Slot | None:
    """Return where the touch lands: what is only planned makes way for an order."""
    making_way = frozenset(movable_of(turn, request.enrolment))
    draft = TouchDraft(
        step_index=-1,
        step=manual_step(request.channel),
        role=role,
        person=request.person,
        lands_again=request.on == turn.today,
    )
    sequence = turn.sequence(request.enrolment)
    terms = terms_of(turn.state, request.enrolment, sequence, turn.at)
    anchors = anchors_of(turn.state, turn.state.enrolments[request.enrolment], sequence)
    (placement,) = lay_out(
        [draft],
        anchors=replace(anchors, start_on=request.on),
        fixed_contacts=fixed_contacts(turn.state, leaving_out=making_way),
        terms=replace(terms, shift_days=0, stood_days={}),  # asked for a day of its own
        ruleset=turn.ruleset,
    )
    return placement.slot
