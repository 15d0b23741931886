"""Raise due e-mails when their turn comes: no more than dispatch can begin in time.

Whoever is due waits in one line; a turn is given for each place that dispatch has free.
Only then is the state looked up, the gate asked and an attempt raised to be decided, so
that nothing is decided, granted or counted for an attempt that would only grow old.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from engine import rules
from engine.account import Account
from engine.account.state import Touch
from engine.errors import DamageError
from engine.ids import WORKSPACE, InputId, StreamId
from engine.inputs import Input
from engine.requests import AttemptTouch, Request
from engine.rule_ids import RuleId
from engine.rules import Stream
from infra.clock import Clock
from infra.log.errors import LeaseLostError
from infra.runtime.owning.ownership import Ownership
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.spacing import Spacing, gap_seconds_of
from infra.runtime.owning.taking import load_states
from infra.runtime.owning.touch_ports import Barred, GrantKey, WantedAttempt
from infra.runtime.owning.waiting_line import SLOT_ENDED, HeldUp, Waiter, WaitingLine
from infra.runtime.parts import Parts
from infra.runtime.waits import first_of
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

LOG = get_logger("turns")

TURNS_AT_ONCE = 500
MISSES_MAX = 10
LOOK_AGAIN_FOR = timedelta(hours=1)
"""How long those whose slot has ended wait, once ten in a row have found no slot now: it is
night, and all the others would be decided for nothing."""


class Turns:
    """The line of due e-mails, and those whose turn it is."""

    def __init__(
        self,
        *,
        parts: Parts,
        ownership: Ownership,
        lost: Callable[[LeaseLostError], None],
        give_up: Callable[[Partition, Exception], None],
        may_be_granted: Callable[[Partition, Sequence[GrantKey]], Awaitable[None]],
    ) -> None:
        self._ownership = ownership
        self._gate = parts.touch_ports.gate
        self._dispatcher = parts.touch_ports.dispatcher
        self._clock = parts.clock
        self._lost = lost
        self._give_up = give_up
        self._may_be_granted = may_be_granted
        self._line = WaitingLine()
        self._spacing = Spacing()
        self._raised: dict[GrantKey, Waiter] = {}  # not decided yet
        self._lifted_count = 0  # so that an answer asked for before bars nobody after
        self._missed_count = 0  # in a row, of those landed again
        self._given = asyncio.Event()
        self.grown = asyncio.Event()  # somebody joined, or dispatch has room

    @property
    def is_moving(self) -> bool:
        """Whether anybody waits for a turn, and not for an instant."""
        return self._line.is_moving and not self._spacing.is_kept(self._clock.now())

    @property
    def waiting_count(self) -> int:
        """Return how many wait."""
        return len(self._line)

    def next_at(self) -> datetime | None:
        """Return when somebody whom something bars comes back, or the next message may leave."""
        free_at = self._spacing.next_at() if self._line.is_moving else None
        return min(filter(None, (self._line.next_at(), free_at)), default=None)

    def held_up(self) -> tuple[HeldUp, ...]:
        """Return what bars anybody."""
        return self._line.held_up()

    def want(self, partition: Partition, input_id: InputId, wanted: WantedAttempt) -> bool:
        """Let a due e-mail join the line; False if the line is full."""
        touch = _touch(wanted.state, wanted.request.touch)
        if self._line.is_full or touch is None:
            return False
        self._join(
            Waiter(
                is_first_contact=not _has_written(wanted.state, touch),
                due_at=wanted.request.due_at,
                ticket=next(self._line.tickets),
                stream=wanted.stream,
                input_id=input_id,
                partition=partition,
                counted=self._gate.counted(wanted),
                closes_at=touch.slot.closes_at,
                is_in_time=touch.slot.closes_at > self._clock.now(),
            )
        )
        return True

    def decided(self, key: GrantKey, request: AttemptTouch) -> None:
        """Take what was decided of an attempt that was raised."""
        waiter = self._raised.pop(key, None)
        self.grown.set()
        is_late = request.grant is None and not request.kept_back_by
        if waiter is not None and is_late:
            self._line.lift(SLOT_ENDED)
            self._landed(waiter, request.touch)

    def lift_bars(self) -> None:
        """Ask again for everybody: caps and sender identities may be others."""
        self._lifted_count += 1
        self._line.lift_all()
        self.grown.set()

    async def give(self) -> None:
        """Raise attempts while somebody waits and dispatch has room.

        Raises:
            StoreUnavailableError: Nothing was raised for those whose turn it was.
        """
        try:
            while waiters := self._line.take(self._room_count(), self._clock.now()):
                try:
                    await self._raise_all(waiters)
                except (StoreUnavailableError, LeaseLostError) as error:
                    for waiter in waiters:
                        self._line.join(waiter)
                    if not isinstance(error, LeaseLostError):
                        raise
                    self._lost(error)
                except Exception:  # noqa: BLE001  (raised one by one, the one that broke is known)
                    for waiter in waiters:
                        await self._raise_alone(waiter)
        finally:
            self._given.set()

    async def _raise_alone(self, waiter: Waiter) -> None:
        """Raise one; if that breaks, let the others go on, and look again an hour later.

        Raises:
            StoreUnavailableError: Nothing was raised.
        """
        try:
            await self._raise_all([waiter])
        except (StoreUnavailableError, LeaseLostError):
            self._line.join(waiter)
            raise
        except Exception:  # whatever it is, it is this touch's concern alone
            LOG.exception("turn_broke", stream=waiter.stream, input=waiter.input_id)
            waiter.partition.under_way.discard((waiter.stream, waiter.input_id))
            waiter.partition.timers.arm(waiter.stream, self._clock.now() + LOOK_AGAIN_FOR)
            self._ownership.timers_changed.set()

    async def watch(self) -> None:
        """Give turns again whenever a bar ends, until cancelled."""
        while True:
            self._given.clear()
            now, at = self._clock.now(), self.next_at()
            if self._spacing.ended(now) or (at is not None and at <= now):
                self.grown.set()
            elif at is not None:
                await first_of(self._clock.wait_until(at), self._given.wait())
                continue
            await self._given.wait()

    def _join(self, waiter: Waiter) -> None:
        waiter.partition.under_way.add((waiter.stream, waiter.input_id))
        self._line.join(waiter)
        self.grown.set()

    def _room_count(self) -> int:
        if self._spacing.is_kept(self._clock.now()):
            return 0
        current = self._ownership.is_current
        self._raised = {key: one for key, one in self._raised.items() if current(one.partition)}
        return min(TURNS_AT_ONCE, self._dispatcher.room_count - len(self._raised))

    async def _raise_all(self, waiters: Sequence[Waiter]) -> None:
        await self._load(waiters)
        now = self._clock.now()
        due = [
            (self._as_it_stands(waiter, wanted), wanted)
            for waiter in waiters
            if (wanted := self._wanted(waiter, now))
        ]
        late = [(waiter, wanted.request) for waiter, wanted in due if waiter.closes_at <= now]
        asking, spaced = _spaced([pair for pair in due if pair[0].closes_at > now])
        for waiter in spaced:
            self._line.join(waiter)
        lifted_count = self._lifted_count
        answers = await self._asked(asking) if asking else ()
        for (waiter, wanted), answer in zip(asking, answers, strict=True):
            if isinstance(answer, Barred):
                if lifted_count == self._lifted_count:
                    self._line.bar(answer, now)
                self._line.join(waiter)
            else:
                self._raise(waiter, answer)
                if answer.grant is not None:
                    self._spacing.left(waiter.counted.sender, wanted, now)
        if late:
            self._raise_one(late, now)

    async def _asked(
        self, asking: Sequence[tuple[Waiter, WantedAttempt]]
    ) -> Sequence[AttemptTouch | Barred]:
        try:
            return await self._gate.grant([wanted for _, wanted in asking])
        except StoreUnavailableError:
            # What was granted without our hearing of it must not be left when nobody asks again.
            for waiter, wanted in asking:
                await self._may_be_granted(waiter.partition, (wanted.key,))
            raise

    def _raise_one(self, late: Sequence[tuple[Waiter, AttemptTouch]], now: datetime) -> None:
        """Raise the first of those whose slot has ended, so that it is landed again.

        One after the other: what a cap holds up next keeps the slot it has, and is not
        landed again each day.
        """
        first, request = late[0]
        rest = late
        if not self._line.is_barred(first.counted):
            self._bar_late(now)
            self._raise(first, replace(request, has_waited=first.is_in_time))
            rest = late[1:]
        for waiter, _ in rest:
            self._line.join(waiter)

    async def _load(self, waiters: Iterable[Waiter]) -> None:
        for partition in {id(waiter.partition): waiter.partition for waiter in waiters}.values():
            streams = {waiter.stream for waiter in waiters if waiter.partition is partition}
            streams.add(WORKSPACE)
            if self._ownership.is_current(partition):
                try:
                    await load_states(self._ownership.states, partition, streams)
                except DamageError as error:
                    self._give_up(partition, error)

    def _wanted(self, waiter: Waiter, now: datetime) -> WantedAttempt | None:
        """Return what a waiter wants by now; None if that is over, or no concern of ours."""
        partition = waiter.partition
        if not self._ownership.is_current(partition):
            return None
        state = partition.stream(waiter.stream)
        request = dict(rules.due(state, now)).get(waiter.input_id)
        if not isinstance(request, AttemptTouch):
            self._leave(waiter, state)
            return None
        return WantedAttempt(
            tenure=partition.tenure,
            stream=waiter.stream,
            request=request,
            state=state,
            published=partition.published,
        )

    def _as_it_stands(self, waiter: Waiter, wanted: WantedAttempt) -> Waiter:
        """Return a waiter whose touch may have been moved, or readdressed, since it joined."""
        touch = _touch(wanted.state, wanted.request.touch)
        closes_at = touch.slot.closes_at if touch is not None else waiter.closes_at
        return waiter._replace(counted=self._gate.counted(wanted), closes_at=closes_at)

    def _leave(self, waiter: Waiter, state: Stream) -> None:
        waiter.partition.under_way.discard((waiter.stream, waiter.input_id))
        waiter.partition.timers.arm(waiter.stream, rules.due_at(state))
        self._ownership.timers_changed.set()

    def _raise(self, waiter: Waiter, request: AttemptTouch) -> None:
        self._raised[GrantKey(waiter.stream, request.touch, request.attempt)] = waiter
        waiter.partition.own.append(
            own_input(waiter.stream, waiter.input_id, request, self._clock, source="timer")
        )
        self._ownership.ready.set()

    def _landed(self, waiter: Waiter, number: int) -> None:
        """Let a touch that was late keep its place, if it has a slot now."""
        now, state = self._clock.now(), waiter.partition.stream(waiter.stream)
        touch = _touch(state, number)
        for input_id, request in rules.due(state, now):
            if isinstance(request, AttemptTouch) and request.touch == number and touch:
                self._missed_count = 0
                slot_end_at = touch.slot.closes_at
                self._join(
                    waiter._replace(input_id=input_id, closes_at=slot_end_at, is_in_time=True)
                )
                return
        self._missed_count += 1
        if self._missed_count >= MISSES_MAX:
            self._missed_count = 0
            self._bar_late(now)

    def _bar_late(self, now: datetime) -> None:
        self._line.bar(Barred(RuleId.WINDOW_PASSED, SLOT_ENDED, now + LOOK_AGAIN_FOR), now)


def own_input(
    stream: StreamId, input_id: InputId, request: Request, clock: Clock, *, source: str
) -> Input:
    """Return an input that a partition owner raises now."""
    return Input(
        id=input_id, stream=stream, at=clock.now(), actor="engine", source=source, request=request
    )


def _spaced(
    due: Sequence[tuple[Waiter, WantedAttempt]],
) -> tuple[list[tuple[Waiter, WantedAttempt]], list[Waiter]]:
    """Return whose turn it stays, and who goes back: of a spaced sender, all but the first."""
    asking, back, senders = [], [], set()
    for waiter, wanted in due:
        sender = waiter.counted.sender
        if sender in senders and gap_seconds_of(sender, wanted):
            back.append(waiter)
        else:
            asking.append((waiter, wanted))
            senders.add(sender)
    return asking, back


def _touch(state: Stream, number: int) -> Touch | None:
    return state.state.touches.get(number) if isinstance(state.state, Account) else None


def _has_written(state: Stream, touch: Touch) -> bool:
    """Whether the person has had an e-mail of this enrolment: what follows it goes first."""
    if not isinstance(state.state, Account):
        return False
    enrolment = state.state.enrolments.get(touch.enrolment)
    return enrolment is not None and touch.person in enrolment.threads
