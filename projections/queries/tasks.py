"""What people have to do, in order, each with its reason."""

from collections.abc import Sequence
from datetime import date, datetime

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from engine.ids import task_id, touch_id
from engine.suppressing import stop_names
from engine.values import Channel, ContactPoint, Sealed
from projections.queries.page import Page, structs_of
from projections.queries.suppressions import stopped_names

_TASKS = """
select coalesce(a.name, c.name) as owner, coalesce(a.title, c.title) as title,
  c.campaign is not null as is_of_campaign,
  k.task as number, k.kind, k.status, k.due_on, k.due_on < $1 as is_overdue, t.due_at,
  k.rule, k.enrolment, k.touch, coalesce(nullif(k.step, ''), t.step, '') as step,
  coalesce(n.sequence, c.sequence, '') as sequence,
  coalesce(n.campaign, c.name, '') as campaign,
  k.person, coalesce(p.role, t.role, '') as role, p.fields, p.points,
  coalesce(p.failed_tags, '') as failed_tags, coalesce(p.stopped_tags, '') as stopped_tags,
  coalesce(p.is_invented, false) as is_invented,
  k.checklist, k.missing, k.claimed_by, k.claimed_at, k.opened_at, k.outcome, k.closed_at,
  case when k.kind = 'next_point' and k.status = 'open' and k.rule = 'milestone.due'
    then concat_ws(': ', a.milestone_object, a.milestone_deliverable)
    else '' end as brings,
  k.closed_by, h.hold as held_by, coalesce(h.rule, '') as held_rule,
  coalesce(h.reason, '') as held_for, h.until as held_until,
  case when k.touch <> 0 and p.absent_until > $1 then p.absent_until end as away_until
from task k
left join account a on a.account = k.owner
left join campaign c on c.campaign = k.owner
left join touch t on t.account = k.owner and t.touch = k.touch
left join enrolment n on n.account = k.owner and n.enrolment = k.enrolment
left join person p on p.account = k.owner and p.person = k.person
left join lateral (
  select hold, rule, reason, until from hold
  where account = k.owner and lifted_at is null and k.status = 'open' and k.touch <> 0
    and enrolment in (0, k.enrolment) and person in ('', k.person)
    and (rule <> 'role.required_lost' or k.kind <> 'meeting')
  order by hold limit 1
) h on true
"""
_DUE = f"""{_TASKS}
where k.status = 'open' and k.due_on <= $2
order by k.due_on, coalesce(t.due_at, k.opened_at), owner, k.task
"""
_AHEAD = """
select a.name as owner, a.title, false as is_of_campaign,
  0 as number, t.channel as kind, t.status, t.planned_on as due_on,
  t.planned_on < $1 as is_overdue, t.due_at, t.rule, t.enrolment, t.touch, t.step,
  coalesce(n.sequence, '') as sequence, coalesce(n.campaign, '') as campaign,
  t.person, t.role, p.fields, p.points,
  coalesce(p.failed_tags, '') as failed_tags, coalesce(p.stopped_tags, '') as stopped_tags,
  coalesce(p.is_invented, false) as is_invented,
  '[]' as checklist, '' as missing, '' as claimed_by, null::timestamptz as claimed_at,
  null::timestamptz as opened_at, '' as outcome, null::timestamptz as closed_at,
  '' as closed_by, h.hold as held_by, coalesce(h.rule, '') as held_rule,
  coalesce(h.reason, '') as held_for, h.until as held_until,
  case when p.absent_until > $1 then p.absent_until end as away_until
from touch t
join account a using (account)
left join enrolment n using (account, enrolment)
left join person p using (account, person)
left join lateral (
  select hold, rule, reason, until from hold
  where account = t.account and lifted_at is null
    and enrolment in (0, t.enrolment) and person in ('', t.person)
    and (rule <> 'role.required_lost' or t.channel <> 'meeting')
  order by hold limit 1
) h on true
where t.status = 'planned' and t.channel <> 'email' and t.planned_on <= $2
order by t.due_at, a.name, t.touch
"""
_ONE = f"""{_TASKS}
where coalesce(a.name, c.name) = $2 and k.task = $3
"""


