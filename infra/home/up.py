"""Run a home in the foreground until somebody stops it.

Order of starting: the lock, the database, the keys, the log, the mail, the runtime, the
door; stopping goes the other way round.  Killed at any instant, the next start goes on:
the lock proves that the former process is dead, so its leases are taken at once.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NoReturn

from msgspec.structs import replace

from infra.clock import Clock, VirtualClock, WallClock, open_virtual_clock
from infra.door.door import Door
from infra.home.assembly import Store, intake_of, opened_store, runtime_of
from infra.home.errors import StreamsDamagedError, first_cause
from infra.home.facts import FILE_NAME as HOME_FILE
from infra.home.facts import HomeFacts, Past, write_facts
from infra.home.founding import own_facts, sample_facts, stored_facts
from infra.home.layout import HOME_MODE, LOG_FILE, MAIL_FOLDER, POSTGRES_FOLDER
from infra.home.mail_file import FILE_NAME as MAIL_FILE
from infra.home.mail_file import read_mail_file
from infra.home.mailing import Post, post_of_own, post_of_sample
from infra.home.modes import narrow
from infra.home.own import publish_own
from infra.home.playing import Playing, PlayReport, drawn
from infra.home.restoring import Restored, ask_views, settle_restored
from infra.home.soundness import check_sound
from infra.home.whereabouts import FILE_NAME as MARKER_FILE
from infra.home.whereabouts import Claim, Whereabouts, check_start, mark, read_marker
from infra.log.address import LogAddress
from infra.mail.catcher import Catcher
from infra.runtime.garbage import collect_seldom
from infra.runtime.health import RUNNING
from infra.runtime.owning.postgres_states import PostgresStates
from infra.runtime.runtime import Runtime
from infra.runtime.waits import first_of
from infra.sample.casting import Cast
from infra.sample.filling import SENDER, Sample, load_sample
from infra.settings import Settings
from infra.steady_clock import SteadyClock, now_of, watch
from infra.store.home_lock import FILE_NAME as LOCK_FILE
from infra.store.home_lock import HomeLock
from infra.store.server import Server, ServerSettings, running
from infra.telemetry import get_logger
from projections.queries.doubting import last_decision_at

PRIVATE_FILES = (HOME_FILE, LOCK_FILE, MARKER_FILE, MAIL_FILE, LOG_FILE)
"""What is narrowed at a start; keys refuse by themselves."""

CLOCK_KEPT_EVERY_SECONDS = 5.0
STOP_WITHIN_SECONDS = 10.0
CLOCK_BEHIND_FOR = timedelta(seconds=2)
CUT_SHORT_EXIT = 130  # `Exit.INTERRUPTED`

LOG = get_logger("home")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """How a home is started."""

    now_at: datetime | None = None  # sample homes only: the instant the play arrives at
    is_empty: bool = False  # a first start loads no sample
    stops_after_play: bool = False  # for scripts: play, say so, stop
    claim: Claim | None = None  # what a person says of a home that was copied or moved
    log: LogAddress | None = None  # where a first start makes the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A home that runs, as it is announced."""

    home: Path
    facts: HomeFacts
    now_at: datetime
    restored: Restored | None = None  # what this start made of a restored home
    log_ends_at: datetime | None = None  # the clock stands before the last decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Troupe:
    """What a sample home holds, and who plays its past."""

    sample_of: Callable[[], Sample] = load_sample
    cast_of: Callable[[Sample, Store, Past], Cast] = drawn


Announce = Callable[[Announcement], None]
USUAL = Troupe()


