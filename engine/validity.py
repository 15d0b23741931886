"""Which records of a partition count: the one rule every reader applies.

A record counts iff its epoch is the partition's current epoch, which markers alone
raise, and its `seq` follows the last that counted.  A lower epoch, or a `seq` already
seen, is a late or repeated write of a former owner: skipped.  Anything else is damage.
Owner, views, verifier and exporter call `judge`; nobody decides this twice.
"""

from enum import StrEnum

from msgspec import Struct

from engine.errors import PartitionDamageError


class Cursor(Struct, frozen=True):
    """How far a reader has got in one partition: all that the rule needs."""

    offset: int = 0  # of the next record to read
    generation: int = 0
    epoch: int = 0
    seq: int = 0  # of the last record that counted


class Stamp(Struct, frozen=True):
    """What the rule looks at in a record."""

    is_marker: bool
    generation: int
    epoch: int
    seq: int = 0


class Verdict(StrEnum):
    """What a record is to its reader."""

    COUNTS = "counts"
    MARKER = "marker"
    SKIPPED = "skipped"  # late or repeated write of a former owner


def judge(cursor: Cursor, stamp: Stamp) -> tuple[Verdict, Cursor]:
    """Return what the record at `cursor.offset` is, and the cursor after it.

    Raises:
        PartitionDamageError: A gap in `seq`, an epoch no marker announced, or another
            generation; the caller adds the place.
    """
    following = Cursor(cursor.offset + 1, cursor.generation, cursor.epoch, cursor.seq)
    if stamp.generation != cursor.generation:
        raise PartitionDamageError(cursor.offset, "generation", cursor.generation, stamp.generation)
    if stamp.is_marker:
        epoch = max(cursor.epoch, stamp.epoch)
        return Verdict.MARKER, Cursor(cursor.offset + 1, cursor.generation, epoch, cursor.seq)
    if stamp.epoch < cursor.epoch:
        return Verdict.SKIPPED, following
    if stamp.epoch > cursor.epoch:
        raise PartitionDamageError(cursor.offset, "epoch", cursor.epoch, stamp.epoch)
    if stamp.seq <= cursor.seq:
        return Verdict.SKIPPED, following
    if stamp.seq > cursor.seq + 1:
        raise PartitionDamageError(cursor.offset, "seq", cursor.seq + 1, stamp.seq)
    return Verdict.COUNTS, Cursor(cursor.offset + 1, cursor.generation, cursor.epoch, stamp.seq)
