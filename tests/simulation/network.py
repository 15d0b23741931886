"""Calls to servers, each of which may go wrong in every way that a caller cannot tell apart.

What a server does, it does at one instant, whether its caller lives to hear of it or not.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from contextvars import Context
from enum import StrEnum
from random import Random
from typing import Any, NamedTuple, TypeVar

from infra.log.errors import LogUnavailableError
from infra.store.errors import StoreUnavailableError
from tests.simulation.promises import BrokenError
from tests.simulation.virtual_loop import Process, VirtualLoop, running_process

T = TypeVar("T")

SLOW_SECONDS = 3.0
"""What a call takes at most where all of its kind are slow."""

AFTER_SECONDS = 0.1
"""After which what is late lands: its caller has begun to do something about it."""


class Word(StrEnum):
    """Shows itself as code, so that a shrunk history can be kept as it is printed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class Call(Word):
    """What is called, as faults name it."""

    DECISIONS = "append of decisions"
    INBOX = "append to an inbox"
    READ = "read of the log"
    LEASE = "lease"
    STATES = "read of states"
    FLUSH = "flush"
    CURSORS = "cursor of the reactors"
    VIEW = "fold of a view"
    GATE = "gate"
    LEDGER = "ledger"
    STOPS = "suppression"
    GREETING = "greeting of the mail server"
    MESSAGE = "message to the mail server"
    CLOCK = "clock of the database"


class Fault(Word):
    """What becomes of a call."""

    LOST = "is lost"
    UNACKNOWLEDGED = "lands without its acknowledgement"
    LATE = "lands after its caller gave up"
    TWICE = "lands, and lands once more"
    SLOW = "takes a while"
    KILLS = "lands, and its caller is killed there"


class Unanswered(NamedTuple):
    """Makes the error that a caller sees."""

    error: Callable[[str], Exception]


LOG = Unanswered(lambda reason: LogUnavailableError("simulation", reason))
STORE = Unanswered(StoreUnavailableError)


class Network:
    """Between the processes and their servers."""

    def __init__(
        self,
        loop: VirtualLoop,
        random: Random,
        *,
        slow: Collection[Call],
        kill: Callable[[Process], None],
    ) -> None:
        self._loop = loop
        self._slow = slow
        self._kill = kill
        self._random = random
        self._armed: dict[Call, deque[tuple[Fault, float] | None]] = {}
        self._context = Context()
        self._waiting: dict[asyncio.Future[Any], Unanswered] = {}
        self._life = 0
        self._down_until_seconds = 0.0
        self.fault_count = 0

    def arm(self, call: Call, fault: Fault, seconds: float, *, every: int, count: int) -> None:
        """Let every so many calls of a kind go wrong; their callers wait for so many seconds."""
        armed = self._armed.setdefault(call, deque())
        for _ in range(count):
            armed.extend([None] * (every - 1))
            armed.append((fault, seconds))

    def disarm(self) -> None:
        """Let everything work from now on."""
        self._armed.clear()
        self._down_until_seconds = 0.0

    def cut(self, seconds: float) -> None:
        """Let the servers be gone for a while: whoever waits hears so, and nothing lands."""
        self._life += 1
        self._down_until_seconds = self._loop.time() + seconds
        for reply, unanswered in tuple(self._waiting.items()):
            _fail(reply, unanswered.error("connection lost"))
        self._waiting.clear()

    def begin(
        self, call: Call, work: Callable[[], T], unanswered: Unanswered
    ) -> "asyncio.Future[T]":
        """Send a call; its future has what the server answered, or an error."""
        reply: asyncio.Future[T] = self._loop.create_future()
        self._waiting[reply] = unanswered
        reply.add_done_callback(self._answered, context=self._context)
        if self._loop.time() < self._down_until_seconds:
            self.later(self.delay(), lambda: _fail(reply, unanswered.error("is down")))
            return reply
        fault, seconds = self._fault(call)
        there, back = self.delay(), self.delay()
        if call in self._slow:
            there += self._random.random() * SLOW_SECONDS
        gives_up = there + seconds
        serve = self._serving(work)
        match fault:
            case Fault.LOST:
                self.later(gives_up, lambda: _fail(reply, unanswered.error("is lost")))
            case Fault.UNACKNOWLEDGED:
                self.later(there, serve)
                self.later(gives_up, lambda: _fail(reply, unanswered.error("unacknowledged")))
            case Fault.LATE:
                self.later(gives_up, lambda: _fail(reply, unanswered.error("late")))
                self.later(gives_up + AFTER_SECONDS, serve)
            case Fault.TWICE:
                self.later(there, lambda: self._answer(reply, serve, back))
                self.later(there + seconds, serve)
            case Fault.SLOW:
                self.later(there + seconds, lambda: self._answer(reply, serve, back))
            case Fault.KILLS:
                self.later(there, serve)
                caller = running_process()
                if caller is not None:
                    self._kill(caller)
            case None:
                self.later(there, lambda: self._answer(reply, serve, back))
        return reply

    async def call(self, call: Call, work: Callable[[], T], unanswered: Unanswered) -> T:
        """Return what the server answered."""
        return await self.begin(call, work, unanswered)

    def later(self, seconds: float, work: Callable[[], object]) -> None:
        """Let something happen at the servers, whoever is dead by then."""
        self._loop.call_later(seconds, work, context=self._context)

    def delay(self) -> float:
        """Return how long one way takes: mostly a millisecond or two, now and then many."""
        return 0.0005 + 0.02 * self._random.random() ** 4

    def _serving(self, work: Callable[[], T]) -> Callable[[], T | Exception | None]:
        """Return the work as the server does it: once, unless it went down meanwhile."""
        life = self._life

        def serve() -> "T | Exception | None":  # unevaluated: this runs at every call
            if life != self._life:
                return None
            try:
                return work()
            except BrokenError:
                raise
            except Exception as error:  # noqa: BLE001  (the server answers with an error)
                return error

        return serve

    def _answer(
        self, reply: "asyncio.Future[T]", serve: Callable[[], T | Exception | None], back: float
    ) -> None:
        life, answer = self._life, serve()

        def arrive() -> None:
            if reply.done() or life != self._life:
                return
            if isinstance(answer, Exception):
                reply.set_exception(answer)
            else:
                reply.set_result(answer)  # type: ignore[arg-type]  # None only if nobody waits

        self.later(back, arrive)

    def _fault(self, call: Call) -> tuple[Fault | None, float]:
        armed = self._armed.get(call)
        found = armed.popleft() if armed else None
        if found is None:
            return None, 0.0
        self.fault_count += 1
        return found

    def _answered(self, reply: "asyncio.Future[Any]") -> None:
        self._waiting.pop(reply, None)


def _fail(reply: "asyncio.Future[Any]", error: Exception) -> None:
    if not reply.done():
        reply.set_exception(error)