async def run(
    settings: Settings,
    options: UpOptions,
    *,
    report: PlayReport,
    announce: Announce,
    troupe: Troupe = USUAL,
) -> None:
    """Run the home until SIGINT or SIGTERM.

    Args:
        settings: Which home, and how it is made.
        options: What the caller asked of this start.
        report: Called during what takes longer than a moment.
        announce: Called once everything runs.
        troupe: Of a sample home; by default the whole sample, answering as its seed draws.

    Raises:
        HomeError, HomeHeldError, ServerError, MigrationError, KeyHomeError, LogError: It
            cannot be started; nothing was changed, and the sentence says what to do.
    """
    home, wall = settings.home, WallClock()
    home.mkdir(mode=HOME_MODE, parents=True, exist_ok=True)
    with _stopped_by_signal() as stop, HomeLock(home, since=wall.now()):
        narrow(home, PRIVATE_FILES)
        marker = read_marker(home, options.claim)
        facts = _facts(home, options, troupe, wall.now())
        report("database", 0.0)
        try:
            await _HomeProcess(
                settings=settings,
                facts=facts,
                marker=marker,
                options=options,
                troupe=troupe,
                wall=wall,
                report=report,
                announce=announce,
                stop=stop,
            ).run()
        except BaseExceptionGroup as group:
            # Tasks end together; a person is told of the one that began it.
            raise first_cause(group) from group


@dataclass(slots=True, kw_only=True)
class _HomeProcess:
    """One start of a home: what was asked of it, and whom it tells."""

    settings: Settings
    facts: HomeFacts
    marker: Whereabouts | None
    options: UpOptions
    troupe: Troupe
    wall: Clock
    report: PlayReport
    announce: Announce
    stop: asyncio.Event
    restored: Restored | None = None

    async def run(self) -> None:
        home, count = self.settings.home, self.settings.partition_count
        server = ServerSettings(
            folder=home / POSTGRES_FOLDER,
            binaries=self.settings.postgres_binaries,
            is_received=self.marker is None or self.options.claim is not None,
        )
        async with running(server) as database:
            await check_start(home, database.dsn, self.marker, self.options.claim)
            opened = opened_store(home, database.dsn, partition_count=count, log=self.options.log)
            async with opened as store, _post(home, self.facts) as post:
                await _check_sound(store)
                clock = await self._clock(store)
                await self._settle_claim(store, clock)
                await mark(home, store.pool, self.marker)
                await self._serve(database, store, post, clock)

    async def _settle_claim(self, store: Store, clock: Clock) -> None:
        if self.options.claim is not Claim.RESTORED:
            return
        self.report("restoring", 0.0)
        past = self.facts.past
        until_at = clock.now() if past is not None and past.now_at else self.wall.now()
        self.restored = await settle_restored(
            store, self.settings.home, wall=self.wall, until_at=until_at
        )

    async def _serve(self, database: Server, store: Store, post: Post, clock: Clock) -> None:
        runtime = await runtime_of(store, clock, post, home=self.settings.home)
        async with _services(self.settings.home, runtime):
            await first_of(
                self._work(store, clock, runtime),
                database.keep_running(),
                self._watch(clock, store),
                self.stop.wait(),
            )
            if self.stop.is_set():
                self.report("stopping", 1.0)

    async def _work(self, store: Store, clock: Clock, runtime: Runtime) -> None:
        await runtime.ready()
        collect_seldom()
        standing = runtime.health().partitions
        stopped = {f"partition {n}": why for n, why in standing.items() if why != RUNNING}
        if stopped:
            raise StreamsDamagedError(stopped)
        log_ends_at = None
        if self.facts.past is not None and isinstance(clock, VirtualClock):
            await self._playing(store, clock, runtime, self.facts.past).run(self.facts.past)
        else:
            log_ends_at = await _end_ahead(store, clock)
            intake = intake_of(store, runtime, clock, actor="relance", source="home")
            await publish_own(intake, self.settings.home)
        self.announce(
            Announcement(
                home=self.settings.home,
                facts=self.facts,
                now_at=clock.now(),
                restored=self.restored,
                log_ends_at=log_ends_at,
            )
        )
        if not self.options.stops_after_play:
            await _keep_running(clock)

    async def _watch(self, clock: Clock, store: Store) -> None:
        if isinstance(clock, SteadyClock):
            await watch(clock, partial(now_of, store.pool))
        else:
            await self.stop.wait()

    async def _clock(self, store: Store) -> Clock:
        if self.facts.past is None:
            return SteadyClock(self.wall)
        return await open_virtual_clock(store.pool, self.facts.past.starts_at)

    def _playing(self, store: Store, clock: VirtualClock, runtime: Runtime, past: Past) -> Playing:
        sample = self.troupe.sample_of()
        return Playing(
            store=store,
            runtime=runtime,
            clock=clock,
            wall=self.wall,
            sample=sample,
            cast=self.troupe.cast_of(sample, store, past),
            report=self.report,
            note=self._note,
        )

    def _note(self, past: Past) -> None:
        self.facts = replace(self.facts, past=past)
        write_facts(self.settings.home, self.facts)


