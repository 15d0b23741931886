"""Land one bundle of touches: try days until every rule permits one.

A bundle lands first as if nobody were late; only then is that compared with now.  So
planning again without news changes nothing, see docs/decisions/0041.
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from engine.cadence.anchors import Demand
from engine.cadence.bundles import Bundle
from engine.cadence.calendars import DAY, Calendars, covered
from engine.cadence.contacts import Addressee, Board
from engine.cadence.days import SEARCH_DAYS, DayRules, refusal
from engine.cadence.touches import TouchDraft
from engine.cadence.windows import (
    Hours,
    Opening,
    agreed_hours,
    hours_on,
    is_open_always,
    latest,
    weekdays,
)
from engine.plan import Landing
from engine.rule_ids import RuleId
from engine.values import Move, Slot


class Ground(Struct, frozen=True, gc=False, kw_only=True):
    """What all landings of one layout share."""

    board: Board
    calendars: Calendars
    now_at: datetime
    is_resuming: bool = False


class Load(Struct, frozen=True, gc=False, kw_only=True):
    """What lands together, and what binds it beside the rules."""

    bundle: Bundle
    demands: Sequence[Demand]  # one for each member, in order
    addressee: Addressee
    first: "BundleSlot | None" = None  # where the first person of its step landed
    first_on: date | None = None  # when that person is contacted, where it stands already
    stands: Slot | None = None  # the slot it goes on from, whatever it asks for
    earliest_on: date | None = None  # no standstill leaves it an earlier day


class BundleSlot(Struct, frozen=True, gc=False, kw_only=True):
    """Where a bundle lands: one day, hours for each member, and what led there."""

    on: date
    hours: tuple[Hours, ...]
    moves: tuple[Move, ...]
    is_passed: bool = False  # it lies before now, and nobody asked to land it again


class _Trial(Struct, frozen=True, gc=False, kw_only=True):
    """A day being tried, and what led to it."""

    on: date
    moves: tuple[Move, ...] = ()

    def moved(self, move: Move) -> "_Trial":
        """Return the trial after one more move."""
        return _Trial(on=move.to_on, moves=(*self.moves, move))

    def raised(self, day: date | None, rule: str) -> "_Trial":
        """Return the trial no earlier than `day`."""
        return self if day is None or day <= self.on else self.moved(Move(rule, day))


def land(load: Load, ground: Ground) -> BundleSlot | None:
    """Return where a load lands, or `None` where no day within reach takes it."""
    if load.bundle.is_agreed:
        return _agreed(load, ground)
    natural = _settled(_start(load, ground), load, ground, late_at=None)
    if natural is None:
        return None
    slot = _not_before_now(_with_delay_named(natural, load, ground), load, ground)
    if slot is not None and _is_too_late(slot, load):
        return replace(slot, is_passed=True)
    return slot


def _agreed(load: Load, ground: Ground) -> BundleSlot:
    demand = load.demands[0]
    agreed_at = demand.floor_at if demand.is_exact else demand.anchor_at
    hours = agreed_hours(demand.asked.on, agreed_at, ground.calendars)
    slot = BundleSlot(on=demand.asked.on, hours=(hours,), moves=())
    is_over = hours.closes_at <= ground.now_at
    is_kept = load.bundle.lands_again or _before(load) is not None
    return replace(slot, is_passed=is_over and not is_kept)


def _start(load: Load, ground: Ground) -> _Trial:
    if load.stands is not None:
        trial = _Trial(on=load.stands.on, moves=load.stands.moves)
    elif load.first is not None:
        trial = _Trial(on=load.first.on, moves=load.first.moves)
    else:
        trial = _Trial(on=load.bundle.asked_on(load.demands))
        trial = trial.raised(load.first_on, RuleId.ORDER_FIRST_PERSON)
    trial = trial.raised(load.earliest_on, RuleId.PLAN_STOOD_STILL)
    trial = trial.raised(ground.board.group_on(load.addressee), RuleId.GROUP_TOGETHER)
    for member in load.bundle.members:
        if member.not_before_at is not None:
            day = covered(member.not_before_at).astimezone(ground.calendars.zone).date()
            trial = trial.raised(day, member.not_before_rule or RuleId.WINDOW_HOURS)
    return trial


def _settled(
    trial: _Trial, load: Load, ground: Ground, *, late_at: datetime | None
) -> BundleSlot | None:
    rules = _day_rules(load.bundle, ground)
    last = trial.on + SEARCH_DAYS * DAY
    while trial.on <= last:
        move = _refusal(trial.on, load, rules, ground)
        if move is None:
            hours = _hours(trial.on, load, ground, late_at=late_at)
            if hours is not None:
                return BundleSlot(on=trial.on, hours=hours, moves=trial.moves)
            move = Move(
                _delay_rule(load) if late_at is None else RuleId.WINDOW_PASSED, trial.on + DAY
            )
        trial = trial.moved(move)
    return None


def _day_rules(bundle: Bundle, ground: Ground) -> DayRules | None:
    ruleset = ground.calendars.ruleset
    windows = [member.step.window for member in bundle.members]
    bound = [window for window in windows if not is_open_always(window, ruleset)]
    if not bound:
        return None
    days = [weekdays(window, ruleset) or frozenset() for window in bound]
    return DayRules(
        weekdays=frozenset.intersection(*days),
        avoids_holidays=bundle.is_contact
        and any(member.step.avoids_holidays for member in bundle.members),
    )


def _refusal(day: date, load: Load, rules: DayRules | None, ground: Ground) -> Move | None:
    move = refusal(day, rules, calendars=ground.calendars) if rules is not None else None
    if move is None and load.bundle.is_contact:
        move = ground.board.refusal(day, load.addressee)
    return move


def _hours(
    day: date, load: Load, ground: Ground, *, late_at: datetime | None
) -> tuple[Hours, ...] | None:
    found: list[Hours] = []
    for member, demand in zip(load.bundle.members, load.demands, strict=True):
        hours = hours_on(
            day,
            replace(
                _opening(day, member, demand, load, ground),
                opens_after_at=late_at if ground.is_resuming else None,
            ),
            not_before_at=latest(member.not_before_at, late_at, _stood_at(day, member, load)),
            calendars=ground.calendars,
        )
        if hours is None:
            return None
        found.append(hours)
    return tuple(found)


def _stood_at(day: date, member: TouchDraft, load: Load) -> datetime | None:
    """Return the hour of a touch that stands on a day: it is not drawn back from there."""
    if load.stands is None or member.planned is None or member.planned.on != day:
        return None
    return member.planned.due_at


def _opening(day: date, member: TouchDraft, demand: Demand, load: Load, ground: Ground) -> Opening:
    step = member.step
    alternates = step.window in ground.calendars.ruleset.alternating_windows
    return Opening(
        window=step.window,
        landing=Landing.ASAP if demand.is_exact else step.landing,
        floor_at=demand.floor_at,
        anchor_at=demand.anchor_at,
        previous_half=ground.board.previous_half(day, load.addressee.person) if alternates else "",
    )


def _with_delay_named(slot: BundleSlot, load: Load, ground: Ground) -> BundleSlot:
    """Record a delay that moved the hour only: its rule would stay unseen otherwise."""
    rules = {move.rule for move in slot.moves}
    bare = load.bundle.without_delay()
    rule = _delay_rule(load)
    if bare == load.bundle or rule in rules:
        return slot
    hours = _hours(slot.on, replace(load, bundle=bare), ground, late_at=None)
    if hours == slot.hours:
        return slot
    return replace(slot, moves=(*slot.moves, Move(rule, slot.on)))


def _not_before_now(natural: BundleSlot, load: Load, ground: Ground) -> BundleSlot | None:
    now_at = ground.now_at
    goes_on = ground.is_resuming and (load.stands is not None or load.bundle.lands_again)
    if goes_on and any(hours.due_at <= now_at for hours in natural.hours):
        return _after_standstill(natural, load, ground)
    if all(hours.due_at >= now_at for hours in natural.hours):
        return natural
    left = _hours(natural.on, load, ground, late_at=now_at)
    before = _before(load)
    if left is not None:
        return replace(natural, hours=left, moves=_moves_today(natural, before, load, now_at))
    if before is not None:
        trial = _Trial(on=before.on, moves=before.moves)
    elif load.bundle.lands_again:
        trial = _Trial(on=natural.on, moves=natural.moves)
    else:
        return replace(natural, is_passed=True)
    today = now_at.astimezone(ground.calendars.zone).date()
    return _settled(trial.raised(today, RuleId.WINDOW_PASSED), load, ground, late_at=now_at)


def _after_standstill(natural: BundleSlot, load: Load, ground: Ground) -> BundleSlot | None:
    """Land what is late at the next opening: nothing happens because its hours are open now."""
    today = ground.now_at.astimezone(ground.calendars.zone).date()
    move = Move(RuleId.PLAN_STOOD_STILL, max(natural.on, today))
    *earlier, last = natural.moves or (move,)
    moves = tuple(earlier) if last.rule == RuleId.PLAN_STOOD_STILL else natural.moves
    trial = _Trial(on=natural.on, moves=moves).moved(move)
    return _settled(trial, load, ground, late_at=ground.now_at)


def _moves_today(
    natural: BundleSlot, before: Slot | None, load: Load, now_at: datetime
) -> tuple[Move, ...]:
    """Return what led to hours of the day of landing that are left, its first being gone."""
    if before is not None and before.on == natural.on:
        moves, is_late = before.moves, before.closes_at <= now_at
    else:
        closes_at = min(hours.closes_at for hours in natural.hours)
        moves, is_late = natural.moves, load.bundle.lands_again and closes_at <= now_at
    return (*moves, Move(RuleId.WINDOW_PASSED, natural.on)) if is_late else moves


def _before(load: Load) -> Slot | None:
    """Return the slot the bundle has so far, while it asks for the same."""
    for member, demand in zip(load.bundle.members, load.demands, strict=True):
        if member.planned is not None and member.planned.asked == demand.asked:
            return member.planned
    return None


def _is_too_late(slot: BundleSlot, load: Load) -> bool:
    """Say whether what was asked for before its anchor would come after it."""
    stood = any(move.rule == RuleId.PLAN_STOOD_STILL for move in slot.moves)
    pairs = zip(load.bundle.members, load.demands, slot.hours, strict=True)
    return any(
        member.step.offset.count < 0
        and not (stood and demand.is_shifted)
        and (slot.on > demand.asked.anchor_on or _is_after(hours.due_at, demand.anchor_at))
        for member, demand, hours in pairs
    )


def _is_after(instant_at: datetime, anchor_at: datetime | None) -> bool:
    return anchor_at is not None and instant_at >= anchor_at


def _delay_rule(load: Load) -> str:
    rules = [member.not_before_rule for member in load.bundle.members if member.not_before_rule]
    return rules[0] if rules else RuleId.WINDOW_HOURS
