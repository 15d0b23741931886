"""A home in memory: one log, leases and states, and as many processes on them as asked."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from engine.decision import PlacedDecision
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.requests import AttemptTouch, Reach, RecordAttempt, Request
from engine.rules import Stream
from engine.validity import Cursor
from engine.values import Grant, KeptContact
from engine.workspace import Workspace
from infra.clock import Clock, VirtualClock
from infra.log.leases import Tenure
from infra.log.memory import MemoryLog
from infra.log.memory_leases import MemoryLeases
from infra.log.port import Log, Place
from infra.runtime.following.memory_cursors import MemoryCursors
from infra.runtime.owning.memory_states import MemoryStates
from infra.runtime.owning.touch_ports import (
    Barred,
    Counted,
    GrantKey,
    RaiseOwn,
    TouchPorts,
    WantedAttempt,
    WantedContacts,
)
from infra.runtime.partitions import homes
from infra.runtime.parts import Parts
from infra.runtime.reading import read_valid
from infra.runtime.runtime import Runtime
from tests.infra.runtime.crashing import Wire, crashing

MONDAY = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)


class OpenGate:
    """Grants whatever is asked, and remembers what is granted."""

    def __init__(self) -> None:
        self.granted: dict[GrantKey, Grant] = {}

    def counted(self, wanted: WantedAttempt) -> Counted:
        """Count all under one name."""
        del wanted
        return Counted("mairie", "")

    async def grant(self, wanted: Sequence[WantedAttempt]) -> Sequence[AttemptTouch | Barred]:
        """Grant all."""
        for attempt in wanted:
            self.granted[attempt.key] = Grant("mairie", "2027-01-11")
        return [replace(attempt.request, grant=self.granted[attempt.key]) for attempt in wanted]

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants."""
        del tenure
        for key in keys:
            self.granted.pop(key, None)

    async def claim(self, wanted: Sequence[WantedContacts]) -> Sequence[tuple[KeptContact, ...]]:
        """Keep nobody back."""
        return [()] * len(wanted)

    async def end_claims(self, enrolments: Collection[tuple[StreamId, int]]) -> None:
        """Have no claim to end."""

    async def unsettled(self, place: Place) -> Sequence[GrantKey]:
        """Return every grant: nothing here has a ledger row."""
        del place
        return tuple(self.granted)


@dataclass
class NotingDispatcher:
    """Sends nothing, and notes what it was given."""

    attempts: list[PlacedDecision] = field(default_factory=list)
    resumed: list[StreamId] = field(default_factory=list)
    is_quiet: bool = True
    room_count: int = 1_000

    async def run(self, raise_own: RaiseOwn) -> None:
        """Wait for the end."""
        self.raise_own = raise_own
        await asyncio.Event().wait()

    def attempted(
        self, tenure: Tenure, placed: PlacedDecision, state: Stream, published: Workspace
    ) -> None:
        """Note an attempt."""
        del tenure, state, published
        self.attempts.append(placed)

    def resume(self, tenure: Tenure, stream: StreamId, state: Stream, published: Workspace) -> None:
        """Note a stream found at recovery."""
        del tenure, state, published
        self.resumed.append(stream)

    def settled(self, key: GrantKey, reach: Reach) -> None:
        """Have no doubt to forget."""

    def given_up(self, tenure: Tenure) -> None:
        """Forget nothing: nothing is under way."""


class SendingDispatcher(NotingDispatcher):
    """Reports at once that what it was given left."""

    def attempted(
        self, tenure: Tenure, placed: PlacedDecision, state: Stream, published: Workspace
    ) -> None:
        """Report success."""
        super().attempted(tenure, placed, state, published)
        item = placed.input
        assert item is not None
        assert isinstance(item.request, AttemptTouch)
        touch, attempt = item.request.touch, item.request.attempt
        report = RecordAttempt(touch=touch, attempt=attempt, reach=Reach.SENT)
        self.raise_own(item.stream, InputId(f"outcome:{touch}:{attempt}"), report)


