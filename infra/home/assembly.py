"""Put a home's parts together: database, log, vault, mail, views, runtime."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from infra.clock import Clock
from infra.home.layout import WORKSPACE_NAME
from infra.home.mailing import Post
from infra.intake import Intake
from infra.log.address import LogAddress
from infra.log.opening import open_or_found_log
from infra.log.port import Log
from infra.log.postgres_leases import PostgresLeases
from infra.mail.carrier import MailCarrier
from infra.mail.letters import Letters, Stationery
from infra.mail.links import LinkSigner
from infra.runtime.following.cursors import PostgresCursors, Reader
from infra.runtime.following.view_store import PostgresViewStore
from infra.runtime.following.view_writer import ViewWriter
from infra.runtime.owning.postgres_states import PostgresStates
from infra.runtime.owning.touch_ports import TouchPorts
from infra.runtime.parts import Parts
from infra.runtime.runtime import Runtime
from infra.store.dsn import Dsn
from infra.store.migrate import migrate
from infra.store.pool import Pool, close_pool, open_pool
from infra.touching.attempts import Attempts
from infra.touching.dispatch import DispatchParts, LedgerDispatcher
from infra.touching.doubts import Doubts
from infra.touching.gate import TableGate
from infra.touching.pauses import Pauses
from infra.touching.postgres_grants import PostgresGrants
from infra.touching.postgres_ledger import PostgresLedger, begin_process
from infra.touching.postgres_stops import PostgresStops
from infra.touching.reconcile import Reconciling
from infra.touching.suppression import TableSuppression
from infra.vault.home_keys import HomeKeys, unlock_home
from infra.vault.key_vault import KeyVault
from infra.vault.port import Vault
from infra.vault.postgres_keys import PostgresCheckStore, PostgresKeyStore
from infra.vault.tags import Tagger
from projections.view import Watcher
from projections.views import VIEWS

POOL_SIZE_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A home's database and what is kept in it."""

    dsn: Dsn
    pool: Pool
    log: Log
    generation: int  # of the log
    keys: HomeKeys
    vault: Vault
    tagger: Tagger


@asynccontextmanager
async def opened_store(
    home: Path, dsn: Dsn, *, partition_count: int | None, log: LogAddress | None = None
) -> AsyncIterator[Store]:
    """Migrate and open a home's database for a block; the caller holds the home's lock.

    Raises:
        MigrationError, PartitionCountError, LogElsewhereError, KeyHomeError: It is of another
            version, layout, log or key; nothing was changed.
    """
    async with AsyncExitStack() as stack:
        await migrate(dsn)
        pool = await open_pool(dsn, application_name="relance", size_max=POOL_SIZE_MAX)
        stack.push_async_callback(close_pool, pool)
        keys = await unlock_home(home, PostgresCheckStore(pool))
        opened = await open_or_found_log(dsn, log, partition_count, application_name="relance log")
        stack.push_async_callback(opened.log.close)
        yield Store(
            dsn=dsn,
            pool=pool,
            log=opened.log,
            generation=opened.generation,
            keys=keys,
            vault=KeyVault(PostgresKeyStore(pool), keys=keys, workspace=WORKSPACE_NAME),
            tagger=Tagger(keys.pepper),
        )


async def runtime_of(
    store: Store,
    clock: Clock,
    post: Post | TouchPorts,
    *,
    home: Path,
    watchers: Sequence[Watcher] = (),
) -> Runtime:
    """Return a home's runtime, not running yet; the caller holds the home's lock.

    Args:
        store: The home's open database.
        clock: Whose instants count.
        post: Who carries mail, or who stands for everything that touches the world.
        home: The folder.
        watchers: Views beside our own, such as a robot that watches decisions.
    """
    process = await begin_process(store.pool, home=str(home))
    generation = store.generation
    ports = post if isinstance(post, TouchPorts) else _touch_ports(store, clock, post, process)
    parts = Parts(
        log=store.log,
        leases=PostgresLeases(store.pool),
        states=PostgresStates(store.pool, generation=generation),
        reactor_cursors=PostgresCursors(store.pool, Reader("reactors", 1, generation)),
        person_cursors=PostgresCursors(store.pool, Reader("person_reactors", 1, generation)),
        clock=clock,
        touch_ports=ports,
        generation=generation,
        holder=process,
        view_writer=ViewWriter(
            store.log,
            PostgresViewStore(store.pool, (*VIEWS, *watchers), generation=generation),
        ),
        code_version=version("relance"),
        force_leases=True,
    )
    return Runtime(parts)


def intake_of(store: Store, runtime: Runtime, clock: Clock, *, actor: str, source: str) -> Intake:
    """Return a way in for somebody in this process."""
    return Intake(
        asker=runtime.inboxes,
        vault=store.vault,
        tagger=store.tagger,
        clock=clock,
        actor=actor,
        source=source,
    )


def _touch_ports(store: Store, clock: Clock, post: Post, process: str) -> TouchPorts:
    pauses, doubts = Pauses(), Doubts()
    ledger, stops = PostgresLedger(store.pool, process), PostgresStops(store.pool)
    stationery = Stationery(
        signer=LinkSigner(store.keys.derived("link")),
        message_id_secret=store.keys.derived("message_id"),
        public_url=post.public_url,
    )
    letters = Letters(store.vault, stationery, tagger=store.tagger, clock=clock)
    carrier = MailCarrier(post.sender)
    parts = DispatchParts(
        ledger=ledger,
        attempts=Attempts(ledger, letters, stops=stops, clock=clock, pauses=pauses),
        carrier_of=lambda _: carrier,
        conversations_max=post.sender.conversations_max,
        clock=clock,
        pauses=pauses,
        doubts=doubts,
    )
    return TouchPorts(
        gate=TableGate(PostgresGrants(store.pool), stops=stops, clock=clock, pauses=pauses),
        dispatcher=LedgerDispatcher(parts),
        suppression=TableSuppression(stops, ledger),
        settle_doubts=Reconciling(doubts, ledger, post.reconciler, clock=clock).run,
    )
