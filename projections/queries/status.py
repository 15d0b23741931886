"""The state of the work: what needs somebody, what was sent, how healthy the log is."""

from datetime import date, datetime

from msgspec import Struct

from engine.ids import touch_id
from projections.queries.milestones import orphans
from projections.queries.page import CutLine, Page, cut, structs_of
from projections.queries.published import ruleset_in_force

ATTENTION_MAX = 200
WINDOWS_MAX = 48

_TOUCHES = "select status, count(*) as touch_count from touch group by status order by status"
_REACHES = """
select reach, count(*) as touch_count from touch where reach <> '' group by reach order by reach
"""
_ATTENTION = """
select a.name as account, a.title, t.touch as number, t.step, t.person, t.status, t.due_at,
  t.acted_at, t.attempts, t.reach, t.code, t.message_id, t.rule, t.reason
from touch t join account a using (account)
where t.status in ('unknown', 'blocked', 'attempting')
order by t.status desc, t.due_at, a.name, t.touch limit $1
"""
_COUNTS = """
select
  (select count(*) from account) as account_count,
  (select count(*) from person) as person_count,
  (select count(*) from enrolment where status = 'pending') as pending_count,
  (select count(*) from enrolment where status = 'active') as active_count,
  (select count(*) from task where status = 'open') as open_task_count,
  (select count(*) from task where status = 'open' and due_on < $1) as overdue_task_count,
  (select count(*) from hold where lifted_at is null) as hold_count,
  (select count(*) from stop where lifted_at is null) as stop_count
"""
_MAILBOXES = """
select mailbox, counted_in, sum(attempted_count)::bigint as attempted_count,
  sum(sent_count)::bigint as sent_count, sum(refused_count)::bigint as refused_count,
  sum(postponed_count)::bigint as postponed_count,
  sum(released_count)::bigint as released_count,
  sum(unknown_count)::bigint as unknown_count, sum(erased_count)::bigint as erased_count
from mailbox_use group by mailbox, counted_in order by counted_in desc, mailbox limit $1
"""
_HELD = """
select name as mailbox, event::json ->> 'rule' as rule, event::json ->> 'code' as code,
  published_at as since_at
from publication where kind = 'mailbox_hold' and version = 'held' and replaced_by = 0 order by name
"""
_BEYOND = """
select count(*) as touch_count from touch where status = 'planned' and planned_on > $1
"""
_HEALTH = "select * from health order by partition"


class StatusCount(Struct, frozen=True, kw_only=True):
    """How many touches share a status."""

    status: str
    touch_count: int


class ReachCount(Struct, frozen=True, kw_only=True):
    """How many touches' last attempt came to the same."""

    reach: str
    touch_count: int


class Attention(Struct, frozen=True, kw_only=True):
    """A touch under way, in doubt, or waiting for what somebody must supply."""

    account: str
    title: str
    number: int
    step: str
    person: str
    status: str
    due_at: datetime
    acted_at: datetime | None
    attempts: int
    reach: str
    code: str
    message_id: str
    rule: str
    reason: str

    @property
    def id(self) -> str:
        """Return the touch's outside name."""
        return touch_id(self.account, self.number)


class Counts(Struct, frozen=True, kw_only=True):
    """How much there is of everything."""

    account_count: int
    person_count: int
    pending_count: int  # enrolments that wait for their campaign
    active_count: int
    open_task_count: int
    overdue_task_count: int
    hold_count: int
    stop_count: int


class MailboxUse(Struct, frozen=True, kw_only=True):
    """What was attempted under a mailbox in one counting window."""

    mailbox: str
    counted_in: str
    attempted_count: int
    sent_count: int
    refused_count: int
    postponed_count: int
    released_count: int
    unknown_count: int
    erased_count: int


class HeldMailbox(Struct, frozen=True, kw_only=True):
    """A mailbox from which nothing goes out, and what was found."""

    mailbox: str
    rule: str
    code: str
    since_at: datetime


class CalendarReach(Struct, frozen=True, kw_only=True):
    """How far the calendars in force reach, and how many touches lie further."""

    ruleset: str
    public_until: date
    school_until: date
    beyond_count: int  # planned later than the first of the two

    @property
    def reach_until(self) -> date:
        """Return the last day of which everything is known."""
        return min(self.public_until, self.school_until)


class PartitionHealth(Struct, frozen=True, kw_only=True):
    """The decisions of one partition."""

    partition: int  # `WORKSPACE_PARTITION` for the workspace's own
    seq: int
    log_offset: int
    last_at: datetime | None
    events_count: int
    refused_count: int
    repeated_count: int
    nothing_count: int
    quarantined_count: int
    skipped_count: int  # markers, and late or repeated writes of former owners


class Status(Struct, frozen=True, kw_only=True):
    """Everything at one glance."""

    counts: Counts
    touches: tuple[StatusCount, ...]
    reaches: tuple[ReachCount, ...]
    attention: tuple[Attention, ...]
    held_mailboxes: tuple[HeldMailbox, ...]
    calendars: CalendarReach | None  # None: no ruleset is in force
    mailboxes: tuple[MailboxUse, ...]  # newest window first
    partitions: tuple[PartitionHealth, ...]
    cut: tuple[CutLine, ...]
    orphan_count: int = 0  # open accounts without a next point


async def status(page: Page, today: date) -> Status:
    """Return counts, what needs attention, mailbox use, log health and the cut."""
    (counts,) = structs_of(Counts, await page.fetch(_COUNTS, today))
    return Status(
        counts=counts,
        touches=structs_of(StatusCount, await page.fetch(_TOUCHES)),
        reaches=structs_of(ReachCount, await page.fetch(_REACHES)),
        attention=structs_of(Attention, await page.fetch(_ATTENTION, ATTENTION_MAX)),
        held_mailboxes=structs_of(HeldMailbox, await page.fetch(_HELD)),
        calendars=await _calendars(page),
        mailboxes=structs_of(MailboxUse, await page.fetch(_MAILBOXES, WINDOWS_MAX)),
        partitions=structs_of(PartitionHealth, await page.fetch(_HEALTH)),
        cut=await cut(page),
        orphan_count=len(await orphans(page)),
    )


async def _calendars(page: Page) -> CalendarReach | None:
    ruleset = await ruleset_in_force(page)
    if ruleset is None:
        return None
    public_until = date(ruleset.public_holidays.last_year, 12, 31)
    school_until = ruleset.school_holidays.last_on
    (row,) = await page.fetch(_BEYOND, min(public_until, school_until))
    return CalendarReach(
        ruleset=ruleset.version,
        public_until=public_until,
        school_until=school_until,
        beyond_count=row["touch_count"],
    )
