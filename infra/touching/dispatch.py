"""Carry out validated attempts: at most one transaction with the world each.

The order is the promise: the ledger row is inserted and committed, *then* suppression is
read and the window looked at, then the content is written and sent within ten seconds by
our own monotonic clock.  An outcome is written to the row, then raised as an own input.
A row is not inserted before its conversation can start: what a kill leaves in doubt is at
most what was being said.  Batches go through whole, as far as there are conversations.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.account.state import Touch, TouchStatus
from engine.decision import PlacedDecision
from engine.events import TouchAttempted
from engine.ids import StreamId
from engine.requests import Reach
from engine.rule_ids import RuleId
from engine.rules import Stream
from engine.workspace import Workspace
from infra.clock import Clock
from infra.log.leases import Tenure
from infra.runtime.owning.touch_ports import GrantKey, RaiseOwn
from infra.runtime.waits import first_of
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger
from infra.touching.attempts import Attempts
from infra.touching.channel_ports import Carrier, Parcel
from infra.touching.doubts import Doubts
from infra.touching.jobs import Job, open_attempts, recorded
from infra.touching.pace import Pace
from infra.touching.pauses import Pauses
from infra.touching.protocol import (
    DEADLINE,
    WINDOW_OF_GRANT,
    AttemptReport,
    Settlement,
    may_still_send,
    window_of,
)
from infra.touching.tables import Ledger

BATCH_MAX = 64
STOP_SECONDS = 5.0
"""How long a stop waits for conversations: less than the ten seconds a home has to end."""
BACK_OFF_SECONDS = 0.5
LOOK_AGAIN_SECONDS = 1.0

ANSWERED = (Reach.SENT, Reach.REFUSED, Reach.POSTPONED)
"""What only a peer that answers can make of an attempt."""

SETTLED_BY_PERSON = RuleId.UNKNOWN_PERSON

UNKNOWN = Settlement(AttemptReport(Reach.UNKNOWN))

LOG = get_logger("dispatch")


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchParts:
    """What a dispatcher works with."""

    ledger: Ledger
    attempts: Attempts
    carrier_of: Callable[[Job], Carrier]  # by channel and sender identity
    conversations_max: int
    clock: Clock
    pauses: Pauses
    doubts: Doubts


class LedgerDispatcher:
    """Carries attempts out under a ledger; see `infra.runtime.owning.touch_ports.Dispatcher`."""

    def __init__(self, parts: DispatchParts) -> None:
        self._parts = parts
        self._queue: deque[Job] = deque()
        self._in_hand: dict[GrantKey, Job] = {}
        self._begun: set[GrantKey] = set()  # whose row may stand without outcome
        self._pace = Pace(parts.conversations_max)
        self._sending: set[asyncio.Task[None]] = set()
        self._outcomes: deque[tuple[Job, Settlement]] = deque()
        self._told: dict[GrantKey, Settlement] = {}  # by persons, not yet in the ledger
        self._wake = asyncio.Event()
        self._has_outcomes = asyncio.Event()
        self._is_stopping = False
        self._raise_own: RaiseOwn | None = None

    # --- what owners tell ----------------------------------------------------------

    def attempted(
        self, tenure: Tenure, placed: PlacedDecision, state: Stream, published: Workspace
    ) -> None:
        """Take a validated decision with `TouchAttempted`."""
        body = placed.body
        for event in body.events:
            if isinstance(event, TouchAttempted):
                key = GrantKey(body.stream, event.touch, event.attempt)
                self._take(
                    Job(
                        key=key,
                        tenure=tenure,
                        state=state,
                        published=published,
                        heard_seconds=time.monotonic(),
                    )
                )

    def resume(self, tenure: Tenure, stream: StreamId, state: Stream, published: Workspace) -> None:
        """Take a stream whose touches are `attempting` or `unknown`."""
        for number, touch in open_attempts(state):
            self._take(
                Job(
                    key=GrantKey(stream, number, touch.attempt),
                    tenure=tenure,
                    state=state,
                    published=published,
                    heard_seconds=time.monotonic() - self._age_seconds(touch),
                    is_found=True,
                    is_unknown=touch.status is TouchStatus.UNKNOWN,
                )
            )

    def given_up(self, tenure: Tenure) -> None:
        """Forget what of a partition has not been begun; what is being sent goes on."""
        kept = deque(job for job in self._queue if not _is_of(job, tenure))
        for job in self._queue:
            if _is_of(job, tenure):
                self._in_hand.pop(job.key, None)
        self._queue = kept

    def settled(self, key: GrantKey, reach: Reach) -> None:
        """Take what a person decided of a doubt: its row gets that outcome."""
        self._parts.doubts.remove(key)
        self._told[key] = Settlement(AttemptReport(reach, SETTLED_BY_PERSON))
        self._has_outcomes.set()

    @property
    def room_count(self) -> int:
        """Return how many attempts more may be decided; negative after a recovery."""
        return self._pace.in_hand_max - len(self._in_hand)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way, waits to be raised, or may settle by itself."""
        waits = self._in_hand or self._outcomes or self._told
        return not waits and self._parts.doubts.is_quiet

    # --- the loop ------------------------------------------------------------------

    async def run(self, raise_own: RaiseOwn) -> None:
        """Work until cancelled; then finish what has begun, for at most five seconds."""
        self._raise_own, self._is_stopping = raise_own, False
        worker = asyncio.create_task(self._work())
        try:
            await asyncio.shield(worker)
        except asyncio.CancelledError:
            self._is_stopping = True
            self._wake.set()
            await asyncio.wait((worker,), timeout=STOP_SECONDS)
            if worker.done():
                worker.result()
            else:
                LOG.warning("conversations_cut", count=len(self._sending))
            raise
        finally:
            worker.cancel()

    async def _work(self) -> None:
        settling = asyncio.create_task(self._settle_all())
        try:
            while not self._is_stopping:
                await self._next_batch()
            await asyncio.gather(*self._sending)
            # One at a time settles: two would take the same outcomes.
            settling.cancel()
            await asyncio.wait((settling,))
            while self._outcomes or self._told:
                await self._settle()
        finally:
            settling.cancel()
            for task in self._sending:
                task.cancel()

    async def _next_batch(self) -> None:
        free_count = self._parts.conversations_max - len(self._begun)
        if not self._queue or free_count <= 0:
            self._wake.clear()
            await self._wake.wait()
            return
        if not self._parts.clock.is_right:
            self._wake.clear()
            await first_of(self._parts.clock.right(), self._wake.wait())
            return
        size = min(BATCH_MAX, free_count, len(self._queue))
        batch = [self._begin(self._queue.popleft()) for _ in range(size)]
        try:
            await self._carry_out(batch)
        except StoreUnavailableError as error:
            LOG.warning("attempts_delayed", count=len(batch), reason=error.reason)
            self._put_back(batch)
            await asyncio.sleep(BACK_OFF_SECONDS)
        except Exception as error:  # noqa: BLE001  (the loop survives whatever one batch brings)
            # They are looked at again under their rows, if any, and released in the end.
            LOG.error("attempts_broke", count=len(batch), error=type(error).__name__)  # noqa: TRY400
            self._look_again(batch)

    def _begin(self, job: Job) -> Job:
        job.begun_seconds = time.monotonic()
        self._begun.add(job.key)
        return job

    def _put_back(self, jobs: list[Job]) -> None:
        for job in reversed(jobs):
            job.is_found = True
            self._begun.discard(job.key)
            self._queue.appendleft(job)

    def _look_again(self, jobs: list[Job]) -> None:
        for job in jobs:
            job.is_found = True
            self._begun.discard(job.key)
            asyncio.get_running_loop().call_later(LOOK_AGAIN_SECONDS, self._again, job)

    async def _carry_out(self, jobs: list[Job]) -> None:
        prepared = await self._parts.attempts.prepare(jobs)
        for job, parcel in prepared.ready:
            self._start(job, parcel)
        for job, settlement in prepared.settled:
            self._finish(job, settlement)
        for job in prepared.in_doubt:
            self._finish(job, UNKNOWN)
        self._look_again(prepared.again)

    def _take(self, job: Job) -> None:
        if job.key in self._in_hand or (job.key in self._parts.doubts and job.is_unknown):
            return
        if job.key in self._parts.doubts:
            # Ours, begun, and its report was lost with the owner: it is raised anew.
            job.is_unknown = True
        self._in_hand[job.key] = job
        self._queue.append(job)
        self._wake.set()

    def _again(self, job: Job) -> None:
        if job.key in self._in_hand:
            self._queue.append(job)
            self._wake.set()

    def _age_seconds(self, touch: Touch) -> float:
        if touch.attempted_at is None:
            return 0.0
        return max(0.0, (self._parts.clock.now() - touch.attempted_at).total_seconds())

    # --- sending -------------------------------------------------------------------

    def _start(self, job: Job, parcel: Parcel) -> None:
        task = asyncio.create_task(self._send(job, parcel))
        self._sending.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._wake.set()

    async def _send(self, job: Job, parcel: Parcel) -> None:
        self._finish(job, await self._carried(job, parcel))

    async def _carried(self, job: Job, parcel: Parcel) -> Settlement:
        def is_past_deadline() -> bool:
            at = self._parts.clock.now()
            return not may_still_send(window=job.window, at=at, age_seconds=job.age_seconds)

        try:
            carrier = self._parts.carrier_of(job)
            report = await carrier.carry(parcel, is_past_deadline=is_past_deadline)
        except Exception as error:  # noqa: BLE001  (a fault in one carrier must not stop all)
            # It may have left.  The error's text may quote it: only its kind is kept.
            where, kind = job.key, type(error).__name__
            LOG.error("send_broken", stream=where.stream, touch=where.touch, error=kind)  # noqa: TRY400
            return UNKNOWN
        if report.reach is Reach.UNKNOWN:
            return UNKNOWN
        if report.reach is Reach.NOT_SENT and job.window != window_of(self._parts.clock.now()):
            # The hour turned: that is no word about the peer.
            return Settlement(AttemptReport(Reach.NOT_SENT, WINDOW_OF_GRANT))
        return Settlement(report, digest=parcel.digest, size_bytes=len(parcel.content))

    # --- outcomes ------------------------------------------------------------------

    def _finish(self, job: Job, settlement: Settlement) -> None:
        self._outcomes.append((job, settlement))
        self._has_outcomes.set()

    async def _settle_all(self) -> None:
        while True:
            await self._has_outcomes.wait()
            self._has_outcomes.clear()
            while self._outcomes or self._told:
                await self._settle()

    async def _settle(self) -> None:
        batch, told = list(self._outcomes), dict(self._told)
        definite = told | {
            job.key: settlement for job, settlement in batch if settlement is not UNKNOWN
        }
        try:
            at = self._parts.clock.now()
            written = await self._written(definite, at) if definite else {}
        except StoreUnavailableError as error:
            LOG.warning("outcomes_delayed", count=len(batch), reason=error.reason)
            await asyncio.sleep(BACK_OFF_SECONDS)
            return
        for key in told:
            del self._told[key]
        for job, settlement in batch:
            self._outcomes.popleft()
            self._report(job, written.get(job.key, settlement))

    async def _written(
        self, outcomes: Mapping[GrantKey, Settlement], at: datetime
    ) -> Mapping[GrantKey, Settlement]:
        """Return the outcomes that stand; one that cannot be written is unknown, alone."""
        try:
            return await self._parts.ledger.settle(outcomes, at)
        except StoreUnavailableError:
            raise
        except Exception:
            if len(outcomes) > 1:
                alone = [await self._written({key: what}, at) for key, what in outcomes.items()]
                return {key: what for written in alone for key, what in written.items()}
            (key,) = outcomes
            LOG.exception("outcome_broke", stream=key.stream, touch=key.touch)
            return {key: UNKNOWN}

    def _report(self, job: Job, settlement: Settlement) -> None:
        report, at, pauses = settlement.report, self._parts.clock.now(), self._parts.pauses
        if self._parts.carrier_of(job).is_unreachable(report):
            pauses.failed(job.sender_name, at)
        elif report.reach in ANSWERED:
            pauses.answered(job.sender_name)
        self._learn(job, report)
        self._in_hand.pop(job.key, None)
        self._begun.discard(job.key)
        self._wake.set()
        self._raise(job, settlement)

    def _learn(self, job: Job, report: AttemptReport) -> None:
        """Let what became of an attempt that went straight through say how many may follow."""
        if job.is_found:
            return
        if report.reach in ANSWERED:
            self._pace.answered(time.monotonic() - job.begun_seconds)
        elif (
            report.reach is Reach.UNKNOWN
            or report.code == DEADLINE
            or self._parts.carrier_of(job).is_unreachable(report)
        ):
            self._pace.failed()

    def _raise(self, job: Job, settlement: Settlement) -> None:
        if settlement is UNKNOWN:
            self._parts.doubts.add(job.key, job.reference)
        else:
            self._parts.doubts.remove(job.key)
        input_id, request = recorded(
            job.key, settlement, job.reference, sender_name=job.sender_name
        )
        if self._raise_own is not None:
            self._raise_own(job.key.stream, input_id, request)


def _is_of(job: Job, tenure: Tenure) -> bool:
    return job.tenure.place == tenure.place and job.tenure.epoch <= tenure.epoch
