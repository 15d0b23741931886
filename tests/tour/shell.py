"""Type what a page shows into a real shell, and read what the real program prints."""

import asyncio
import re
import signal
from collections.abc import Mapping
from pathlib import Path

from tests.tour.page import LEFT_OUT, Typed, difference

ANSWERED_SECONDS = 60.0
STARTED_SECONDS = 240.0  # the play of the sample, on a machine that does other things too
MAKE_UP = re.compile(r'make up(?: ARGS=(?:"([^"]*)"|(\S+)))?')
EXPORT = re.compile(r"export (\w+)=(.*)")
LAST_CODE = "echo $?"
# Nobody watches this shell, so log lines come between what the program says.
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT\S+Z \[")


class Program:
    """A command under way, and what it has printed so far."""

    def __init__(self, typed: Typed, process: asyncio.subprocess.Process) -> None:
        """Watch a process that was just started; `read` must run beside."""
        self.typed = typed
        self._process = process
        self._printed = ""
        self._has_grown = asyncio.Event()
        self._has_ended = asyncio.Event()

    async def read(self) -> None:
        """Keep what is printed, until the end."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            text = line.decode()
            if not LOG_LINE.match(text):
                self._printed += text
                self._has_grown.set()
        self._has_ended.set()
        self._has_grown.set()

    async def has_shown(self, shown: tuple[str, ...], *, within_seconds: float) -> None:
        """Wait until what was printed is what is shown."""
        try:
            async with asyncio.timeout(within_seconds):
                while difference(shown, self._printed) and not self._has_ended.is_set():
                    self._has_grown.clear()
                    await self._has_grown.wait()
        except TimeoutError:
            pass  # the difference says more
        missing = difference(shown, self._printed)
        assert not missing, f"$ {self.typed.words}\n{self._printed}\nshown, not printed: {missing}"

    async def ended(self) -> int:
        """Wait for the end; return the exit code."""
        async with asyncio.timeout(ANSWERED_SECONDS):
            await self._has_ended.wait()
            return await self._process.wait()

    async def stop(self) -> int:
        """Press Ctrl-C; return the exit code."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
        return await self.ended()


class Shell:
    """Terminals of one person: a folder, an environment, the last exit code."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], tasks: asyncio.TaskGroup
    ) -> None:
        """Begin in `folder`, where homes are made too; `tasks` reads what is printed."""
        self._folder = folder
        self._environment = dict(environment)
        self._tasks = tasks
        self._code = 0
        self._home: Program | None = None
        self._watching: list[Program] = []

    async def type_block(self, block: tuple[Typed, ...]) -> None:
        """Type the commands of a block; what watches since an earlier one has then shown all."""
        watched, self._watching = self._watching, []
        for typed in block:
            await self._type(typed)
        for program in watched:
            await program.has_shown(program.typed.shown, within_seconds=ANSWERED_SECONDS)
            await program.stop()

    async def leave(self) -> None:
        """Stop what runs, whether the tour came to its end or not."""
        for program in self._watching:
            await program.stop()
        if self._home is not None:
            assert await self._home.stop() == 0, "relance up did not stop in order"

    async def _type(self, typed: Typed) -> None:
        if typed.words == LAST_CODE:
            assert typed.shown == (str(self._code),), f"expected {typed.shown}, got: {self._code}"
            self._code = 0
        elif exported := EXPORT.fullmatch(typed.words):
            self._environment[exported[1]] = exported[2]
        elif up := MAKE_UP.fullmatch(typed.words):
            await self._move_in(typed, f"exec relance up {up[1] or up[2] or ''}")
        elif typed.is_stopped:
            program = await self._start(typed, f"exec {typed.words}")
            self._watching.append(program)
            await program.has_shown((typed.shown[0], LEFT_OUT), within_seconds=ANSWERED_SECONDS)
        else:
            await self._run(typed)

    async def _move_in(self, typed: Typed, words: str) -> None:
        if self._home is not None:
            assert await self._home.stop() == 0, "relance up did not stop in order"
        self._home = await self._start(typed, words)
        await self._home.has_shown(typed.shown, within_seconds=STARTED_SECONDS)

    async def _run(self, typed: Typed) -> None:
        assert self._code == 0, f"the page hides that the command before $ {typed.words} failed"
        program = await self._start(typed, typed.words)
        self._code = await program.ended()
        await program.has_shown(typed.shown, within_seconds=0)

    async def _start(self, typed: Typed, words: str) -> Program:
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", words,
            cwd=self._folder, env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        program = Program(typed, process)
        self._tasks.create_task(program.read())
        return program
