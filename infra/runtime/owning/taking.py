"""Take a partition: lease, marker, read up to the own marker, recover.

What a former owner appended before our marker is recovered; what lands after it is
skipped by every reader.  Nothing is decided before the marker has been read back.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from engine import rules
from engine.decision import Events, Marker, Next, PlacedDecision
from engine.errors import DamageError
from engine.ids import WORKSPACE, StreamId
from engine.inputs import Lane
from engine.rules import Stream
from engine.validity import Cursor
from engine.wire import encode_record
from infra.log.leases import Tenure
from infra.log.port import Append, Place, Record
from infra.runtime.errors import LostTenureError, PlaceDamageError
from infra.runtime.owning.lanes import Inbox
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.slices import has_kind
from infra.runtime.owning.state import FlushPosition, StateStore, StreamKey, is_attempting
from infra.runtime.owning.streams import Streams
from infra.runtime.owning.timers import LOADED_PER_QUERY, Timers
from infra.runtime.partitions import inbox_of
from infra.runtime.parts import Parts
from infra.runtime.reading import Stretch, read_valid

LOADED_AT_ONCE = 500
FOLDED_AT_ONCE = 200  # about 15 ms


async def take(parts: Parts, place: Place) -> tuple[Partition, tuple[PlacedDecision, ...]]:
    """Own a partition.

    Returns:
        The partition, and what is valid since its last flush, oldest first.

    Raises:
        LeaseHeldError: Another process holds the lease.
        FencedError, LostTenureError: Another owner has a higher epoch.
        PlaceDamageError, LogDamageError, DamageError: The partition is damaged.
        LogUnavailableError, StoreUnavailableError: Try again later.
    """
    partition = await stored(parts, place)
    tail = await _read_on(parts, partition)
    epoch = await parts.leases.take(
        place, holder=parts.holder, log_epoch=partition.cursor.epoch, force=parts.force_leases
    )
    partition.tenure = Tenure(place, epoch)
    marker = Marker(parts.generation, epoch, parts.code_version)
    await parts.log.append([Append(place, [Record(b"", encode_record(marker))], epoch)])
    tail += await _read_on(parts, partition)
    _check_marker(partition)
    rows = await parts.states.due(place, after=None, limit=LOADED_PER_QUERY)
    partition.timers.loaded(rows, limit=LOADED_PER_QUERY)
    partition.inboxes = _inboxes(place, partition.next)
    return partition, tuple(tail)


async def stored(parts: Parts, place: Place) -> Partition:
    """Return a partition as its last flush left it, owned by nobody."""
    first = Cursor(generation=parts.generation)
    position = await parts.states.position(place) or FlushPosition(first, Next(workspace=first), 0)
    return Partition(
        tenure=Tenure(place, position.cursor.epoch),
        cursor=position.cursor,
        next=position.next,
        streams=Streams(held_max=parts.held_max),
        timers=Timers(),
        inboxes=(),
    )


async def _read_on(parts: Parts, partition: Partition) -> list[PlacedDecision]:
    tail: list[PlacedDecision] = []
    async for stretch in read_valid(parts.log, partition.place, partition.cursor):
        tail += await fold(parts.states, partition, stretch)
    return tail


def _check_marker(partition: Partition) -> None:
    """Raise unless the last marker read is our own."""
    (place, epoch), cursor = partition.tenure, partition.cursor
    if cursor.epoch > epoch:
        raise LostTenureError(place, epoch, cursor.epoch)
    if cursor.epoch != epoch:
        raise PlaceDamageError(place, cursor.offset, f"own marker of epoch {epoch} is missing")


def _inboxes(place: Place, following: Next) -> tuple[Inbox, ...]:
    express, bulk = inbox_of(place, Lane.EXPRESS), inbox_of(place, Lane.BULK)
    lanes = [Inbox(place=express, lane=Lane.EXPRESS, read_offset=following.express)]
    if bulk != express:
        lanes.append(Inbox(place=bulk, lane=Lane.BULK, read_offset=following.bulk))
    return tuple(lanes)


async def fold(states: StateStore, partition: Partition, stretch: Stretch) -> list[PlacedDecision]:
    """Bring a partition up to the end of what was read of it; return the decisions.

    Others get their turn between pieces, so that the loop stands still for no longer than
    one takes.  The streams touched are unflushed.
    """
    tail: list[PlacedDecision] = []
    for piece in stretch.pieces(partition.place, FOLDED_AT_ONCE):
        decided = [placed for placed in piece if has_kind(placed.body.stream)]
        touched = {placed.body.stream for placed in decided}
        await load_states(states, partition, touched | {WORKSPACE})
        _fold_piece(partition, decided)
        tail += piece
        await asyncio.sleep(0)
    partition.cursor = stretch.after
    if stretch.valid:
        partition.next = stretch.valid[-1][1].envelope.next
    partition.tail_count += len(tail)
    partition.skipped_count += stretch.skipped_count
    return tail


def _fold_piece(partition: Partition, decided: Sequence[PlacedDecision]) -> None:
    changed: dict[StreamId, Stream] = {}
    for placed in decided:
        stream = placed.body.stream
        before = changed.get(stream) or partition.stream(stream)
        changed[stream] = _evolve(partition.place, before, placed)
    partition.streams.validated(changed)
    for stream, state in changed.items():
        partition.timers.arm(stream, rules.due_at(state))


def _evolve(place: Place, before: Stream, placed: PlacedDecision) -> Stream:
    body, item = placed.body, placed.input
    input_id = item.id if item else None
    expected_version = before.version + isinstance(body.outcome, Events)
    if placed.seq > before.seq and body.version != expected_version:
        reason = f"{body.stream} at version {body.version} after {before.version}"
        raise PlaceDamageError(place, placed.offset, reason)
    try:
        return rules.evolve(before, body, input_id, placed.seq)
    except DamageError as error:
        raise PlaceDamageError(place, placed.offset, str(error)) from error


async def load_states(states: StateStore, partition: Partition, streams: set[StreamId]) -> None:
    """Bring the states of `streams` into memory; one without a row is new."""
    missing = sorted(partition.streams.missing(streams))
    for start in range(0, len(missing), LOADED_AT_ONCE):
        streams_at_once = missing[start : start + LOADED_AT_ONCE]
        keys = [StreamKey(partition.place, stream) for stream in streams_at_once]
        loaded = await states.load(keys)
        take_loaded(partition, keys, loaded)


def take_loaded(
    partition: Partition, keys: Iterable[StreamKey], loaded: Mapping[StreamKey, Stream]
) -> None:
    """Put into memory what was found of the keys of a partition."""
    partition.streams.loaded(
        {
            key.stream: loaded[key] if key in loaded else rules.new(key.stream)
            for key in keys
            if key.place == partition.place
        }
    )


async def attempting(states: StateStore, partition: Partition) -> tuple[StreamId, ...]:
    """Return the loaded streams of a partition just taken that have an attempt open.

    Raises:
        StoreUnavailableError, DamageError: States could not be read.
    """
    stored = set(await states.attempting(partition.place))
    # Who goes on with them asks what was published: a name made without it would be another.
    await load_states(states, partition, stored | {WORKSPACE})
    candidates = sorted(stored | set(partition.streams.changed()))
    return tuple(stream for stream in candidates if is_attempting(partition.stream(stream)))
