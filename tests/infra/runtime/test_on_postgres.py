"""One process on a real PostgreSQL: log, leases, states, cursors, a view, the door."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from msgspec import Raw

from engine.decision import Body, Events, Nothing, PlacedDecision, Repeated
from engine.ids import StreamKind, stream_id
from engine.validity import Cursor
from infra.clock import VirtualClock, open_virtual_clock
from infra.log.port import Place, Topic
from infra.log.postgres import PostgresLog
from infra.log.postgres_leases import PostgresLeases
from infra.runtime.following.cursors import PostgresCursors, Reader
from infra.runtime.following.hand_over import Batch
from infra.runtime.following.view_store import CursorMovedError, PostgresViewStore
from infra.runtime.following.view_writer import ViewWriter
from infra.runtime.owning import state_rebuilding
from infra.runtime.owning.postgres_states import PostgresStates
from infra.runtime.owning.state_codec import SCHEMA
from infra.runtime.owning.state_rebuilding import catch_up
from infra.runtime.owning.touch_ports import TouchPorts
from infra.runtime.partitions import home_of
from infra.runtime.parts import Parts
from infra.runtime.runtime import Runtime
from infra.store.dsn import Dsn
from infra.store.pool import Pool, close_pool, open_pool
from projections.tables import Connection
from tests.infra.runtime.crashing import Wire, crashing
from tests.infra.runtime.homes import (
    MONDAY,
    NotingSuppression,
    OpenGate,
    SendingDispatcher,
    running,
)
from tests.infra.runtime.owning.test_recovery import links
from tests.infra.runtime.owning.test_state_rebuilding import KilledError, killed_in_the_middle
from tests.infra.runtime.stories import begin, play

pytestmark = pytest.mark.connected

POINT = stream_id(StreamKind.CONTACT_POINT, "tag1")
PLACE = Place(Topic.EVENTS, 0)


@dataclass
class Counting:
    """Counts decisions per partition; breaks when told to."""

    name: str = "counting"
    version: int = 1
    is_broken: bool = False

    def tables_sql(self) -> str:
        """Return its one table."""
        return (
            "create table if not exists decision_count "
            "(partition smallint primary key, n bigint not null)"
        )

    async def apply(self, connection: Connection, decided: Sequence[PlacedDecision]) -> None:
        """Add one per decision."""
        if self.is_broken:
            raise ZeroDivisionError
        for placed in decided:
            await connection.execute(
                "insert into decision_count values ($1, 1) "
                "on conflict (partition) do update set n = decision_count.n + 1",
                placed.partition,
            )


@dataclass
class Server:
    """What processes on one database share."""

    log: PostgresLog
    pool: Pool
    clock: VirtualClock
    views: tuple[Counting, ...] = (Counting(),)

    def runtime(self, holder: str, *, wire: Wire | None = None, schema: int = SCHEMA) -> Runtime:
        """Return a process, not yet running."""
        wire = wire or Wire()
        touch_ports = TouchPorts(
            gate=OpenGate(), dispatcher=SendingDispatcher(), suppression=NotingSuppression()
        )
        view_writer = ViewWriter(
            wire.to(self.log),
            wire.to(PostgresViewStore(self.pool, self.views, generation=1)),
        )
        return Runtime(
            Parts(
                log=wire.to(self.log),
                leases=wire.to(PostgresLeases(self.pool, lasts_for=timedelta(0))),
                states=wire.to(PostgresStates(self.pool, generation=1, schema=schema)),
                reactor_cursors=wire.to(PostgresCursors(self.pool, Reader("reactors", 1, 1))),
                person_cursors=wire.to(PostgresCursors(self.pool, Reader("person_reactors", 1, 1))),
                clock=self.clock,
                touch_ports=touch_ports,
                generation=1,
                holder=holder,
                view_writer=view_writer,
            )
        )

    async def flushed_count(self) -> int:
        """Return how many states were written down."""
        return int(await self.pool.fetchval("select count(*) from stream_state"))

    async def counted(self) -> int:
        """Return how many decisions the view saw."""
        return int(await self.pool.fetchval("select coalesce(sum(n), 0) from decision_count"))


@pytest_asyncio.fixture(loop_scope="session")
async def server(database: Dsn) -> AsyncIterator[Server]:
    """A fresh database with a log of four partitions."""
    log = await PostgresLog.create(database, partition_count=4)
    pool = await open_pool(database, application_name="tests", size_max=8)
    yield Server(log, pool, await open_virtual_clock(pool, MONDAY))
    await log.close()
    await close_pool(pool)


async def test_inputs_are_decided_and_folded(server: Server) -> None:
    """The whole loop, on the backend that ships."""
    async with running(server.runtime("first")) as runtime:
        answers = await runtime.inboxes.ask(links(100))
        await runtime.quiet()

    assert all(answer and isinstance(answer.outcome, Events) for answer in answers)
    assert await server.counted() == 100


async def test_a_killed_process_is_followed_by_one_that_misses_nothing(server: Server) -> None:
    """State, cursors and views come back from rows and log."""
    wire = Wire()
    async with crashing(server.runtime("first", wire=wire), wire) as first:
        await first.inboxes.ask(links(50))
    assert await server.flushed_count() == 0

    async with running(server.runtime("second")) as second:
        answers = await second.inboxes.ask(links(60))
        await second.quiet()

    outcomes = [type(answer.outcome) for answer in answers if answer]
    assert outcomes == [Repeated] * 50 + [Events] * 10
    assert await server.counted() == 110


async def test_a_release_with_other_state_types_goes_on_where_it_was_killed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows stand beside the former ones, and their position is their own."""
    for name, value in (("BEHIND_MAX", 100), ("WRITTEN_COUNT", 100), ("READ_BYTES_MAX", 8_192)):
        monkeypatch.setattr(state_rebuilding, name, value)
    async with running(server.runtime("first")) as first:
        await first.inboxes.ask(links(2_000), within_seconds=30)
    place, other = home_of(POINT, 4), SCHEMA ^ 1

    killed = server.runtime("killed", schema=other)
    with pytest.raises(KilledError):
        await catch_up(killed._parts, place, killed_in_the_middle)
    kept = await killed._parts.states.position(place)
    async with running(server.runtime("second", schema=other)) as second:
        standing = second.health().partitions

    rows = await server.pool.fetch("select schema, stream, seq, version from stream_state")
    assert kept is not None
    assert 100 < kept.cursor.seq < 1_000
    assert set(standing.values()) == {"running"}
    assert {tuple(row)[1:] for row in rows if row["schema"] == other} == {
        tuple(row)[1:] for row in rows if row["schema"] == SCHEMA
    }


