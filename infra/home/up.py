"""Run a home in the foreground until somebody stops it.

Order of starting: the lock, the database, the keys, the log, the mail, the runtime, the
door; stopping goes the other way round.  Killed at any instant, the next start goes on:
the lock proves that the former process is dead, so its leases are taken at once.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from infra.clock import Clock, VirtualClock, WallClock, open_virtual_clock
from infra.home.assembly import Store, edge_of, opened_store, runtime_of
from infra.home.errors import NowError, SampleOnlyError, StreamsDamagedError
from infra.home.facts import HomeFacts, read_facts, write_facts
from infra.home.mailing import Post, post_of_own, post_of_sample
from infra.home.own import publish_own
from infra.mail.catcher import Catcher
from infra.runtime.door import Door
from infra.runtime.runtime import Runtime
from infra.sample.beginning import beginning, starts_at
from infra.sample.casting import Cast
from infra.sample.correspondents import Correspondents
from infra.sample.filling import SENDER, Sample, fill, load_sample
from infra.sample.play import Play
from infra.sample.weights import load_weights
from infra.settings import Settings
from infra.store.home_lock import HomeLock
from infra.store.server import ServerSettings, running

HOME_MODE = 0o700
CLOCK_KEPT_EVERY_SECONDS = 5.0
MAIL_FOLDER = "mail"
POSTGRES_FOLDER = "postgres"

Report = Callable[[str, float], None]
"""Told what is going on, and how much of it is done, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """How a home is started."""

    now_at: datetime | None = None  # sample homes only: the instant the play arrives at
    is_empty: bool = False  # a first start loads no sample
    stops_after_play: bool = False  # for scripts: play, say so, stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A home that runs, as it is announced."""

    home: Path
    facts: HomeFacts
    now_at: datetime


Announce = Callable[[Started], None]


async def run(
    settings: Settings,
    options: UpOptions,
    *,
    report: Report,
    announce: Announce,
    cast_of: Callable[[Sample, Store, HomeFacts], Cast] | None = None,
) -> None:
    """Run the home until SIGINT or SIGTERM.

    Args:
        settings: Which home, and how it is made.
        options: What the caller asked of this start.
        report: Called during what takes longer than a moment.
        announce: Called once everything runs.
        cast_of: Who answers in a sample; by default those drawn by its seed.

    Raises:
        HomeError, HomeHeldError, ServerError, MigrationError, KeyHomeError, LogError: It
            cannot be started; nothing was changed, and the sentence says what to do.
    """
    home = settings.home
    home.mkdir(mode=HOME_MODE, parents=True, exist_ok=True)
    wall = WallClock()
    facts = _facts(home, options, wall.now())
    stop = _stopped_by_signal()
    with HomeLock(home, since=wall.now()):
        write_facts(home, facts)
        report("database", 0.0)
        server = ServerSettings(folder=home / POSTGRES_FOLDER, binaries=settings.postgres_binaries)
        async with running(server) as database:
            opened = opened_store(home, database.dsn, partition_count=settings.partition_count)
            async with opened as store, _post(home, facts) as post:
                one = _Running(home, facts, store, post, wall, report)
                await one.run(options, stop, announce, cast_of or _drawn)


