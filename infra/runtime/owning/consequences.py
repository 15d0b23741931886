"""Run what validated decisions ask of gate, dispatch and suppression.

Everything queued here may be lost: it is found again from state, grants and ledger when
the partition is taken.  Whatever does not answer is asked again, and nothing waits for it
but what must.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice

from engine.account import Account
from engine.account.state import Touch, TouchStatus
from engine.decision import PlacedDecision
from engine.events import (
    EnrolmentFinished,
    EnrolmentWithdrawn,
    ParticipantAssigned,
    ParticipantLost,
    TouchAttempted,
    TouchSettled,
)
from engine.ids import InputId, StreamId
from engine.requests import (
    Adopt,
    AttemptTouch,
    RecordAttempt,
    Request,
    SettleTouch,
)
from engine.rules import Stream
from engine.suppressing import is_stop
from engine.values import KeptContact
from infra.log.errors import LeaseLostError
from infra.runtime.answers import Answers, answer_to
from infra.runtime.owning.frequency import Frequency
from infra.runtime.owning.ownership import Ownership
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.state import OPEN_ATTEMPTS
from infra.runtime.owning.touch_ports import GrantKey, WantedContacts
from infra.runtime.owning.turns import Turns, own_input
from infra.runtime.parts import Parts
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

ENDS_OF_CLAIMS = EnrolmentFinished, EnrolmentWithdrawn, ParticipantLost, ParticipantAssigned
"""Whoever goes on in such an enrolment is claimed again with the next contact."""

STOPS_AT_ONCE = 16
BACK_OFF_SECONDS = 1.0
GATE, STOPS = "gate_backed_off", "suppression_backed_off"

LOG = get_logger("consequences")


class Consequences:
    """What waits for gate, dispatch and suppression."""

    def __init__(
        self,
        *,
        parts: Parts,
        ownership: Ownership,
        answers: Answers,
        give_up: Callable[[Partition, Exception], None],
    ) -> None:
        """Call `give_up` when a neighbour finds that a lease was lost."""
        self._ownership = ownership
        self._touch_ports = parts.touch_ports
        self._clock = parts.clock
        self._answers = answers
        self._give_up = give_up
        self.turns = Turns(
            parts=parts,
            ownership=ownership,
            lost=self._lost,
            give_up=give_up,
            may_be_granted=self._remember,
        )
        self._releases: deque[tuple[Partition, GrantKey]] = deque()
        self._stops: deque[tuple[Partition, PlacedDecision]] = deque()
        self._ends: deque[tuple[StreamId, int]] = deque()
        self._ends_grown = asyncio.Event()
        self._releases_grown = asyncio.Event()
        self._stops_grown = asyncio.Event()
        self._busy_count = 0
        self._frequency = Frequency()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        waits = self._releases or self._stops or self._ends or self._busy_count
        return not (waits or self.turns.is_moving) and self._touch_ports.dispatcher.is_quiet

    def decided(self, partition: Partition, placed: PlacedDecision) -> None:
        """Do what a valid decision asks; answer it, now or when its stop is written."""
        try:
            self._decided(partition, placed)
        except Exception:  # one decision must not end the deciding of all
            LOG.exception("consequence_broke", stream=placed.body.stream, seq=placed.seq)

    def _decided(self, partition: Partition, placed: PlacedDecision) -> None:
        item = placed.input
        if item is not None and isinstance(item.request, AttemptTouch | RecordAttempt):
            self._frequency.decided(item.stream, item.request.touch, placed.body.at)
        if item is not None and isinstance(item.request, AttemptTouch):
            self._attempt_decided(partition, placed, item.stream, item.request)
        elif item is not None and isinstance(item.request, SettleTouch):
            self._settled_by_person(placed)
        elif item is not None and isinstance(item.request, Adopt):
            self.turns.lift_bars()
        self._note_ends(placed)
        stream = placed.body.stream
        if stream in partition.unused_grants:
            self._look_at_unused(partition, stream, partition.stream(stream))
        if is_stop(placed):
            self._stop(partition, placed)
        elif item is not None and self._answers.is_expected(item.stream, item.id):
            self._answer(placed)

    def _settled_by_person(self, placed: PlacedDecision) -> None:
        body = placed.body
        for event in body.events:
            if isinstance(event, TouchSettled):
                key = GrantKey(body.stream, event.touch, event.attempt)
                self._touch_ports.dispatcher.settled(key, event.reach)

    def recovered(self, partition: Partition, tail: Sequence[PlacedDecision]) -> None:
        """Look again after decisions found at recovery."""
        for placed in tail:
            self._note_ends(placed)
            if is_stop(placed):
                self._stop(partition, placed)
            else:
                self._answer(placed)

    async def claim(self, wanted: Sequence[WantedContacts]) -> Sequence[tuple[KeptContact, ...]]:
        """Claim whom contacts are for; return, in order, what has to wait.

        Raises:
            StoreUnavailableError: Nobody knows.
        """
        return await self._touch_ports.gate.claim(wanted) if wanted else ()

    async def sweep(self, partition: Partition) -> None:
        """Delete the grants of attempts that will never be, and remember the others.

        Raises:
            StoreUnavailableError: The grants could not be read.
        """
        self._busy_count += 1
        try:
            await self._remember(partition, await self._touch_ports.gate.unsettled(partition.place))
        finally:
            self._busy_count -= 1

    def given_up(self, partition: Partition) -> None:
        """Leave what of a partition has not been begun to its next owner."""
        self._touch_ports.dispatcher.given_up(partition.tenure)
        self.turns.lift_bars()

    def raise_own(self, stream: StreamId, input_id: InputId, request: Request) -> None:
        """Raise an own input; see `infra.runtime.owning.touch_ports.RaiseOwn`."""
        self.turns.grown.set()
        partition = self._ownership.home(stream)
        if partition is None:
            return
        item = own_input(stream, input_id, request, self._clock, source="dispatch")
        if partition.raise_own(item):
            self._ownership.ready.set()

    async def run(self) -> None:
        """Work until cancelled."""
        settle_doubts = self._touch_ports.settle_doubts
        async with asyncio.TaskGroup() as group:
            group.create_task(self._touch_ports.dispatcher.run(self.raise_own))
            if settle_doubts is not None:
                group.create_task(settle_doubts(self.raise_own))
            group.create_task(self.turns.watch())
            group.create_task(self._repeat(self.turns.grown, self.turns.give, GATE))
            group.create_task(self._repeat(self._releases_grown, self._release_some, GATE))
            group.create_task(self._repeat(self._ends_grown, self._end_claims, GATE))
            group.create_task(self._repeat(self._stops_grown, self._write_stops, STOPS))

    async def _repeat(
        self, grown: asyncio.Event, work: Callable[[], Awaitable[None]], backed_off: str
    ) -> None:
        while True:
            await grown.wait()
            grown.clear()
            self._busy_count += 1
            try:
                await work()
            except StoreUnavailableError as error:
                LOG.warning(backed_off, reason=error.reason)
                await asyncio.sleep(BACK_OFF_SECONDS)
                grown.set()
            except Exception:  # the loop survives whatever one of them brings
                LOG.exception("neighbour_broke", neighbour=backed_off)
                await asyncio.sleep(BACK_OFF_SECONDS)
                grown.set()
            finally:
                self._busy_count -= 1

    async def _release_some(self) -> None:
        while self._releases:
            partition = self._releases[0][0]
            keys = [key for waiting, key in self._releases if waiting is partition]
            try:
                if self._ownership.is_current(partition):
                    await self._touch_ports.gate.release(partition.tenure, keys)
            except LeaseLostError as error:
                self._lost(error)
            done = set(keys)
            self._releases = deque(
                (one, key) for one, key in self._releases if one is not partition or key not in done
            )

    def _note_ends(self, placed: PlacedDecision) -> None:
        """Remember whom nobody prospects any more: the enrolment ended, or lost somebody."""
        for event in placed.body.events:
            if isinstance(event, ENDS_OF_CLAIMS):
                self._ends.append((placed.body.stream, event.enrolment))
                self._ends_grown.set()

    async def _end_claims(self) -> None:
        while self._ends:
            batch = tuple(self._ends)
            await self._touch_ports.gate.end_claims(batch)
            for _ in batch:
                self._ends.popleft()

    async def _write_stops(self) -> None:
        while self._stops:
            batch = list(islice(self._stops, STOPS_AT_ONCE))
            before = [self._touch_ports.suppression.before_answer(placed) for _, placed in batch]
            in_flight = await _all_of(before)
            for _ in batch:
                self._stops.popleft()
            for (partition, placed), touches in zip(batch, in_flight, strict=True):
                partition.pending_stops -= 1
                self._answer(placed, touches)

    def _answer(self, placed: PlacedDecision, in_flight: tuple[str, ...] = ()) -> None:
        answer = answer_to(placed, in_flight)
        if answer is not None:
            self._answers.settle(answer)

    def _attempt_decided(
        self, partition: Partition, placed: PlacedDecision, stream: StreamId, request: AttemptTouch
    ) -> None:
        state = partition.stream(stream)
        key = GrantKey(stream, request.touch, request.attempt)
        self.turns.decided(key, request)
        if _is_attempted(placed):
            self._touch_ports.dispatcher.attempted(
                partition.tenure, placed, state, partition.published
            )
        elif not _is_open(state, key):
            self._release(partition, key)

    async def _remember(self, partition: Partition, keys: Sequence[GrantKey]) -> None:
        """Delete those grants that nobody will use, and look at the others again later."""
        for key in keys:
            partition.unused_grants.setdefault(key.stream, []).append(key)
        for stream in {key.stream for key in keys}:
            state = await self._ownership.state_of(stream)
            if state is not None and stream in partition.unused_grants:
                self._look_at_unused(partition, stream, state)

    def _look_at_unused(self, partition: Partition, stream: StreamId, state: Stream) -> None:
        """Delete those grants that no timer will use any more."""
        unused = partition.unused_grants.pop(stream)
        for key in unused:
            if not _is_still_possible(state, key):
                self._release(partition, key)
        left = [key for key in unused if _is_planned(state, key)]
        if left:
            partition.unused_grants[stream] = left

    def _release(self, partition: Partition, key: GrantKey) -> None:
        self._releases.append((partition, key))
        self._releases_grown.set()

    def _stop(self, partition: Partition, placed: PlacedDecision) -> None:
        partition.pending_stops += 1
        self._stops.append((partition, placed))
        self._stops_grown.set()

    def _lost(self, error: LeaseLostError) -> None:
        partition = self._ownership.running.get(error.place)
        if partition is not None:
            self._give_up(partition, error)


async def _all_of(calls: Sequence[Awaitable[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Return all results; if one fails, raise it once the others have ended."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


def _is_attempted(placed: PlacedDecision) -> bool:
    return any(isinstance(event, TouchAttempted) for event in placed.body.events)


def _touch(stream: Stream, key: GrantKey) -> Touch | None:
    """Return the touch a grant is for, if that attempt is its present one."""
    state = stream.state
    touch = state.touches.get(key.touch) if isinstance(state, Account) else None
    return touch if touch is not None and touch.attempt == key.attempt else None


def _is_open(stream: Stream, key: GrantKey) -> bool:
    """Whether this attempt was decided and is under way."""
    touch = _touch(stream, key)
    return touch is not None and touch.status in OPEN_ATTEMPTS


def _is_still_possible(stream: Stream, key: GrantKey) -> bool:
    """Whether this attempt is under way, or its timer will raise it again."""
    return _is_open(stream, key) or _is_planned(stream, key)


def _is_planned(stream: Stream, key: GrantKey) -> bool:
    touch = _touch(stream, key)
    return touch is not None and touch.status is TouchStatus.PLANNED