async def test_a_play_goes_on_where_a_stopped_process_left_it(server: Server) -> None:
    """Timers and the virtual clock are stored."""
    async with running(server.runtime("first")) as runtime:
        await begin(runtime)
        await play(runtime, server.clock, MONDAY + timedelta(days=5))
    stored = await open_virtual_clock(server.pool, MONDAY)
    assert stored.now() == MONDAY + timedelta(days=5)

    async with running(server.runtime("second")) as runtime:
        await runtime.quiet()
        due_at = runtime.next_due()

    assert due_at is not None
    assert due_at > stored.now()


async def test_a_broken_view_stops_alone(server: Server) -> None:
    """The others, and the partitions, go on; it catches up with better code."""
    broken = Counting(name="broken", is_broken=True)
    server.views = (Counting(), broken)
    async with running(server.runtime("first")) as runtime:
        await runtime.inboxes.ask(links(10))
        await runtime.quiet()
        standing = runtime.health().views
    assert standing == {"counting": "running", "broken": "stopped: ZeroDivisionError"}

    broken.is_broken = False
    async with running(server.runtime("second")) as runtime:
        await runtime.quiet()

    assert await server.counted() == 20


async def test_a_view_takes_a_batch_where_its_cursor_stands_and_nowhere_else(
    server: Server,
) -> None:
    """Two processes may fold the same view for a while: one of them is late."""
    view = Counting()
    store = PostgresViewStore(server.pool, [view], generation=1)
    await store.open(view.name, [PLACE])
    body = Body(stream=POINT, version=0, at=MONDAY, input=Raw(b"{}"), outcome=Nothing())
    batch = Batch(
        place=PLACE,
        before=Cursor(generation=1),
        after=Cursor(1, 1, 1, 1),
        decisions=(PlacedDecision(PLACE.partition, 1, 0, body, None),),
    )
    await store.fold({view.name: [batch]})

    with pytest.raises(CursorMovedError):
        await store.fold({view.name: [batch]})

    assert await server.counted() == 1
