"""Enrolments and holds: which sequence an account goes through, and why it waits."""

from datetime import date, datetime
from typing import assert_never

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.account.state import EnrolmentStatus
from engine.plan import Phase
from projections.facts import Fact
from projections.tables import Rows, Table

EVENTS = (
    e.Enrolled,
    e.EnrolmentOpened,
    e.ParticipantAssigned,
    e.ParticipantLost,
    e.PhaseChanged,
    e.EnrolmentShifted,
    e.EnrolmentFinished,
    e.EnrolmentWithdrawn,
    e.CoolDownStarted,
    e.MeetingAgreed,
    e.AccountWarmed,
)
HOLD_EVENTS = (e.HoldPlaced, e.HoldLifted)

_PARTICIPANTS: msgspec.json.Decoder[dict[str, str]] = msgspec.json.Decoder(dict[str, str])


class EnrolmentRow(Struct, frozen=True):
    """One account going through one sequence."""

    account: int
    enrolment: int
    sequence: str
    sequence_hash: str
    sequence_class: str
    offer: str
    campaign: str
    participants: str  # JSON object: role -> person
    status: str
    phase: str
    start_on: date
    began_at: datetime
    rule: str  # of its last change of status or phase
    shift_days: int = 0
    meeting_at: datetime | None = None
    is_hot: bool = False
    ended_at: datetime | None = None
    reason: str = ""  # of its end: "exhausted", "reply", "later"...
    cool_down_until: date | None = None


class HoldRow(Struct, frozen=True):
    """A stated reason why touches wait, or waited."""

    account: int
    hold: int
    scope: str
    reason: str
    rule: str
    enrolment: int
    person: str
    since_at: datetime
    placed_by: str
    until: date | None = None
    lifted_at: datetime | None = None
    lifted_rule: str = ""


TABLE = Table(
    name="enrolment",
    row=EnrolmentRow,
    key_length=2,
    indexes=("(campaign) where campaign <> ''",),
)
HOLDS = Table(name="hold", row=HoldRow, key_length=2)


def fold(rows: Rows[EnrolmentRow], fact: Fact, event: e.Event) -> None:
    """Note what an event changes of an enrolment."""
    match event:
        case e.Enrolled():
            rows.put(_enrolled(fact, event))
        case (
            e.EnrolmentOpened(enrolment=number)
            | e.PhaseChanged(enrolment=number)
            | e.EnrolmentFinished(enrolment=number)
            | e.EnrolmentWithdrawn(enrolment=number)
        ):
            rows.put(_moved(rows.get(fact.number, number), fact, event))
        case e.ParticipantAssigned(enrolment=number) | e.ParticipantLost(enrolment=number):
            rows.put(_staffed(rows.get(fact.number, number), event))
        case e.EnrolmentShifted(enrolment=number, days=days):
            row = rows.get(fact.number, number)
            rows.put(replace(row, shift_days=row.shift_days + days))
        case e.CoolDownStarted(enrolment=number, until=until):
            rows.put(replace(rows.get(fact.number, number), cool_down_until=until))
        case e.MeetingAgreed(enrolment=number, meeting_at=meeting_at):
            rows.put(replace(rows.get(fact.number, number), meeting_at=meeting_at))
        case e.AccountWarmed(enrolment=number):
            rows.put(replace(rows.get(fact.number, number), is_hot=True))
        case _:
            return


def fold_holds(rows: Rows[HoldRow], fact: Fact, event: e.Event) -> None:
    """Note what an event changes of a hold."""
    match event:
        case e.HoldPlaced():
            rows.put(_placed(fact, event))
        case e.HoldLifted(hold=hold, rule=rule):
            lifted = replace(rows.get(fact.number, hold), lifted_at=fact.at, lifted_rule=rule)
            rows.put(lifted)
        case _:
            return


def _enrolled(fact: Fact, event: e.Enrolled) -> EnrolmentRow:
    status = EnrolmentStatus.PENDING if event.is_pending else EnrolmentStatus.ACTIVE
    return EnrolmentRow(
        account=fact.number,
        enrolment=event.enrolment,
        sequence=event.sequence.name,
        sequence_hash=event.sequence.hash,
        sequence_class=event.sequence_class,
        offer=event.about.offer,
        campaign=event.campaign,
        participants=_encoded(event.participants),
        status=status.value,
        phase=Phase.OUTREACH.value,
        start_on=event.start_on,
        began_at=fact.at,
        rule=event.rule,
    )


def _moved(
    row: EnrolmentRow,
    fact: Fact,
    event: e.EnrolmentOpened | e.PhaseChanged | e.EnrolmentFinished | e.EnrolmentWithdrawn,
) -> EnrolmentRow:
    match event:
        case e.EnrolmentOpened(start_on=start_on, rule=rule):
            return replace(row, status=EnrolmentStatus.ACTIVE.value, start_on=start_on, rule=rule)
        case e.PhaseChanged(phase=phase, rule=rule):
            return replace(row, phase=phase.value, rule=rule)
        case e.EnrolmentFinished(reason=reason):
            return _ended(row, fact, EnrolmentStatus.FINISHED, reason, event.rule)
        case e.EnrolmentWithdrawn(reason=reason):
            return _ended(row, fact, EnrolmentStatus.WITHDRAWN, reason, event.rule)
        case _:
            assert_never(event)


def _ended(
    row: EnrolmentRow, fact: Fact, status: EnrolmentStatus, reason: str, rule: str
) -> EnrolmentRow:
    return replace(row, status=status.value, ended_at=fact.at, reason=reason, rule=rule)


def _staffed(row: EnrolmentRow, event: e.ParticipantAssigned | e.ParticipantLost) -> EnrolmentRow:
    participants = _PARTICIPANTS.decode(row.participants)
    participants.pop(event.role, None)
    if isinstance(event, e.ParticipantAssigned):
        participants[event.role] = event.person
    return replace(row, participants=_encoded(participants))


def _placed(fact: Fact, event: e.HoldPlaced) -> HoldRow:
    return HoldRow(
        account=fact.number,
        hold=event.hold,
        scope=event.scope,
        reason=event.reason,
        rule=event.rule,
        enrolment=event.enrolment,
        person=event.person,
        since_at=fact.at,
        placed_by=fact.actor,
        until=event.until,
    )


def _encoded(participants: dict[str, str]) -> str:
    return msgspec.json.encode(participants, order="sorted").decode()