@dataclass
class NotingSuppression:
    """Writes stops to a list; every answer lists one touch in flight."""

    written: list[StreamId] = field(default_factory=list)

    async def before_answer(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Note the address."""
        self.written.append(placed.body.stream)
        return ("T-217901911-4",)


@dataclass
class Home:
    """What several processes share."""

    log: Log = field(default_factory=lambda: MemoryLog(4))
    leases: MemoryLeases = field(default_factory=lambda: MemoryLeases(lasts_for=timedelta(0)))
    clock: Clock = field(default_factory=lambda: VirtualClock(MONDAY))
    gate: OpenGate = field(default_factory=OpenGate)
    dispatcher: NotingDispatcher = field(default_factory=NotingDispatcher)
    suppression: NotingSuppression = field(default_factory=NotingSuppression)

    def __post_init__(self) -> None:
        """Put states on the leases."""
        self.states = MemoryStates(self.leases)
        self.cursors, self.person_cursors = MemoryCursors(), MemoryCursors()

    def runtime(
        self, holder: str = "first", *, log: Log | None = None, wire: Wire | None = None
    ) -> Runtime:
        """Return a process on this home, not yet running."""
        wire = wire or Wire()
        touch_ports = TouchPorts(
            gate=wire.to(self.gate),
            dispatcher=wire.to(self.dispatcher),
            suppression=wire.to(self.suppression),
        )
        return Runtime(
            Parts(
                log=wire.to(log or self.log),
                leases=wire.to(self.leases),
                states=wire.to(self.states),
                reactor_cursors=wire.to(self.cursors),
                person_cursors=wire.to(self.person_cursors),
                clock=self.clock,
                touch_ports=touch_ports,
                generation=1,
                holder=holder,
            )
        )

    @asynccontextmanager
    async def running(
        self, holder: str = "first", *, log: Log | None = None
    ) -> AsyncIterator[Runtime]:
        """Run a process for a block, and stop it in order."""
        runtime = self.runtime(holder, log=log)
        async with running(runtime):
            yield runtime

    @asynccontextmanager
    async def crashing(self, holder: str = "first") -> AsyncIterator[Runtime]:
        """Run a process for a block, and kill it at the end of the block."""
        wire = Wire()
        async with crashing(self.runtime(holder, wire=wire), wire) as runtime:
            yield runtime

    async def history(self, place: Place) -> list[PlacedDecision]:
        """Return every valid decision of a partition."""
        found: list[PlacedDecision] = []
        async for read in read_valid(self.log, place, Cursor(generation=1)):
            found.extend(read.placed(place))
        return found

    async def histories(self) -> dict[Place, list[PlacedDecision]]:
        """Return every valid decision of every partition."""
        return {place: await self.history(place) for place in homes(self.log.partition_count)}


@asynccontextmanager
async def running(runtime: Runtime) -> AsyncIterator[Runtime]:
    """Run a process for a block, and stop it in order."""
    task = asyncio.ensure_future(runtime.run())
    try:
        await _or_fail(asyncio.ensure_future(runtime.ready()), task)
        yield runtime
    finally:
        runtime.stop()
        await task


async def _or_fail(ready: "asyncio.Task[None]", task: "asyncio.Task[None]") -> None:
    await asyncio.wait([ready, task], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        ready.cancel()
        task.result()


def asked(input_id: str, stream: StreamId, request: Request, **changes: object) -> Input:
    """Return an input of a salesperson."""
    item = Input(
        id=InputId(input_id),
        stream=stream,
        at=MONDAY,
        actor="claire",
        source="cli",
        request=request,
    )
    return replace(item, **changes)


def outcomes(history: Iterable[PlacedDecision]) -> list[str]:
    """Return the names of outcomes, in order."""
    return [type(placed.body.outcome).__name__ for placed in history]
