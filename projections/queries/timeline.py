"""The timeline of an account: everything that happened, and everything that is planned."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from engine.ids import StreamKind, stream_id, touch_id
from engine.values import Sealed
from projections.accounts.organisations import AccountRow
from projections.accounts.touches import TouchRow
from projections.queries.as_of import AccountThen
from projections.queries.finding import FoundAccount
from projections.queries.happenings import TimelineLine, decisions_of, line_of, lines_of
from projections.queries.page import Page, structs_of

_PLANNED = """
select t.touch as number, t.step, n.sequence, t.enrolment, t.channel, t.phase, t.role, t.person,
  p.fields, t.status, t.planned_on, t.due_at, t.asked, t.asked_on, t.moved_by, t.rule, t.reason,
  exists (
    select from hold h
    where h.account = t.account and h.lifted_at is null
      and (h.rule <> 'role.required_lost' or t.channel <> 'meeting')
      and (h.scope = 'account' or h.enrolment = t.enrolment and h.scope = 'enrolment'
        or h.person = t.person and h.scope = 'person')
  ) as is_held
from touch t
left join enrolment n using (account, enrolment)
left join person p using (account, person)
where t.account = $1
  and t.status in ('planned', 'open', 'blocked', 'waiting', 'attempting', 'unknown')
order by t.due_at, t.touch
"""
_HOLDS = """
select hold as number, scope, reason, rule, enrolment, person, since_at, until, placed_by
from hold where account = $1 and lifted_at is null order by hold
"""
_POINT = """
select milestone_on as "on", milestone_object as object, milestone_deliverable as deliverable,
  milestone_rule as rule
from account a
where account = $1 and milestone_on is not null and not exists (
  -- Somebody said that there is none any more.
  select from task w
  where w.owner = a.account and w.kind = 'next_point' and w.status = 'done'
    and w.outcome = 'skipped' and w.closed_at >= a.milestone_at
)
"""
_PEOPLE = """
select person, role, since_at, is_invented, fields, is_gone, stopped_by, absent_until,
  exchanged_at
from person where account = $1 order by role, person
"""


class PlannedLine(Struct, frozen=True, kw_only=True):
    """A touch that is not over."""

    number: int
    step: str
    sequence: str | None
    enrolment: int
    channel: str
    phase: str
    role: str
    person: str
    fields: tuple[Sealed, ...] | None  # of the person
    status: str
    planned_on: date
    due_at: datetime
    asked: str
    asked_on: date
    moved_by: str
    rule: str
    reason: str
    is_held: bool


class HoldLine(Struct, frozen=True, kw_only=True):
    """A hold in force."""

    number: int
    scope: str
    reason: str
    rule: str
    enrolment: int
    person: str
    since_at: datetime
    until: date | None
    placed_by: str


class PersonLine(Struct, frozen=True, kw_only=True):
    """Somebody of the account."""

    person: str
    role: str
    since_at: datetime
    is_invented: bool
    fields: tuple[Sealed, ...]
    is_gone: bool
    stopped_by: str
    absent_until: date | None
    exchanged_at: datetime | None


class PromiseLine(Struct, frozen=True, kw_only=True):
    """The account's next point, as it was fixed last."""

    on: date
    object: str
    deliverable: str
    rule: str


class Timeline(Struct, frozen=True, kw_only=True):
    """One account: its people, its past, its holds, its plan."""

    account: FoundAccount
    people: tuple[PersonLine, ...]
    happened: tuple[TimelineLine, ...]  # oldest first, refusals included
    holds: tuple[HoldLine, ...]
    planned: tuple[PlannedLine, ...]  # soonest first
    next_point: PromiseLine | None = None
    as_of_at: datetime | None = None  # None: the present

    def touch_id(self, line: PlannedLine) -> str:
        """Return the outside name of a planned touch."""
        return touch_id(self.account.id, line.number)


async def timeline(page: Page, account: FoundAccount, *, last: int = 0) -> Timeline:
    """Return an account's past, read from the log, and its plan, as the views hold it.

    Args:
        page: Where to look.
        account: As `find_accounts` returns it.
        last: Only so many of the newest decisions; 0 returns all.
    """
    stream = stream_id(StreamKind.ACCOUNT, account.id)
    people = await page.fetch(_PEOPLE, account.number)
    holds = await page.fetch(_HOLDS, account.number)
    planned = await page.fetch(_PLANNED, account.number)
    points = structs_of(PromiseLine, await page.fetch(_POINT, account.number))
    return Timeline(
        account=account,
        people=structs_of(PersonLine, people, json_columns=("fields",)),
        happened=await lines_of(page, stream, last=last),
        holds=structs_of(HoldLine, holds),
        planned=structs_of(PlannedLine, planned, json_columns=("fields",)),
        next_point=points[0] if points else None,
    )


async def timeline_as_of(
    page: Page, account: FoundAccount, *, at: datetime, last: int = 0
) -> Timeline | None:
    """Return an account as it stood at an instant; None if nobody had made it known.

    Args:
        page: Where to look.
        account: As `find_accounts` returns it; only its id and number count.
        at: What was decided later is left out, of past, people, holds and plan alike.
        last: Only so many of the newest decisions until then; 0 returns all.
    """
    stream = stream_id(StreamKind.ACCOUNT, account.id)
    decided = await decisions_of(page, stream, as_of_at=at)
    then = AccountThen(decided, number=account.number, at=at)
    if then.row is None:
        return None
    return Timeline(
        account=msgspec.convert(
            msgspec.structs.asdict(then.row) | {"number": account.number, "id": account.id},
            FoundAccount,
        ),
        people=tuple(
            msgspec.convert(
                msgspec.structs.asdict(person) | {"fields": then.fields(person.person)}, PersonLine
            )
            for person in then.people
        ),
        happened=tuple(map(line_of, then.decided[-last:])),
        holds=tuple(
            msgspec.convert(msgspec.structs.asdict(hold) | {"number": hold.hold}, HoldLine)
            for hold in then.holds
        ),
        planned=tuple(_planned_then(then, touch) for touch in then.planned),
        next_point=_point_then(then.row),
        as_of_at=at,
    )


def _point_then(row: AccountRow) -> PromiseLine | None:
    if row.milestone_on is None:
        return None
    return PromiseLine(
        on=row.milestone_on,
        object=row.milestone_object,
        deliverable=row.milestone_deliverable,
        rule=row.milestone_rule,
    )


def _planned_then(then: AccountThen, touch: TouchRow) -> PlannedLine:
    enrolment = then.enrolments.get(touch.enrolment)
    beside = {
        "number": touch.touch,
        "sequence": enrolment.sequence if enrolment else None,
        "fields": then.fields(touch.person),
        "is_held": then.is_held(touch),
    }
    return msgspec.convert(msgspec.structs.asdict(touch) | beside, PlannedLine)
