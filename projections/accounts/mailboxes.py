"""Mailbox use: what was attempted in each counting window, and what became of it.

The gate counts grants before the fact; this counts decided attempts after it.
"""

from collections.abc import Iterator
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from engine import events as e
from engine.requests import Reach
from projections.accounts import touches
from projections.facts import Fact
from projections.parts import Part, Sheet
from projections.tables import Key, Rows, Small, Table


class MailboxRow(Struct, frozen=True):
    """Attempts of one partition under one mailbox, granted in one window."""

    mailbox: str
    counted_in: str
    partition: Small
    attempted_count: int = 0
    sent_count: int = 0
    refused_count: int = 0
    postponed_count: int = 0
    released_count: int = 0  # nothing left the house
    unknown_count: int = 0
    erased_count: int = 0


TABLE = Table(name="mailbox_use", row=MailboxRow, key_length=3, fill_percent=50)


def fold(sheet: Sheet, fact: Fact, event: e.Event) -> None:
    """Count an event; touches are as they were before it."""
    rows = sheet.of(TABLE)
    match event:
        case e.TouchAttempted(grant=grant) if grant is not None:
            row = _row(rows, fact, grant.mailbox, grant.window)
            rows.put(replace(row, attempted_count=row.attempted_count + 1))
        case e.TouchSettled(touch=touch, reach=reach):
            former = sheet.of(touches.TABLE).get(fact.number, touch)
            if former.mailbox:
                row = _row(rows, fact, former.mailbox, former.counted_in)
                rows.put(_counted(_uncounted(row, former.reach), reach))
        case _:
            return


def keys(sheet: Sheet, fact: Fact, event: e.Event) -> Iterator[Key]:
    """Yield the window that an attempt counts in, or its touch counted in before."""
    match event:
        case e.TouchAttempted(grant=grant) if grant is not None:
            yield grant.mailbox, grant.window, fact.partition
        case e.TouchSettled(touch=touch):
            former = sheet.of(touches.TABLE).find(fact.number, touch)
            if former is not None and former.mailbox:
                yield former.mailbox, former.counted_in, fact.partition
        case _:
            return


PART = Part(table=TABLE, events=(e.TouchAttempted, e.TouchSettled), fold=fold, keys=keys)


def _row(rows: Rows[MailboxRow], fact: Fact, mailbox: str, window: str) -> MailboxRow:
    known = rows.find(mailbox, window, fact.partition)
    return known or MailboxRow(mailbox=mailbox, counted_in=window, partition=fact.partition)


def _uncounted(row: MailboxRow, former_reach: str) -> MailboxRow:
    """Return the row without an outcome that was unknown until now."""
    if former_reach != Reach.UNKNOWN.value:
        return row
    return replace(row, unknown_count=row.unknown_count - 1)


def _counted(row: MailboxRow, reach: Reach) -> MailboxRow:
    match reach:
        case Reach.SENT:
            return replace(row, sent_count=row.sent_count + 1)
        case Reach.REFUSED:
            return replace(row, refused_count=row.refused_count + 1)
        case Reach.POSTPONED:
            return replace(row, postponed_count=row.postponed_count + 1)
        case Reach.NOT_SENT | Reach.ABSENT | Reach.BROKEN:
            return replace(row, released_count=row.released_count + 1)
        case Reach.UNKNOWN:
            return replace(row, unknown_count=row.unknown_count + 1)
        case Reach.ERASED:
            return replace(row, erased_count=row.erased_count + 1)
        case _:
            assert_never(reach)
