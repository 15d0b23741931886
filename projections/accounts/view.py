"""The view people work with: accounts, people, enrolments, touches, tasks, campaigns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
from projections.tables import (
    AnyTable,
    Connection,
    Key,
    R,
    Rows,
    Table,
    load,
    schema_sql,
    upsert,
)

VERSION = 1
SCHEMA = f"accounts_{VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsView:
    """One set of tables with a cursor of its own; see `projections.port.Projection`."""

    name: str = "accounts"
    version: int = VERSION
    schema: str = SCHEMA

    @property
    def tables(self) -> tuple[AnyTable, ...]:
        """Return the tables it owns."""
        return TABLES

    def tables_sql(self) -> str:
        """Return the statements that create its tables if they are missing."""
        return schema_sql(self.schema, TABLES)

    async def apply(self, connection: Connection, decided: Sequence[PlacedDecision]) -> None:
        """Write what the decisions change: at most one read and one write a table."""
        wanted = concerning(decided)
        sheet = await self._known(connection, wanted)
        fold(sheet, wanted)
        await upsert(connection, sheet.numbering, schema=self.schema)
        await upsert(connection, sheet.accounts, schema=self.schema)
        await upsert(connection, sheet.people, schema=self.schema)
        await upsert(connection, sheet.enrolments, schema=self.schema)
        await upsert(connection, sheet.holds, schema=self.schema)
        await upsert(connection, sheet.touches, schema=self.schema)
        await upsert(connection, sheet.tasks, schema=self.schema)
        await upsert(connection, sheet.campaigns, schema=self.schema)
        await upsert(connection, sheet.mailboxes, schema=self.schema)

    async def _known(self, connection: Connection, wanted: Sequence[Concerning]) -> Sheet:
        """Return a sheet of the rows that the decisions may look at."""
        streams = {one.placed.decided.body.stream for one in wanted}
        names: dict[StreamKind, list[Key]] = {StreamKind.ACCOUNT: [], StreamKind.CAMPAIGN: []}
        for stream in streams:
            names[kind_of(stream)].append((name_of(stream),))
        accounts = await self._rows(
            connection, organisations.TABLE, names[StreamKind.ACCOUNT], by=("name",)
        )
        own = await self._rows(
            connection, campaigns.TABLE, names[StreamKind.CAMPAIGN], by=("name",)
        )
        begun = Sheet(accounts=accounts, campaigns=own)
        events = _numbered(begun, wanted)
        open_touches = await self._rows(
            connection, touches.TABLE, _keys(events, touches.EVENTS, "touch")
        )
        return Sheet(
            numbering=await self._rows(connection, NUMBERING, _founding(wanted)),
            accounts=accounts,
            people=await self._rows(
                connection, people.TABLE, _keys(events, people.EVENTS, "person")
            ),
            enrolments=await self._rows(
                connection, enrolments.TABLE, _keys(events, enrolments.EVENTS, "enrolment")
            ),
            holds=await self._rows(
                connection, enrolments.HOLDS, _keys(events, enrolments.HOLD_EVENTS, "hold")
            ),
            touches=open_touches,
            tasks=await self._rows(connection, tasks.TABLE, _keys(events, tasks.EVENTS, "task")),
            campaigns=own,
            mailboxes=await self._rows(
                connection, mailboxes.TABLE, _windows(wanted, open_touches.all())
            ),
        )

    async def _rows(
        self,
        connection: Connection,
        table: Table[R],
        wanted: Iterable[Key],
        *,
        by: tuple[str, ...] = (),
    ) -> Rows[R]:
        found = await load(
            connection, table, schema=self.schema, by=by or table.key, wanted=set(wanted)
        )
        return Rows(table, found)


def _numbered(sheet: Sheet, wanted: Iterable[Concerning]) -> tuple[tuple[int, Event], ...]:
    """Return the events of streams that have a number; the rows of others are all new."""
    numbers = sheet.numbers()
    return tuple(
        (number, event)
        for placed, events in wanted
        if (number := numbers.get(placed.decided.body.stream)) is not None
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
