"""Enrolments: which sequence an account goes through, how far, and why it ended."""

from datetime import date, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.account.state import EnrolmentStatus
from engine.plan import Phase
from projections.facts import Fact
from projections.parts import Part, Sheet
from projections.tables import Table

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
    shift_days: int = 0  # calendar days, by older decisions
    stood_days: int = 0  # business days for which all of it stood still
    meeting_at: datetime | None = None
    is_hot: bool = False
    ended_at: datetime | None = None
    reason: str = ""  # of its end: "exhausted", "reply", "later"...
    cool_down_until: date | None = None


TABLE = Table(
    name="enrolment",
    row=EnrolmentRow,
    key_length=2,
    indexes=("(campaign) where campaign <> ''",),
)


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put what an event changes of an enrolment."""
    rows = sheet.of(TABLE)
    match event:
        case e.Enrolled(is_pending=is_pending):
            status = EnrolmentStatus.PENDING if is_pending else EnrolmentStatus.ACTIVE
            rows.put(
                EnrolmentRow(
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
            )
        case e.EnrolmentOpened(enrolment=number, start_on=start_on, rule=rule):
            row, status = rows.get(fact.number, number), EnrolmentStatus.ACTIVE
            rows.put(replace(row, status=status.value, start_on=start_on, rule=rule))
        case e.PhaseChanged(enrolment=number, phase=phase, rule=rule):
            rows.put(replace(rows.get(fact.number, number), phase=phase.value, rule=rule))
        case e.EnrolmentFinished(enrolment=number):
            rows.put(_ended(rows.get(fact.number, number), fact, event, EnrolmentStatus.FINISHED))
        case e.EnrolmentReopened(enrolment=number, rule=rule):
            row, status = rows.get(fact.number, number), EnrolmentStatus.ACTIVE
            rows.put(replace(row, status=status.value, rule=rule, ended_at=None, reason=""))
        case e.EnrolmentWithdrawn(enrolment=number):
            rows.put(_ended(rows.get(fact.number, number), fact, event, EnrolmentStatus.WITHDRAWN))
        case e.ParticipantAssigned(enrolment=number, role=role, person=person):
            row = rows.get(fact.number, number)
            participants = _PARTICIPANTS.decode(row.participants) | {role: person}
            rows.put(replace(row, participants=_encoded(participants)))
        case e.ParticipantLost(enrolment=number, role=role):
            row = rows.get(fact.number, number)
            participants = _PARTICIPANTS.decode(row.participants)
            participants.pop(role, None)
            rows.put(replace(row, participants=_encoded(participants)))
        case e.EnrolmentShifted(enrolment=number):
            rows.put(_shifted(rows.get(fact.number, number), event))
        case e.CoolDownStarted(enrolment=number, until=until):
            rows.put(replace(rows.get(fact.number, number), cool_down_until=until))
        case e.MeetingAgreed(enrolment=number, meeting_at=meeting_at) if number:
            rows.put(replace(rows.get(fact.number, number), meeting_at=meeting_at))
        case e.AccountWarmed(enrolment=number) if number:
            rows.put(replace(rows.get(fact.number, number), is_hot=True))
        case _:
            return


PART = Part(
    table=TABLE,
    events=(
        e.Enrolled,
        e.EnrolmentOpened,
        e.ParticipantAssigned,
        e.ParticipantLost,
        e.PhaseChanged,
        e.EnrolmentShifted,
        e.EnrolmentFinished,
        e.EnrolmentReopened,
        e.EnrolmentWithdrawn,
        e.CoolDownStarted,
        e.MeetingAgreed,
        e.AccountWarmed,
    ),
    fold=fold,
)


def _shifted(row: EnrolmentRow, event: e.EnrolmentShifted) -> EnrolmentRow:
    stood_days = 0 if event.person else event.business_days
    return replace(
        row, shift_days=row.shift_days + event.days, stood_days=row.stood_days + stood_days
    )


def _ended(
    row: EnrolmentRow,
    fact: Fact,
    event: e.EnrolmentFinished | e.EnrolmentWithdrawn,
    status: EnrolmentStatus,
) -> EnrolmentRow:
    return replace(row, status=status.value, ended_at=fact.at, reason=event.reason, rule=event.rule)


def _encoded(participants: dict[str, str]) -> str:
    return msgspec.json.encode(participants, order="sorted").decode()
