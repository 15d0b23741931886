"""Take a partition: lease, marker, read up to the own marker, recover.

What a former owner appended before our marker is recovered; what lands after it is
skipped by every reader.  Nothing is decided before the marker has been read back.
"""

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
from infra.log.port import Append, Log, Place, Record
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
    position = await parts.states.position(place) or _first_position(parts.generation)
    stretches = [stretch async for stretch in read_valid(parts.log, place, position.cursor)]
    seen = stretches[-1].after if stretches else position.cursor
    epoch = await parts.leases.take(
        place, holder=parts.holder, log_epoch=seen.epoch, force=parts.force_leases
    )
    tenure = Tenure(place, epoch)
    marker = Marker(parts.generation, epoch, parts.code_version)
    await parts.log.append([Append(place, [Record(b"", encode_record(marker))], epoch)])
    stretches += await _read_to_marker(parts.log, tenure, seen)
    tail = tuple(placed for stretch in stretches for placed in stretch.placed(place))
    partition = _recover(tenure, position, stretches, held_max=parts.held_max)
    await _fold(parts.states, partition, tail)
    return partition, tail


def _first_position(generation: int) -> FlushPosition:
    workspace = Cursor(generation=generation)
    return FlushPosition(Cursor(generation=generation), Next(workspace=workspace), 0)


async def _read_to_marker(log: Log, tenure: Tenure, cursor: Cursor) -> list[Stretch]:
    stretches: list[Stretch] = []
    async for stretch in read_valid(log, tenure.place, cursor):
        stretches.append(stretch)
        if stretch.after.epoch > tenure.epoch:
            raise LostTenureError(tenure.place, tenure.epoch, stretch.after.epoch)
    last_epoch = stretches[-1].after.epoch if stretches else cursor.epoch
    if last_epoch != tenure.epoch:
        reason = f"own marker of epoch {tenure.epoch} is missing"
        raise PlaceDamageError(tenure.place, cursor.offset, reason)
    return stretches


def _recover(
    tenure: Tenure, position: FlushPosition, stretches: Sequence[Stretch], *, held_max: int
) -> Partition:
    valid = [record for stretch in stretches for _, record in stretch.valid]
    following = valid[-1].envelope.next if valid else position.next
    return Partition(
        tenure=tenure,
        cursor=stretches[-1].after,
        next=following,
        streams=Streams(held_max=held_max),
        timers=Timers(),
        inboxes=_inboxes(tenure.place, following),
        tail_count=len(valid),
        skipped_count=sum(stretch.skipped_count for stretch in stretches),
    )


def _inboxes(place: Place, following: Next) -> tuple[Inbox, ...]:
    express, bulk = inbox_of(place, Lane.EXPRESS), inbox_of(place, Lane.BULK)
    lanes = [Inbox(place=express, lane=Lane.EXPRESS, read_offset=following.express)]
    if bulk != express:
        lanes.append(Inbox(place=bulk, lane=Lane.BULK, read_offset=following.bulk))
    return tuple(lanes)


async def _fold(states: StateStore, partition: Partition, tail: tuple[PlacedDecision, ...]) -> None:
    """Bring each stream that the tail touches up to date; all of them are unflushed."""
    touched = {placed.body.stream for placed in tail if has_kind(placed.body.stream)}
    await load_states(states, partition, touched | {WORKSPACE})
    changed: dict[StreamId, Stream] = {}
    for placed in tail:
        stream = placed.body.stream
        if not has_kind(stream):
            continue
        before = changed.get(stream) or partition.stream(stream)
        changed[stream] = _evolve(partition.place, before, placed)
    partition.streams.validated(changed)
    for stream, state in changed.items():
        partition.timers.arm(stream, rules.due_at(state))
    rows = await states.due(partition.place, after=None, limit=LOADED_PER_QUERY)
    partition.timers.loaded(rows, limit=LOADED_PER_QUERY)


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
    await load_states(states, partition, stored)
    candidates = sorted(stored | set(partition.streams.changed()))
    return tuple(stream for stream in candidates if is_attempting(partition.stream(stream)))
