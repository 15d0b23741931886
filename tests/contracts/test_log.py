"""What every log adapter promises, on each of them."""

import asyncio
import random

import pytest

from infra.log.checks import UNIT_BYTES_MAX, places_of
from infra.log.errors import (
    BeyondEndError,
    FencedError,
    MalformedAppendError,
    RecordTooLargeError,
    UnknownPlaceError,
)
from infra.log.port import Append, Log, Place, Record, Span, StoredRecord, Topic
from tests.contracts.logs import PARTITION_COUNT, Maker
from tests.contracts.steps import (
    BULK,
    DEADLINE_SECONDS,
    EVENTS,
    EVERYTHING,
    EXPRESS,
    OTHER_EVENTS,
    QUARANTINE,
    adapters,
    append,
    numbered,
    read_all,
    span_of,
)

FENCING_ADAPTERS = adapters("memory", "postgres")


class TestAppend:
    async def test_gives_dense_offsets_from_zero(self, log: Log) -> None:
        """Cursors count on it: the next offset is the last one plus one."""
        bases = [await append(log, EVENTS, numbered(0, n)) for n in (3, 1, 5)]

        assert bases == [0, 3, 4]
        assert await span_of(log, EVENTS) == Span(0, 9)

    async def test_keeps_keys_values_and_order(self, log: Log) -> None:
        """The stream's name and the bytes of a decision are the truth."""
        every_byte = bytes(range(256))
        records = [Record(b"a", b"1"), Record(b"", every_byte), Record(every_byte, b"")]

        await append(log, EVENTS, records)

        assert await read_all(log, EVENTS) == [
            StoredRecord(offset, *record) for offset, record in enumerate(records)
        ]

    async def test_to_several_places_gives_the_offset_of_each(self, log: Log) -> None:
        """A tick appends for all partitions at once."""
        await append(log, OTHER_EVENTS, numbered(0, 2))

        bases = await log.append(
            [
                Append(OTHER_EVENTS, numbered(0, 3), 1),
                Append(EXPRESS, numbered(0, 2)),
                Append(EVENTS, numbered(0, 1), 1),
                Append(QUARANTINE, numbered(0, 1)),
            ]
        )

        assert bases == (2, 0, 0, 0)
        assert await span_of(log, OTHER_EVENTS) == Span(0, 5)
        assert [record.value for record in await read_all(log, EXPRESS)] == [b"value 0", b"value 1"]

    async def test_of_nothing_lands_nothing(self, log: Log) -> None:
        """A tick in which nothing was decided is no error."""
        assert await log.append([]) == ()

    async def test_of_many_frames_is_one_unit(self, log: Log) -> None:
        """A unit larger than a frame or a request comes back whole and in order."""
        noise = random.Random(7)
        records = [Record(b"k%d" % n, noise.randbytes(60_000)) for n in range(50)]

        await append(log, EVENTS, numbered(0, 1))
        base = await append(log, EVENTS, records)

        assert base == 1
        assert [record[1:] for record in await read_all(log, EVENTS, 1)] == records

    async def test_of_a_unit_too_large_lands_nothing(self, log: Log) -> None:
        """Half a decision would be damage; and the other units of the call wait too."""
        half = Record(b"k", bytes(UNIT_BYTES_MAX // 2))

        with pytest.raises(RecordTooLargeError, match=f"at most {UNIT_BYTES_MAX} bytes"):
            await log.append(
                [Append(OTHER_EVENTS, numbered(0, 1)), Append(EVENTS, [half, half, half])]
            )

        spans = await log.spans([EVENTS, OTHER_EVENTS])
        assert spans == {EVENTS: Span(0, 0), OTHER_EVENTS: Span(0, 0)}

    async def test_of_the_largest_unit_lands(self, log: Log) -> None:
        """The limit we state is one the backend keeps, even where nothing compresses."""
        value = random.Random(7).randbytes(UNIT_BYTES_MAX - 100)

        await append(log, EVENTS, [Record(b"k", value)])

        assert await read_all(log, EVENTS) == [StoredRecord(0, b"k", value)]

    @pytest.mark.parametrize(
        ("appends", "rule"),
        [
            ([Append(EVENTS, [])], "hold at least one record, got: 0"),
            ([Append(EVENTS, numbered(0, 1))] * 2, "occur once in a call, got: 2"),
        ],
    )
    async def test_that_is_malformed_is_refused(
        self, log: Log, appends: list[Append], rule: str
    ) -> None:
        """A caller's fault must be loud on every backend, not on one."""
        with pytest.raises(MalformedAppendError, match=rule):
            await log.append(appends)

    @pytest.mark.parametrize(
        "place", [Place(Topic.EVENTS, PARTITION_COUNT), Place(Topic.WORKSPACE, 1)]
    )
    async def test_to_an_unknown_partition_is_refused(self, log: Log, place: Place) -> None:
        """A wrong partition count must not create partitions."""
        with pytest.raises(UnknownPlaceError, match=f"of {place.topic} to be from 0 to"):
            await append(log, place, numbered(0, 1))

    async def test_from_many_writers_keeps_each_unit_whole(self, log: Log, maker: Maker) -> None:
        """Commit order is offset order: no unit is torn, none lost, none seen late."""
        second = await maker.open()
        units = [
            [Record(b"%d" % unit, b"%d" % n) for n in range(unit % 5 + 1)] for unit in range(60)
        ]

        async def write(writer: Log, mine: list[list[Record]]) -> None:
            for unit in mine:
                await append(writer, EXPRESS, unit)

        async with asyncio.TaskGroup() as tasks:
            for index in range(6):
                tasks.create_task(write((log, second)[index % 2], units[index::6]))
        if second is not log:
            await second.close()

        found = await read_all(log, EXPRESS)
        assert [record.offset for record in found] == list(range(len(found)))
        landed = [tuple(record[1:]) for record in found]
        position = 0
        seen = []
        while position < len(landed):
            unit = units[int(landed[position][0])]
            assert landed[position : position + len(unit)] == [tuple(record) for record in unit]
            seen.append(int(unit[0].key))
            position += len(unit)
        assert sorted(seen) == list(range(60))

    async def test_is_read_by_a_tail_without_a_gap(self, log: Log) -> None:
        """A reader that follows many writers meets each offset once, in order."""
        total_count = 120

        async def follow() -> list[int]:
            offsets: list[int] = []
            while len(offsets) < total_count:
                await log.wait({EXPRESS: len(offsets)})
                records = await log.read(EXPRESS, len(offsets), bytes_max=50)
                offsets.extend(record.offset for record in records)
            return offsets

        async def write() -> None:
            for _ in range(total_count // 6):
                await append(log, EXPRESS, numbered(0, 2))

        async with asyncio.timeout(DEADLINE_SECONDS), asyncio.TaskGroup() as tasks:
            following = tasks.create_task(follow())
            for _ in range(3):
                tasks.create_task(write())

        assert following.result() == list(range(total_count))


# Kafka cannot compare before it appends; there the validity rule alone is the fence.
@pytest.mark.parametrize("maker", FENCING_ADAPTERS, indirect=True)
class TestFence:
    async def test_refuses_a_lower_epoch(self, log: Log) -> None:
        """A former owner that wakes up must not write after its successor."""
        await append(log, EVENTS, numbered(0, 1), 2)

        with pytest.raises(FencedError, match="at least 2, got: 1") as caught:
            await append(log, EVENTS, numbered(1, 2), 1)

        assert (caught.value.place, caught.value.current_epoch) == (EVENTS, 2)
        assert await span_of(log, EVENTS) == Span(0, 1)

    async def test_of_one_place_lands_nothing_in_the_others(self, log: Log) -> None:
        """Units of a call land together where the backend has transactions."""
        await append(log, EVENTS, numbered(0, 1), 2)

        with pytest.raises(FencedError):
            await log.append(
                [Append(OTHER_EVENTS, numbered(0, 1), 5), Append(EVENTS, numbered(0, 1), 1)]
            )

        assert await span_of(log, OTHER_EVENTS) == Span(0, 0)
        await append(log, OTHER_EVENTS, numbered(0, 1), 1)

    async def test_lets_the_same_and_a_higher_epoch_pass(self, log: Log) -> None:
        """An owner appends many times; its successor begins with a marker."""
        bases = [await append(log, EVENTS, numbered(0, 1), epoch) for epoch in (1, 1, 3, 3)]

        assert bases == [0, 1, 2, 3]

    async def test_does_not_bind_what_has_no_epoch(self, log: Log) -> None:
        """Inboxes have many writers and no owner among them."""
        await append(log, EXPRESS, numbered(0, 1), 9)

        assert await append(log, EXPRESS, numbered(0, 1)) == 1


class TestRead:
    async def test_at_the_end_is_empty(self, log: Log) -> None:
        """A reader that has caught up waits; it is not in error."""
        assert await log.read(EVENTS, 0, bytes_max=EVERYTHING) == ()

        await append(log, EVENTS, numbered(0, 2))

        assert await log.read(EVENTS, 2, bytes_max=EVERYTHING) == ()

    async def test_from_the_middle_of_a_unit_begins_there(self, log: Log) -> None:
        """Offsets address records, whatever the backend stores them in."""
        await append(log, EVENTS, numbered(0, 10))
        await append(log, EVENTS, numbered(10, 20))

        for offset in (4, 9, 10, 19):
            found = await read_all(log, EVENTS, offset)
            assert [record.value for record in found] == [
                b"value %d" % n for n in range(offset, 20)
            ]

    async def test_stops_near_its_limit_and_goes_on(self, log: Log) -> None:
        """Memory is bounded by the limit; a record larger than it still comes."""
        records = [Record(b"", bytes(1000)) for _ in range(10)]
        await append(log, EVENTS, records[:5])
        await append(log, EVENTS, records[5:])

        first = await log.read(EVENTS, 0, bytes_max=3_500)
        second = await log.read(EVENTS, len(first), bytes_max=3_500)

        assert [record.offset for record in first + second] == [0, 1, 2, 3, 4, 5]
        assert len(await log.read(EVENTS, 0, bytes_max=1)) == 1

    async def test_beyond_the_end_is_damage(self, log: Log) -> None:
        """Such a cursor belongs to another log, or this one lost its tail."""
        await append(log, EVENTS, numbered(0, 2))

        with pytest.raises(BeyondEndError, match="at most 2, got: 3"):
            await log.read(EVENTS, 3, bytes_max=EVERYTHING)

    async def test_of_an_unknown_partition_is_refused(self, log: Log) -> None:
        """It is a fault of the caller's arithmetic."""
        with pytest.raises(UnknownPlaceError):
            await log.read(Place(Topic.BULK, -1), 0, bytes_max=1)

    async def test_of_one_place_sees_no_other(self, log: Log) -> None:
        """Lanes and partitions share tables, not records."""
        places = places_of(PARTITION_COUNT)
        await log.append(
            [Append(place, [Record(b"", b"%d" % n)]) for n, place in enumerate(places)]
        )

        for number, place in enumerate(places):
            assert await read_all(log, place) == [StoredRecord(0, b"", b"%d" % number)]


class TestWait:
    async def test_returns_at_once_if_the_record_is_there(self, log: Log) -> None:
        """A reader must not sleep over work."""
        await append(log, EVENTS, numbered(0, 1))

        async with asyncio.timeout(DEADLINE_SECONDS):
            await log.wait({EVENTS: 0, EXPRESS: 0})

    async def test_returns_when_another_process_appends(self, log: Log, maker: Maker) -> None:
        """Inputs come from other processes; the owner must not need a poke."""
        writer = await maker.open()
        async with asyncio.timeout(DEADLINE_SECONDS), asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(log.wait({EXPRESS: 1, BULK: 0}))
            await append(writer, EXPRESS, numbered(0, 1))
            await append(writer, EVENTS, numbered(0, 1))
            done, _ = await asyncio.wait((waiting,), timeout=0.3)
            assert not done
            await append(writer, EXPRESS, numbered(0, 1))
        if writer is not log:
            await writer.close()

        assert (await span_of(log, EXPRESS)).end == 2

    async def test_can_be_cancelled(self, log: Log) -> None:
        """An owner that stops does not wait for work."""
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await log.wait({EVENTS: 0})

        assert await append(log, EVENTS, numbered(0, 1)) == 0
