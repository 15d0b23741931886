"""People and addresses that nothing goes to, and why."""

from datetime import datetime

from msgspec import Struct

from projections.queries.page import Page, structs_of

_STOPS = """
select tag, reason, scope, since_at, rule, actor, source, account, person, known_in, code,
  partition, seq, is_shared, lifted_at
from stop where lifted_at is null or $2 order by since_at desc, tag, reason limit $1
"""
_STOPPED = "select distinct tag from suppression where tag = any($1::text[]) and stated > lifted"


class StopLine(Struct, frozen=True, kw_only=True):
    """One address, known by its tag, or one person, and why nothing goes there."""

    tag: str  # of an address, or `person:ID`
    reason: str  # "objection", "bounce"
    scope: str
    since_at: datetime
    rule: str
    actor: str
    source: str
    account: str
    person: str
    known_in: str  # "ACCOUNT/PERSON", joined by "+"
    code: str
    partition: int
    seq: int
    is_shared: bool  # a shared address: its channel alone is stopped
    lifted_at: datetime | None  # recorded by mistake, and lifted


async def suppressions(
    page: Page, *, count_max: int = 1000, with_lifted: bool = False
) -> tuple[StopLine, ...]:
    """Return the stops, newest first; those that were lifted only if asked for."""
    return structs_of(StopLine, await page.fetch(_STOPS, count_max, with_lifted))


async def stopped_names(page: Page, names: list[str]) -> frozenset[str]:
    """Return which of these names (`engine.suppressing`) the table of stops holds now.

    The table is what gate and dispatcher ask: it knows of a stop before any view does.
    """
    return frozenset(row["tag"] for row in await page.fetch(_STOPPED, names))
