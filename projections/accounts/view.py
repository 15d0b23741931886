"""The view people work with: accounts, people, enrolments, touches, tasks, campaigns."""

from collections.abc import Iterable, Sequence

from engine.decision import PlacedDecision
from engine.ids import StreamKind, kind_of, name_of
from projections.accounts import (
    campaigns,
    enrolments,
    holds,
    mailboxes,
    numbering,
    organisations,
    people,
    tasks,
    touches,
)
from projections.facts import Concerning, concerning
from projections.parts import PartList, Sheet
from projections.tables import Connection, Key
from projections.view import View

KINDS = (StreamKind.ACCOUNT, StreamKind.CAMPAIGN)
PARTS = PartList(
    numbering.PART,
    mailboxes.PART,  # before touches: it looks at them as they were before the event
    organisations.PART,
    people.PART,
    enrolments.PART,
    holds.PART,
    touches.PART,
    tasks.PART,
    campaigns.PART,
)


async def _write(connection: Connection, schema: str, decided: Sequence[PlacedDecision]) -> None:
    """Write what the decisions change: at most one read and one write a table."""
    wanted = concerning(decided, *KINDS)
    sheet = Sheet()
    await _load_named(connection, schema, sheet, wanted)
    known = numbering.numbers_on(sheet)
    episodes = numbering.numbered(sheet, wanted)
    # What is new has no rows yet.
    await PARTS.load(
        connection, schema, sheet, [item for item in episodes if item[0].stream in known]
    )
    PARTS.fold(sheet, episodes)
    await PARTS.write(connection, schema, sheet)


async def _load_named(
    connection: Connection, schema: str, sheet: Sheet, wanted: Iterable[Concerning]
) -> None:
    """Put onto the sheet what gives the streams their numbers."""
    names: dict[StreamKind, set[Key]] = {kind: set() for kind in KINDS}
    founded: set[Key] = set()
    for placed, events in wanted:
        stream = placed.body.stream
        names[kind_of(stream)].add((name_of(stream),))
        if any(isinstance(event, numbering.FOUNDING) for event in events):
            founded.add((placed.partition,))
    await organisations.PART.read(connection, schema, sheet, names[StreamKind.ACCOUNT])
    await campaigns.PART.read(connection, schema, sheet, names[StreamKind.CAMPAIGN])
    await numbering.PART.read(connection, schema, sheet, founded)


VIEW = View(name="accounts", version=5, tables=PARTS.tables, write=_write)