@dataclass(slots=True)
class _Running:
    """A home whose parts are open."""

    home: Path
    facts: HomeFacts
    store: Store
    post: Post
    wall: Clock
    report: Report

    async def run(
        self,
        options: UpOptions,
        stop: asyncio.Event,
        announce: Announce,
        cast_of: Callable[[Sample, Store, HomeFacts], Cast],
    ) -> None:
        clock = await self._clock()
        runtime = await runtime_of(self.store, clock, self.post, home=self.home)
        async with _services(self.home, runtime):
            work = asyncio.create_task(self._work(options, clock, runtime, announce, cast_of))
            stopped = asyncio.create_task(stop.wait())
            done, _ = await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
            if stopped in done:
                self.report("stopping", 1.0)

    async def _work(
        self,
        options: UpOptions,
        clock: Clock,
        runtime: Runtime,
        announce: Announce,
        cast_of: Callable[[Sample, Store, HomeFacts], Cast],
    ) -> None:
        await runtime.ready()
        standing = runtime.health().partitions
        stopped = {f"partition {n}": why for n, why in standing.items() if why != "running"}
        if stopped:
            raise StreamsDamagedError(stopped)
        if isinstance(clock, VirtualClock):
            sample = load_sample()
            await self._play(clock, runtime, sample, cast_of(sample, self.store, self.facts))
            await clock.run_on()
        else:
            edge = edge_of(self.store, runtime, clock, actor="relance", source="home")
            await publish_own(edge, self.home)
        announce(Started(home=self.home, facts=self.facts, now_at=clock.now()))
        if not options.stops_after_play:
            await self._keep_running(clock)

    async def _clock(self) -> Clock:
        if self.facts.start_on is None:
            return self.wall
        return await open_virtual_clock(
            self.store.pool, starts_at(self.facts.start_on).astimezone(UTC)
        )

    async def _play(
        self, clock: VirtualClock, runtime: Runtime, sample: Sample, cast: Cast
    ) -> None:
        edge = edge_of(self.store, runtime, clock, actor="team", source="sample")
        if self.facts.start_on is None:
            return
        if not self.facts.is_filled:
            self.report("filling", 0.0)
            await fill(edge, sample, start_on=self.facts.start_on)
            await runtime.quiet()
            self._note(replace(self.facts, is_filled=True))
        until = self.facts.now_at or self.wall.now()
        began_at = starts_at(self.facts.start_on)

        def progressed(at: datetime) -> None:
            self.report("playing", (at - began_at) / (until - began_at))

        play = Play(
            stage=runtime,
            edge=edge,
            pool=self.store.pool,
            clock=clock,
            cast=cast,
            on_progress=progressed,
        )
        if not self.facts.is_played:
            await play.run_until(until)
            self._note(replace(self.facts, is_played=True))
        elif self.facts.now_at is None:
            await clock.advance_to(self.wall.now())

    async def _keep_running(self, clock: Clock) -> None:
        while True:
            await asyncio.sleep(CLOCK_KEPT_EVERY_SECONDS)
            if isinstance(clock, VirtualClock):
                await clock.keep_now()

    def _note(self, facts: HomeFacts) -> None:
        self.facts = facts
        write_facts(self.home, facts)


def _facts(home: Path, options: UpOptions, wall_now_at: datetime) -> HomeFacts:
    """Return what the home is, deciding it on a first start."""
    stored = read_facts(home)
    if stored is not None:
        _check_options(home, stored, options)
        return stored
    if options.is_empty:
        if options.now_at is not None:
            raise SampleOnlyError(home, "--now")
        return HomeFacts(kind="own")
    now_at = options.now_at
    if now_at is not None and now_at > wall_now_at.replace(year=wall_now_at.year + 1):
        raise NowError(now_at, "lie at most a year ahead")
    start_on = beginning(load_sample(), now_at or wall_now_at)
    return HomeFacts(kind="sample", start_on=start_on, now_at=now_at)


def _check_options(home: Path, stored: HomeFacts, options: UpOptions) -> None:
    if options.now_at is not None and stored.kind != "sample":
        raise SampleOnlyError(home, "--now")
    if options.now_at is not None and stored.now_at != options.now_at:
        raise NowError(options.now_at, "be the one the home was begun with")


@asynccontextmanager
async def _post(home: Path, facts: HomeFacts) -> AsyncIterator[Post]:
    if facts.kind == "own":
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


def _drawn(sample: Sample, store: Store, facts: HomeFacts) -> Cast:
    """Return the cast that the home's seed draws."""
    return Correspondents(
        sample=sample,
        weights=load_weights(),
        tagger=store.tagger,
        seed=facts.seed,
        start_on=facts.start_on or WallClock().now().date(),
    )


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
