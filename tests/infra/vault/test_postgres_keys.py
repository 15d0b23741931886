"""What only a shared database brings: locks, races, absence."""

import asyncio

import pytest

from infra.store.errors import StoreUnavailableError
from infra.store.pool import Pool
from infra.vault.postgres_keys import PostgresCheckStore, PostgresKeyStore
from tests.infra.vault.examples import item, vault

pytestmark = pytest.mark.connected


async def test_batches_that_cross_do_not_deadlock(pool: Pool) -> None:
    """Two imports of the same people in another order run at the same time."""
    people = [item(subject=f"p-{number}") for number in range(200)]
    orders = [people, people[::-1], people[100:] + people[:100]]

    sealed = await asyncio.gather(*(vault(PostgresKeyStore(pool)).seal(order) for order in orders))

    by_subject = [{value.subject: value.data for value in values} for values in sealed]
    assert by_subject[0] == by_subject[1] == by_subject[2]


async def test_destroyed_key_leaves_no_key_in_its_row(pool: Pool) -> None:
    """A flag beside a key that is still there would be no erasure."""
    keeper = vault(PostgresKeyStore(pool))
    await keeper.seal([item()])

    await keeper.destroy("p-1")

    row = await pool.fetchrow("select wrapped, destroyed_at is null as stands from vault_key")
    assert row is not None
    assert (row["wrapped"], row["stands"]) == (None, False)


async def test_lost_database_is_named(pool: Pool) -> None:
    """Callers back off on this error, and on no driver's."""
    await pool.close()

    with pytest.raises(StoreUnavailableError):
        await vault(PostgresKeyStore(pool)).seal([item()])
    with pytest.raises(StoreUnavailableError):
        await PostgresCheckStore(pool).read()
