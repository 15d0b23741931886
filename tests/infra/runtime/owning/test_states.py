"""What each store of flushed states promises, on each of them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from msgspec.structs import replace

from engine import rules
from engine.account import Account
from engine.account.state import TouchStatus
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
from infra.runtime.owning.state import DueStream, FlushPosition, StateStore, StreamKey
from infra.runtime.partitions import WORKSPACE_PLACE
from infra.store.dsn import Dsn
from infra.store.pool import Pool, close_pool, open_pool
from tests.engine.account.story import HEAD, NIORT, Story
from tests.infra.runtime.homes import MONDAY

PLACE = Place(Topic.EVENTS, 3)
POINT = StreamId("contact_point:tag1")
POSITION = FlushPosition(Cursor(7, 1, 1, 6), Next(3, 2, Cursor(4, 1, 1, 2)), 2)


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


def account_due(due_at: datetime, *, attempts_another: bool = False) -> Stream:
    """Return an account whose next touch is due at an instant."""
    stream = Story().enrolled(HEAD).stream
    assert isinstance(stream.state, Account)
    touch = stream.state.touches[1]
    touches = {1: replace(touch, slot=replace(touch.slot, due_at=due_at))}
    if attempts_another:
        touches[2] = replace(touch, status=TouchStatus.ATTEMPTING)
    return replace(stream, state=replace(stream.state, touches=touches))


async def test_gives_back_whole_states(store: tuple[StateStore, Leases]) -> None:
    """A recovery folds its tail into exactly what was written down."""
    states, leases = store
    epoch = await leases.take(PLACE, holder="first", log_epoch=0)
    account = Story().enrolled(HEAD).stream
    point = Stream(state=ContactPointState(known_by=(("a", "p"),)), version=1, at=MONDAY, seq=4)

    await states.flush(Tenure(PLACE, epoch), POSITION, states={NIORT: account, POINT: point})

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

    await states.flush(Tenure(PLACE, epoch), POSITION, states={WORKSPACE: adopted})

    assert await states.load([StreamKey(WORKSPACE_PLACE, WORKSPACE)]) == {}
    assert await states.position(WORKSPACE_PLACE) is None


async def test_refuses_a_former_owner(store: tuple[StateStore, Leases]) -> None:
    """Its states may lack what its successor decided."""
    states, leases = store
    former = await leases.take(PLACE, holder="first", log_epoch=0)
    await leases.take(PLACE, holder="second", log_epoch=0, force=True)

    with pytest.raises(LeaseLostError):
        await states.flush(Tenure(PLACE, former), POSITION, states={})

    assert await states.position(PLACE) is None


async def test_writes_the_position_with_the_states_or_not_at_all(
    store: tuple[StateStore, Leases],
) -> None:
    """A position past a state that is missing would be believed by every recovery."""
    states, leases = store
    epoch = await leases.take(PLACE, holder="first", log_epoch=0)
    unwritable = Stream(state=object())  # type: ignore[arg-type]  # breaks where it is encoded

    with pytest.raises(TypeError):
        await states.flush(Tenure(PLACE, epoch), POSITION, states={POINT: unwritable})

    assert await states.position(PLACE) is None


@pytest.mark.connected
async def test_knows_how_far_the_code_before_had_got(pool: Pool) -> None:
    """A release with other state types has no rows yet; the log need not be read whole for it."""
    leases = PostgresLeases(pool)
    former, fresh = (PostgresStates(pool, generation=1, schema=schema) for schema in (1, 2))
    epoch = await leases.take(PLACE, holder="first", log_epoch=0)
    behind = POSITION._replace(cursor=Cursor(5, 1, 1, 4))

    assert await fresh.furthest(PLACE) is None
    await former.flush(Tenure(PLACE, epoch), POSITION, states={})
    assert await fresh.furthest(PLACE) == POSITION.cursor
    await fresh.flush(Tenure(PLACE, epoch), behind, states={})
    assert await fresh.furthest(PLACE) == POSITION.cursor
    assert await fresh.position(PLACE) == behind


async def test_lists_timers_in_order_and_goes_on_after_the_last(
    store: tuple[StateStore, Leases],
) -> None:
    """Timers of one instant must not hide each other from a page to the next."""
    states, leases = store
    epoch = await leases.take(PLACE, holder="first", log_epoch=0)
    accounts = {
        StreamId("account:d"): account_due(MONDAY + timedelta(hours=1)),
        StreamId("account:c"): account_due(MONDAY),
        StreamId("account:b"): account_due(MONDAY),
        StreamId("account:a"): account_due(MONDAY, attempts_another=True),
    }
    await states.flush(Tenure(PLACE, epoch), POSITION, states=accounts)

    first = await states.due(PLACE, after=None, limit=2)
    rest = await states.due(PLACE, after=first[-1], limit=5)

    assert [timer.stream for timer in [*first, *rest]] == [
        *("account:a", "account:b", "account:c", "account:d"),
    ]
    assert await states.attempting(PLACE) == ["account:a"]
