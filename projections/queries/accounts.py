"""The rows of one account: itself, its people, its enrolments, its holds."""

from projections.accounts import enrolments as enrolling
from projections.accounts import holds as holding
from projections.accounts import organisations
from projections.accounts import people as positions
from projections.accounts.view import VIEW
from projections.queries.page import Page
from projections.tables import R, Table, load


async def account(page: Page, number: int) -> organisations.AccountRow:
    """Return the row of an account that was found."""
    (row,) = await _rows(page, organisations.TABLE, number)
    return row


async def people(page: Page, number: int) -> tuple[positions.PersonRow, ...]:
    """Return the people of an account."""
    return await _rows(page, positions.TABLE, number)


async def enrolments(page: Page, number: int) -> tuple[enrolling.EnrolmentRow, ...]:
    """Return the enrolments of an account, ended ones included."""
    return await _rows(page, enrolling.TABLE, number)


async def holds(page: Page, number: int) -> tuple[holding.HoldRow, ...]:
    """Return the holds of an account that are in force."""
    rows = await _rows(page, holding.TABLE, number)
    return tuple(row for row in rows if row.lifted_at is None)


async def _rows(page: Page, table: Table[R], account: int) -> tuple[R, ...]:
    return await load(
        page.connection, table, schema=VIEW.schema, by=("account",), wanted={(account,)}
    )
