"""Campaigns: purpose, preparation, opening, and how many enrolments belong to each."""

from datetime import date, datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from projections.facts import Fact
from projections.parts import Part, Sheet
from projections.tables import Table


class CampaignRow(Struct, frozen=True):
    """One campaign."""

    campaign: int  # number local to the view
    name: str  # its id: what follows `campaign:`
    title: str
    sequence: str
    sequence_hash: str
    offer: str
    segment: str
    policy: str
    goals: str  # JSON object: goal -> count
    accounts_min: int
    accounts_max: int
    start_on: date
    created_at: datetime
    opened_on: date | None = None  # start of its enrolments
    opened_at: datetime | None = None
    preparation_count: int = 0
    prepared_count: int = 0
    registered_count: int = 0
    paused_at: datetime | None = None  # all of it stands still since then
    paused_until: date | None = None
    closed_on: date | None = None
    warnings: str = ""  # rules by which it had not the size it is meant for, joined by "+"


TABLE = Table(name="campaign", row=CampaignRow, key_length=1, indexes=("(name)",))


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Put what an event changes of a campaign."""
    rows = sheet.of(TABLE)
    row = rows.find(fact.number)
    match event:
        case e.CampaignCreated():
            rows.put(_created(fact, event))
        case _ if row is None:
            return  # a task of an account
        case e.PreparationPlanned():
            rows.put(replace(row, preparation_count=row.preparation_count + 1))
        case e.TaskDone():
            rows.put(replace(row, prepared_count=row.prepared_count + 1))
        case e.EnrolmentRegistered():
            rows.put(replace(row, registered_count=row.registered_count + 1))
        case e.CampaignOpened(start_on=start_on, warnings=warnings):
            noted = "+".join(warnings)
            rows.put(replace(row, opened_on=start_on, opened_at=fact.at, warnings=noted))
        case e.CampaignPaused(until=until):
            rows.put(replace(row, paused_at=fact.at, paused_until=until))
        case e.CampaignResumed():
            rows.put(replace(row, paused_at=None, paused_until=None))
        case e.CampaignClosed(closed_on=closed_on):
            rows.put(replace(row, paused_at=None, paused_until=None, closed_on=closed_on))
        case _:
            return


PART = Part(
    table=TABLE,
    events=(
        e.CampaignCreated,
        e.PreparationPlanned,
        e.TaskDone,
        e.EnrolmentRegistered,
        e.CampaignOpened,
        e.CampaignPaused,
        e.CampaignResumed,
        e.CampaignClosed,
    ),
    fold=fold,
    by=("name",),  # before the numbers are known
    keys=lambda _sheet, _fact, _event: (),  # all that are named are read by then
)


def _created(fact: Fact, event: e.CampaignCreated) -> CampaignRow:
    return CampaignRow(
        campaign=fact.number,
        name=fact.name,
        title=event.title,
        sequence=event.sequence.name,
        sequence_hash=event.sequence.hash,
        offer=event.about.offer,
        segment=event.segment,
        policy=event.policy,
        goals=msgspec.json.encode(event.goals, order="sorted").decode(),
        accounts_min=event.accounts_min,
        accounts_max=event.accounts_max,
        start_on=event.start_on,
        created_at=fact.at,
    )