class TaskLine(Struct, frozen=True, kw_only=True):
    """Something somebody has, or had, to do."""

    owner: str  # id of the account or campaign
    title: str
    is_of_campaign: bool
    number: int  # 0: planned, it opens on its day
    kind: str
    status: str  # "planned", "open", "done", "withdrawn"
    due_on: date
    is_overdue: bool
    due_at: datetime | None  # of its touch
    rule: str  # why it was opened
    enrolment: int
    touch: int
    step: str
    sequence: str
    campaign: str
    person: str
    role: str
    fields: tuple[Sealed, ...] | None  # of the person; the vault opens them
    points: tuple[ContactPoint, ...] | None  # that may be used; the vault opens them
    failed_tags: str = ""  # of those that are wrong, joined by "+"
    stopped_tags: str = ""  # of shared ones that are used no more
    is_invented: bool
    checklist: tuple[str, ...]
    missing: str  # values or roles it asks for, joined by "+"
    claimed_by: str
    claimed_at: datetime | None
    opened_at: datetime | None
    outcome: str
    closed_at: datetime | None
    closed_by: str
    brings: str = ""  # of a next point: its object and deliverable
    held_by: int | None = None  # the oldest hold that covers it
    held_rule: str = ""
    held_for: str = ""  # the reason of that hold
    held_until: date | None = None
    away_until: date | None = None  # its person comes back then

    @property
    def waits(self) -> str:
        """Return why nothing is done about it now; empty while it can be done."""
        if self.held_by is not None:
            until = f" until {self.held_until.isoformat()}" if self.held_until else ""
            return f"hold {self.held_by}{until}: {self.held_for}"
        return f"away until {self.away_until.isoformat()}" if self.away_until else ""

    @property
    def id(self) -> str:
        """Return the outside name: `K-217901911-2`; its touch's while it is planned."""
        return task_id(self.owner, self.number) if self.number else self.touch_id

    @property
    def touch_id(self) -> str:
        """Return the outside name of its touch; empty without one."""
        return touch_id(self.owner, self.touch) if self.touch else ""


async def tasks(page: Page, today: date, *, until_on: date | None = None) -> tuple[TaskLine, ...]:
    """Return the open tasks due today or before, in order.

    Args:
        page: Where to look.
        today: What is due before it is overdue.
        until_on: Last day to show, with the calls and the work planned until then; by
            default today, and what is open alone.
    """
    records = await page.fetch(_DUE, today, until_on or today)
    if until_on is not None:
        records += await page.fetch(_AHEAD, today, until_on)
    return await _usable(page, records)


async def task(page: Page, owner: str, number: int, today: date) -> TaskLine | None:
    """Return one task of an account or campaign, closed ones included."""
    records = await page.fetch(_ONE, today, owner, number)
    found = _lines(records)
    usable = await _usable(page, records)
    # One that no call may reach any more is shown without its numbers.
    return usable[0] if usable else replace(found[0], points=()) if found else None


async def _usable(page: Page, records: Sequence[asyncpg.Record]) -> tuple[TaskLine, ...]:
    """Return tasks with the points that may be used; a call that none is left for is left out.

    The table of stops is asked, as gate and dispatcher ask it and whoever opens calls: what
    was acknowledged a moment ago holds before the account has heard of it.
    """
    found = _lines(records)
    names = {name for task in found for point in task.points or () for name in _names(task, point)}
    stopped = await stopped_names(page, sorted(names)) if names else frozenset()
    lines = (replace(task, points=_points(task, stopped)) for task in found)
    return tuple(task for task in lines if task.kind != Channel.CALL or task.points)


def _lines(records: Sequence[asyncpg.Record]) -> tuple[TaskLine, ...]:
    return structs_of(TaskLine, records, json_columns=("fields", "points", "checklist"))


def _points(task: TaskLine, stopped: frozenset[str]) -> tuple[ContactPoint, ...] | None:
    unusable = {*task.failed_tags.split("+"), *task.stopped_tags.split("+")} | stopped
    return task.points and tuple(
        point for point in task.points if unusable.isdisjoint(_names(task, point))
    )


def _names(task: TaskLine, point: ContactPoint) -> tuple[str, ...]:
    return stop_names(point, task.person)
