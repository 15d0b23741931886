"""The validity rule under thousands of schedules, and without each of its protections."""

import pytest

from engine.validity import Cursor, Stamp, Verdict, judge
from tests.simulation.schedules import World, breaks

SCHEDULES = 3_000
NOTICED_WITHIN = 3_000


def without_epoch(cursor: Cursor, stamp: Stamp) -> tuple[Verdict, Cursor]:
    """Judge by `seq` alone: whoever wrote the next number counts."""
    following = Cursor(cursor.offset + 1, cursor.generation, cursor.epoch, cursor.seq)
    if stamp.is_marker:
        epoch = max(cursor.epoch, stamp.epoch)
        return Verdict.MARKER, Cursor(cursor.offset + 1, cursor.generation, epoch, cursor.seq)
    if stamp.seq != cursor.seq + 1:
        return Verdict.SKIPPED, following
    return Verdict.COUNTS, Cursor(cursor.offset + 1, cursor.generation, cursor.epoch, stamp.seq)


def without_seq(cursor: Cursor, stamp: Stamp) -> tuple[Verdict, Cursor]:
    """Judge by epoch alone: a repeated write counts again."""
    following = Cursor(cursor.offset + 1, cursor.generation, cursor.epoch, cursor.seq)
    if stamp.is_marker:
        epoch = max(cursor.epoch, stamp.epoch)
        return Verdict.MARKER, Cursor(cursor.offset + 1, cursor.generation, epoch, cursor.seq)
    if stamp.epoch != cursor.epoch:
        return Verdict.SKIPPED, following
    return Verdict.COUNTS, Cursor(cursor.offset + 1, cursor.generation, cursor.epoch, stamp.seq)


@pytest.mark.parametrize("block", range(3))
def test_holds_with_former_owners_writing(block: int) -> None:
    """Every input is decided once, in order, on the valid state, whoever still writes."""
    for seed in range(block * SCHEDULES // 3, (block + 1) * SCHEDULES // 3):
        World(seed, judge).run()


def test_fails_without_the_epoch() -> None:
    """A former owner running other code would decide on a state nobody else has."""
    assert any(breaks(seed, without_epoch) for seed in range(NOTICED_WITHIN))


def test_fails_without_the_sequence_number() -> None:
    """A repeated write would be folded twice."""
    assert any(breaks(seed, without_seq) for seed in range(NOTICED_WITHIN))


def test_fails_without_waiting_for_the_own_marker() -> None:
    """An owner that starts early misses what its predecessor wrote before the marker."""
    assert any(breaks(seed, judge, waits_for_marker=False) for seed in range(NOTICED_WITHIN))
