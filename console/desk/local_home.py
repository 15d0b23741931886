"""A home of this machine: each part opened when first asked for, all closed together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

from console.desk.errors import UsageError, ViewBehindError
from console.desk.ports import HomeDoor, Views
from console.desk.views import PostgresViews
from engine.validity import Cursor
from infra.clock import WallClock
from infra.door.client import Client
from infra.home.layout import HOME_MODE, POSTGRES_FOLDER, WORKSPACE_NAME
from infra.home.whereabouts import is_known_here
from infra.log.opening import PARTITIONS_EMBEDDED, OpenedLog, open_log
from infra.log.port import Log, Place
from infra.log.postgres import PostgresLog
from infra.runtime.following.cursors import Reader, load_cursors
from infra.runtime.health import RUNNING
from infra.settings import Settings
from infra.store.dsn import Dsn
from infra.store.home_lock import HomeLock, is_held
from infra.store.migrate import migrate
from infra.store.pool import Pool, close_pool, open_pool, translated
from infra.store.server import ServerSettings, embedded_dsn, running
from infra.vault.home_keys import HomeKeys, unlock_home
from infra.vault.key_vault import KeyVault
from infra.vault.port import Vault
from infra.vault.postgres_keys import PostgresCheckStore, PostgresKeyStore
from infra.vault.tags import Tagger
from projections import published, timeline
from projections.queries.page import CURSORS
from projections.queries.published import newest_publication

POOL_SIZE_MAX = 3
# A view is milliseconds late, or still built from the log after an upgrade.
PUBLISHED_TRIES_MAX = 50
PUBLISHED_WAIT_SECONDS = 0.2
NAME = "relance command"

T = TypeVar("T")


class LocalHome:
    """See `console.desk.ports.Home`."""

    def __init__(self, settings: Settings, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._stack = stack
        self._opened: dict[str, object] = {}

    @property
    def folder(self) -> Path:
        """Return the home's folder."""
        return self._settings.home

    async def door(self) -> HomeDoor:
        """Return the way to whoever runs the home."""
        return await self._once("door", self._open_door)

    async def views(self) -> Views:
        """Return the views of a running home."""
        return await self._once("views", self._open_views)

    async def log(self) -> Log:
        """Return the log of a running home."""
        return (await self._log()).log

    async def published(self) -> Views:
        """Return the views, once that of what is published holds every publication."""
        return await self._once("published", self._await_published)

    async def vault(self) -> Vault:
        """Return the vault of a running home."""
        store = PostgresKeyStore(await self._pool())
        return KeyVault(store, keys=await self._keys(), workspace=WORKSPACE_NAME)

    async def tagger(self) -> Tagger:
        """Return what makes tags of addresses."""
        return Tagger((await self._keys()).pepper)

    async def cursors(self) -> dict[Place, Cursor]:
        """Return how far the timeline has read each place."""
        view = timeline.VIEW
        reader = Reader(CURSORS + view.name, view.version, (await self._log()).generation)
        pool = await self._pool()
        with translated():
            async with pool.acquire() as connection:
                return dict(await load_cursors(connection, reader))

    @asynccontextmanager
    async def log_even_stopped(self) -> AsyncIterator[Log]:
        """Open the log for a block: beside whoever runs the home, else on a server of our own."""
        if is_held(self.folder):
            async with _opened(self._dsn) as log:
                yield log
            return
        if not (self.folder / POSTGRES_FOLDER).exists():
            remedy = "create one with `relance log create`, or start Relance with `relance up`"
            raise UsageError(str(self.folder), "hold a log", "none", remedy=remedy)
        async with self._own_server() as dsn, _opened(dsn) as log:
            yield log

    async def create_log(self) -> int:
        """Create the home's log, and the home around it; return its partition count.

        Raises:
            LogExistsError: There is one already.
        """
        count = self._settings.partition_count or PARTITIONS_EMBEDDED
        if is_held(self.folder):
            await _create(self._dsn, count)
            return count
        self.folder.mkdir(mode=HOME_MODE, parents=True, exist_ok=True)
        async with self._own_server() as dsn:
            await migrate(dsn)
            await _create(dsn, count)
        return count

    @property
    def _dsn(self) -> Dsn:
        return embedded_dsn(self.folder / POSTGRES_FOLDER)

    @asynccontextmanager
    async def _own_server(self) -> AsyncIterator[Dsn]:
        server = ServerSettings(
            folder=self.folder / POSTGRES_FOLDER,
            binaries=self._settings.postgres_binaries,
            is_received=not is_known_here(self.folder),
        )
        with HomeLock(self.folder, since=WallClock().now()):
            async with running(server) as database:
                yield database.dsn

    async def _once(self, name: str, opening: Callable[[], Awaitable[T]]) -> T:
        if name not in self._opened:
            self._opened[name] = await opening()
        return self._opened[name]  # type: ignore[return-value]  # each name has one opening

    async def _open_door(self) -> Client:
        return await self._stack.enter_async_context(await Client.connect(self.folder))

    async def _pool(self) -> Pool:
        return await self._once("pool", self._open_pool)

    async def _open_pool(self) -> Pool:
        await self.door()  # says in one line that nothing runs
        pool = await open_pool(self._dsn, application_name=NAME, size_max=POOL_SIZE_MAX)
        self._stack.push_async_callback(close_pool, pool)
        return pool

    async def _log(self) -> OpenedLog:
        return await self._once("log", self._open_log)

    async def _open_log(self) -> OpenedLog:
        await self.door()
        opened = await open_log(self._dsn, application_name=NAME)
        self._stack.push_async_callback(opened.log.close)
        return opened

    async def _open_views(self) -> PostgresViews:
        pool = await self._pool()
        with translated():
            generation = await pool.fetchval("select generation from log_home")
        return PostgresViews(pool, self.log, generation=generation)

    async def _await_published(self) -> Views:
        door, views = await self.door(), await self.views()
        name, standing = published.VIEW.name, ""
        for _ in range(PUBLISHED_TRIES_MAX):
            health = await door.health()
            standing = health.views[name]
            if standing == RUNNING and await views.ask(newest_publication) >= health.w:
                return views
            await asyncio.sleep(PUBLISHED_WAIT_SECONDS)
        raise ViewBehindError(name, standing)

    async def _keys(self) -> HomeKeys:
        return await self._once("keys", self._read_keys)

    async def _read_keys(self) -> HomeKeys:
        return await unlock_home(self.folder, PostgresCheckStore(await self._pool()))


@asynccontextmanager
async def _opened(dsn: Dsn) -> AsyncIterator[Log]:
    opened = await open_log(dsn, application_name=NAME)
    try:
        yield opened.log
    finally:
        await opened.log.close()


async def _create(dsn: Dsn, partition_count: int) -> None:
    log = await PostgresLog.create(dsn, partition_count=partition_count, application_name=NAME)
    await log.close()
