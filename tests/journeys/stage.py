"""Run a home of a sample to the end of its play, and look at what it came to."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.decision import Events, PlacedDecision
from engine.ids import StreamId
from engine.validity import Cursor
from infra.home.assembly import Store, opened_store
from infra.home.facts import HomeFacts, Past, write_facts
from infra.home.layout import MAIL_FOLDER, POSTGRES_FOLDER
from infra.home.up import USUAL, Troupe, UpOptions, run
from infra.log.port import Place
from infra.mail.mail_folder import CaughtMessage, MailFolder
from infra.runtime.partitions import homes, place_of
from infra.runtime.reading import read_valid
from infra.settings import Settings, read_settings
from infra.store.server import ServerSettings, running
from projections.check import ViewCheck, check
from projections.queries.page import snapshot
from projections.tables import Connection
from projections.views import VIEWS

PLAYS_ONLY = UpOptions(stops_after_play=True)


def settings_of(home: Path, **variables: str) -> Settings:
    """Return the settings of a home."""
    return read_settings({"RELANCE_HOME": str(home), **variables})


def quietly(_what: str, _done: float) -> None:
    """Take a report of progress, and tell nobody."""


def found_home(home: Path, past: Past) -> None:
    """Make a folder the home of a sample with this past, not yet filled."""
    home.mkdir(parents=True)
    write_facts(home, HomeFacts(past=past))


async def play(home: Path, *, troupe: Troupe = USUAL) -> None:
    """Start a home, play its past to the end, stop it."""
    await run(settings_of(home), PLAYS_ONLY, report=quietly, announce=lambda _: None, troupe=troupe)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a home at rest holds."""

    home: Path
    store: Store

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Connection]:
        """Give a snapshot of the views."""
        async with self.store.pool.acquire() as connection, snapshot(connection):
            yield connection

    async def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Return what a statement finds in the views."""
        async with self.page() as connection:
            return [tuple(record.values()) for record in await connection.fetch(statement)]

    async def decisions(self) -> tuple[PlacedDecision, ...]:
        """Return every valid decision, by partition; raises if the log is damaged.

        Raises:
            PlaceDamageError: A partition is not what correct owners write.
        """
        found: list[PlacedDecision] = []
        for place in homes(self.store.log.partition_count):
            async for part in self._read(place):
                found.extend(part)
        _expect_dense_versions(found)
        return tuple(found)

    async def differences(self) -> tuple[ViewCheck, ...]:
        """Return what each view says that a fold of the log from zero does not."""

        async def read_log(partition: int, seq: int) -> AsyncIterator[Sequence[PlacedDecision]]:
            async for part in self._read(place_of(partition)):
                yield [placed for placed in part if placed.seq <= seq]

        async with self.store.pool.acquire() as connection:
            checked = await check(connection, VIEWS, read_log, generation=self.store.generation)
        return tuple(view for view in checked if view.differences)

    def caught(self) -> tuple[CaughtMessage, ...]:
        """Return every message the catcher accepted, oldest first."""
        folder = MailFolder(self.home / MAIL_FOLDER)
        folder.open()
        try:
            return folder.messages()
        finally:
            folder.close()

    def caught_twice(self) -> list[str]:
        """Return the Message-IDs that were accepted more than once."""
        counts = Counter(message.message_id for message in self.caught())
        return [name for name, count in counts.items() if count > 1]

    async def _read(self, place: Place) -> AsyncIterator[tuple[PlacedDecision, ...]]:
        log = self.store.log
        async for read in read_valid(log, place, Cursor(generation=self.store.generation)):
            yield read.placed(place)


@asynccontextmanager
async def looked_at(home: Path, *, partition_count: int | None = None) -> AsyncIterator[Look]:
    """Open a home that nobody runs, for a block."""
    server = ServerSettings(folder=home / POSTGRES_FOLDER)
    async with (
        running(server) as database,
        opened_store(home, database.dsn, partition_count=partition_count) as store,
    ):
        yield Look(home=home, store=store)


def _expect_dense_versions(decisions: Sequence[PlacedDecision]) -> None:
    """Each stream's versions are 1, 2, 3 in the order of the log."""
    # The workspace's publications are adopted into each partition, as a stream of its own there.
    reached: Counter[tuple[int, StreamId]] = Counter()
    for placed in decisions:
        body = placed.body
        stream = placed.partition, body.stream
        reached[stream] += isinstance(body.outcome, Events)
        assert body.version == reached[stream], f"{stream} at {placed.seq}"
