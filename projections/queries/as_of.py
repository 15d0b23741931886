"""An account as it stood at an instant: its own decisions until then, folded once more.

The views hold the present alone.  What they say of one account comes from that account's
stream, so a fold of its decisions up to an instant is what they said then.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from engine.account.state import TouchStatus
from engine.decision import PlacedDecision
from engine.ids import StreamKind
from engine.rule_ids import RuleId
from engine.values import Channel, Sealed
from projections.accounts import enrolments, holds, organisations, people, touches
from projections.facts import concerning, fact_of
from projections.parts import PartList, Sheet

PARTS = PartList(organisations.PART, people.PART, enrolments.PART, holds.PART, touches.PART)
OVER = frozenset(
    status.value
    for status in (
        *(TouchStatus.SENT, TouchStatus.DONE, TouchStatus.REFUSED),
        *(TouchStatus.SKIPPED, TouchStatus.WITHDRAWN),
    )
)
_FIELDS: msgspec.json.Decoder[tuple[Sealed, ...]] = msgspec.json.Decoder(tuple[Sealed, ...])


class AccountThen:
    """One account at an instant, as the rows of its tables."""

    def __init__(self, decided: Sequence[PlacedDecision], *, number: int, at: datetime) -> None:
        """Fold an account's decisions, oldest first, of which later ones are left out."""
        self.decided = tuple(placed for placed in decided if placed.body.at <= at)
        sheet = Sheet()
        wanted = concerning(self.decided, StreamKind.ACCOUNT)
        PARTS.fold(sheet, [(fact_of(placed, number=number), events) for placed, events in wanted])
        self.row = next(iter(sheet.of(organisations.TABLE).all()), None)
        """None: nobody had made it known."""
        self.people = sorted(
            sheet.of(people.TABLE).all(), key=lambda person: (person.role, person.person)
        )
        self.holds = [hold for hold in sheet.of(holds.TABLE).all() if hold.lifted_at is None]
        self.enrolments = {row.enrolment: row for row in sheet.of(enrolments.TABLE).all()}
        self.touches = {row.touch: row for row in sheet.of(touches.TABLE).all()}

    @property
    def planned(self) -> list[touches.TouchRow]:
        """Return the touches that were not over, soonest first."""
        ahead = [touch for touch in self.touches.values() if touch.status not in OVER]
        return sorted(ahead, key=lambda touch: (touch.due_at, touch.touch))

    def fields(self, person: str) -> tuple[Sealed, ...] | None:
        """Return the sealed fields that a person had; None for somebody not known by then."""
        found = next((row for row in self.people if row.person == person), None)
        return None if found is None else _FIELDS.decode(found.fields)

    def is_held(self, touch: touches.TouchRow) -> bool:
        """Say whether a hold covered a touch."""
        return any(_covers(hold, touch) for hold in self.holds)


def _covers(hold: holds.HoldRow, touch: touches.TouchRow) -> bool:
    if hold.rule == RuleId.ROLE_REQUIRED_LOST and touch.channel == Channel.MEETING:
        return False  # whoever agreed comes
    return (
        hold.scope == "account"
        or (hold.scope == "enrolment" and hold.enrolment == touch.enrolment)
        or (hold.scope == "person" and hold.person == touch.person)
    )
