"""Holds: stated reasons why touches wait, or waited."""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from projections.facts import Fact
from projections.parts import Part, Sheet
from projections.tables import Table


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


TABLE = Table(name="hold", row=HoldRow, key_length=2)


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put what an event changes of a hold."""
    rows = sheet.of(TABLE)
    match event:
        case e.HoldPlaced():
            rows.put(
                HoldRow(
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
            )
        case e.HoldLifted(hold=hold, rule=rule):
            rows.put(replace(rows.get(fact.number, hold), lifted_at=fact.at, lifted_rule=rule))
        case _:
            return


PART = Part(table=TABLE, events=(e.HoldPlaced, e.HoldLifted), fold=fold)
