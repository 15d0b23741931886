"""Take a partition: lease, marker, read up to the own marker, recover.

What a former owner appended before our marker is recovered; what lands after it is
skipped by every reader.  Nothing is decided before the marker has been read back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine import rules
from engine.decision import Events, Marker, Next, PlacedDecision
from engine.errors import DamageError
from engine.ids import WORKSPACE, StreamId
from engine.inputs import Lane
from engine.rules import Stream
from engine.validity import Cursor
from engine.wire import encode_record
from infra.log.leases import Leases, Tenure
from infra.log.port import Append, Log, Place, Record
from infra.runtime.errors import LostTenureError, PlaceDamageError
from infra.runtime.owning.lanes import Inbox
from infra.runtime.owning.partition import Partition, is_attempting
from infra.runtime.owning.slices import has_kind
from infra.runtime.owning.state import Position, StateStore, StreamKey
from infra.runtime.owning.streams import Streams
from infra.runtime.owning.timers import LOADED_PER_QUERY, Timers
from infra.runtime.partitions import inbox_of
from infra.runtime.reading import Read, read_valid

LOADED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What taking a partition needs."""

    log: Log
    leases: Leases
    states: StateStore
    generation: int
    code_version: str
    holder: str  # names this process, uniquely
    force: bool  # take fresh leases too: whoever holds the home's lock knows the holder dead
    held_max: int  # states kept in memory per partition beyond those that changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A partition just taken, and what its new owner must look after."""

    partition: Partition
    tail: tuple[PlacedDecision, ...]  # valid since the last flush; oldest first
    attempting: tuple[StreamId, ...]


async def take(taking: Taking, place: Place) -> Taken:
    """Own a partition.

    Raises:
        LeaseHeldError: Another process holds the lease.
        FencedError, LostTenureError: Another owner has a higher epoch.
        PlaceDamageError, LogDamageError, DamageError: The partition is damaged.
        LogUnavailableError, StoreUnavailableError: Try again later.
    """
    position = await taking.states.position(place) or first_position(taking.generation)
    reads = [read async for read in read_valid(taking.log, place, position.cursor)]
    seen = reads[-1].after if reads else position.cursor
    epoch = await taking.leases.take(
        place, holder=taking.holder, log_epoch=seen.epoch, force=taking.force
    )
    tenure = Tenure(place, epoch)
    marker = Marker(taking.generation, epoch, taking.code_version)
    await taking.log.append([Append(place, [Record(b"", encode_record(marker))], epoch)])
    reads += await _read_to_marker(taking.log, tenure, seen)
    tail = tuple(placed for read in reads for placed in read.placed(place))
    partition = _recover(taking, tenure, position, reads)
    await _fold(taking.states, partition, tail)
    attempting = await _attempting(taking.states, partition)
    return Taken(partition=partition, tail=tail, attempting=attempting)


def first_position(generation: int) -> Position:
    """Return where a partition begins of which nothing was ever flushed."""
    workspace = Cursor(generation=generation)
    return Position(Cursor(generation=generation), Next(workspace=workspace), 0)


async def _read_to_marker(log: Log, tenure: Tenure, cursor: Cursor) -> list[Read]:
    reads: list[Read] = []
    async for read in read_valid(log, tenure.place, cursor):
        reads.append(read)
        if read.after.epoch > tenure.epoch:
            raise LostTenureError(tenure.place, tenure.epoch, read.after.epoch)
    last_epoch = reads[-1].after.epoch if reads else cursor.epoch
    if last_epoch != tenure.epoch:
        reason = f"own marker of epoch {tenure.epoch} is missing"
        raise PlaceDamageError(tenure.place, cursor.offset, reason)
    return reads


def _recover(
    taking: Taking, tenure: Tenure, position: Position, reads: Sequence[Read]
) -> Partition:
    valid = [record for read in reads for _, record in read.valid]
    following = valid[-1].envelope.next if valid else position.next
    return Partition(
        tenure=tenure,
        cursor=reads[-1].after,
        next=following,
        streams=Streams(held_max=taking.held_max),
        timers=Timers(),
        inboxes=_inboxes(tenure.place, following),
        tail_count=len(valid),
        skipped_count=sum(read.skipped_count for read in reads),
    )


def _inboxes(place: Place, following: Next) -> tuple[Inbox, ...]:
    express, bulk = inbox_of(place, Lane.EXPRESS), inbox_of(place, Lane.BULK)
    lanes = [Inbox(place=express, lane=Lane.EXPRESS, read_offset=following.express)]
    if bulk != express:
        lanes.append(Inbox(place=bulk, lane=Lane.BULK, read_offset=following.bulk))
    return tuple(lanes)


async def _fold(states: StateStore, partition: Partition, tail: tuple[PlacedDecision, ...]) -> None:
    """Bring each stream that the tail touches up to date; all of them are unflushed."""
    touched = {one.body.stream for one in tail if has_kind(one.body.stream)}
    await load_states(states, partition, touched | {WORKSPACE})
    changed: dict[StreamId, Stream] = {}
    for one in tail:
        body = one.body
        if not has_kind(body.stream):
            continue
        before = changed.get(body.stream) or partition.stream(body.stream)
        changed[body.stream] = _evolve(partition.place, before, one)
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
        keys = [StreamKey(partition.place, one) for one in missing[start : start + LOADED_AT_ONCE]]
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


async def _attempting(states: StateStore, partition: Partition) -> tuple[StreamId, ...]:
    stored = set(await states.attempting(partition.place))
    await load_states(states, partition, stored)
    candidates = stored | set(partition.streams.changed())
    return tuple(sorted(one for one in candidates if is_attempting(partition.stream(one))))
