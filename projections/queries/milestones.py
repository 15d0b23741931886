"""Next points: what was promised for which day, and which open accounts have none (C16.1)."""

from datetime import date, datetime

from msgspec import Struct

from engine.account.milestones import STATED_ENDS
from engine.ids import task_id
from projections.queries.page import Page, structs_of

_POINTS = """
select a.name as account, a.title, a.milestone_on as "on", a.milestone_object as object,
  a.milestone_deliverable as deliverable, a.milestone_rule as rule, a.milestone_by as fixed_by,
  a.milestone_on < $1 as is_overdue, coalesce(k.task, 0) as task,
  coalesce(k.claimed_by, '') as claimed_by
from account a
left join lateral (
  select task, claimed_by from task
  where owner = a.account and status = 'open' and kind = 'next_point'
  order by task desc limit 1
) k on true
where a.milestone_on is not null and not exists (
  -- Somebody said that there is none any more.
  select from task w
  where w.owner = a.account and w.kind = 'next_point' and w.status = 'done'
    and w.outcome = 'skipped' and w.closed_at >= a.milestone_at
)
order by a.milestone_on, a.name
"""
# What the last end of an enrolment says is a reason; so is what somebody has said since.
_ORPHANS = """
select a.name as account, a.title, a.status, coalesce(n.reason, '') as ended_by,
  n.ended_at as since_at, coalesce(k.task, 0) as task, coalesce(k.claimed_by, '') as claimed_by
from account a
left join lateral (
  select status, reason, ended_at from enrolment
  where account = a.account order by ended_at desc nulls first, enrolment desc limit 1
) n on true
left join lateral (
  select task, rule, claimed_by from task
  where owner = a.account and status = 'open' and kind in ('next_point', 'after_reply')
  order by task desc limit 1
) k on true
where k.rule = 'milestone.missing' or a.status <> 'client'
  and (n.status is not null or a.status = 'prospect')
  and coalesce(n.status, '') not in ('pending', 'active', 'withdrawn')
  and coalesce(n.reason, '') <> all ($1::text[])
  and not exists (
    select from touch t
    where t.account = a.account and t.channel = 'meeting' and t.status in ('planned', 'open')
  )
  and not exists (
    select from task w
    where w.owner = a.account and w.kind = 'next_point' and w.status = 'done'
      and w.outcome = 'skipped' and w.closed_at >= coalesce(n.ended_at, a.added_at)
  )
  and (a.milestone_on is null or exists (
    select from task w
    where w.owner = a.account and w.kind = 'next_point' and w.status = 'done'
      and w.outcome = 'skipped' and w.closed_at >= a.milestone_at
  ))
order by n.ended_at, a.name
"""


class PointLine(Struct, frozen=True, kw_only=True):
    """The dated next point of an account."""

    account: str
    title: str
    on: date
    object: str
    deliverable: str
    rule: str  # by which it was fixed
    fixed_by: str  # who said so; empty where the sequence did
    is_overdue: bool  # its day has passed, and nobody said what comes next
    task: int  # that its day opened; 0 before
    claimed_by: str  # of that task

    @property
    def task_id(self) -> str:
        """Return the outside name of the task; empty before its day."""
        return task_id(self.account, self.task) if self.task else ""


class OrphanLine(Struct, frozen=True, kw_only=True):
    """An open account for which nothing is to come, and no reason says why."""

    account: str
    title: str
    status: str
    ended_by: str  # reason of its last enrolment's end; empty if it had none
    since_at: datetime | None  # of that end
    task: int  # that asks for the point; 0: of an account older than the question
    claimed_by: str

    @property
    def task_id(self) -> str:
        """Return the outside name of the task that asks; empty without one."""
        return task_id(self.account, self.task) if self.task else ""


async def points(page: Page, today: date) -> tuple[PointLine, ...]:
    """Return the next points that nobody has closed, by day."""
    return structs_of(PointLine, await page.fetch(_POINTS, today))


async def orphans(page: Page) -> tuple[OrphanLine, ...]:
    """Return the open accounts without a next point, the longest first."""
    return structs_of(OrphanLine, await page.fetch(_ORPHANS, sorted(STATED_ENDS)))
