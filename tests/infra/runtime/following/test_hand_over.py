"""A reader gets each decision once and in order, whatever part of it was handed over."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from engine.decision import Body, Decision, Envelope, Marker, Next, Nothing, PlacedDecision
from engine.ids import StreamKind, stream_id
from engine.requests import LinkPerson
from engine.validity import Cursor
from engine.wire import encode_body, encode_input, encode_record
from infra.log.memory import MemoryLog
from infra.log.port import Append, Place, Record, StoredRecord, Topic
from infra.runtime.following import hand_over
from infra.runtime.following.hand_over import Batch, Following
from tests.infra.runtime.homes import MONDAY, asked

PLACE = Place(Topic.EVENTS, 0)
POINT = stream_id(StreamKind.CONTACT_POINT, "tag")
COUNT = 12


class CountingLog(MemoryLog):
    """A log that counts how often it is read."""

    read_count = 0

    async def read(self, place: Place, offset: int, *, bytes_max: int) -> tuple[StoredRecord, ...]:
        """Count, and read."""
        self.read_count += 1
        return await super().read(place, offset, bytes_max=bytes_max)


def at(seq: int) -> Cursor:
    """Return the cursor of whoever has had the decisions up to `seq`."""
    return Cursor(seq + 1, 1, 1, seq) if seq else Cursor(generation=1)


async def written() -> tuple[CountingLog, tuple[PlacedDecision, ...]]:
    """Return a log of a dozen decisions, and these as an owner hands them over."""
    log = CountingLog(1)
    placed = [_placed(seq) for seq in range(1, COUNT + 1)]
    records = [Record(b"", encode_record(Marker(1, 1)))]
    for one in placed:
        envelope = Envelope(1, 1, one.seq, Next())
        decision = Decision(envelope, encode_body(one.body))
        records.append(Record(POINT.encode(), encode_record(decision)))
    await log.append([Append(PLACE, records, 1)])
    return log, tuple(placed)


def _placed(seq: int) -> PlacedDecision:
    item = asked(f"i{seq}", POINT, LinkPerson(account=f"a{seq}", person="p"))
    body = Body(
        stream=POINT, version=0, at=MONDAY, input=Raw(encode_input(item)), outcome=Nothing()
    )
    return PlacedDecision(0, seq, seq, body, item)


def batch(placed: Sequence[PlacedDecision], first: int, last: int) -> Batch:
    """Return what an owner hands over after it decided `first` to `last`."""
    return Batch(
        place=PLACE, before=at(first - 1), after=at(last), decisions=tuple(placed[first - 1 : last])
    )


def recovery(seq: int) -> Batch:
    """Return what an owner hands over when it took a partition that stands at `seq`."""
    return Batch(place=PLACE, before=at(seq), after=at(seq), decisions=())


async def drained(following: Following) -> list[int]:
    """Return the seqs of everything a reader can take."""
    seqs: list[int] = []
    while batches := await following.take():
        seqs += [placed.seq for one in batches for placed in one.decisions]
        following.moved(batches)
    return seqs


async def test_what_was_handed_over_is_not_read_again() -> None:
    """Reading what is in memory anyway would cost a query and a decoding per decision."""
    log, placed = await written()
    following = Following(log)
    following.start({PLACE: at(4)})

    following.hand_over(batch(placed, 5, 7))
    following.hand_over(batch(placed, 8, COUNT))

    assert await drained(following) == list(range(5, COUNT + 1))
    assert log.read_count == 0


async def test_what_a_recovery_found_is_read_although_first_and_last_fit() -> None:
    """8 and 9 landed unacknowledged: a reader that still held 5 to 7 skipped them for ever."""
    log, placed = await written()
    following = Following(log)
    following.start({PLACE: at(4)})

    following.hand_over(batch(placed, 5, 7))
    following.hand_over(recovery(9))
    following.hand_over(batch(placed, 10, COUNT))

    assert await drained(following) == list(range(5, COUNT + 1))


async def test_a_recovery_that_found_nothing_costs_no_reading() -> None:
    """Most partitions are taken again with nothing in their tail."""
    log, placed = await written()
    following = Following(log)
    following.start({PLACE: at(4)})

    following.hand_over(batch(placed, 5, 7))
    following.hand_over(recovery(7))
    following.hand_over(batch(placed, 8, COUNT))

    assert await drained(following) == list(range(5, COUNT + 1))
    assert log.read_count == 0


async def test_a_reader_that_fell_behind_reads_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is bounded, however slow a view is."""
    monkeypatch.setattr(hand_over, "HANDED_MAX", 3)
    log, placed = await written()
    following = Following(log)
    following.start({PLACE: at(0)})

    for seq in range(1, COUNT + 1):
        following.hand_over(batch(placed, seq, seq))

    assert await drained(following) == list(range(1, COUNT + 1))
    assert log.read_count


async def test_nothing_is_known_of_a_partition_before_its_owner_says_so() -> None:
    """A reader of this process follows what this process owns."""
    log, _ = await written()
    following = Following(log)
    following.start({PLACE: at(0)})

    assert following.is_drained
    assert await drained(following) == []


MOVES = st.lists(
    st.tuples(st.integers(1, 3), st.booleans(), st.sampled_from((False, False, True))),
    min_size=3,
    max_size=COUNT,
)


@given(st.integers(0, 3), MOVES)
def test_each_decision_comes_once_and_in_order(
    stands: int, moves: list[tuple[int, bool, bool]]
) -> None:
    """Whatever is handed over, found at a recovery or taken in between."""

    async def followed() -> None:
        log, placed = await written()
        following = Following(log)
        following.start({PLACE: at(stands)})
        had, seq = list(range(1, stands + 1)), stands
        for count, is_found, is_taken in moves:
            first, seq = seq + 1, min(COUNT, seq + count)
            following.hand_over(recovery(seq) if is_found else batch(placed, first, seq))
            if is_taken:
                had += await drained(following)
        had += await drained(following)
        assert had == list(range(1, len(had) + 1))
        assert len(had) >= seq

    asyncio.run(followed())
