"""Addresses that nothing goes to, and why."""

from datetime import datetime

from msgspec import Struct

from projections.queries.page import Page, structs_of

_STOPS = """
select tag, reason, scope, since_at, rule, actor, source, account, person, known_in, code,
  partition, seq
from stop order by since_at desc, tag, reason limit $1
"""


class StopLine(Struct, frozen=True, kw_only=True):
    """One address, known by its tag, and why nothing goes to it."""

    tag: str
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


async def suppressions(page: Page, *, count_max: int = 1000) -> tuple[StopLine, ...]:
    """Return the stops, newest first."""
    return structs_of(StopLine, await page.fetch(_STOPS, count_max))
