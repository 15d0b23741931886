"""What each store of flushed states promises, on each of them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from engine import rules
from engine.contact_point import ContactPointState
from engine.decision import Next
from engine.ids import WORKSPACE, StreamId
from engine.rules import Stream
from engine.validity import Cursor
from infra.log.errors import LeaseLostError
from infra.log.leases import Leases, Tenure
from infra.log.memory_leases import MemoryLeases
from infra.log.port import Place, Topic
from infra.log.postgres_leases import PostgresLeases
from infra.runtime.owning.memory_states import MemoryStates
from infra.runtime.owning.postgres_states import PostgresStates
from infra.runtime.owning.state import DueStream, Flush, Position, StateRow, StateStore, StreamKey
from infra.runtime.partitions import WORKSPACE_PLACE
from infra.store.dsn import Dsn
from infra.store.pool import Pool, close_pool, open_pool
from tests.engine.account.story import HEAD, NIORT, Story
from tests.infra.runtime.homes import MONDAY

PLACE = Place(Topic.EVENTS, 3)
POINT = StreamId("contact_point:tag1")
POSITION = Position(Cursor(7, 1, 1, 6), Next(3, 2, Cursor(4, 1, 1, 2)), 2)


@pytest_asyncio.fixture(loop_scope="session")
async def pool(database: Dsn) -> AsyncIterator[Pool]:
    """A pool on a fresh database."""
    opened = await open_pool(database, application_name="tests", size_max=2)
    yield opened
    await close_pool(opened)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.connected)])
def store(request: pytest.FixtureRequest) -> tuple[StateStore, Leases]:
    """A store and the leases it checks."""
    if request.param == "memory":
        leases = MemoryLeases()
        return MemoryStates(leases), leases
    pool: Pool = request.getfixturevalue("pool")
    return PostgresStates(pool, generation=1), PostgresLeases(pool)


def row(stream: StreamId, state: Stream) -> StateRow:
    """Return a row as an owner makes it."""
    return StateRow(stream=stream, state=state, next_due=rules.due_at(state), is_attempting=False)


async def test_gives_back_whole_states(store: tuple[StateStore, Leases]) -> None:
    """A recovery folds its tail into exactly what was written down."""
    states, leases = store
    epoch = await leases.take(PLACE, holder="first", log_epoch=0)
    account = Story().enrolled(HEAD).stream
    point = Stream(state=ContactPointState(known_by=(("a", "p"),)), version=1, at=MONDAY, seq=4)

    flush = Flush(
        tenure=Tenure(PLACE, epoch),
        position=POSITION,
        rows=[row(NIORT, account), row(POINT, point)],
    )
    await states.flush(flush)

    keys = [StreamKey(PLACE, NIORT), StreamKey(PLACE, POINT), StreamKey(PLACE, WORKSPACE)]
    assert await states.load(keys) == {keys[0]: account, keys[1]: point}
    assert await states.position(PLACE) == POSITION
    assert await states.due(PLACE, after=None, limit=5) == [
        DueStream(rules.due_at(account) or MONDAY, NIORT)
    ]


async def test_keeps_the_partitions_apart(store: tuple[StateStore, Leases]) -> None:
    """Each partition has a `workspace` stream of its own."""
    states, leases = store
    epoch = await leases.take(PLACE, holder="first", log_epoch=0)
    adopted = rules.new(WORKSPACE)

    flush = Flush(tenure=Tenure(PLACE, epoch), position=POSITION, rows=[row(WORKSPACE, adopted)])
    await states.flush(flush)

    assert await states.load([StreamKey(WORKSPACE_PLACE, WORKSPACE)]) == {}
    assert await states.position(WORKSPACE_PLACE) is None


async def test_refuses_a_former_owner(store: tuple[StateStore, Leases]) -> None:
    """Its states may lack what its successor decided."""
    states, leases = store
    former = await leases.take(PLACE, holder="first", log_epoch=0)
    await leases.take(PLACE, holder="second", log_epoch=0, force=True)

    with pytest.raises(LeaseLostError):
        await states.flush(Flush(tenure=Tenure(PLACE, former), position=POSITION, rows=[]))

    assert await states.position(PLACE) is None


async def test_lists_timers_in_order_and_goes_on_after_the_last(
    store: tuple[StateStore, Leases],
) -> None:
    """Timers of one instant must not hide each other from a page to the next."""
    states, leases = store
    epoch = await leases.take(PLACE, holder="first", log_epoch=0)
    names = [StreamId(f"account:{name}") for name in "dcba"]
    late = MONDAY + timedelta(hours=1)
    rows = [
        StateRow(
            stream=name,
            state=rules.new(name),
            next_due=late if name.endswith("d") else MONDAY,
            is_attempting=name.endswith("a"),
        )
        for name in names
    ]
    await states.flush(Flush(tenure=Tenure(PLACE, epoch), position=POSITION, rows=rows))

    first = await states.due(PLACE, after=None, limit=2)
    rest = await states.due(PLACE, after=first[-1], limit=5)

    assert [one.stream for one in [*first, *rest]] == [
        *("account:a", "account:b", "account:c", "account:d"),
    ]
    assert await states.attempting(PLACE) == ["account:a"]
