"""Touches: what was asked, every move, where each landed, and what became of it."""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.account.state import TouchStatus
from engine.requests import Reach
from engine.values import Slot
from projections.facts import Fact
from projections.parts import Part, Sheet
from projections.tables import Small, Table

STATUS_AFTER = {
    Reach.SENT: TouchStatus.SENT,
    Reach.REFUSED: TouchStatus.REFUSED,
    Reach.ERASED: TouchStatus.REFUSED,
    Reach.UNKNOWN: TouchStatus.UNKNOWN,
    Reach.POSTPONED: TouchStatus.PLANNED,
    Reach.NOT_SENT: TouchStatus.PLANNED,
    Reach.ABSENT: TouchStatus.PLANNED,
    Reach.BROKEN: TouchStatus.PLANNED,  # until what is wrong blocks it, in the same decision
}
"""Where a touch stands once an attempt came to this."""


class TouchRow(Struct, frozen=True):
    """One planned contact or piece of work, from its plan to its end."""

    account: int
    touch: int
    enrolment: int
    step: str
    step_index: Small
    channel: str
    phase: str
    role: str
    person: str
    is_contact: bool
    asked: str  # "+2 bd, step 1.3"
    asked_from: date  # day of the anchor
    asked_on: date
    is_assumed: bool
    planned_on: date
    due_at: datetime
    moved_by: str  # rules in order, joined by "+"
    moved_to: str  # the day each moved it to, joined by "+"
    status: str
    rule: str  # of its last change
    reason: str = ""  # of a skip; or the steps or values it waits for, joined by "+"
    attempts: Small = 0
    acted_at: datetime | None = None  # last attempt, or the end of a call, meeting, work
    mailbox: str = ""  # of its last grant
    counted_in: str = ""  # window of that grant
    reach: str = ""
    code: str = ""
    message_id: str = ""
    outcome: str = ""  # of a call, a meeting, a piece of work


TABLE = Table(
    name="touch",
    row=TouchRow,
    key_length=2,
    # Few at any time: what somebody has to look at.
    indexes=("(status) where status in ('unknown', 'blocked', 'attempting')",),
    fill_percent=80,
)


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put what an event changes of a touch."""
    rows = sheet.of(TABLE)
    match event:
        case e.TouchPlanned(slot=slot):
            rows.put(
                TouchRow(
                    account=fact.number,
                    touch=event.touch,
                    enrolment=event.enrolment,
                    step=event.step,
                    step_index=event.step_index,
                    channel=event.channel.value,
                    phase=event.phase.value,
                    role=event.role,
                    person=event.person,
                    is_contact=event.is_contact,
                    asked=_asked(slot),
                    asked_from=slot.asked.anchor_on,
                    asked_on=slot.asked.on,
                    is_assumed=slot.asked.is_assumed,
                    planned_on=slot.on,
                    due_at=slot.due_at,
                    moved_by=_rules(slot),
                    moved_to=_days(slot),
                    status=TouchStatus.PLANNED.value,
                    rule=event.rule,
                    reason=event.reason,
                )
            )
        case e.TouchMoved(touch=touch, slot=slot) | e.TouchKeptBack(touch=touch, slot=slot):
            rows.put(
                replace(
                    rows.get(fact.number, touch),
                    asked=_asked(slot),
                    asked_from=slot.asked.anchor_on,
                    asked_on=slot.asked.on,
                    is_assumed=slot.asked.is_assumed,
                    planned_on=slot.on,
                    due_at=slot.due_at,
                    moved_by=_rules(slot),
                    moved_to=_days(slot),
                    status=TouchStatus.PLANNED.value,
                    rule=event.rule,
                    reason="",
                )
            )
        case e.TaskOpened(touch=touch, rule=rule) if touch:
            row = rows.get(fact.number, touch)
            rows.put(replace(row, status=TouchStatus.OPEN.value, rule=rule))
        case e.TouchReassigned(touch=touch, person=person, rule=rule):
            rows.put(replace(rows.get(fact.number, touch), person=person, rule=rule))
        case e.TouchWithdrawn(touch=touch, rule=rule):
            rows.put(_stopped(rows.get(fact.number, touch), TouchStatus.WITHDRAWN, rule))
        case e.TouchSkipped(touch=touch, rule=rule, reason=reason):
            rows.put(_stopped(rows.get(fact.number, touch), TouchStatus.SKIPPED, rule, reason))
        case e.TouchBlocked(touch=touch, rule=rule, missing=missing):
            rows.put(_stopped(rows.get(fact.number, touch), TouchStatus.BLOCKED, rule, *missing))
        case e.TouchWaits(touch=touch, rule=rule, steps=steps):
            rows.put(_stopped(rows.get(fact.number, touch), TouchStatus.WAITING, rule, *steps))
        case e.TouchAttempted(touch=touch, grant=grant, rule=rule):
            row = rows.get(fact.number, touch)
            rows.put(
                replace(
                    row,
                    status=TouchStatus.ATTEMPTING.value,
                    attempts=row.attempts + 1,
                    acted_at=fact.at,
                    mailbox=grant.mailbox if grant else "",
                    counted_in=grant.window if grant else "",
                    reach="",
                    code="",
                    rule=rule,
                    reason="",
                )
            )
        case e.TouchSettled(touch=touch, reach=reach, message_id=message_id):
            row = rows.get(fact.number, touch)
            rows.put(
                replace(
                    row,
                    status=STATUS_AFTER[reach].value,
                    reach=reach.value,
                    code=event.code,
                    message_id=message_id or row.message_id,
                    rule=event.rule,
                )
            )
        case e.TouchDone(touch=touch, outcome=outcome, rule=rule):
            rows.put(
                replace(
                    rows.get(fact.number, touch),
                    status=TouchStatus.DONE.value,
                    acted_at=fact.at,
                    outcome=outcome,
                    rule=rule,
                    reason="",
                )
            )
        case _:
            return


PART = Part(
    table=TABLE,
    events=(
        e.TouchPlanned,
        e.TouchMoved,
        e.TouchReassigned,
        e.TouchWithdrawn,
        e.TouchSkipped,
        e.TouchBlocked,
        e.TouchWaits,
        e.TouchKeptBack,
        e.TouchAttempted,
        e.TouchSettled,
        e.TouchDone,
        e.TaskOpened,
    ),
    fold=fold,
)


def _stopped(row: TouchRow, status: TouchStatus, rule: str, *reasons: str) -> TouchRow:
    return replace(row, status=status.value, rule=rule, reason="+".join(reasons))


def _asked(slot: Slot) -> str:
    return f"{slot.asked.offset}, {slot.asked.anchor}"


def _rules(slot: Slot) -> str:
    return "+".join(move.rule for move in slot.moves)


def _days(slot: Slot) -> str:
    return "+".join(move.to_on.isoformat() for move in slot.moves)
