"""Campaigns with their preparation and the standing of their enrolments."""

from datetime import date, datetime

from msgspec import Struct

from projections.queries.page import Page, structs_of

_CAMPAIGNS = """
select c.name as id, c.title, c.sequence, c.sequence_hash, c.offer, c.segment, c.policy,
  c.goals, c.accounts_min, c.accounts_max, c.start_on, c.opened_on, c.opened_at,
  c.paused_at, c.paused_until, c.closed_on, c.warnings,
  c.preparation_count, c.prepared_count, c.registered_count,
  count(n.*) filter (where n.status = 'pending') as pending_count,
  count(n.*) filter (where n.status = 'active') as active_count,
  count(n.*) filter (where n.status = 'active' and n.phase = 'engaged') as engaged_count,
  count(n.*) filter (where n.status = 'finished') as finished_count,
  count(n.*) filter (where n.status = 'withdrawn') as withdrawn_count,
  count(a.*) filter (where a.milestone_on is not null) as with_next_point_count,
  count(n.*) filter (where n.is_hot) as hot_count,
  count(n.*) filter (where n.meeting_at is not null) as meeting_count,
  count(distinct a.account) filter (where a.status in ('prospect', 'client')) as qualified_count
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
    paused_at: datetime | None
    paused_until: date | None
    closed_on: date | None
    warnings: str  # rules by which it has not the size it is meant for
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
    meeting_count: int  # enrolments with a meeting agreed
    qualified_count: int  # accounts that are prospects or clients

    @property
    def standing(self) -> str:
        """Return whether it is closed, paused, opened, or not yet."""
        if self.closed_on is not None:
            return f"closed {self.closed_on.isoformat()}"
        if self.paused_at is not None:
            until = f" until {self.paused_until.isoformat()}" if self.paused_until else ""
            return f"paused{until}"
        if self.opened_on is not None:
            return self.opened_on.isoformat()
        return f"not yet ({self.start_on.isoformat()})"

    @property
    def aims(self) -> str:
        """Return each goal with how much of it is reached: `meetings 3/8`."""
        reached = {
            "meetings": self.meeting_count,
            "qualified_accounts": self.qualified_count,
            "next_points": self.with_next_point_count,
        }
        return ", ".join(
            f"{goal} {reached.get(goal, 0)}/{wanted}" for goal, wanted in sorted(self.goals.items())
        )


async def campaigns(page: Page) -> tuple[CampaignLine, ...]:
    """Return every campaign, by the day it starts."""
    records = await page.fetch(_CAMPAIGNS)
    return structs_of(CampaignLine, records, json_columns=("goals",))
