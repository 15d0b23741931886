"""A home folder that nobody used yet, and the real command line for it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from console.cli.exits import Exit

RELANCE = (sys.executable, "-c", "from console.cli.main import main; main()")
ANSWERS_WITHIN_SECONDS = 60.0
STARTS_WITHIN_SECONDS = 120.0
RUNS = b"Relance runs on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command ended, and what it said."""

    exit_code: int
    out: str
    err: str

    @property
    def document(self) -> object:
        """Return what `--json` printed."""
        return json.loads(self.out)

    def expect(self, code: Exit) -> "Said":
        """Return it, if it ended so."""
        assert self.exit_code == code, f"expected {code.word}, got: {self.exit_code} {self.err}"
        return self


@dataclass(slots=True, kw_only=True)
class Up:
    """A home that runs in a process of its own; its log lines are kept as they come."""

    process: asyncio.subprocess.Process
    _errors: bytearray = field(default_factory=bytearray)

    @property
    def log_lines(self) -> str:
        """Return what it wrote on standard error so far."""
        return self._errors.decode(errors="replace")

    async def started(self) -> None:
        """Return once it runs, or has ended before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(STARTS_WITHIN_SECONDS):
            while (line := await self.process.stdout.readline()) and RUNS not in line:
                pass

    async def stop(self) -> int:
        """Press Ctrl-C, as a person does; return the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        return await self.ended()

    async def ended(self) -> int:
        """Return the exit code once it has ended."""
        async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
            return await self.process.wait()

    async def keep_errors(self) -> None:
        """Keep what it writes on standard error, until its end."""
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self._errors += line


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshHome:
    """A folder that is no home yet, beside room for files that a row needs."""

    folder: Path

    @property
    def home(self) -> Path:
        """Where the home will be."""
        return self.folder / "home"

    def write(self, name: str, text: str) -> Path:
        """Write a file beside the home, or in it (`home/mail.toml`); return where it is."""
        path = self.folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    async def relance(
        self, *words: str, stdin: str = "", variables: Mapping[str, str] | None = None
    ) -> Said:
        """Type one command; return how it ended."""
        process = await self._start(words, variables or {})
        async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
            out, err = await process.communicate(stdin.encode())
        return Said(
            exit_code=process.returncode or 0,
            out=out.decode(errors="replace"),
            err=err.decode(errors="replace"),
        )

    @asynccontextmanager
    async def up(
        self, *words: str, variables: Mapping[str, str] | None = None
    ) -> AsyncIterator[Up]:
        """Run the home during a block: `up("--empty")`; whatever is left ends with the block."""
        running = Up(process=await self._start(("up", *words), variables or {}))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(running.keep_errors())
            try:
                await running.started()
                yield running
            finally:
                try:
                    await running.stop()
                finally:
                    if running.process.returncode is None:
                        running.process.kill()

    async def _start(
        self, words: tuple[str, ...], variables: Mapping[str, str]
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "env", *(f"{name}={value}" for name, value in variables.items()),
            *RELANCE, "--home", str(self.home), *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
