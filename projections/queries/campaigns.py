"""Campaigns with their preparation and the standing of their enrolments."""

from datetime import date, datetime

from msgspec import Struct

from projections.queries.page import Page, structs_of

_CAMPAIGNS = """
select c.name as id, c.title, c.sequence, c.sequence_hash, c.offer, c.segment, c.policy,
  c.goals, c.accounts_min, c.accounts_max, c.start_on, c.opened_on, c.opened_at,
  c.preparation_count, c.prepared_count, c.registered_count,
  count(n.*) filter (where n.status = 'pending') as pending_count,
  count(n.*) filter (where n.status = 'active') as active_count,
  count(n.*) filter (where n.status = 'active' and n.phase = 'engaged') as engaged_count,
  count(n.*) filter (where n.status = 'finished') as finished_count,
  count(n.*) filter (where n.status = 'withdrawn') as withdrawn_count,
  count(a.*) filter (where a.milestone_on is not null) as with_next_point_count,
  count(n.*) filter (where n.is_hot) as hot_count
from campaign c
left join enrolment n on n.campaign = c.name and c.name <> ''
left join account a using (account)
group by c.campaign
order by c.start_on, c.name
"""


class CampaignLine(Struct, frozen=True, kw_only=True):
    """One campaign and how far it has got."""

    id: str
    title: str
    sequence: str
    sequence_hash: str
    offer: str
    segment: str
    policy: str
    goals: dict[str, int]
    accounts_min: int
    accounts_max: int
    start_on: date
    opened_on: date | None  # start of its enrolments
    opened_at: datetime | None
    preparation_count: int
    prepared_count: int
    registered_count: int
    pending_count: int
    active_count: int
    engaged_count: int  # of the active ones
    finished_count: int
    withdrawn_count: int
    with_next_point_count: int
    hot_count: int


async def campaigns(page: Page) -> tuple[CampaignLine, ...]:
    """Return every campaign, by the day it starts."""
    records = await page.fetch(_CAMPAIGNS)
    return structs_of(CampaignLine, records, json_columns=("goals",))
