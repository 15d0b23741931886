"""Fire what is due: a stream says what it raises, and the gate is asked for e-mails."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from engine import rules
from engine.account import Account
from engine.account.pressure import unasked_contacts
from engine.errors import DamageError
from engine.ids import WORKSPACE, InputId, StreamId
from engine.inputs import Input
from engine.requests import AttemptTouch, Request, Wake
from engine.values import KeptContact
from infra.runtime.owning.consequences import Consequences
from infra.runtime.owning.ownership import Ownership
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.state import StateStore
from infra.runtime.owning.taking import load_states
from infra.runtime.owning.timers import LOADED_PER_QUERY
from infra.runtime.owning.touch_ports import WantedAttempt, WantedContacts
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


class Fired(NamedTuple):
    """A due stream, and what it raises."""

    partition: Partition
    stream: StreamId
    raised: tuple[tuple[InputId, Request], ...]


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
        StoreUnavailableError: States or claims could not be read; the timers stand as before.
    """
    left_count = FIRED_AT_ONCE
    fired: list[Fired] = []
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
            _arm(fired, now)
            raise
        if is_loaded:
            fired += [found for stream in due if (found := _fired(partition, stream, now))]
    try:
        fired = await _claimed(fired, now, consequences)
    except StoreUnavailableError:
        _arm(fired, now)
        raise
    await _raise_all(fired, now, consequences)
    return left_count < FIRED_AT_ONCE


async def _claimed(
    fired: Sequence[Fired], now: datetime, consequences: Consequences
) -> list[Fired]:
    """Return what is raised, each wake with what was claimed for the contacts it opens."""
    wanted = {
        index: contacts for index, each in enumerate(fired) if (contacts := _contacts(each, now))
    }
    asked = [contacts for contacts in wanted.values() if contacts.touches]
    kept = dict(zip([each.stream for each in asked], await consequences.claim(asked), strict=True))
    return [
        _with_claims(each, wanted[index].touches, kept.get(each.stream, ()))
        if index in wanted
        else each
        for index, each in enumerate(fired)
    ]


def _contacts(each: Fired, now: datetime) -> WantedContacts | None:
    """Return the contacts that an account's wake opens, maybe none; None without a wake."""
    state = each.partition.stream(each.stream).state
    has_wake = any(isinstance(request, Wake) for _, request in each.raised)
    if not has_wake or not isinstance(state, Account):
        return None
    touches = unasked_contacts(state, now)
    return WantedContacts(stream=each.stream, state=state, touches=touches)


def _with_claims(each: Fired, touches: tuple[int, ...], kept: tuple[KeptContact, ...]) -> Fired:
    raised = tuple(
        (name, replace(request, claimed=touches, kept=kept))
        if isinstance(request, Wake)
        else (name, request)
        for name, request in each.raised
    )
    return each._replace(raised=raised)


def _arm(fired: Iterable[Fired], now: datetime) -> None:
    for each in fired:
        each.partition.timers.arm(each.stream, now)


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


async def _raise_all(fired: Sequence[Fired], now: datetime, consequences: Consequences) -> None:
    until_seconds = time.monotonic() + FIRING_SECONDS
    for each in fired:
        waits = [
            _raise(each.partition, each.stream, request, now, consequences)
            for request in each.raised
        ]
        if not any(waits):
            version = each.partition.stream(each.stream).version
            LOG.error("timer_stuck", stream=each.stream, version=version)
            each.partition.timers.arm(each.stream, now + STUCK_FOR)
        if time.monotonic() > until_seconds:
            await asyncio.sleep(0)
            until_seconds = time.monotonic() + FIRING_SECONDS


def _fired(partition: Partition, stream: StreamId, now: datetime) -> Fired | None:
    """Return what a stream raises; None if it is not due, or its rules broke."""
    state = partition.stream(stream)
    try:
        raised = rules.due(state, now)
        due_at = rules.due_at(state)
    except Exception:  # a fault on one stream must not stop its partition
        LOG.exception("timer_broke", stream=stream, version=state.version)
        return None
    if due_at is None or due_at > now:
        partition.timers.arm(stream, due_at)
        return None
    return Fired(partition, stream, raised)


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
