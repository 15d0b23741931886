"""Positions as a query returns them, of rows that a test prepared."""

from collections.abc import Iterator, Sequence

import msgspec

from engine.values import ContactPoint
from projections.accounts.organisations import AccountRow
from projections.accounts.people import PersonRow
from projections.queries.concerned import PositionLine


def lines_of(accounts: Sequence[AccountRow], rows: Sequence[PersonRow]) -> Iterator[PositionLine]:
    """Yield each position with its account."""
    known = {account.account: account for account in accounts}
    for row in rows:
        account = known[row.account]
        yield PositionLine(
            account=account.name,
            title=account.title,
            person=row.person,
            role=row.role,
            points=msgspec.json.decode(row.points, type=tuple[ContactPoint, ...]),
            stopped_by=row.stopped_by,
        )
