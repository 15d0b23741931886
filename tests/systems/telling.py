"""Drive the script through a runtime on a virtual clock, and read what stands in the log."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.decision import PlacedDecision
from engine.ids import InputId, StreamId, name_of
from engine.requests import AttemptTouch, Reach, RecordAttempt
from engine.rules import Stream
from engine.validity import Cursor
from engine.wire import decode_body
from engine.workspace import Workspace
from infra.clock import VirtualClock
from infra.log.leases import Leases, Tenure
from infra.log.memory import MemoryLog
from infra.log.memory_leases import MemoryLeases
from infra.log.port import Log, Place
from infra.runtime.following.cursors import Cursors
from infra.runtime.following.memory_cursors import MemoryCursors
from infra.runtime.owning.memory_states import MemoryStates
from infra.runtime.owning.state import StateStore
from infra.runtime.owning.touch_ports import TouchPorts
from infra.runtime.partitions import homes
from infra.runtime.parts import Parts
from infra.runtime.reading import read_valid
from infra.runtime.runtime import Runtime
from tests.infra.runtime.homes import NotingDispatcher, NotingSuppression, OpenGate, running
from tests.infra.runtime.stories import play
from tests.systems.script import Moment, moments

PARTITION_COUNT = 4
PROCESS_COUNT = 3
ANSWER_SECONDS = 20.0

Leaves = Mapping[tuple[Place, StreamId], Sequence[bytes]]
"""The bytes of each valid body, in order, by partition and stream."""

OUTCOMES = {
    ("brest", 1, 1): (Reach.POSTPONED, "451 4.7.1"),
    ("colmar", 1, 1): (Reach.REFUSED, "550 5.1.1"),
    ("dijon", 1, 1): (Reach.UNKNOWN, ""),
    ("evreux", 1, 1): (Reach.NOT_SENT, "unreachable"),
}
"""What becomes of an attempt, by account, touch and attempt; all others are sent."""


class ScriptedDispatcher(NotingDispatcher):
    """Reports at once what the script says became of an attempt."""

    def attempted(
        self, tenure: Tenure, placed: PlacedDecision, state: Stream, published: Workspace
    ) -> None:
        """Report the outcome of one attempt."""
        super().attempted(tenure, placed, state, published)
        item = placed.input
        assert item is not None
        assert isinstance(item.request, AttemptTouch)
        touch, attempt = item.request.touch, item.request.attempt
        named = (name_of(item.stream), touch, attempt)
        reach, code = OUTCOMES.get(named, (Reach.SENT, "250"))
        report = RecordAttempt(
            touch=touch,
            attempt=attempt,
            reach=reach,
            code=code,
            message_id=f"<{touch}.{attempt}@a.example>",
        )
        self.raise_own(item.stream, InputId(f"recorded:{touch}:{attempt}:{reach.value}"), report)


@dataclass(kw_only=True)
class Backend:
    """Where one telling keeps what it keeps."""

    log: Log
    leases: Leases
    states: StateStore
    cursors: Cursors
    person_cursors: Cursors
    gate: OpenGate = field(default_factory=OpenGate)

    def runtime(self, holder: str, clock: VirtualClock) -> Runtime:
        """Return a process on this backend, not yet running."""
        touch_ports = TouchPorts(
            gate=self.gate, dispatcher=ScriptedDispatcher(), suppression=NotingSuppression()
        )
        return Runtime(
            Parts(
                log=self.log,
                leases=self.leases,
                states=self.states,
                reactor_cursors=self.cursors,
                person_cursors=self.person_cursors,
                clock=clock,
                touch_ports=touch_ports,
                generation=1,
                holder=holder,
            )
        )


def in_memory() -> Backend:
    """Return a backend that lives as long as its object."""
    leases = MemoryLeases()
    return Backend(
        log=MemoryLog(PARTITION_COUNT),
        leases=leases,
        states=MemoryStates(leases),
        cursors=MemoryCursors(),
        person_cursors=MemoryCursors(),
    )


async def tell(backend: Backend) -> Leaves:
    """Tell the whole story through three processes, one after the other; return the leaves."""
    story = list(enumerate(moments()))
    clock = VirtualClock(story[0][1].at)
    share = -(-len(story) // PROCESS_COUNT)
    for start in range(0, len(story), share):
        async with running(backend.runtime(f"process-{start}", clock)) as runtime:
            for number, moment in story[start : start + share]:
                await _live(runtime, clock, number, moment)
    return await leaves(backend.log)


async def _live(runtime: Runtime, clock: VirtualClock, number: int, moment: Moment) -> None:
    await play(runtime, clock, moment.at)
    for item in moment.inputs(number):
        (answer,) = await runtime.inboxes.ask([item], within_seconds=ANSWER_SECONDS)
        assert answer is not None, f"{item.id} was not answered"
        # What two streams ask of a third stands in the order it comes in: one after the other.
        await runtime.quiet()


async def leaves(log: Log) -> Leaves:
    """Return what the log holds, marker and former owners' writes left out."""
    found: defaultdict[tuple[Place, StreamId], list[bytes]] = defaultdict(list)
    for place in homes(log.partition_count):
        async for read in read_valid(log, place, Cursor(generation=1)):
            for _, decision in read.valid:
                body = bytes(decision.body)
                found[place, decode_body(body).stream].append(body)
    return dict(found)


def digest(told: Leaves) -> str:
    """Return one number for everything told, whatever the order across streams."""
    total = hashlib.sha256()
    for (place, stream), bodies in sorted(told.items()):
        total.update(f"{place.topic.value}/{place.partition}/{stream}/{len(bodies)}\n".encode())
        for body in bodies:
            total.update(hashlib.sha256(body).digest())
    return total.hexdigest()
