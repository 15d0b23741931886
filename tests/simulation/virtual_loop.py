"""An event loop of virtual time: what runs next is chosen by a seed, and no moment passes twice.

Everything a process does runs in its own context, so that it can be frozen, thawed or
killed where it stands: a killed process runs no `finally`, and nothing is given back.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context, ContextVar
from random import Random
from typing import Any, TypeVar

from tests.simulation.promises import Promise, need

T = TypeVar("T")

ROUNDS_AT_AN_INSTANT_MAX = 20_000
"""More than anything takes that gets somewhere."""
ROUNDS_MAX = 10_000
"""Of the funeral: a task that survives its cancellation this often is a fault of ours."""


class StalledError(Exception):
    """Nothing can happen any more, and somebody waits: the simulation would stand for ever."""


class Process:
    """What is frozen, thawed or killed together."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_parked = False
        self.is_dead = False
        self.parked: list[asyncio.Handle] = []
        self.context = Context()
        self.context.run(_RUNNING.set, self)


_RUNNING: ContextVar[Process | None] = ContextVar("running", default=None)


def running_process() -> Process | None:
    """Return whose code runs now; None: the world's own."""
    return _RUNNING.get()


class _Task(asyncio.Task[T]):
    """A task whose place in a set does not depend on its address."""

    def __init__(
        self,
        work: Coroutine[Any, Any, T],
        *,
        number: int,
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
    ) -> None:
        self._number = number  # before it enters any set
        super().__init__(work, loop=loop, context=context)

    def __hash__(self) -> int:
        return self._number


class _Future(asyncio.Future[T]):
    """The same for a future."""

    def __init__(self, *, number: int, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._number = number

    def __hash__(self) -> int:
        return self._number


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs what is ready in an order of its own; then time jumps to the next timer."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool

    def __init__(self, random: Random, *, is_shuffled: bool) -> None:
        super().__init__()
        self._random = random
        self._is_shuffled = is_shuffled
        self._now_seconds = 0.0
        self._count = 0
        self._round_count = 0  # at this instant
        self.longest_block_seconds = 0.0
        self._tasks: list[asyncio.Task[Any]] = []
        self.faults: list[BaseException] = []
        self.set_task_factory(self._make_task)  # type: ignore[arg-type]  # a factory of 3.11
        self.set_exception_handler(self._note)

    def time(self) -> float:
        """Return the virtual instant, in seconds since the beginning."""
        return self._now_seconds

    def work(self, seconds: float) -> None:
        """Let what runs now take time: everybody else stands still meanwhile."""
        self._now_seconds += seconds

    async def pass_time(self, seconds: float) -> None:
        """Return after some virtual time."""
        passed: asyncio.Future[None] = self.create_future()
        self.call_later(seconds, wake, passed)
        await passed

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future that sets order as they were made."""
        return _Future(number=self._next_number(), loop=self)

    def start(self, process: Process, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Begin a task of a process."""
        return self.create_task(work, context=process.context)

    def park(self, process: Process) -> None:
        """Let a process stand still."""
        process.is_parked = True

    def thaw(self, process: Process) -> None:
        """Let it go on, with whatever fell due meanwhile."""
        process.is_parked = False
        parked, process.parked = process.parked, []
        self._ready.extend(parked)

    def kill(self, process: Process) -> None:
        """End a process where it stands."""
        process.is_parked = process.is_dead = True

    def bury(self, processes: list[Process]) -> None:
        """End every task, when nobody looks any more, so that none outlives the loop."""
        for process in processes:
            self.thaw(process)
        for _ in range(ROUNDS_MAX):
            alive = [task for task in self._tasks if not task.done()]
            if not alive:
                return
            for task in alive:
                task.cancel()
            self._round_count = 0
            with suppress(StalledError):
                self._run_once()
        raise AssertionError([task for task in self._tasks if not task.done()])

    def _next_number(self) -> int:
        self._count += 1
        return self._count

    def _make_task(
        self,
        _loop: asyncio.AbstractEventLoop,
        work: Coroutine[Any, Any, T],
        context: Context | None = None,
    ) -> "asyncio.Task[T]":
        task = _Task(work, loop=self, context=context, number=self._next_number())
        self._tasks.append(task)
        if len(self._tasks) > 5_000:
            self._tasks = [one for one in self._tasks if not one.done()]
        return task

    def _note(self, _loop: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
        self.faults.append(what.get("exception") or RuntimeError(what["message"]))

    # --- what a real loop asks its selector and its clock for -------------------------

    def _process_events(self, _events: object) -> None:
        raise NotImplementedError

    def _write_to_self(self) -> None:
        """Wake nobody: there is one thread."""

    def _run_once(self) -> None:
        self._fall_due()
        self._round_count += 1
        need(self._round_count <= ROUNDS_AT_AN_INSTANT_MAX, Promise.NO_SPIN, self._now_seconds)
        handles = list(self._ready)
        self._ready.clear()
        if self._is_shuffled and len(handles) > 1:
            self._random.shuffle(handles)
        for handle in handles:
            if handle._cancelled:
                continue
            process = _context(handle).get(_RUNNING)
            if process is not None and process.is_parked:
                process.parked.append(handle)
            else:
                began_seconds = self._now_seconds
                handle._run()
                block_seconds = self._now_seconds - began_seconds
                self.longest_block_seconds = max(block_seconds, self.longest_block_seconds)

    def _fall_due(self) -> None:
        timers = self._scheduled
        if not self._ready:
            while timers and timers[0]._cancelled:
                heapq.heappop(timers)
            if not timers and not self._stopping:
                raise StalledError
            if timers:
                self._now_seconds = max(self._now_seconds, timers[0].when())
                self._round_count = 0
        while timers and timers[0].when() <= self._now_seconds:
            self._ready.append(heapq.heappop(timers))


def _context(handle: asyncio.Handle) -> Context:
    context: Context = handle._context  # type: ignore[attr-defined]  # it has no other name
    return context


@contextmanager
def virtual_time(loop: VirtualLoop) -> Iterator[None]:
    """Let the monotonic clock of the product be the loop's."""
    real = time.monotonic
    time.monotonic = loop.time
    try:
        yield
    finally:
        time.monotonic = real


def wake(future: "asyncio.Future[None]") -> None:
    """Let whoever waits for a future go on, if anybody still does."""
    if not future.done():
        future.set_result(None)


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine that never waits returns."""
    try:
        work.send(None)
    except StopIteration as ended:
        value: T = ended.value
        return value
    work.close()
    raise StalledError
