"""How the runtime lives: what is due at once, kills, and what ends with what."""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg

from console.cli.exits import Exit
from engine.events import TouchAttempted, TouchSettled
from infra.mail.catcher import Catcher
from infra.mail.faults import Faults, MailFault, Slow
from infra.store.server import ServerSettings, embedded_dsn, running
from tests.bench import __main__ as bench
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row
from tests.systems.house import FIRST_MAIL_AT, House, events, opened

DUE_COUNT = 240
KILLED_AFTER_COUNT = 14  # accepted by the mail server
SLOW_COUNT = 100
BURST_COUNT = 10_000
BURST_FOR_SECONDS = 12.0
READY_SECONDS_MAX = 3.0
STOP_SECONDS_MAX = 12.0  # ten for everything, and the interpreter's own
ONCE_SECONDS_MAX = 2.0
MINUTE_SECONDS = 60.0


class AlwaysSlow:
    """A mail server that takes its time with everybody."""

    def __init__(self, wait_for: timedelta) -> None:
        self._fault = Slow(wait_for=wait_for)

    def pick(self, recipient: str) -> MailFault:
        """Return the same for whoever it is."""
        del recipient
        return self._fault


async def _slow_mails(home: FreshHome) -> str:
    async with house_over(home, AlwaysSlow(timedelta(seconds=0.5))) as house:
        async with house.running() as life:
            await life.founded(_people(SLOW_COUNT), per_day_max=SLOW_COUNT)
            await life.house.clock.advance_to(FIRST_MAIL_AT)
            await _until(lambda: _are_sent(house, SLOW_COUNT), within=3 * MINUTE_SECONDS)
            await life.runtime.quiet()
        history = await house.history()
    attempts = len(events(history, TouchAttempted))
    reaches = Counter(settled.reach for settled in events(history, TouchSettled))
    assert (attempts, reaches) == (SLOW_COUNT, {"sent": SLOW_COUNT}), (attempts, reaches)
    return f"{attempts} attempts, {dict(reaches)}"


async def _one_kill(home: FreshHome) -> str:
    async with house_over(home, AlwaysSlow(timedelta(seconds=0.2))) as house:
        async with house.running() as life:
            await life.founded(_people(DUE_COUNT), per_day_max=DUE_COUNT)
        first = await _worker(home, house.catcher, FIRST_MAIL_AT)
        await _until(lambda: _are_sent(house, KILLED_AFTER_COUNT), within=2 * MINUTE_SECONDS)
        first.kill()
        await first.wait()
        accepted = len(house.sent())
        second = await _worker(home, house.catcher, FIRST_MAIL_AT + timedelta(hours=3))
        async with asyncio.timeout(4 * MINUTE_SECONDS):
            assert await second.wait() == 0
        statuses = Counter(touch.status for touch in (await house.touches()).values())
        sent = house.sent()
    twice = len(sent) - len(set(sent))
    assert statuses["unknown"] <= 1, statuses
    assert not twice, f"{twice} twice"
    return f"killed with {accepted} accepted: {dict(statuses)}, {twice} twice"


async def _burst(home: FreshHome) -> str:
    home.home.mkdir(mode=0o700)
    postgres = home.home / "postgres"
    async with running(ServerSettings(folder=postgres)):
        async with _engine(home.home):
            await bench.prepare(home.home, postgres, BURST_COUNT, 0)
            clients = await bench.spawn("tests.bench.clients", home.home, BURST_COUNT, 100, 0)
            await asyncio.sleep(BURST_FOR_SECONDS)
        clients.kill()
        await clients.wait()
        connection = await asyncpg.connect(**embedded_dsn(postgres).connect_arguments())
        tail_count = await connection.fetchval(_TAILS)
        async with _engine(home.home) as seconds:
            await _at_rest(connection)
        sent = await connection.fetchval("select count(*) from counted_send")
        distinct = await connection.fetchval("select count(distinct message_id) from counted_send")
        await connection.close()
    assert sent == distinct, f"{sent - distinct} messages twice"
    assert seconds < READY_SECONDS_MAX, f"ready after {seconds:.1f} s, tails of {tail_count}"
    return f"ready after {seconds:.1f} s, tails of {tail_count:,} in all; {sent:,} sent, 0 twice"


async def _database_killed(home: FreshHome) -> str:
    async with home.up("--empty"):
        (await home.relance("status")).expect(Exit.DONE)
        began = time.monotonic()
        os.kill(_postmaster(home), signal.SIGKILL)
        await _until(lambda: _answers(home), within=MINUTE_SECONDS)
        return f"answers again {time.monotonic() - began:.1f} s after the kill"


