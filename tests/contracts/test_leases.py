"""What every leases adapter promises, on each of them."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import pytest_asyncio

from infra.log.errors import LeaseHeldError
from infra.log.leases import Leases
from infra.log.memory_leases import MemoryLeases
from infra.log.port import Place, Topic
from infra.log.postgres_leases import PostgresLeases
from infra.store.dsn import Dsn
from infra.store.pool import Pool, close_pool, open_pool

EVENTS = Place(Topic.EVENTS, 3)
WORKSPACE = Place(Topic.WORKSPACE, 0)
LONG = timedelta(minutes=5)
NOT_AT_ALL = timedelta(0)

# Two processes on one table: the first asks for long leases, or for ones that end at once.
Pair = Callable[[timedelta], tuple[Leases, Leases]]


def memory_pair() -> Pair:
    """Two views of one table in memory; the second asks for long leases."""

    def make(lasts_for: timedelta) -> tuple[Leases, Leases]:
        first = MemoryLeases(lasts_for=lasts_for)
        second = MemoryLeases(lasts_for=LONG)
        second._leases = first._leases
        return first, second

    return make


def postgres_pair(pool: Pool) -> Pair:
    """Two adapters on one database."""

    def make(lasts_for: timedelta) -> tuple[Leases, Leases]:
        return PostgresLeases(pool, lasts_for=lasts_for), PostgresLeases(pool, lasts_for=LONG)

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def pool(database: Dsn) -> AsyncIterator[Pool]:
    """A pool on a fresh database."""
    opened = await open_pool(database, application_name="tests", size_max=2)
    yield opened
    await close_pool(opened)


@pytest.fixture(
    params=["memory", pytest.param("postgres", marks=pytest.mark.connected)],
)
def pair(request: pytest.FixtureRequest) -> Pair:
    """Makes two adapters that share their leases."""
    if request.param == "memory":
        return memory_pair()
    return postgres_pair(request.getfixturevalue("pool"))


async def test_epochs_rise_with_each_owner(pair: Pair) -> None:
    """The epoch is what fences: no two owners may have the same."""
    first, second = pair(NOT_AT_ALL)

    assert await first.take(EVENTS, holder="a", log_epoch=0) == 1
    assert await second.take(EVENTS, holder="b", log_epoch=0) == 2
    assert await second.current_epoch(EVENTS) == 2


async def test_an_epoch_rises_above_the_one_in_the_log(pair: Pair) -> None:
    """A restored lease table must not hand out an epoch that the log has seen."""
    first, _ = pair(LONG)

    assert await first.take(WORKSPACE, holder="a", log_epoch=41) == 42


async def test_places_are_owned_apart(pair: Pair) -> None:
    """One process may own some partitions, another the rest."""
    first, second = pair(LONG)

    assert await first.take(EVENTS, holder="a", log_epoch=0) == 1
    assert await second.take(WORKSPACE, holder="b", log_epoch=0) == 1


async def test_a_fresh_lease_of_another_is_refused(pair: Pair) -> None:
    """Two owners at once would waste each other's work."""
    first, second = pair(LONG)
    await first.take(EVENTS, holder="a", log_epoch=0)

    with pytest.raises(LeaseHeldError, match="held by a until") as caught:
        await second.take(EVENTS, holder="b", log_epoch=0)

    assert (caught.value.place, caught.value.holder) == (EVENTS, "a")
    assert await second.current_epoch(EVENTS) == 1


async def test_the_holder_may_take_again(pair: Pair) -> None:
    """After an append of unknown outcome an owner begins anew, under a new epoch."""
    first, _ = pair(LONG)
    await first.take(EVENTS, holder="a", log_epoch=0)

    assert await first.take(EVENTS, holder="a", log_epoch=1) == 2


async def test_a_dead_holder_can_be_overruled(pair: Pair) -> None:
    """The home's lock proves it dead; nobody waits 15 seconds for it."""
    first, second = pair(LONG)
    await first.take(EVENTS, holder="a", log_epoch=0)

    assert await second.take(EVENTS, holder="b", log_epoch=0, force=True) == 2


async def test_renewing_tells_what_was_lost(pair: Pair) -> None:
    """An owner must learn that it is a former one, and go on with the others."""
    first, second = pair(LONG)
    epochs = {
        place: await first.take(place, holder="a", log_epoch=0) for place in (EVENTS, WORKSPACE)
    }
    await second.take(EVENTS, holder="b", log_epoch=0, force=True)

    assert await first.renew(epochs, holder="a") == {EVENTS}


async def test_renewing_makes_a_lease_fresh(pair: Pair) -> None:
    """A lease that ran out, but that nobody took, is still ours."""
    first, second = pair(NOT_AT_ALL)
    epoch = await first.take(EVENTS, holder="a", log_epoch=0)

    assert await second.renew({EVENTS: epoch}, holder="a") == frozenset()

    with pytest.raises(LeaseHeldError):
        await first.take(EVENTS, holder="b", log_epoch=0)


async def test_releasing_lets_others_take_at_once(pair: Pair) -> None:
    """An orderly stop hands over without a pause, and epochs go on."""
    first, second = pair(LONG)
    epoch = await first.take(EVENTS, holder="a", log_epoch=0)
    await first.release({EVENTS: epoch}, holder="a")

    assert await second.take(EVENTS, holder="b", log_epoch=0) == epoch + 1


async def test_releasing_what_was_lost_changes_nothing(pair: Pair) -> None:
    """A former owner that stops late must not free its successor's lease."""
    first, second = pair(LONG)
    epoch = await first.take(EVENTS, holder="a", log_epoch=0)
    await second.take(EVENTS, holder="b", log_epoch=0, force=True)
    await first.release({EVENTS: epoch}, holder="a")

    with pytest.raises(LeaseHeldError, match="held by b"):
        await first.take(EVENTS, holder="a", log_epoch=0)
