"""What a home that was restored may have done since, as far as its views can tell."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from engine.values import Channel, ContactPoint
from projections.published import MAILBOX
from projections.queries.page import Page, structs_of

_DUE = """
select distinct a.name from touch t join account a using (account)
where t.channel = 'email'
  and (t.status = 'attempting' or (t.status in ('planned', 'waiting') and t.due_at <= $1))
order by a.name
"""
_DOUBTED = """
select t.due_at, p.points, coalesce((
  select name from publication where kind = $2 group by name order by min(w) limit 1
), '') as mailbox
from touch t join person p using (account, person)
where t.status = 'unknown' and t.channel = 'email' and t.mailbox = '' and t.due_at >= $1
"""
_UNKNOWN = "select count(*) from touch where status = 'unknown'"
_LAST = "select max(last_at) from health"


async def accounts_in_doubt(page: Page, until_at: datetime) -> Sequence[str]:
    """Return accounts of which an e-mail was under way, or was due by an instant."""
    return [record["name"] for record in await page.fetch(_DUE, until_at)]


class DoubtedTouch(Struct, frozen=True, kw_only=True):
    """An e-mail that may have left without a grant that anybody remembers."""

    due_at: datetime
    points: tuple[ContactPoint, ...]  # of its person
    mailbox: str

    @property
    def domain(self) -> str:
        """Return the domain it went to, if it did."""
        points = (point for point in self.points if point.channel is Channel.EMAIL)
        return next((point.domain for point in points), "")


async def doubted_since(page: Page, since_at: datetime) -> Sequence[DoubtedTouch]:
    """Return the e-mails due since an instant that may have left, but for those under a grant."""
    records = await page.fetch(_DOUBTED, since_at, MAILBOX)
    return structs_of(DoubtedTouch, records, json_columns=("points",))


async def unknown_count(page: Page) -> int:
    """Return how many touches nobody knows the outcome of."""
    (record,) = await page.fetch(_UNKNOWN)
    return int(record["count"])


async def last_decision_at(page: Page) -> datetime | None:
    """Return when something was decided last; None if nothing ever was."""
    (record,) = await page.fetch(_LAST)
    last_at: datetime | None = record["max"]
    return last_at
