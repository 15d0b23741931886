"""Settle what a restored home cannot know, before its clock runs and anything leaves.

The home runs on a clock that stands before every timer, and nobody carries mail: what was
being attempted, and what was due since its last decision, becomes `unknown`, and sending is
held until a person lifts it.  Killed on the way it refuses to start again, until it is asked
once more; what is settled by then stays (docs/decisions/0121).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from engine.decision import PlacedDecision, Quarantined, Refused
from engine.ids import WORKSPACE, StreamId, StreamKind, stream_id
from engine.requests import DoubtTouches, HoldSending, Reach
from engine.rules import LONG_AGO, Stream
from engine.workspace import Workspace
from infra.clock import Clock, VirtualClock
from infra.home.assembly import Store, runtime_of
from infra.home.errors import RestoreUnsettledError
from infra.intake import Intake, Submission
from infra.log.leases import Tenure
from infra.runtime.answers import Answer
from infra.runtime.health import RUNNING
from infra.runtime.owning.touch_ports import GrantKey, RaiseOwn, TouchPorts
from infra.runtime.runtime import Runtime
from infra.store.pool import translated
from infra.touching.gate import TableGate
from infra.touching.pauses import Pauses
from infra.touching.postgres_grants import PostgresGrants, count_doubted
from infra.touching.postgres_ledger import PostgresLedger
from infra.touching.postgres_stops import PostgresStops
from infra.touching.protocol import BUCKET_FOR, BUCKETS_COUNTED, window_of
from infra.touching.suppression import TableSuppression
from infra.touching.tables import GrantRow
from projections.queries.doubting import (
    accounts_in_doubt,
    doubted_since,
    last_decision_at,
    unknown_count,
)
from projections.queries.page import LogPlace, Page, snapshot

ASKED_AT_ONCE = 200
ASKED_AGAIN_MAX = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a person is told of a home that was restored."""

    last_decision_at: datetime | None
    unknown_count: int


async def settle_restored(store: Store, home: Path, *, wall: Clock, until_at: datetime) -> Restored:
    """Hold sending, and make unknown whatever may have left by an instant; repeatable.

    Raises:
        RestoreUnsettledError: Something does not run that has to tell what was due.
    """
    clock = VirtualClock(LONG_AGO)
    runtime = await runtime_of(store, clock, _nobody_sends(store, clock), home=home)
    async with _running(runtime):
        await runtime.ready()
        await runtime.quiet()
        _check_whole(runtime)
        last_at = await ask_views(store, last_decision_at)
        intake = Intake(
            asker=runtime.inboxes,
            vault=store.vault,
            tagger=store.tagger,
            clock=wall,
            actor="relance",
            source="restore",
        )
        hold = Submission(stream=WORKSPACE, request=HoldSending(is_restored=True))
        await _ask(intake, [hold])
        names = await ask_views(store, lambda page: accounts_in_doubt(page, until_at))
        request = DoubtTouches(until_at=until_at)
        doubts = [
            Submission(stream=stream_id(StreamKind.ACCOUNT, name), request=request)
            for name in names
        ]
        for first in range(0, len(doubts), ASKED_AT_ONCE):
            await _ask(intake, doubts[first : first + ASKED_AT_ONCE])
        await runtime.quiet()
        await _count_doubted(store, until_at)
        count = await ask_views(store, unknown_count)
    return Restored(last_decision_at=last_at, unknown_count=count)


async def _count_doubted(store: Store, until_at: datetime) -> None:
    """Count what may have left in the hours that a cap still looks at: unknown counts as sent."""
    since_at = until_at - BUCKETS_COUNTED * BUCKET_FOR
    found = await ask_views(store, lambda page: doubted_since(page, since_at))
    doubted = [
        GrantRow(touch.mailbox, touch.domain, window_of(touch.due_at))
        for touch in found
        if touch.mailbox and touch.domain
    ]
    await count_doubted(store.pool, doubted)


class NobodySends:
    """Stands for dispatch while a home must not touch the world."""

    async def run(self, raise_own: RaiseOwn) -> None:
        """Do nothing until cancelled."""
        del raise_own
        await asyncio.Event().wait()

    def attempted(
        self, tenure: Tenure, placed: PlacedDecision, state: Stream, published: Workspace
    ) -> None:
        """Leave an attempt alone."""

    def resume(self, tenure: Tenure, stream: StreamId, state: Stream, published: Workspace) -> None:
        """Leave what was under way alone: it is settled by name."""

    def settled(self, key: GrantKey, reach: Reach) -> None:
        """Have no doubt to forget."""

    def given_up(self, tenure: Tenure) -> None:
        """Have nothing in hand."""

    @property
    def room_count(self) -> int:
        """Begin nothing."""
        return 0

    @property
    def is_quiet(self) -> bool:
        """Have nothing under way."""
        return True


def _nobody_sends(store: Store, clock: Clock) -> TouchPorts:
    ledger = PostgresLedger(store.pool, process="")  # read only: nothing is taken
    grants, stops = PostgresGrants(store.pool), PostgresStops(store.pool)
    return TouchPorts(
        gate=TableGate(grants, stops=stops, clock=clock, pauses=Pauses()),
        dispatcher=NobodySends(),
        suppression=TableSuppression(stops, ledger),
    )


@asynccontextmanager
async def _running(runtime: Runtime) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(runtime.run())
        try:
            yield
        finally:
            runtime.stop()
            await asyncio.wait((running,))


def _check_whole(runtime: Runtime) -> None:
    health = runtime.health()
    standing = {
        **{f"partition {number}": why for number, why in health.partitions.items()},
        **{f"view {name}": why for name, why in health.views.items()},
    }
    for name, why in standing.items():
        if why != RUNNING:
            raise RestoreUnsettledError(name, why)


async def _ask(intake: Intake, submissions: Sequence[Submission]) -> None:
    """Ask until each is decided: a first start after a restore reads the log meanwhile."""
    left = list(submissions)
    for _ in range(ASKED_AGAIN_MAX):
        answers = await intake.ask(left)
        for answer in answers:
            _check_taken(answer)
        left = [asked for asked, answer in zip(left, answers, strict=True) if answer is None]
        if not left:
            return
    raise RestoreUnsettledError(left[0].stream, "no decision")


def _check_taken(answer: Answer | None) -> None:
    if answer is not None and isinstance(answer.outcome, Refused | Quarantined):
        raise RestoreUnsettledError(answer.stream, type(answer.outcome).__name__)


async def ask_views(store: Store, query: Callable[[Page], Awaitable[T]]) -> T:
    """Return what a query finds in a home's views; it may need no words of the log."""
    with translated():
        async with store.pool.acquire() as connection, snapshot(connection):
            page = Page(connection=connection, read=_no_words, generation=store.generation)
            return await query(page)


async def _no_words(places: Sequence[LogPlace]) -> AsyncIterator[PlacedDecision]:
    """Yield nothing: these questions need no words of the log."""
    nothing: tuple[PlacedDecision, ...] = ()
    for placed in nothing:
        yield placed
    del places