def _facts(home: Path, options: UpOptions, troupe: Troupe, wall_now_at: datetime) -> HomeFacts:
    """Return what the home is, deciding it on a first start."""
    now_at = options.now_at
    stored = stored_facts(home, now_at=now_at)
    if (stored is None and options.is_empty) or (stored is not None and stored.past is None):
        read_mail_file(home)  # a fault in it is told before anything is begun
    if stored is not None:
        return stored
    if options.is_empty:
        facts = own_facts(home, now_at=now_at)
    else:
        facts = sample_facts(troupe.sample_of(), now_at=now_at, wall_now_at=wall_now_at)
    write_facts(home, facts)
    return facts


async def _check_sound(store: Store) -> None:
    generation = store.generation
    states = PostgresStates(store.pool, generation=generation)
    await check_sound(store.log, states, generation=generation)


async def _end_ahead(store: Store, clock: Clock) -> datetime | None:
    """Return when the log ends, if that is ahead of the clock: one of both was wrong."""
    last_at, now = await ask_views(store, last_decision_at), clock.now()
    if last_at is None or last_at <= now + CLOCK_BEHIND_FOR:
        return None
    LOG.warning("clock_behind_log", behind_seconds=(last_at - now).total_seconds())
    return last_at


async def _keep_running(clock: Clock) -> None:
    while True:
        await asyncio.sleep(CLOCK_KEPT_EVERY_SECONDS)
        if isinstance(clock, VirtualClock):
            await clock.keep_now()


@asynccontextmanager
async def _post(home: Path, facts: HomeFacts) -> AsyncIterator[Post]:
    if facts.past is None:
        post = post_of_own(home)
        try:
            yield post
        finally:
            await post.sender.close()
        return
    catcher = Catcher(home / MAIL_FOLDER)
    await catcher.start()
    post = post_of_sample(catcher, SENDER["email"])
    try:
        yield post
    finally:
        await post.sender.close()
        await catcher.stop()


@asynccontextmanager
async def _services(home: Path, runtime: Runtime) -> AsyncIterator[None]:
    """Run runtime and door around a block; stop them in order."""
    async with asyncio.TaskGroup() as group:
        running_runtime = group.create_task(runtime.run())
        door = group.create_task(Door(home, runtime).run())
        try:
            yield
        finally:
            door.cancel()
            runtime.stop()
            await asyncio.wait((running_runtime, door))


@contextmanager
def _stopped_by_signal() -> Iterator[asyncio.Event]:
    """Give an event that SIGINT and SIGTERM set, for a block that then has ten seconds to end.

    The deadline is one for everything that ends, whatever it waits for; a second signal does
    not wait for it.  Ending at once is safe at any instant: it is what a power cut does.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    deadline: list[asyncio.TimerHandle] = []

    def stopped() -> None:
        if stop.is_set():
            _cut_short()
        stop.set()
        deadline.append(loop.call_later(STOP_WITHIN_SECONDS, _cut_short))

    for number in numbers:
        loop.add_signal_handler(number, stopped)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
        for timer in deadline:
            timer.cancel()


def _cut_short() -> NoReturn:
    LOG.warning("stop_cut_short", within_seconds=STOP_WITHIN_SECONDS)
    sys.stderr.write("relance: ended at once; the next start goes on from the log\n")
    sys.stderr.flush()
    os._exit(CUT_SHORT_EXIT)
