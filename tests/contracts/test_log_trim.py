"""What every log adapter promises of what was trimmed, closed and opened again."""

import pytest

from infra.log.errors import (
    BeyondEndError,
    TrimmedError,
    UntrimmableError,
)
from infra.log.port import Log, Place, Span
from tests.contracts.logs import PARTITION_COUNT, Maker
from tests.contracts.steps import (
    BULK,
    EVENTS,
    EVERYTHING,
    EXPRESS,
    QUARANTINE,
    WORKSPACE,
    append,
    numbered,
    read_all,
    span_of,
)


class TestTrim:
    async def test_moves_the_first_offset_and_keeps_the_rest(self, log: Log) -> None:
        """What is decided goes; what is not decided stays, also in the same frame."""
        await append(log, EXPRESS, numbered(0, 10))
        await append(log, EXPRESS, numbered(10, 20))

        await log.trim(EXPRESS, 14)

        assert await span_of(log, EXPRESS) == Span(14, 20)
        assert [record.offset for record in await read_all(log, EXPRESS, 14)] == [*range(14, 20)]

    async def test_makes_reads_below_it_fail(self, log: Log) -> None:
        """An owner whose cursor lies there is a former owner: it must not start at a gap."""
        await append(log, EXPRESS, numbered(0, 10))
        await log.trim(EXPRESS, 6)

        with pytest.raises(TrimmedError, match="at least 6, got: 5"):
            await log.read(EXPRESS, 5, bytes_max=EVERYTHING)

    async def test_can_be_repeated_and_never_goes_back(self, log: Log) -> None:
        """Trimming follows a cursor that may be told twice."""
        await append(log, EXPRESS, numbered(0, 10))
        for before_offset in (6, 6, 2):
            await log.trim(EXPRESS, before_offset)

        assert await span_of(log, EXPRESS) == Span(6, 10)

    async def test_of_everything_leaves_offsets_going_on(self, log: Log) -> None:
        """An empty inbox remembers where it is."""
        await append(log, BULK, numbered(0, 10))
        await log.trim(BULK, 10)

        assert await log.read(BULK, 10, bytes_max=EVERYTHING) == ()
        assert await append(log, BULK, numbered(0, 1)) == 10
        assert await span_of(log, BULK) == Span(10, 11)

    async def test_beyond_the_end_is_refused(self, log: Log) -> None:
        """It would promise to skip inputs that nobody has seen."""
        await append(log, BULK, numbered(0, 1))

        with pytest.raises(BeyondEndError):
            await log.trim(BULK, 2)

        assert await span_of(log, BULK) == Span(0, 1)

    @pytest.mark.parametrize("place", [EVENTS, WORKSPACE, QUARANTINE])
    async def test_of_what_is_kept_for_ever_is_refused(self, log: Log, place: Place) -> None:
        """The log is the truth."""
        with pytest.raises(UntrimmableError, match="to be an inbox"):
            await log.trim(place, 0)


async def test_a_log_opened_again_holds_what_was_appended(log: Log, maker: Maker) -> None:
    """A restart finds every record, and goes on at the next offset."""
    await append(log, EVENTS, numbered(0, 5), 3)
    await append(log, EXPRESS, numbered(0, 5))
    await log.trim(EXPRESS, 2)

    again = await maker.open()

    assert again.partition_count == PARTITION_COUNT
    assert await again.spans([EVENTS, EXPRESS]) == {EVENTS: Span(0, 5), EXPRESS: Span(2, 5)}
    assert await read_all(again, EVENTS) == await read_all(log, EVENTS)
    assert await append(again, EVENTS, numbered(5, 6), 3) == 5
    if again is not log:
        await again.close()


async def test_closing_can_be_repeated(maker: Maker) -> None:
    """An orderly stop and a failure's clean-up may both close."""
    log = await maker.create()
    await log.close()
    await log.close()
