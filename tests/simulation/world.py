"""The whole loop in one process on virtual time: processes, servers, people, and a history."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from msgspec.structs import replace

from engine.inputs import Input, Lane
from engine.wire import encode_body
from infra.clock import Clock
from infra.log.errors import LogUnavailableError
from infra.runtime.answers import Answer
from infra.runtime.following.view_writer import ViewWriter
from infra.runtime.parts import Parts
from infra.runtime.runtime import Runtime
from infra.runtime.waits import first_of
from infra.steady_clock import SteadyClock, watch
from infra.store.errors import StoreUnavailableError
from tests.simulation.history import (
    Ask,
    Freeze,
    Goes,
    History,
    Kill,
    Later,
    Objects,
    Outage,
    Restart,
    Says,
    SetClock,
)
from tests.simulation.mail import ON_ITS_WAY_SECONDS
from tests.simulation.network import STORE, Call, Network
from tests.simulation.people import SETTLED_AFTER, People
from tests.simulation.promises import BrokenError, Promise, need
from tests.simulation.servers import (
    Servers,
    WiredCursors,
    WiredLeases,
    WiredLog,
    WiredStates,
    WiredViews,
)
from tests.simulation.stories import Tale, objection, publications, tale
from tests.simulation.touching import Touching, touching_of
from tests.simulation.virtual_loop import Process, VirtualLoop
from tests.simulation.watching import Watcher
from tests.simulation.workspace_clock import ProcessMachine, WorkspaceClock

GENERATION = 1
ANSWER_SECONDS = 5.0
ASK_AGAIN_SECONDS = 0.2
STOP_SECONDS = 30.0
BLOCKED_SECONDS_MAX = 0.050
RESTART_SECONDS = 0.05
OUTAGE_SECONDS_MIN = 0.05
TOLD_SECONDS = 10.0
QUIET_SECONDS = 900.0
LOOK_SECONDS = 0.05
PLAYED_FOR = timedelta(days=20)
TIMERS_MAX = 300


@dataclass(kw_only=True)
class Running:
    """A process of a slot, and what runs in it."""

    process: Process
    machine: ProcessMachine
    touching: Touching
    runtime: Runtime
    task: asyncio.Task[None]


@dataclass(kw_only=True)
class World:
    """One simulation."""

    history: History
    loop: VirtualLoop
    random: Random
    errors: list[str] = field(default_factory=list)
    acknowledged: dict[str, Answer] = field(default_factory=dict)
    asked: dict[str, Input] = field(default_factory=dict)

    def __post_init__(self) -> None:
        history = self.history
        self.clock = WorkspaceClock(self.loop)
        self.network = Network(self.loop, self.random, slow=history.slow_calls, kill=self._killed)
        self.servers = Servers(
            self.loop,
            self.network,
            partition_count=history.partition_count,
            is_one_database=history.is_one_database,
        )
        self.watcher = Watcher(self.servers, generation=GENERATION)
        self.slots: list[Running | None] = [None] * history.slot_count
        self.codes = [0] * history.slot_count
        self.processes: list[Process] = []
        self.tales = [publications(), *(tale(number) for number in range(history.story_count))]
        self.tellers: list[asyncio.Task[None]] = []
        self.people = People(self.servers.touching, self.servers.mail)
        self.is_over = False
        self.published = asyncio.Event()
        self._missed_outage: set[Process] = set()

    # --- the history -------------------------------------------------------------------

    async def play(self) -> None:
        """Go through the history, then let the world come to rest, and look at everything."""
        for slot in range(self.history.slot_count):
            self._start(slot)
        self.tellers = [self.loop.create_task(self._tell(one)) for one in self.tales]
        for step in self.history.steps:
            await self.loop.pass_time(step.after_seconds)
            await self._do(step.act)
            self._look()
        await self._come_to_rest()
        self._look()
        self.watcher.finish(self)

    async def _do(self, act: object) -> None:
        match act:
            case Ask(stories=stories, count=count):
                for story in stories:
                    self.tales[1 + story].allow(count)
            case Goes(call=call, fault=fault, seconds=seconds, every=every, count=count):
                self.network.arm(call, fault, seconds, every=every, count=count)
            case Says(answer=answer, every=every, count=count):
                self.servers.mail.arm(answer, every=every, count=count)
            case Objects(name=name):
                self._object(name)
            case Kill(slot=slot, seconds=seconds):
                self._kill(slot, seconds)
            case Restart(slot=slot, has_other_code=has_other_code):
                self.codes[slot] ^= has_other_code
                self.loop.create_task(self._restart(slot))
            case SetClock(slot=slot, hours=hours, seconds=seconds):
                self._set_clock(slot, timedelta(hours=hours), seconds)
            case Freeze(slot=slot, seconds=seconds):
                self._freeze(slot, seconds)
            case Outage(seconds=seconds):
                self._outage(seconds)
            case Later(hours=hours):
                self._later(hours)
            case _:
                raise TypeError(act)

    def _look(self) -> None:
        """Check what must hold at every moment."""
        faults = self.loop.faults
        if faults:
            raise faults[0]
        for running in self.slots:
            if running is not None and running.task.done() and not running.task.cancelled():
                error = running.task.exception()
                need(error is None, Promise.ALIVE, repr(error))
        need(not self.errors, Promise.NO_ERRORS, self.errors[:3])
        blocked_seconds = self.loop.longest_block_seconds
        need(blocked_seconds <= BLOCKED_SECONDS_MAX, Promise.ROOM, blocked_seconds)
        self.watcher.look(self.clock.now())

    # --- processes ---------------------------------------------------------------------

    def _start(self, slot: int) -> None:
        if self.slots[slot] is not None or (self.is_over and slot):
            return
        process = Process(f"process-{len(self.processes) + 1}")
        self.processes.append(process)
        machine = ProcessMachine(self.clock)
        clock = SteadyClock(machine, machine.elapsed_seconds)
        touching = touching_of(
            self.servers.touching, self.servers.mail, self.network, clock=clock, home=f"home-{slot}"
        )
        runtime = self._runtime(process.name, clock, self.codes[slot], touching)
        task = self.loop.start(process, self._run(runtime, clock))
        self.slots[slot] = Running(
            process=process, machine=machine, touching=touching, runtime=runtime, task=task
        )

    async def _run(self, runtime: Runtime, clock: SteadyClock) -> None:
        while True:
            try:
                return await first_of(runtime.run(), watch(clock, self._database_now))
            except StoreUnavailableError:
                # `relance up` would end here and be started again.
                await self.loop.pass_time(RESTART_SECONDS)

    async def _database_now(self) -> datetime:
        return await self.network.call(Call.CLOCK, self.clock.now, STORE)

    def _runtime(self, holder: str, clock: Clock, code: int, touching: Touching) -> Runtime:
        servers, network = self.servers, self.network
        log = WiredLog(servers.log, network)
        return Runtime(
            Parts(
                log=log,
                leases=WiredLeases(servers.leases, servers.log, network),
                states=WiredStates(servers.states_of(code), servers.log, network),
                reactor_cursors=WiredCursors(servers.cursors, network),
                person_cursors=WiredCursors(servers.person_cursors, network),
                clock=clock,
                touch_ports=touching.ports,
                generation=GENERATION,
                holder=holder,
                code_version=f"code {code}",
                view_writer=ViewWriter(
                    log, WiredViews(servers.view, network, generation=GENERATION)
                ),
                force_leases=self.history.slot_count == 1,
            )
        )

    def _killed(self, process: Process) -> None:
        """Take note that a call killed its caller."""
        for slot, running in enumerate(self.slots):
            if running is not None and running.process is process:
                self._kill(slot, RESTART_SECONDS)

    def _kill(self, slot: int, seconds: float) -> None:
        running, self.slots[slot] = self.slots[slot], None
        if running is not None:
            self.loop.kill(running.process)
            # Not here: it may be the process itself that stands here.
            self.network.later(0.0, partial(self.watcher.killed, running.touching))
            self.network.later(seconds, lambda: self._start(slot))

    async def _restart(self, slot: int) -> None:
        running = self.slots[slot]
        if running is None:
            return
        running.runtime.stop()
        await asyncio.wait([running.task], timeout=STOP_SECONDS)
        if self.slots[slot] is running:
            self._kill(slot, RESTART_SECONDS)

    def _set_clock(self, slot: int, by: timedelta, seconds: float) -> None:
        running = self.slots[slot]
        if running is not None:
            running.machine.set_by = by
            self.network.later(seconds, running.machine.set_right)

    def _freeze(self, slot: int, seconds: float) -> None:
        running = self.slots[slot]
        if running is not None:
            self.loop.park(running.process)
            self.network.later(seconds, lambda: self._thaw(running.process))

    def _thaw(self, process: Process) -> None:
        if process.is_dead:
            return
        if process in self._missed_outage:
            # A home's database is its child: it comes back when the home does.
            self._missed_outage.discard(process)
            self.servers.crash(OUTAGE_SECONDS_MIN)
        self.loop.thaw(process)

    def _outage(self, seconds: float) -> None:
        self.servers.crash(max(seconds, OUTAGE_SECONDS_MIN))
        if self.history.slot_count == 1:
            # With a database elsewhere nothing of it may be lost (docs/decisions/0105).
            self.servers.log.lose_tail()
            self._missed_outage.update(one for one in self.processes if one.is_parked)

    def _set_all_right(self) -> None:
        for running in self.slots:
            if running is not None:
                running.machine.set_right()
                running.runtime.now()  # a look at the clock

    def _later(self, hours: int) -> None:
        self._set_all_right()  # one that stays wrong for hours is believed in the end
        instants = [one.runtime.next_due() for one in self.slots if one is not None]
        due = [one for one in instants if one is not None]
        if hours:
            self.clock.advance_to(self.clock.now() + timedelta(hours=hours))
        elif due:
            self.clock.advance_to(min(due))

    # --- people ------------------------------------------------------------------------

    async def _tell(self, one: Tale) -> None:
        if one is not self.tales[0]:
            await self.published.wait()
        while one.items and await one.may_ask():
            item, lane = one.items.pop(0)
            await self._ask(replace(item, at=self.clock.now()), lane)
        if one is self.tales[0]:
            self.published.set()

    def _object(self, name: str) -> None:
        one = objection(name, number=len(self.asked))
        self.tellers.append(self.loop.create_task(self._tell(one)))

    async def _ask(self, item: Input, lane: Lane) -> None:
        self.asked[f"{item.stream} {item.id}"] = item
        turn = 0
        while True:
            running = self.slots[turn % len(self.slots)]
            turn += 1
            answer = await self._asked_of(running, item, lane) if running is not None else None
            if answer is not None:
                self.watcher.answered(item, answer)
                self.acknowledged.setdefault(f"{item.stream} {item.id}", answer)
                return
            await self.loop.pass_time(ASK_AGAIN_SECONDS)

    async def _asked_of(self, running: Running, item: Input, lane: Lane) -> Answer | None:
        asking = running.runtime.inboxes.ask([item], lane, within_seconds=ANSWER_SECONDS)
        task = self.loop.start(running.process, asking)
        await asyncio.wait([task], timeout=ANSWER_SECONDS + 1)
        if not task.done():
            return None
        try:
            return task.result()[0]
        except LogUnavailableError:
            return None

    # --- the end -----------------------------------------------------------------------

    async def _come_to_rest(self) -> None:
        """Let what was begun end, faults included; then nothing goes wrong any more."""
        for one in self.tales:
            one.end()
        await asyncio.wait(self.tellers, timeout=TOLD_SECONDS)
        self.network.disarm()
        self.servers.mail.disarm()
        self.is_over = True
        for slot in range(1, self.history.slot_count):
            self._kill(slot, 0.0)
        for process in self.processes:
            self._thaw(process)
        self._start(0)
        self._set_all_right()
        done, waiting = await asyncio.wait(self.tellers, timeout=QUIET_SECONDS)
        need(not waiting, Promise.ANSWERED, f"{len(waiting)} who wait")
        for teller in done:
            teller.result()
        end_at = self.clock.now() + PLAYED_FOR
        for _ in range(TIMERS_MAX):
            await self._quiet()
            if self.people.unknown():
                # Whoever looks a quarter of an hour later misses nothing that was on its way.
                await self.loop.pass_time(ON_ITS_WAY_SECONDS)
                await self._quiet()
            running = self.slots[0]
            assert running is not None
            work = self.people.work(running.runtime.health(), number=len(self.asked))
            if work:
                self.clock.advance_to(self.clock.now() + SETTLED_AFTER)
                for one in work:
                    await self._tell(one)
                continue
            due_at = running.runtime.next_due()
            if due_at is None or due_at > end_at:
                return
            self.clock.advance_to(due_at)

    async def _quiet(self) -> None:
        until_seconds = self.loop.time() + QUIET_SECONDS
        while self.loop.time() < until_seconds:
            running = self.slots[0]
            if running is not None:
                asking = self.loop.start(running.process, _is_quiet(running.runtime))
                await asyncio.wait([asking], timeout=60.0)
                if asking.done() and asking.result():
                    return
            await self.loop.pass_time(LOOK_SECONDS)
            self._look()
        raise BrokenError(Promise.AT_REST, self._standing())

    def trace(self) -> str:
        """Return every valid decision, so that two runs can be compared."""
        return "\n".join(
            f"{placed.partition} {placed.seq} {placed.offset} {bytes(encode_body(placed.body))!r}"
            for decided in self.watcher.valid.values()
            for placed in decided
        )

    def _standing(self) -> object:
        return self.slots[0].runtime.health() if self.slots[0] else "nothing runs"


async def _is_quiet(runtime: Runtime) -> bool:
    try:
        return await runtime.is_quiet()
    except LogUnavailableError:
        return False
