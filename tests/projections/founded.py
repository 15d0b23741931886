"""The founding history of one account, folded: what tests of the view begin with."""

from collections.abc import Iterable

from msgspec import Struct

from engine import events as e
from engine.decision import PlacedDecision
from projections.accounts import enrolments, organisations, people, touches
from projections.accounts.numbering import PARTITIONS_MAX, numbered
from projections.accounts.view import KINDS, PARTS
from projections.facts import concerning
from projections.parts import Sheet
from projections.tables import Rows
from tests.projections.examples import (
    FOUNDING,
    history,
)

ACCOUNT = PARTITIONS_MAX + 3  # the first of partition 3


def fold(sheet: Sheet, decided: Iterable[PlacedDecision]) -> None:
    """Write onto the sheet what decisions change of accounts and campaigns."""
    PARTS.fold(sheet, numbered(sheet, concerning(decided, *KINDS)))


def rows_on(sheet: Sheet) -> dict[str, Rows[Struct]]:
    """Return the rows of each table that a fold asked for, by the table's name."""
    return {name: rows for name, rows in sheet._rows.items() if isinstance(rows, Rows)}


def folded(*events: e.Event) -> Sheet:
    """Return the sheet after the founding events and these, one decision each."""
    sheet = Sheet()
    fold(sheet, history(*FOUNDING, *events))
    return sheet


def account(*events: e.Event) -> organisations.AccountRow:
    """Return the account after events."""
    return folded(*events).of(organisations.TABLE).get(ACCOUNT)


def person(*events: e.Event) -> people.PersonRow:
    """Return the person after events."""
    return folded(*events).of(people.TABLE).get(ACCOUNT, "person-1")


def enrolment(*events: e.Event) -> enrolments.EnrolmentRow:
    """Return the enrolment after events."""
    return folded(*events).of(enrolments.TABLE).get(ACCOUNT, 1)


def touch(*events: e.Event, number: int = 1) -> touches.TouchRow:
    """Return a touch after events."""
    return folded(*events).of(touches.TABLE).get(ACCOUNT, number)
