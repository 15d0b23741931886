"""One history, whichever log holds it: equal inputs at equal instants give equal bodies."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import pytest
import pytest_asyncio

from engine.decision import Events, Nothing, Refused, Repeated
from engine.refusals import RefusalCode
from engine.wire import decode_body
from infra.log.kafka import KafkaLog
from infra.log.port import Log, Place
from infra.log.postgres import PostgresLog
from infra.log.postgres_leases import PostgresLeases
from infra.runtime.following.cursors import PostgresCursors, Reader
from infra.runtime.owning.postgres_states import PostgresStates
from infra.store.dsn import Dsn
from infra.store.pool import close_pool, open_pool
from tests.systems.telling import PARTITION_COUNT, Backend, Leaves, digest, in_memory, tell

HASH_SEEDS = ("0", "1", "4242")
MINUTE_SECONDS = 60.0
_PREFIXES = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told() -> Leaves:
    """What the story makes of a log in memory, in this process."""
    return await tell(in_memory())


@asynccontextmanager
async def on_postgres(dsn: Dsn, log: Log) -> AsyncIterator[Backend]:
    """Give a log the leases, states and cursors that a home's database keeps beside it."""
    pool = await open_pool(dsn, application_name="tests", size_max=8)
    try:
        yield Backend(
            log=log,
            leases=PostgresLeases(pool),
            states=PostgresStates(pool, generation=1),
            cursors=PostgresCursors(pool, Reader("reactors", 1, 1)),
            person_cursors=PostgresCursors(pool, Reader("person_reactors", 1, 1)),
        )
    finally:
        await log.close()
        await close_pool(pool)


class TestTheStory:
    """What is compared below is worth comparing."""

    async def test_is_told_through_every_kind_of_outcome(self, told: Leaves) -> None:
        """Empty logs are equal as well."""
        outcomes = [decode_body(body).outcome for bodies in told.values() for body in bodies]

        ruled = {
            event.rule
            for outcome in outcomes
            if isinstance(outcome, Events)
            for event in outcome.events
        }
        codes = {outcome.code for outcome in outcomes if isinstance(outcome, Refused)}
        assert {type(outcome) for outcome in outcomes} >= {Events, Refused, Nothing, Repeated}
        assert len(outcomes) > 200
        assert ruled >= {
            *("attempt.postponed", "attempt.refused", "attempt.unknown", "attempt.not_sent"),
            *("exit.reply", "exit.objection", "exit.refusal", "exit.departure", "hold.account"),
            *("unknown.person", "withdraw.order", "call.later", "milestone.default"),
        }
        assert codes >= {
            RefusalCode.PREPARATION_OPEN,
            RefusalCode.UNKNOWN_ACCOUNT,
            RefusalCode.UNKNOWN_PERSON,
            RefusalCode.COOL_DOWN,
            RefusalCode.HIERARCHY,
        }


@pytest.mark.connected
class TestEqualBodies:
    async def test_in_memory_and_on_postgresql(self, told: Leaves, database: Dsn) -> None:
        """A log copied to another backend would otherwise prove another history."""
        log = await PostgresLog.create(database, partition_count=PARTITION_COUNT)
        async with on_postgres(database, log) as backend:
            held = await tell(backend)

        assert differences(told, held) == []

    async def test_in_memory_and_on_kafka(self, told: Leaves, database: Dsn, kafka: str) -> None:
        """Kafka refuses no former owner, and batches as it likes: the bodies must not show it."""
        log = await KafkaLog.create(
            kafka, partition_count=PARTITION_COUNT, prefix=f"bodies{next(_PREFIXES)}"
        )
        async with on_postgres(database, log) as backend:
            held = await tell(backend)

        assert differences(told, held) == []


class TestOtherProcesses:
    async def test_with_other_hash_seeds_tell_the_same(self, told: Leaves) -> None:
        """A set walked in the order of its hashes would decide differently tomorrow."""
        digests = await asyncio.gather(*(told_with(seed) for seed in HASH_SEEDS))

        assert set(digests) == {digest(told)}


async def told_with(hash_seed: str) -> str:
    """Return the digest of the story told in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.systems.tell"),
        env={"PYTHONHASHSEED": hash_seed, "PATH": os.defpath},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(MINUTE_SECONDS):
        printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed.decode().splitlines()[-1]


def differences(ours: Leaves, theirs: Leaves) -> Sequence[tuple[Place, str, int]]:
    """Return where two tellings part: place, stream, and the first body that differs."""
    return [
        (place, stream, _first_difference(ours.get(key, ()), theirs.get(key, ())))
        for key in sorted({*ours, *theirs})
        for place, stream in (key,)
        if list(ours.get(key, ())) != list(theirs.get(key, ()))
    ]


def _first_difference(ours: Sequence[bytes], theirs: Sequence[bytes]) -> int:
    pairs = zip(ours, theirs, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))
