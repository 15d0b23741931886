"""The view people work with: accounts, people, enrolments, touches, tasks, campaigns."""

from collections.abc import Iterable, Sequence

from engine.decision import PlacedDecision
from engine.events import AccountAdded, CampaignCreated, Event, TouchAttempted
from engine.ids import StreamKind, kind_of, name_of
from projections.accounts import (
    campaigns,
    enrolments,
    mailboxes,
    organisations,
    people,
    tasks,
    touches,
)
from projections.accounts.folding import PARTITIONS_MAX, Concerning, concerning, fold
from projections.accounts.sheet import NUMBERING, TABLES, Sheet
from projections.port import View
from projections.tables import (
    Connection,
    Key,
    R,
    Rows,
    Table,
    load,
    upsert,
)

VERSION = 1
SCHEMA = f"accounts_{VERSION}"


async def _write(connection: Connection, schema: str, decided: Sequence[PlacedDecision]) -> None:
    """Write what the decisions change: at most one read and one write a table."""
    wanted = concerning(decided)
    sheet = await _known(connection, schema, wanted)
    fold(sheet, wanted)
    await upsert(connection, sheet.numbering, schema=schema)
    await upsert(connection, sheet.accounts, schema=schema)
    await upsert(connection, sheet.people, schema=schema)
    await upsert(connection, sheet.enrolments, schema=schema)
    await upsert(connection, sheet.holds, schema=schema)
    await upsert(connection, sheet.touches, schema=schema)
    await upsert(connection, sheet.tasks, schema=schema)
    await upsert(connection, sheet.campaigns, schema=schema)
    await upsert(connection, sheet.mailboxes, schema=schema)


async def _known(connection: Connection, schema: str, wanted: Sequence[Concerning]) -> Sheet:
    """Return a sheet of the rows that the decisions may look at."""
    streams = {one.placed.body.stream for one in wanted}
    names: dict[StreamKind, list[Key]] = {StreamKind.ACCOUNT: [], StreamKind.CAMPAIGN: []}
    for stream in streams:
        names[kind_of(stream)].append((name_of(stream),))
    accounts = await _rows(
        connection, schema, organisations.TABLE, names[StreamKind.ACCOUNT], by=("name",)
    )
    own = await _rows(connection, schema, campaigns.TABLE, names[StreamKind.CAMPAIGN], by=("name",))
    begun = Sheet(accounts=accounts, campaigns=own)
    events = _numbered(begun, wanted)
    open_touches = await _rows(
        connection, schema, touches.TABLE, _keys(events, touches.EVENTS, "touch")
    )
    return Sheet(
        numbering=await _rows(connection, schema, NUMBERING, _founding(wanted)),
        accounts=accounts,
        people=await _rows(
            connection, schema, people.TABLE, _keys(events, people.EVENTS, "person")
        ),
        enrolments=await _rows(
            connection, schema, enrolments.TABLE, _keys(events, enrolments.EVENTS, "enrolment")
        ),
        holds=await _rows(
            connection, schema, enrolments.HOLDS, _keys(events, enrolments.HOLD_EVENTS, "hold")
        ),
        touches=open_touches,
        tasks=await _rows(connection, schema, tasks.TABLE, _keys(events, tasks.EVENTS, "task")),
        campaigns=own,
        mailboxes=await _rows(
            connection, schema, mailboxes.TABLE, _windows(wanted, open_touches.all())
        ),
    )


async def _rows(
    connection: Connection,
    schema: str,
    table: Table[R],
    wanted: Iterable[Key],
    *,
    by: tuple[str, ...] = (),
) -> Rows[R]:
    found = await load(connection, table, schema=schema, by=by or table.key, wanted=set(wanted))
    return Rows(table, found)


def _numbered(sheet: Sheet, wanted: Iterable[Concerning]) -> tuple[tuple[int, Event], ...]:
    """Return the events of streams that have a number; the rows of others are all new."""
    numbers = sheet.numbers()
    return tuple(
        (number, event)
        for placed, events in wanted
        if (number := numbers.get(placed.body.stream)) is not None
        for event in events
    )


def _keys(
    events: Iterable[tuple[int, Event]], kinds: tuple[type[Event], ...], field: str
) -> set[Key]:
    return {(number, getattr(event, field)) for number, event in events if type(event) in kinds}


def _founding(wanted: Iterable[Concerning]) -> set[Key]:
    """Return the partitions in which an account or a campaign gets its number."""
    return {
        (placed.partition,)
        for placed, events in wanted
        if any(isinstance(event, AccountAdded | CampaignCreated) for event in events)
    }


def _windows(wanted: Iterable[Concerning], known: Iterable[touches.TouchRow]) -> set[Key]:
    """Return the mailbox windows that attempts count in, or counted in before."""
    granted: set[Key] = {
        (event.grant.mailbox, event.grant.window, placed.partition)
        for placed, events in wanted
        for event in events
        if isinstance(event, TouchAttempted) and event.grant is not None
    }
    return granted | {
        (row.mailbox, row.counted_in, row.account % PARTITIONS_MAX) for row in known if row.mailbox
    }


VIEW = View(name="accounts", version=VERSION, schema=SCHEMA, tables=TABLES, write=_write)
