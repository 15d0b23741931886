"""Place the touches of one enrolment: what each asks, what moves it, where it lands.

Total: every touch wanted gets a slot or the rule by which it has none; nothing raises.
The order of placing is fixed: agreed dates, then by the day asked, the number of the
step and the order of roles, then the following persons of each step.
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec.structs import replace

from engine.cadence.anchors import Demand, Facts, demand
from engine.cadence.bundles import Bundle, StepOrder, bundles_of, placing_order, step_order
from engine.cadence.calendars import Calendars, calendars_at, covered
from engine.cadence.contacts import Board, addressee_of
from engine.cadence.landing import BundleSlot, Ground, Load, land
from engine.cadence.shape import Shape, before_standstills, is_moved_by_standstill, later_by
from engine.cadence.touches import Anchors, FixedContact, LayoutTerms, Placement, TouchDraft
from engine.cadence.windows import Hours, half_of, weekdays
from engine.plan import AnchorKind, StepKind
from engine.rule_ids import RuleId
from engine.ruleset import Ruleset
from engine.values import Channel, Move, Slot


def lay_out(
    drafts: Sequence[TouchDraft],
    *,
    anchors: Anchors,
    fixed_contacts: Sequence[FixedContact],
    terms: LayoutTerms,
    ruleset: Ruleset,
) -> tuple[Placement, ...]:
    """Return a placement for each draft, in the order of steps.

    Args:
        drafts: Touches of one enrolment, in any order: the answer is the same.
        anchors: What steps are counted from.
        fixed_contacts: Contacts of the whole account that stand, in any order.
        terms: Whose enrolment, where, since when.
        ruleset: Calendars, windows and caps.

    Returns:
        Ordered by step index, place among the persons of the step, role.  Without a slot
        by one of these rules: `anchor.unknown` (what it is counted from is not known),
        `anchor.passed` (it would land before now), `window.unknown` (the ruleset has no
        such window), `window.never` (no day within 400 takes it), `date.out_of_range`,
        `zone.unknown`.
    """
    calendars = calendars_at(terms.locality, ruleset)
    if calendars is None:
        ordered = sorted(drafts, key=step_order)
        return tuple(_omitted(draft, RuleId.ZONE_UNKNOWN) for draft in ordered)
    return _Layout(
        drafts, anchors=anchors, fixed_contacts=fixed_contacts, terms=terms, calendars=calendars
    ).run()


class _Layout:
    """One layout under way."""

    def __init__(
        self,
        drafts: Sequence[TouchDraft],
        *,
        anchors: Anchors,
        fixed_contacts: Sequence[FixedContact],
        terms: LayoutTerms,
        calendars: Calendars,
    ) -> None:
        self._terms = terms
        self._calendars = calendars
        self._planned: dict[str, datetime] = {}
        self._facts = Facts(
            anchors=anchors, terms=terms, calendars=calendars, planned=self._planned
        )
        board = Board(fixed_contacts, terms=terms, calendars=calendars)
        self._ground = Ground(
            board=board,
            calendars=calendars,
            now_at=covered(terms.now_at),
            is_resuming=terms.is_resuming,
        )
        self._shape = Shape(calendars)
        self._waiting = bundles_of(drafts, calendars.ruleset)
        self._keepers = _keepers(drafts)
        self._demands: dict[StepOrder, Demand] = {}
        self._firsts: dict[int, BundleSlot | None] = {}
        self._placements: list[Placement] = []

    def run(self) -> tuple[Placement, ...]:
        """Place bundle after bundle; what still waits at the end waits for itself."""
        self._ask()
        while ready := [bundle for bundle in self._waiting if self._is_ready(bundle)]:
            bundle = min(ready, key=self._turn)
            self._waiting.remove(bundle)
            self._place(bundle)
            self._ask()
        for bundle in self._waiting:
            for draft in bundle.members:
                self._omit(draft, RuleId.ANCHOR_UNKNOWN)
        return tuple(sorted(self._placements, key=lambda placed: step_order(placed.draft)))

    def _ask(self) -> None:
        """Find what each waiting touch asks for, once its anchor is settled."""
        bundles = self._waiting
        self._waiting = []
        for bundle in bundles:
            kept = tuple(draft for draft in bundle.members if self._can_ask(draft))
            if len(kept) == len(bundle.members):
                self._waiting.append(bundle)
            elif kept:
                self._waiting.append(replace(bundle, members=kept))

    def _can_ask(self, draft: TouchDraft) -> bool:
        if step_order(draft) in self._demands or self._awaits_step(draft):
            return True
        answer: Demand | RuleId = RuleId.WINDOW_UNKNOWN
        if weekdays(draft.step.window, self._calendars.ruleset) is not None:
            answer = demand(draft.step, self._facts, person=draft.person)
        if answer is RuleId.ANCHOR_UNKNOWN and draft.lands_again and draft.planned is not None:
            answer = Demand(asked=draft.planned.asked)  # it asked once, and what it asked stands
        if draft.step_index < 0 and draft.planned is not None:
            answer = Demand(asked=draft.planned.asked)  # by hand: for a day of its own
        if isinstance(answer, str):
            self._omit(draft, answer)
            return False
        self._demands[step_order(draft)] = answer
        return True

    def _awaits_step(self, draft: TouchDraft) -> bool:
        anchor = draft.step.anchor
        if anchor.kind is not AnchorKind.STEP or anchor.step in self._facts.anchors.done:
            return False
        return anchor.step in self._keepers

    def _is_ready(self, bundle: Bundle) -> bool:
        return all(step_order(draft) in self._demands for draft in bundle.members)

    def _turn(self, bundle: Bundle) -> tuple[int, date, datetime | date, StepOrder]:
        return placing_order(bundle, self._demands_of(bundle))

    def _demands_of(self, bundle: Bundle) -> tuple[Demand, ...]:
        return tuple(self._demands[step_order(draft)] for draft in bundle.members)

    def _place(self, bundle: Bundle) -> None:
        load = self._load(bundle)
        landed = land(load, self._ground)
        if not bundle.follower:
            self._firsts.update((draft.step_index, landed) for draft in bundle.members)
        if landed is not None and bundle.stood is not None:
            self._shape.add(bundle.stood, landed.on)
        if landed is None:
            for draft in bundle.members:
                self._omit(draft, RuleId.WINDOW_NEVER)
            return
        for draft, asking, hours in zip(bundle.members, load.demands, landed.hours, strict=True):
            self._settle_step(draft, hours.due_at)
            if landed.is_passed:
                self._placements.append(_omitted(draft, RuleId.ANCHOR_PASSED))
                continue
            moves = _own_moves(asking, bundle.asked_on(load.demands)) + landed.moves
            self._put(draft, _slot(asking, landed, hours, moves), is_agreed=bundle.is_agreed)

    def _load(self, bundle: Bundle) -> Load:
        lead = bundle.members[0]
        follows = bool(bundle.follower)
        demands = self._demands_of(bundle)
        stands, earliest_on = self._stands(bundle, demands)
        return Load(
            bundle=bundle,
            demands=demands,
            addressee=addressee_of(lead, self._terms),
            first=self._firsts.get(lead.step_index) if follows else None,
            first_on=self._first_on(lead.step.id) if follows else None,
            stands=stands,
            earliest_on=earliest_on,
        )

    def _stands(
        self, bundle: Bundle, demands: tuple[Demand, ...]
    ) -> tuple[Slot | None, date | None]:
        """Return from which slot a bundle goes on, and the first day standstills leave it."""
        if bundle.stood is not None:
            earliest_on = self._shape.earliest_on(bundle.stood, bundle.stood_days)
            is_later = earliest_on > bundle.stood.on
            return (before_standstills(bundle.stood) if is_later else bundle.stood), earliest_on
        for draft, asking in zip(bundle.members, demands, strict=True):
            slot = draft.planned
            if slot is not None and slot.asked == asking.asked and is_moved_by_standstill(slot):
                return slot, None
        return None, self._shifted_on(bundle, demands)

    def _shifted_on(self, bundle: Bundle, demands: tuple[Demand, ...]) -> date | None:
        stood = self._terms.stood_days
        days = stood.get("", 0) + max(
            (stood.get(draft.person, 0) for draft in bundle.members if draft.person), default=0
        )
        if not days or not any(asking.is_shifted for asking in demands):
            return None
        return later_by(bundle.asked_on(demands), days, calendars=self._calendars)

    def _first_on(self, step: str) -> date | None:
        """Return when the first person of a step is contacted, where that stands already."""
        done_at = self._facts.anchors.done.get(step)
        if done_at is not None:
            return self._facts.local_on(done_at)
        return self._ground.board.first_person_on(step)

    def _put(self, draft: TouchDraft, slot: Slot, *, is_agreed: bool) -> None:
        self._placements.append(Placement(draft=draft, slot=slot))
        if draft.step.kind is not StepKind.CONTACT:
            return
        is_call = draft.step.channel is Channel.CALL
        contact = FixedContact(
            on=slot.on,
            person=draft.person,
            role=draft.role,
            enrolment=self._terms.enrolment,
            is_agreed=is_agreed,
            group=draft.step.group,
            channel=draft.step.channel,
            window_half=half_of(slot.due_at, self._calendars) if is_call else "",
            step=draft.step.id,
            follower=draft.follower,
        )
        self._ground.board.add(contact)

    def _omit(self, draft: TouchDraft, rule: RuleId) -> None:
        self._placements.append(_omitted(draft, rule))
        self._settle_step(draft, None)

    def _settle_step(self, draft: TouchDraft, due_at: datetime | None) -> None:
        """Let the steps that are counted from this one ask for their day."""
        if self._keepers.get(draft.step.id) != step_order(draft):
            return
        del self._keepers[draft.step.id]
        if due_at is not None:
            self._planned[draft.step.id] = due_at


def _keepers(drafts: Sequence[TouchDraft]) -> dict[str, StepOrder]:
    """Return which touch gives each step its planned instant: the first of several."""
    keepers: dict[str, StepOrder] = {}
    for draft in sorted(drafts, key=step_order):
        keepers.setdefault(draft.step.id, step_order(draft))
    return keepers


def _own_moves(asking: Demand, together_on: date) -> tuple[Move, ...]:
    return () if asking.asked.on == together_on else (Move(RuleId.GROUP_TOGETHER, together_on),)


def _slot(asking: Demand, landed: BundleSlot, hours: Hours, moves: tuple[Move, ...]) -> Slot:
    return Slot(
        asked=asking.asked,
        on=landed.on,
        due_at=hours.due_at,
        closes_at=hours.closes_at,
        moves=moves,
    )


def _omitted(draft: TouchDraft, rule: RuleId) -> Placement:
    return Placement(draft=draft, slot=None, omitted_by=rule)
