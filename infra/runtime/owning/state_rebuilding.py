"""Bring flushed states near the end of a long log, a bounded stretch at a time.

A release that changes a state type finds no rows of its own and reads the log from its
beginning.  Rows are written down as the fold goes on, beside those of the former types
and with a position of their own: memory stays bounded, and whoever is killed goes on from
the last rows.
"""

import time
from collections.abc import Callable, Iterable

from engine.decision import PlacedDecision
from engine.ids import WORKSPACE
from engine.suppressing import is_stop
from infra.log.leases import Tenure
from infra.log.port import Place
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.taking import fold, load_states, stored
from infra.runtime.owning.timers import Timers
from infra.runtime.partitions import number_of
from infra.runtime.parts import Parts
from infra.runtime.reading import read_valid
from infra.telemetry import get_logger

BEHIND_MAX = 5_000  # records: what a recovery may read at once, since tails are no longer
WRITTEN_COUNT = 2_000  # decisions folded between two flushes
READ_BYTES_MAX = 256 * 1024
SAID_EVERY_SECONDS = 3.0

LOG = get_logger("rebuild")

Progressed = Callable[[int, int], None]
"""Is told how many records of how many were read."""


async def is_far_behind(parts: Parts, place: Place) -> bool:
    """Whether states stand too far from the end of their partition to be recovered at once.

    Raises:
        LogUnavailableError, StoreUnavailableError: Ask again later.
    """
    position = await parts.states.position(place)
    offset = position.cursor.offset if position else 0
    return (await parts.log.spans([place]))[place].end - offset > BEHIND_MAX


async def catch_up(parts: Parts, place: Place, progressed: Progressed) -> None:
    """Write states down until they stand near the end of their partition.

    The lease is taken first, so that nobody else writes the same rows.

    Raises:
        LeaseHeldError, LeaseLostError: Another process owns the partition.
        PlaceDamageError, LogDamageError, DamageError: The partition is damaged.
        LogUnavailableError, StoreUnavailableError: What was written stands; go on later.
    """
    partition = await stored(parts, place)
    end = (await parts.log.spans([place]))[place].end
    epoch = await parts.leases.take(
        place, holder=parts.holder, log_epoch=partition.cursor.epoch, force=parts.force_leases
    )
    partition.tenure = Tenure(place, epoch)
    said_seconds = time.monotonic()
    async for stretch in read_valid(parts.log, place, partition.cursor, bytes_max=READ_BYTES_MAX):
        await _write_stops(parts, await fold(parts.states, partition, stretch))
        if partition.tail_count < WRITTEN_COUNT and stretch.after.offset < end:
            continue
        await _write_down(parts, partition)
        progressed(partition.cursor.offset, end)
        if time.monotonic() - said_seconds > SAID_EVERY_SECONDS or stretch.after.offset >= end:
            said_seconds = time.monotonic()
            LOG.info(
                "rebuild_advanced",
                partition=number_of(place),
                read=partition.cursor.offset,
                of=end,
            )


async def _write_stops(parts: Parts, decided: Iterable[PlacedDecision]) -> None:
    """Write what no flush may pass: the former owner may have died before it did."""
    for placed in decided:
        if is_stop(placed):
            await parts.touch_ports.suppression.before_answer(placed)


async def _write_down(parts: Parts, partition: Partition) -> None:
    await load_states(parts.states, partition, {WORKSPACE})  # the position counts publications
    changed = partition.streams.changed()
    await parts.states.flush(partition.tenure, partition.position, states=changed)
    partition.streams.flushed(changed)
    partition.streams.evict()
    partition.timers = Timers()  # nobody waits for them yet
    partition.tail_count = 0
    place, epoch = partition.tenure
    await parts.leases.renew({place: epoch}, holder=parts.holder)
