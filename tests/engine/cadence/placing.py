"""Lay touches out in the tests of placing, and say in a word where each landed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from msgspec import structs

from engine.cadence import FixedContact, Placement, TouchDraft, lay_out
from engine.plan import (
    Anchor,
    AnchorKind,
    Gap,
    GapScope,
    Offset,
    Unit,
)
from tests.engine.cadence.examples import ANCHORS, RULESET, TERMS

MONDAY = date(2027, 1, 11)
PERSON_GAP = Gap(2, Unit.BUSINESS_DAY, GapScope.PERSON)
ENROLMENT_GAP = Gap(5, Unit.DAY, GapScope.ENROLMENT)
START, STEP = Anchor(AnchorKind.START), AnchorKind.STEP


def at(text: str) -> datetime:
    """Return an instant of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(count: int) -> Offset:
    """Return calendar days."""
    return Offset(count, Unit.DAY)


def placed(
    drafts: Sequence[TouchDraft],
    *,
    fixed_contacts: Sequence[FixedContact] = (),
    now: str = "2000-01-01",
    **given: object,
) -> tuple[Placement, ...]:
    """Lay `drafts` out from Monday 11 January 2027 on, under the terms and anchors given."""
    of_terms = {name: given[name] for name in given if name in TERMS.__struct_fields__}
    of_anchors = {name: given[name] for name in given if name not in of_terms}
    return lay_out(
        drafts,
        anchors=structs.replace(ANCHORS, **of_anchors),
        fixed_contacts=fixed_contacts,
        terms=structs.replace(TERMS, now_at=at(now), **of_terms),
        ruleset=RULESET,
    )


def on(placements: tuple[Placement, ...]) -> list[str]:
    """Return the day of each, with the rules that moved it; or the rule that left it out."""
    return [
        placement.omitted_by
        if placement.slot is None
        else " ".join([str(placement.slot.on), *(move.rule for move in placement.slot.moves)])
        for placement in placements
    ]
