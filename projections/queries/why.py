"""Why one touch is where it is: what was asked, what moved it, what became of it."""

import re
from datetime import date, datetime

import msgspec
from msgspec import Struct

from engine.ids import StreamKind, stream_id, touch_id
from projections.queries.as_of import AccountThen
from projections.queries.finding import FoundAccount
from projections.queries.happenings import (
    Happening,
    TimelineLine,
    decisions_of,
    line_of,
    lines_of,
)
from projections.queries.page import Page, structs_of

_NAME = re.compile(r"T-(?P<account>.+)-(?P<number>[0-9]{1,9})")
_TOUCH = """
select a.name as account, a.title, t.touch as number, t.enrolment,
  coalesce(n.sequence, '') as sequence, coalesce(n.sequence_hash, '') as sequence_hash,
  coalesce(n.campaign, '') as campaign, t.step, t.channel, t.phase, t.role, t.person, t.is_contact,
  t.asked, t.asked_from, t.asked_on, t.is_assumed, t.moved_by, t.moved_to,
  t.planned_on, t.due_at, t.status, t.rule, t.reason, t.attempts, t.acted_at, t.mailbox, t.reach,
  t.code, t.message_id, t.outcome
from touch t
join account a using (account)
left join enrolment n using (account, enrolment)
where a.name = $1 and t.touch = $2
"""


class MoveLine(Struct, frozen=True, kw_only=True):
    """One rule that moved the touch, and to which day."""

    rule: str
    to_on: date


class WhyStep(Struct, frozen=True, kw_only=True):
    """One thing that happened to the touch: what, by which rule, and who had asked what."""

    at: datetime
    partition: int
    seq: int
    input_id: str
    request: str
    actor: str
    source: str
    ruleset: str
    happening: Happening


class TouchLine(Struct, frozen=True, kw_only=True):
    """A touch as the view holds it."""

    account: str
    title: str
    number: int
    enrolment: int
    sequence: str
    sequence_hash: str
    campaign: str
    step: str
    channel: str
    phase: str
    role: str
    person: str
    is_contact: bool
    asked: str  # "+2 bd, step 1.3"
    asked_from: date  # day of the anchor
    asked_on: date  # before any rule moved it
    is_assumed: bool  # the anchor is not known yet
    moved_by: str  # rules of the last landing, joined by "+"
    moved_to: str
    planned_on: date
    due_at: datetime
    status: str
    rule: str  # of its last change: why it stands as it does
    reason: str  # of a skip; or what it waits for
    attempts: int
    acted_at: datetime | None
    mailbox: str
    reach: str
    code: str
    message_id: str
    outcome: str


class Why(Struct, frozen=True, kw_only=True):
    """One touch, from what was asked to what became of it."""

    id: str
    touch: TouchLine
    moves: tuple[MoveLine, ...]  # of its last landing, in order
    steps: tuple[WhyStep, ...]  # oldest first
    as_of_at: datetime | None = None  # None: the present


async def why(page: Page, touch: str) -> Why | None:
    """Return what led to where a touch stands; None if there is no such touch.

    Args:
        page: Where to look.
        touch: Its outside name, `T-217901911-4`.
    """
    name = _NAME.fullmatch(touch.strip())
    if name is None:
        return None
    account, number = name["account"], int(name["number"])
    found = structs_of(TouchLine, await page.fetch(_TOUCH, account, number))
    if not found:
        return None
    stream = stream_id(StreamKind.ACCOUNT, account)
    return Why(
        id=touch.strip(),
        touch=found[0],
        moves=_moves(found[0]),
        steps=_steps(await lines_of(page, stream), str(number)),
    )


async def why_as_of(page: Page, account: FoundAccount, number: int, *, at: datetime) -> Why | None:
    """Return what had led, by an instant, to where a touch stood; None if there was none.

    Args:
        page: Where to look.
        account: As `find_accounts` returns it.
        number: Of the touch.
        at: What was decided later is left out.
    """
    stream = stream_id(StreamKind.ACCOUNT, account.id)
    decided = await decisions_of(page, stream, as_of_at=at)
    then = AccountThen(decided, number=account.number, at=at)
    touch = then.touches.get(number)
    if touch is None or then.row is None:
        return None
    row, enrolment = then.row, then.enrolments.get(touch.enrolment)
    beside = {
        "account": row.name,
        "title": row.title,
        "number": number,
        "sequence": enrolment.sequence if enrolment else "",
        "sequence_hash": enrolment.sequence_hash if enrolment else "",
        "campaign": enrolment.campaign if enrolment else "",
    }
    line = msgspec.convert(msgspec.structs.asdict(touch) | beside, TouchLine)
    return Why(
        id=touch_id(account.id, number),
        touch=line,
        moves=_moves(line),
        steps=_steps(tuple(map(line_of, then.decided)), str(number)),
        as_of_at=at,
    )


def _moves(touch: TouchLine) -> tuple[MoveLine, ...]:
    if not touch.moved_by:
        return ()
    pairs = zip(touch.moved_by.split("+"), touch.moved_to.split("+"), strict=True)
    return tuple(MoveLine(rule=rule, to_on=date.fromisoformat(day)) for rule, day in pairs)


def _steps(lines: tuple[TimelineLine, ...], touch: str) -> tuple[WhyStep, ...]:
    """Return what concerns a touch or a task of it."""
    own = {
        happening.values["task"]
        for line in lines
        for happening in line.happenings
        if happening.name == "task_opened" and happening.values.get("touch") == touch
    }
    return tuple(
        _step(line, happening)
        for line in lines
        for happening in line.happenings
        if happening.values.get("touch") == touch or happening.values.get("task") in own
    )


def _step(line: TimelineLine, happening: Happening) -> WhyStep:
    return WhyStep(
        at=line.at,
        partition=line.partition,
        seq=line.seq,
        input_id=line.input_id,
        request=line.request,
        actor=line.actor,
        source=line.source,
        ruleset=line.ruleset,
        happening=happening,
    )
