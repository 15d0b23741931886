"""Orders to a whole campaign: it stands still, goes on, or ends.

The enrolments hear of it in slices, as they hear of the opening; the last order counts, and
whoever had not heard of the one before loses nothing by it.
"""

from datetime import date

from msgspec.structs import replace

from engine import events as e
from engine.campaign_state import Campaign, CampaignHold, Enrolments, OrderTelling, slices_of
from engine.decision import Events, Nothing, Outcome, Refused
from engine.refusals import RefusalCode
from engine.requests import CloseCampaign, PauseCampaign
from engine.rule_ids import RuleId

PAUSED, RESUMED, CLOSED = "paused", "resumed", "closed"


def pause(state: Campaign, request: PauseCampaign, today: date) -> Outcome:
    """Let every enrolment stand still, until a day or until somebody resumes it."""
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    if request.until is not None and request.until <= today:
        return Refused(code=RefusalCode.INSTANT_PAST, detail=request.until.isoformat())
    if holding(state, today) == CampaignHold(request.reason, request.until):
        return Nothing()
    paused = e.CampaignPaused(
        rule=RuleId.HOLD_CAMPAIGN,
        reason=request.reason,
        until=request.until,
        enrolments=_first(state),
    )
    return Events(events=(paused,))


def resume(state: Campaign, today: date) -> Outcome:
    """Let every enrolment go on."""
    if holding(state, today) is None:
        return Nothing()
    resumed = e.CampaignResumed(rule=RuleId.HOLD_LIFTED, enrolments=_first(state))
    return Events(events=(resumed,))


def close(state: Campaign, request: CloseCampaign, today: date) -> Outcome:
    """End every enrolment that runs, each account with its dated next point."""
    if not request.reason:
        return Refused(code=RefusalCode.REASON_REQUIRED)
    closed = e.CampaignClosed(
        rule=RuleId.CAMPAIGN_CLOSED,
        reason=request.reason,
        closed_on=today,
        enrolments=_first(state),
    )
    undone = tuple(
        e.TaskWithdrawn(rule=RuleId.CAMPAIGN_CLOSED, task=task)
        for task, work in state.preparation.items()
        if not work.is_done
    )
    return Events(events=(closed, *undone))


def tell(telling: OrderTelling) -> Outcome:
    """Let the next slice of enrolments hear of the last order."""
    told = e.EnrolmentsTold(
        rule=RuleId.CAMPAIGN_ORDER,
        order=telling.order,
        reason=telling.reason,
        until=telling.until,
        enrolments=telling.slices[0],
    )
    return Events(events=(told,))


def tell_again(state: Campaign, enrolment: tuple[str, int], hold: CampaignHold | None) -> Outcome:
    """Let an enrolment that goes on after all hear of the order that stands, if one does.

    It had ended when the others heard, and an order means nothing to what has ended.
    """
    if state.closed_on is None and hold is None:
        return Nothing()
    told = e.EnrolmentsTold(
        rule=RuleId.CAMPAIGN_ORDER,
        order=CLOSED if state.closed_on else PAUSED,
        reason=hold.reason if hold else "",
        until=hold.until if hold else None,
        enrolments=(enrolment,),
    )
    return Events(events=(told,))


def holding(state: Campaign, today: date) -> CampaignHold | None:
    """Return what holds a campaign on a day; None if nothing does, or not any more."""
    hold = state.hold
    is_over = hold is not None and hold.until is not None and hold.until <= today
    return None if is_over else hold


def told_to(
    state: Campaign, order: str, *, reason: str = "", until: date | None = None
) -> Campaign:
    """Return a campaign of which all but the first slice must still hear of an order."""
    rest = slices_of(state)[1:]
    telling = OrderTelling(order=order, slices=rest, reason=reason, until=until) if rest else None
    return replace(state, telling=telling, order_count=state.order_count + 1)


def told_slice(state: Campaign, enrolments: Enrolments) -> Campaign:
    """Return a campaign of which one slice more has heard, unless these heard again."""
    telling = state.telling
    if telling is None or enrolments != telling.slices[0]:
        return state
    rest = telling.slices[1:]
    return replace(state, telling=replace(telling, slices=rest) if rest else None)


def _first(state: Campaign) -> tuple[tuple[str, int], ...]:
    slices = slices_of(state)
    return slices[0] if slices else ()
