"""The founding history of one account, folded: what tests of the view begin with."""

from engine import events as e
from projections.accounts import enrolments, organisations, people, touches
from projections.accounts.folding import PARTITIONS_MAX, concerning, fold
from projections.accounts.sheet import Sheet
from tests.projections.examples import (
    FOUNDING,
    history,
)

ACCOUNT = PARTITIONS_MAX + 3  # the first of partition 3


def folded(*events: e.Event) -> Sheet:
    """Return the sheet after the founding events and these, one decision each."""
    sheet = Sheet()
    fold(sheet, concerning(history(*FOUNDING, *events)))
    return sheet


def account(*events: e.Event) -> organisations.AccountRow:
    """Return the account after events."""
    return folded(*events).accounts.get(ACCOUNT)


def person(*events: e.Event) -> people.PersonRow:
    """Return the person after events."""
    return folded(*events).people.get(ACCOUNT, "person-1")


def enrolment(*events: e.Event) -> enrolments.EnrolmentRow:
    """Return the enrolment after events."""
    return folded(*events).enrolments.get(ACCOUNT, 1)


def touch(*events: e.Event, number: int = 1) -> touches.TouchRow:
    """Return a touch after events."""
    return folded(*events).touches.get(ACCOUNT, number)
