"""The rows of one account: itself, its people, its enrolments, its holds."""

from projections.accounts import enrolments, holds, organisations, people
from projections.accounts.view import VIEW
from projections.queries.page import Page
from projections.tables import R, Table, load

_WITH_ENROLMENTS = """
select distinct a.name from enrolment n join account a using (account)
where n.status in ('pending', 'active') order by a.name
"""


async def accounts_with_enrolments(page: Page) -> tuple[str, ...]:
    """Return the ids of the accounts that go through a sequence, or wait for one to begin."""
    return tuple(row["name"] for row in await page.fetch(_WITH_ENROLMENTS))


async def account_numbered(page: Page, number: int) -> organisations.AccountRow:
    """Return the row of an account that was found."""
    (row,) = await _rows(page, organisations.TABLE, number)
    return row


async def people_of_account(page: Page, number: int) -> tuple[people.PersonRow, ...]:
    """Return the people of an account."""
    return await _rows(page, people.TABLE, number)


async def enrolments_of_account(page: Page, number: int) -> tuple[enrolments.EnrolmentRow, ...]:
    """Return the enrolments of an account, ended ones included."""
    return await _rows(page, enrolments.TABLE, number)


async def zone_of_account(page: Page, name: str) -> str:
    """Return the time zone of an account's people; empty if the account is not known."""
    records = await page.fetch("select time_zone from account where name = $1", name)
    return str(records[0]["time_zone"]) if records else ""


async def holds_of_account(page: Page, number: int) -> tuple[holds.HoldRow, ...]:
    """Return the holds of an account that are in force."""
    rows = await _rows(page, holds.TABLE, number)
    return tuple(row for row in rows if row.lifted_at is None)


async def _rows(page: Page, table: Table[R], account: int) -> tuple[R, ...]:
    return await load(
        page.connection, table, schema=VIEW.schema, by=("account",), wanted={(account,)}
    )
