"""The pipeline: where accounts stand, how long already, and how campaigns go."""

from datetime import date

from msgspec import Struct

from projections.queries.campaigns import CampaignLine, campaigns
from projections.queries.page import Page, structs_of

RECENT_DAYS = 30
OLD_DAYS = 90

_GROUPS = """
select status, stage, count(*) as account_count,
  count(*) filter (where age_days < $2) as recent_count,
  count(*) filter (where age_days between $2 and $3) as ageing_count,
  count(*) filter (where age_days > $3) as old_count,
  count(*) filter (where milestone_on >= $1) as with_next_point_count,
  count(*) filter (where milestone_on < $1) as overdue_count,
  count(*) filter (where is_hot) as hot_count
from (
  -- Names without a place were taken once, and the database does not know them all.
  select *, $1 - (stage_since_at at time zone
    case when time_zone like '%/%' then time_zone else 'UTC' end)::date as age_days
  from account
) aged
group by status, stage
"""
_ENROLLED = """
select count(*) as account_count,
  count(*) filter (where milestone_on >= $1) as with_next_point_count
from account a
where exists (select from enrolment n where n.account = a.account)
"""
_STATUSES = ("lead", "prospect", "client")
_STAGES = (
    "identification",
    "prise_de_contact",
    "qualification",
    "proposition",
    "negociation",
    "signature",
    "fidelisation",
)


class AccountGroup(Struct, frozen=True, kw_only=True):
    """The accounts of one status and stage."""

    status: str
    stage: str
    account_count: int
    recent_count: int  # in the stage for less than 30 days
    ageing_count: int  # for 30 to 90 days
    old_count: int  # for more than 90 days
    with_next_point_count: int  # dated today or later
    overdue_count: int  # the next point has passed
    hot_count: int


class Share(Struct, frozen=True, kw_only=True):
    """How many accounts have a next point dated today or later."""

    account_count: int
    with_next_point_count: int

    @property
    def share(self) -> float:
        """Return the share from 0 to 1; 0 of nothing."""
        return self.with_next_point_count / self.account_count if self.account_count else 0.0


class Pipeline(Struct, frozen=True, kw_only=True):
    """Where everything stands on one day."""

    today: date
    groups: tuple[AccountGroup, ...]  # by status, then by stage
    all_accounts: Share
    enrolled_accounts: Share  # those that went, or go, through a sequence
    campaigns: tuple[CampaignLine, ...]


async def pipeline(page: Page, today: date) -> Pipeline:
    """Return the accounts by status and stage, and the campaigns' progress."""
    groups = structs_of(AccountGroup, await page.fetch(_GROUPS, today, RECENT_DAYS, OLD_DAYS))
    (enrolled,) = structs_of(Share, await page.fetch(_ENROLLED, today))
    return Pipeline(
        today=today,
        groups=tuple(sorted(groups, key=_order)),
        all_accounts=Share(
            account_count=sum(group.account_count for group in groups),
            with_next_point_count=sum(group.with_next_point_count for group in groups),
        ),
        enrolled_accounts=enrolled,
        campaigns=await campaigns(page),
    )


def _order(group: AccountGroup) -> tuple[int, int]:
    return _STATUSES.index(group.status), _STAGES.index(group.stage)
