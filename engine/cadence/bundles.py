"""Gather the touches that move together, and say in which order bundles are placed."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct, structs
from msgspec.structs import replace

from engine.cadence.anchors import Demand
from engine.cadence.contacts import person_key
from engine.cadence.touches import TouchDraft
from engine.plan import StepKind
from engine.ruleset import Ruleset
from engine.values import Slot

AGREED, FIRST_PERSON, NEXT_PERSON, STOOD_STILL = range(4)

StepOrder = tuple[int, int, str, str]


class Bundle(Struct, frozen=True, gc=False, kw_only=True):
    """One touch, or several of one group and person; at least one, in step order."""

    members: tuple[TouchDraft, ...]
    is_agreed: bool

    @property
    def follower(self) -> int:
        """Return the place among the persons of its step."""
        return max(member.follower for member in self.members)

    @property
    def is_contact(self) -> bool:
        """Say whether it counts in gaps and caps."""
        return any(member.step.kind is StepKind.CONTACT for member in self.members)

    @property
    def lands_again(self) -> bool:
        """Say whether another slot is wanted where its own went by."""
        return any(member.lands_again for member in self.members)

    @property
    def stood(self) -> Slot | None:
        """Return the slot in which it stood still; `None` where nothing stands still."""
        slots = [
            member.planned
            for member in self.members
            if member.planned is not None and member.stood_days is not None
        ]
        return min(slots, key=lambda slot: slot.due_at, default=None)

    @property
    def stood_days(self) -> int:
        """Return the business days for which it stood still."""
        return max(member.stood_days or 0 for member in self.members)

    def without_delay(self) -> "Bundle":
        """Return the bundle as if nothing had postponed it."""
        members = (structs.replace(member, not_before_at=None) for member in self.members)
        return replace(self, members=tuple(members))

    def asked_on(self, demands: Sequence[Demand]) -> date:
        """Return the day the bundle asks for: the latest that a member asks for."""
        return max(demand.asked.on for demand in demands)


def bundles_of(drafts: Sequence[TouchDraft], ruleset: Ruleset) -> list[Bundle]:
    """Return the bundles of `drafts`, in step order whatever order it came in."""
    gathered: dict[object, list[TouchDraft]] = {}
    for index, draft in enumerate(sorted(drafts, key=step_order)):
        gathered.setdefault(_bundle_key(draft, index, ruleset), []).append(draft)
    return [
        Bundle(members=tuple(members), is_agreed=is_agreed(members[0], ruleset))
        for members in gathered.values()
    ]


def is_agreed(draft: TouchDraft, ruleset: Ruleset) -> bool:
    """Say whether its date was agreed, so that no rule moves it."""
    return draft.step.window in ruleset.open_windows


def placing_order(
    bundle: Bundle, demands: Sequence[Demand]
) -> tuple[int, date, datetime | date, StepOrder]:
    """Return the key by which bundles are placed; what stood still comes as it stood."""
    order = step_order(bundle.members[0])
    if bundle.stood is not None and not bundle.is_agreed:
        return (STOOD_STILL, bundle.stood.on, bundle.stood.due_at, order)
    turn = NEXT_PERSON if bundle.follower else FIRST_PERSON
    if bundle.is_agreed:
        turn = AGREED
    asked_on = bundle.asked_on(demands)
    return (turn, asked_on, asked_on, order)


def step_order(draft: TouchDraft) -> StepOrder:
    """Return the key that orders touches as the sequence lists them."""
    return (draft.step_index, draft.follower, draft.role, draft.person)


def _bundle_key(draft: TouchDraft, index: int, ruleset: Ruleset) -> object:
    if not draft.step.group or is_agreed(draft, ruleset):
        return index
    return (draft.step.group, person_key(draft.person, draft.role))
