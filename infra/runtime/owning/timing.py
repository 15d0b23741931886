"""Fire what is due: a stream says what it raises, and the gate is asked for e-mails."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from engine import rules
from engine.errors import DamageError
from engine.ids import WORKSPACE, InputId, StreamId
from engine.inputs import Input
from engine.requests import AttemptTouch, Request
from infra.runtime.owning.consequences import Consequences
from infra.runtime.owning.ownership import Ownership
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.state import StateStore
from infra.runtime.owning.taking import load_states
from infra.runtime.owning.timers import LOADED_PER_QUERY
from infra.runtime.owning.touch_ports import WantedAttempt
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger

FIRED_AT_ONCE = 500  # over all partitions: what is due must not keep others from their turn
FIRING_SECONDS = 0.010  # then the loop is everybody's for a moment
# A timer that was decided and is due again is a fault of the rules: looked at now and then.
STUCK_FOR = timedelta(hours=1)
TURNED_AWAY_FOR = timedelta(minutes=15)
"""After which a due e-mail asks again to join a line that was full."""

LOG = get_logger("timers")


async def load_timers(states: StateStore, partitions: Iterable[Partition]) -> bool:
    """Bring the next timers of each partition into memory; return whether any was missing.

    Raises:
        StoreUnavailableError: Rows could not be read.
    """
    has_loaded = False
    for partition in partitions:
        timers = partition.timers
        while timers.needs_loading:
            has_loaded = True
            rows = await states.due(
                partition.place, after=timers.loaded_up_to, limit=LOADED_PER_QUERY
            )
            timers.loaded(rows, limit=LOADED_PER_QUERY)
    return has_loaded


async def fire_due(
    ownership: Ownership,
    partitions: Iterable[Partition],
    now: datetime,
    *,
    consequences: Consequences,
    drop: Callable[[Partition, Exception], None],
) -> bool:
    """Raise what is due at `now`; return whether anything was.

    Raises:
        StoreUnavailableError: States could not be read; the timers stand as before.
    """
    left_count = FIRED_AT_ONCE
    for partition in partitions:
        due = partition.timers.pop_due(now, limit=left_count)
        if not due:
            continue
        left_count -= len(due)
        try:
            is_loaded = await load_or_drop(ownership, partition, {*due, WORKSPACE}, drop)
        except StoreUnavailableError:
            for stream in due:
                partition.timers.arm(stream, now)
            raise
        if is_loaded:
            await _fire_all(partition, due, now, consequences)
    return left_count < FIRED_AT_ONCE


async def load_or_drop(
    ownership: Ownership,
    partition: Partition,
    streams: set[StreamId],
    drop: Callable[[Partition, Exception], None],
) -> bool:
    """Load states; a damaged row drops its partition and returns False.

    Raises:
        StoreUnavailableError: States could not be read.
    """
    try:
        await load_states(ownership.states, partition, streams)
    except DamageError as error:
        drop(partition, error)
        return False
    return True


async def _fire_all(
    partition: Partition, due: Sequence[StreamId], now: datetime, consequences: Consequences
) -> None:
    until_seconds = time.monotonic() + FIRING_SECONDS
    for stream in due:
        _fire(partition, stream, now, consequences)
        if time.monotonic() > until_seconds:
            await asyncio.sleep(0)
            until_seconds = time.monotonic() + FIRING_SECONDS


def _fire(
    partition: Partition, stream: StreamId, now: datetime, consequences: Consequences
) -> None:
    state = partition.stream(stream)
    try:
        raised = rules.due(state, now)
        due_at = rules.due_at(state)
    except Exception:  # a fault on one stream must not stop its partition
        LOG.exception("timer_broke", stream=stream, version=state.version)
        return
    if due_at is None or due_at > now:
        partition.timers.arm(stream, due_at)
        return
    waits = [_raise(partition, stream, request, now, consequences) for request in raised]
    if not any(waits):
        LOG.error("timer_stuck", stream=stream, version=state.version)
        partition.timers.arm(stream, now + STUCK_FOR)


def _raise(
    partition: Partition,
    stream: StreamId,
    raised: tuple[InputId, Request],
    now: datetime,
    consequences: Consequences,
) -> bool:
    """Raise one request of a due stream; return whether its decision is to come."""
    input_id, request = raised
    if (stream, input_id) in partition.under_way:
        return True
    if partition.was_decided(stream, input_id):
        return False
    if isinstance(request, AttemptTouch):
        wanted = WantedAttempt(
            tenure=partition.tenure,
            stream=stream,
            request=request,
            state=partition.stream(stream),
            published=partition.published,
        )
        if not consequences.turns.want(partition, input_id, wanted):
            partition.timers.arm(stream, now + TURNED_AWAY_FOR)
        return True
    item = Input(
        id=input_id, stream=stream, at=now, actor="engine", source="timer", request=request
    )
    return partition.raise_own(item)
