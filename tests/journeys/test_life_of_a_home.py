"""What happens around a running home: its database dies, a person stops it once or twice."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.cli.exits import Exit
from infra.home.layout import POSTGRES_FOLDER
from infra.home.up import STOP_WITHIN_SECONDS

pytestmark = pytest.mark.connected

RELANCE = (sys.executable, "-c", "from console.cli.main import main; main()")
WITHIN_SECONDS = 60.0
AT_ONCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A home that runs in a process of its own, as a person starts it."""

    home: Path
    process: asyncio.subprocess.Process

    @property
    def database_ids(self) -> list[int]:
        """Return the ids of the server's processes, the first one first."""
        pid_file = self.home / POSTGRES_FOLDER / "data" / "postmaster.pid"
        first = pid_file.read_text().splitlines()[0]
        found = subprocess.run(
            ("ps", "-o", "pid=", "--ppid", first), capture_output=True, check=True, text=True
        )
        return [int(first), *map(int, found.stdout.split())]

    async def asked(self, key: str) -> Exit:
        """Add an account through the command line; return how the command ended."""
        words = ("--home", str(self.home), "accounts", "add", key, "--key", key)
        process = await asyncio.create_subprocess_exec(
            *RELANCE, *words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return Exit(await process.wait())

    async def heard(self, word: str) -> None:
        """Return once a line on standard error holds a word."""
        assert self.process.stderr is not None
        async with asyncio.timeout(WITHIN_SECONDS):
            while word.encode() not in await self.process.stderr.readline():
                pass

    async def ended(self) -> tuple[int, str]:
        """Return the exit code and what was said on standard error, once it has ended."""
        assert self.process.stderr is not None
        async with asyncio.timeout(WITHIN_SECONDS):
            said = await self.process.stderr.read()
            return await self.process.wait(), said.decode()


@asynccontextmanager
async def up() -> AsyncIterator[Up]:
    """Start an empty home and wait until it runs; whatever is left of it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="relance-life-") as folder:
        home = Path(folder) / "home"
        process = await asyncio.create_subprocess_exec(
            *(*RELANCE, "--home", str(home), "up", "--empty"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        running = Up(home=home, process=process)
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                while b"Relance runs on" not in await process.stdout.readline():
                    pass
            yield running
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_a_home_whose_database_was_killed_goes_on() -> None:
    """A home that stays up without its database answers nobody, and nobody restarts it."""
    async with up() as running:
        assert await running.asked("before") is Exit.DONE

        os.kill(running.database_ids[0], signal.SIGKILL)
        async with asyncio.timeout(WITHIN_SECONDS):
            while await running.asked("after") is not Exit.DONE:
                continue

        running.process.send_signal(signal.SIGINT)
        exit_code, said = await running.ended()
        assert exit_code == Exit.DONE
        assert "database_restarted" in said


async def test_a_home_whose_database_does_not_come_back_says_so_and_ends() -> None:
    """Whoever watches processes starts it again; a process that only looks alive is left."""
    async with up() as running:
        data = running.home / POSTGRES_FOLDER / "data"
        first = running.database_ids[0]
        (data / "PG_VERSION").write_text("9.6\n")

        os.kill(first, signal.SIGQUIT)
        exit_code, said = await running.ended()

        assert exit_code == Exit.DATABASE_GONE
        assert "expected PostgreSQL in" in said
        assert "starts failed, the last: " in said
        assert "Traceback" not in said


@pytest.mark.parametrize(("signal_count", "within_seconds"), [(1, STOP_WITHIN_SECONDS), (2, 0.0)])
async def test_a_stop_ends_in_time_whatever_it_waits_for(
    signal_count: int, within_seconds: float
) -> None:
    """A database that hangs must not hold the terminal; asked twice, nothing is waited for."""
    async with up() as running:
        assert await running.asked("before") is Exit.DONE
        database = running.database_ids
        for process_id in database:
            os.kill(process_id, signal.SIGSTOP)
        try:
            began_seconds = time.monotonic()
            for number in range(signal_count):
                if number:
                    await running.heard("stopping")  # two at once would be one
                running.process.send_signal(signal.SIGINT)
            exit_code, said = await running.ended()

            assert time.monotonic() - began_seconds < within_seconds + AT_ONCE_SECONDS
            assert exit_code == Exit.INTERRUPTED
            assert said.endswith("relance: ended at once; the next start goes on from the log\n")
        finally:
            for process_id in database:
                os.kill(process_id, signal.SIGKILL)
