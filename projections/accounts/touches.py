"""Touches: what was asked, every move, where each landed, and what became of it."""

from datetime import date, datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.account.state import TouchStatus
from engine.requests import Reach
from engine.values import Slot
from projections.facts import Fact
from projections.tables import Rows, Small, Table

EVENTS = (
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
)

STATUS_AFTER = {
    Reach.SENT: TouchStatus.SENT,
    Reach.REFUSED: TouchStatus.REFUSED,
    Reach.ERASED: TouchStatus.REFUSED,
    Reach.UNKNOWN: TouchStatus.UNKNOWN,
    Reach.POSTPONED: TouchStatus.PLANNED,
    Reach.NOT_SENT: TouchStatus.PLANNED,
    Reach.ABSENT: TouchStatus.PLANNED,
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


def fold(rows: Rows[TouchRow], fact: Fact, event: e.Event) -> None:
    """Note what an event changes of a touch."""
    match event:
        case e.TouchPlanned():
            rows.put(_planned(fact, event))
        case e.TaskOpened(touch=touch) if touch:
            status = TouchStatus.BLOCKED if event.missing else TouchStatus.OPEN
            row = replace(rows.get(fact.number, touch), status=status.value, rule=event.rule)
            rows.put(row)
        case e.TouchReassigned(touch=touch, person=person, rule=rule):
            rows.put(replace(rows.get(fact.number, touch), person=person, rule=rule))
        case e.TouchMoved(touch=touch, slot=slot) | e.TouchKeptBack(touch=touch, slot=slot):
            rows.put(_landed(rows.get(fact.number, touch), slot, event.rule))
        case (
            e.TouchWithdrawn(touch=touch)
            | e.TouchSkipped(touch=touch)
            | e.TouchBlocked(touch=touch)
            | e.TouchWaits(touch=touch)
        ):
            rows.put(_stopped(rows.get(fact.number, touch), event))
        case e.TouchAttempted(touch=touch) | e.TouchSettled(touch=touch) | e.TouchDone(touch=touch):
            rows.put(_acted(rows.get(fact.number, touch), fact, event))
        case _:
            return


def _planned(fact: Fact, event: e.TouchPlanned) -> TouchRow:
    slot = event.slot
    return TouchRow(
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
        asked=f"{slot.asked.offset}, {slot.asked.anchor}",
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


def _landed(row: TouchRow, slot: Slot, rule: str) -> TouchRow:
    return replace(
        row,
        asked=f"{slot.asked.offset}, {slot.asked.anchor}",
        asked_from=slot.asked.anchor_on,
        asked_on=slot.asked.on,
        is_assumed=slot.asked.is_assumed,
        planned_on=slot.on,
        due_at=slot.due_at,
        moved_by=_rules(slot),
        moved_to=_days(slot),
        status=TouchStatus.PLANNED.value,
        rule=rule,
        reason="",
    )


def _stopped(
    row: TouchRow, event: e.TouchWithdrawn | e.TouchSkipped | e.TouchBlocked | e.TouchWaits
) -> TouchRow:
    match event:
        case e.TouchWithdrawn():
            return _set(row, TouchStatus.WITHDRAWN, event.rule, "")
        case e.TouchSkipped(reason=why):
            return _set(row, TouchStatus.SKIPPED, event.rule, why)
        case e.TouchBlocked(missing=missing):
            return _set(row, TouchStatus.BLOCKED, event.rule, "+".join(missing))
        case e.TouchWaits(steps=steps):
            return _set(row, TouchStatus.WAITING, event.rule, "+".join(steps))
        case _:
            assert_never(event)


def _set(row: TouchRow, status: TouchStatus, rule: str, reason: str) -> TouchRow:
    return replace(row, status=status.value, rule=rule, reason=reason)


def _acted(
    row: TouchRow, fact: Fact, event: e.TouchAttempted | e.TouchSettled | e.TouchDone
) -> TouchRow:
    match event:
        case e.TouchAttempted(grant=grant):
            return replace(
                row,
                status=TouchStatus.ATTEMPTING.value,
                attempts=row.attempts + 1,
                acted_at=fact.at,
                mailbox=grant.mailbox if grant else "",
                counted_in=grant.window if grant else "",
                reach="",
                code="",
                rule=event.rule,
                reason="",
            )
        case e.TouchSettled():
            return replace(
                row,
                status=STATUS_AFTER[event.reach].value,
                reach=event.reach.value,
                code=event.code,
                message_id=event.message_id or row.message_id,
                rule=event.rule,
            )
        case e.TouchDone():
            return replace(
                row,
                status=TouchStatus.DONE.value,
                acted_at=fact.at,
                outcome=event.outcome,
                rule=event.rule,
                reason="",
            )
        case _:
            assert_never(event)


def _rules(slot: Slot) -> str:
    return "+".join(move.rule for move in slot.moves)


def _days(slot: Slot) -> str:
    return "+".join(move.to_on.isoformat() for move in slot.moves)
