"""The views in PostgreSQL, each question on one snapshot."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime

from console.desk.history import History
from infra.log.port import Log
from infra.store.pool import Connection, Pool, translated
from projections.accounts import enrolments as enrolling
from projections.accounts import organisations
from projections.accounts import people as positions
from projections.accounts.view import SCHEMA
from projections.check import Checked, check
from projections.queries.campaigns import CampaignLine, campaigns
from projections.queries.finding import FoundAccount, find_accounts
from projections.queries.page import page
from projections.queries.pipeline import Pipeline, pipeline
from projections.queries.status import Status, status
from projections.queries.suppressions import StopLine, suppressions
from projections.queries.tasks import TaskLine, task, tasks
from projections.queries.timeline import Timeline, timeline
from projections.queries.why import Why, why
from projections.tables import load
from projections.views import VIEWS


class PostgresViews:
    """See `console.desk.ports.Views`."""

    def __init__(self, pool: Pool, log: Callable[[], Awaitable[Log]], *, generation: int) -> None:
        """Read through `pool`; words and reasons come from the log, opened when needed."""
        self._pool = pool
        self._log = log
        self._generation = generation

    async def find(self, text: str) -> tuple[FoundAccount, ...]:
        """Return the accounts that a text may mean."""
        async with self._page() as connection:
            return await find_accounts(connection, text)

    async def account(self, number: int) -> organisations.AccountRow:
        """Return the row of an account that was found."""
        table = organisations.TABLE
        async with self._page() as connection:
            (row,) = await load(connection, table, schema=SCHEMA, by=table.key, wanted={(number,)})
        return row

    async def people(self, number: int) -> tuple[positions.PersonRow, ...]:
        """Return the people of an account."""
        async with self._page() as connection:
            return await load(
                connection, positions.TABLE, schema=SCHEMA, by=("account",), wanted={(number,)}
            )

    async def enrolments(self, number: int) -> tuple[enrolling.EnrolmentRow, ...]:
        """Return the enrolments of an account, ended ones included."""
        async with self._page() as connection:
            return await load(
                connection, enrolling.TABLE, schema=SCHEMA, by=("account",), wanted={(number,)}
            )

    async def holds(self, number: int) -> tuple[enrolling.HoldRow, ...]:
        """Return the holds of an account that are in force."""
        async with self._page() as connection:
            rows = await load(
                connection, enrolling.HOLDS, schema=SCHEMA, by=("account",), wanted={(number,)}
            )
        return tuple(row for row in rows if row.lifted_at is None)

    async def pipeline(self, today: date) -> Pipeline:
        """Return where accounts and campaigns stand."""
        async with self._page() as connection:
            return await pipeline(connection, today)

    async def campaigns(self) -> tuple[CampaignLine, ...]:
        """Return the campaigns."""
        async with self._page() as connection:
            return await campaigns(connection)

    async def tasks(self, today: date, *, until_on: date | None) -> tuple[TaskLine, ...]:
        """Return what is to be done."""
        async with self._page() as connection:
            return await tasks(connection, today, until_on=until_on)

    async def task(self, owner: str, number: int, today: date) -> TaskLine | None:
        """Return one task, closed ones included."""
        async with self._page() as connection:
            return await task(connection, owner, number, today)

    async def timeline(self, account: FoundAccount, *, as_of_at: datetime | None) -> Timeline:
        """Return everything about an account."""
        read = (await self._history()).read
        async with self._page() as connection:
            return await timeline(connection, account, read, as_of_at=as_of_at)

    async def why(self, touch: str) -> Why | None:
        """Return everything about a touch."""
        read = (await self._history()).read
        async with self._page() as connection:
            return await why(connection, touch, read)

    async def status(self, today: date) -> Status:
        """Return counts and what needs attention."""
        async with self._page() as connection:
            return await status(connection, today, generation=self._generation)

    async def suppressions(self, *, count_max: int) -> tuple[StopLine, ...]:
        """Return the addresses to which nothing goes."""
        async with self._page() as connection:
            return await suppressions(connection, count_max=count_max)

    async def check(self) -> tuple[Checked, ...]:
        """Return for each view what a fold from zero does not confirm."""
        read = (await self._history()).read_partition
        with translated():
            async with self._pool.acquire() as connection:
                return await check(connection, VIEWS, read, generation=self._generation)

    async def _history(self) -> History:
        return History(await self._log(), generation=self._generation)

    @asynccontextmanager
    async def _page(self) -> AsyncIterator[Connection]:
        with translated():
            async with self._pool.acquire() as connection, page(connection) as snapshot:
                yield snapshot
