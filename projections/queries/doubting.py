"""What a home that was restored may have done since, as far as its views can tell."""

from collections.abc import Sequence
from datetime import datetime

from projections.queries.page import Page

_DUE = """
select distinct a.name from touch t join account a using (account)
where t.channel = 'email'
  and (t.status = 'attempting' or (t.status in ('planned', 'waiting') and t.due_at <= $1))
order by a.name
"""
_UNKNOWN = "select count(*) from touch where status = 'unknown'"
_LAST = "select max(last_at) from health"


async def accounts_in_doubt(page: Page, until_at: datetime) -> Sequence[str]:
    """Return accounts of which an e-mail was under way, or was due by an instant."""
    return [record["name"] for record in await page.fetch(_DUE, until_at)]


async def unknown_count(page: Page) -> int:
    """Return how many touches nobody knows the outcome of."""
    (record,) = await page.fetch(_UNKNOWN)
    return int(record["count"])


async def last_decision_at(page: Page) -> datetime | None:
    """Return when something was decided last; None if nothing ever was."""
    (record,) = await page.fetch(_LAST)
    last_at: datetime | None = record["max"]
    return last_at
