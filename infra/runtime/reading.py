"""Read a partition of decisions as the validity rule tells: the one way to do it."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from engine.decision import Decision, PlacedDecision
from engine.errors import PartitionDamageError, WireDamageError
from engine.validity import Cursor, Verdict, judge
from engine.wire import decode_body_and_input, decode_record
from infra.log.port import Log, Place, StoredRecord
from infra.runtime.errors import PlaceDamageError
from infra.runtime.partitions import number_of

READ_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Records of a partition that follow one another, judged."""

    valid: tuple[tuple[int, Decision], ...]  # offset and record, oldest first
    before: Cursor
    after: Cursor
    skipped_count: int = 0  # late or repeated writes of former owners

    def placed(self, place: Place) -> tuple[PlacedDecision, ...]:
        """Return the valid decisions with body and input decoded."""
        return _placed(place, self.valid)

    def pieces(self, place: Place, count_max: int) -> Iterator[tuple[PlacedDecision, ...]]:
        """Yield the same a piece at a time, each decoded when it is asked for."""
        for start in range(0, len(self.valid), count_max):
            yield _placed(place, self.valid[start : start + count_max])


def _placed(place: Place, valid: Iterable[tuple[int, Decision]]) -> tuple[PlacedDecision, ...]:
    number = number_of(place)
    return tuple(
        PlacedDecision(number, record.envelope.seq, offset, *decode_body_and_input(record.body))
        for offset, record in valid
    )


def judge_all(place: Place, cursor: Cursor, records: tuple[StoredRecord, ...]) -> Stretch:
    """Return which of the records, the first of them at the cursor's offset, are valid.

    Raises:
        PlaceDamageError: They cannot be what correct owners wrote; names the place.
    """
    valid: list[tuple[int, Decision]] = []
    skipped_count = 0
    before = cursor
    try:
        for stored in records:
            record = decode_record(stored.value)
            verdict, cursor = judge(cursor, record.stamp)
            if verdict is Verdict.COUNTS and isinstance(record, Decision):
                valid.append((stored.offset, record))
            skipped_count += verdict is Verdict.SKIPPED
    except (PartitionDamageError, WireDamageError) as error:
        raise PlaceDamageError(place, cursor.offset, str(error)) from error
    return Stretch(valid=tuple(valid), before=before, after=cursor, skipped_count=skipped_count)


async def read_valid(
    log: Log, place: Place, cursor: Cursor, *, bytes_max: int = READ_BYTES_MAX
) -> AsyncIterator[Stretch]:
    """Yield what is valid from the cursor on, a read at a time, up to the present end.

    Raises:
        PlaceDamageError: The partition is damaged.
        LogError: The log did not answer, or the cursor is not of this log.
    """
    end = (await log.spans([place]))[place].end
    # A cursor beyond the end asks once, so that the log says that it is not its own.
    while cursor.offset < end or cursor.offset > end:
        records = await log.read(place, cursor.offset, bytes_max=bytes_max)
        if not records:
            return
        stretch = judge_all(place, cursor, records)
        cursor = stretch.after
        yield stretch
