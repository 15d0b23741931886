"""The views in PostgreSQL, each question on one snapshot."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Concatenate, ParamSpec, TypeVar

from console.desk.history import History
from infra.log.port import Log
from infra.store.pool import Pool, translated
from projections.accounts.enrolments import EnrolmentRow
from projections.accounts.holds import HoldRow
from projections.accounts.organisations import AccountRow
from projections.accounts.people import PersonRow
from projections.check import Checked, check
from projections.queries import accounts
from projections.queries.campaigns import CampaignLine, campaigns
from projections.queries.finding import FoundAccount, find_accounts
from projections.queries.page import Page, snapshot
from projections.queries.pipeline import Pipeline, pipeline
from projections.queries.status import Status, status
from projections.queries.suppressions import StopLine, suppressions
from projections.queries.tasks import TaskLine, task, tasks
from projections.queries.timeline import Timeline, timeline
from projections.queries.why import Why, why
from projections.views import VIEWS

P = ParamSpec("P")
T = TypeVar("T")


class PostgresViews:
    """See `console.desk.ports.Views`."""

    def __init__(self, pool: Pool, log: Callable[[], Awaitable[Log]], *, generation: int) -> None:
        """Read through `pool`; words and reasons come from the log, opened when needed."""
        self._pool = pool
        self._history = History(log, generation=generation)
        self._generation = generation

    async def ask(
        self,
        query: Callable[Concatenate[Page, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return what a query finds on a page of its own."""
        with translated():
            async with self._pool.acquire() as connection, snapshot(connection):
                page = Page(
                    connection=connection, read=self._history.read, generation=self._generation
                )
                return await query(page, *args, **kwargs)

    async def find(self, text: str) -> tuple[FoundAccount, ...]:
        """Return the accounts that a text may mean."""
        return await self.ask(find_accounts, text)

    async def account(self, number: int) -> AccountRow:
        """Return the row of an account that was found."""
        return await self.ask(accounts.account, number)

    async def people(self, number: int) -> tuple[PersonRow, ...]:
        """Return the people of an account."""
        return await self.ask(accounts.people, number)

    async def enrolments(self, number: int) -> tuple[EnrolmentRow, ...]:
        """Return the enrolments of an account, ended ones included."""
        return await self.ask(accounts.enrolments, number)

    async def holds(self, number: int) -> tuple[HoldRow, ...]:
        """Return the holds of an account that are in force."""
        return await self.ask(accounts.holds, number)

    async def pipeline(self, today: date) -> Pipeline:
        """Return where accounts and campaigns stand."""
        return await self.ask(pipeline, today)

    async def campaigns(self) -> tuple[CampaignLine, ...]:
        """Return the campaigns."""
        return await self.ask(campaigns)

    async def tasks(self, today: date, *, until_on: date | None) -> tuple[TaskLine, ...]:
        """Return what is to be done."""
        return await self.ask(tasks, today, until_on=until_on)

    async def task(self, owner: str, number: int, today: date) -> TaskLine | None:
        """Return one task, closed ones included."""
        return await self.ask(task, owner, number, today)

    async def timeline(
        self, account: FoundAccount, *, as_of_at: datetime | None, last: int
    ) -> Timeline:
        """Return everything about an account, or only its last decisions."""
        return await self.ask(timeline, account, as_of_at=as_of_at, last=last)

    async def why(self, touch: str) -> Why | None:
        """Return everything about a touch."""
        return await self.ask(why, touch)

    async def status(self, today: date) -> Status:
        """Return counts and what needs attention."""
        return await self.ask(status, today)

    async def suppressions(self, *, count_max: int) -> tuple[StopLine, ...]:
        """Return the addresses to which nothing goes."""
        return await self.ask(suppressions, count_max=count_max)

    async def check(self) -> tuple[Checked, ...]:
        """Return for each view what a fold from zero does not confirm."""
        with translated():
            async with self._pool.acquire() as connection:
                read = self._history.read_partition
                return await check(connection, VIEWS, read, generation=self._generation)
