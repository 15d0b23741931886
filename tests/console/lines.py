"""Rows that a test prepares, and what queries make of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from engine.values import ContactPoint
from projections.accounts.organisations import AccountRow
from projections.accounts.people import PersonRow
from projections.queries.concerned import PositionLine
from projections.queries.finding import FoundAccount

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)


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


def account_row(number: int = 1, **changes: object) -> AccountRow:
    """Return Niort, or what a test makes of it."""
    row = AccountRow(
        account=number,
        name="commune-79191",
        title="Niort",
        search="niort",
        title_with_article="la Ville de Niort",
        kind="commune",
        siren="217901917",
        departement="79",
        population=59_000,
        time_zone="Europe/Paris",
        is_sample=True,
        added_at=NOW,
        status="lead",
        status_since_at=NOW,
        stage="identification",
        stage_since_at=NOW,
    )
    return msgspec.structs.replace(row, **changes)


def found(row: AccountRow) -> FoundAccount:
    """Return a row as it is found."""
    return FoundAccount(
        number=row.account,
        id=row.name,
        title=row.title,
        kind=row.kind,
        departement=row.departement,
        status=row.status,
        stage=row.stage,
    )