async def _ctrl_c(home: FreshHome) -> str:
    async with home.up("--empty") as up:
        took = await _stopped(up.process, _postmaster(home), presses=1)
    async with home.up() as up:
        took_twice = await _stopped(up.process, _postmaster(home), presses=2)
    assert took < STOP_SECONDS_MAX, f"{took:.1f} s"
    assert took_twice < ONCE_SECONDS_MAX, f"{took_twice:.1f} s after the second"
    return f"ended {took:.1f} s after Ctrl-C, {took_twice:.1f} s after a second one"


async def _until(is_so: Callable[[], Awaitable[bool]], *, within: float) -> None:
    """Look again and again, for so many seconds at most: what is waited for is elsewhere."""
    async with asyncio.timeout(within):
        while not await is_so():  # noqa: ASYNC110 - another process cannot set an event of ours
            await asyncio.sleep(0.05)


async def _are_sent(house: House, count: int) -> bool:
    return len(house.sent()) >= count


async def _answers(home: FreshHome) -> bool:
    return (await home.relance("status")).exit_code == Exit.DONE


async def _stopped(process: asyncio.subprocess.Process, postmaster: int, *, presses: int) -> float:
    """Return how long `up` takes to end while its database says nothing."""
    os.kill(postmaster, signal.SIGSTOP)
    try:
        process.send_signal(signal.SIGINT)
        if presses > 1:
            await asyncio.sleep(1)
            process.send_signal(signal.SIGINT)
        began = time.monotonic()
        async with asyncio.timeout(MINUTE_SECONDS):
            await process.wait()
        return time.monotonic() - began
    finally:
        os.kill(postmaster, signal.SIGCONT)


_TAILS = """
select sum(head.next_offset - coalesce(flushed.next_offset, 0))
from log_head head left join owner_cursor flushed using (partition)
where head.topic = 1
"""


@asynccontextmanager
async def _engine(home: Path) -> AsyncIterator[float]:
    """Run the benchmark's engine for a block, and kill it; gives the seconds until it owned all."""
    began = time.monotonic()
    engine = await bench.spawn("tests.bench.engine", home, home / "postgres", feeds=True)
    assert engine.stdout is not None
    await engine.stdout.readuntil(b"ready\n")
    seconds = time.monotonic() - began
    telling = asyncio.create_task(engine.stdout.read())  # a full pipe would hold it up
    try:
        yield seconds
    finally:
        engine.kill()
        await engine.wait()
        await telling


async def _at_rest(connection: asyncpg.Connection) -> None:
    """Return once nothing more is decided."""
    ends, before = "select sum(next_offset) from log_head where topic = 1", -1
    async with asyncio.timeout(10 * MINUTE_SECONDS):
        while (now := await connection.fetchval(ends)) != before:
            before = now
            await asyncio.sleep(4)


async def _worker(
    home: FreshHome, catcher: Catcher, until_at: datetime
) -> asyncio.subprocess.Process:
    words = (str(home.folder), str(catcher.port), until_at.isoformat())
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.journeys.long.rows.worker", *words),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


@asynccontextmanager
async def house_over(home: FreshHome, faults: Faults) -> AsyncIterator[House]:
    """Run the parts of a home for a block, without its process: the clock is ours."""
    catcher = Catcher(home.folder / "mail", faults=faults)
    await catcher.start()
    home.home.mkdir(mode=0o700)
    try:
        async with (
            running(ServerSettings(folder=home.folder / "postgres")) as server,
            opened(home.home, server.dsn, catcher) as house,
        ):
            yield house
    finally:
        await catcher.stop()


def _people(count: int) -> dict[str, str]:
    return {f"ville{number}": f"chef@ville{number}.example" for number in range(count)}


def _postmaster(home: FreshHome) -> int:
    lines = (
        (home.home / "postgres" / "data" / "postmaster.pid")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    return int(lines[0])


ROWS = (
    Row(
        name="slow-mails",
        before="100 e-mails at 0.5 s each: 300 attempts, 200 of them not sent",
        now=_slow_mails,
    ),
    Row(
        name="one-kill",
        before="240 due, one SIGKILL: 14 accepted, 226 touches unknown, a person settles each",
        now=_one_kill,
    ),
    Row(
        name="burst-kill",
        before="10,000 accounts enrolled, SIGKILL: back after 10 to 12 s",
        now=_burst,
    ),
    Row(
        name="database-killed",
        before="the home stayed as a zombie with its lock, every command ended with 4",
        now=_database_killed,
    ),
    Row(
        name="ctrl-c",
        before="PostgreSQL stopped: still there 126 s after Ctrl-C, a second one did nothing",
        now=_ctrl_c,
    ),
)
