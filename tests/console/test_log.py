"""What `relance log` verifies, follows and reads, over a real log in memory."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from msgspec import Raw

from console.cli.exits import Exit
from console.desk.errors import UsageError
from console.desk.log_reading import BEGINNING, TailPosition, follow, head_of, read_records
from console.desk.verifying import verify_all
from engine.decision import Body, Decision, Envelope, Marker, Next, Nothing
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.requests import SetValues
from engine.wire import encode_body, encode_input, encode_record
from infra.log.memory import MemoryLog
from infra.log.port import Append, Place, Record, Topic
from tests.console.homes import PARTITION_COUNT, MemoryHome, typed
from tests.console.lines import NOW

PLACE = Place(Topic.EVENTS, 1)
STREAM = StreamId("account:1")


def decision(seq: int, *, epoch: int = 1, version: int = 0, express: int = 0) -> Record:
    """Return a valid decision that changed nothing, or what a test makes of it."""
    item = Input(
        id=InputId(f"i-{seq}"),
        stream=STREAM,
        at=NOW + timedelta(minutes=seq),
        actor="camille",
        source="cli",
        request=SetValues(values={"a": "b"}),
    )
    body = Body(
        stream=STREAM,
        version=version,
        at=item.at,
        input=Raw(encode_input(item)),
        outcome=Nothing(),
    )
    envelope = Envelope(generation=1, epoch=epoch, seq=seq, next=Next(express=express))
    return Record(STREAM.encode(), encode_record(Decision(envelope, encode_body(body))))


def marker(epoch: int = 1) -> Record:
    """Return the beginning of an epoch."""
    return Record(b"", encode_record(Marker(generation=1, epoch=epoch)))


async def log_of(*records: Record) -> MemoryLog:
    """Return a log whose partition 1 holds these."""
    log = MemoryLog(PARTITION_COUNT)
    await log.append([Append(PLACE, records)])
    return log


async def damage_of(*records: Record) -> str:
    """Return what verifying these finds."""
    verified = await verify_all(await log_of(*records), lambda _done, _total: None)
    assert [bool(partition.damage) for partition in verified][:2] == [False, False]
    return verified[2].damage


class TestVerify:
    async def test_it_counts_what_is_valid_and_what_is_not(self) -> None:
        """A late write of a former owner is no damage, and is counted."""
        log = await log_of(
            marker(1), decision(1), marker(2), decision(2, epoch=1), decision(2, epoch=2)
        )

        verified = await verify_all(log, lambda _done, _total: None)

        found = verified[2]
        assert (found.record_count, found.valid_count, found.skipped_count) == (5, 2, 1)
        assert (found.epoch, found.stream_count, found.damage) == (2, 1, "")
        assert found.outcomes == {"nothing": 2}

    async def test_it_tells_how_far_it_is(self) -> None:
        """A long log takes minutes."""
        told: list[tuple[int, int]] = []
        log = await log_of(marker(), decision(1))

        await verify_all(log, lambda done, total: told.append((done, total)))

        assert told == [(2, 2)]

    @pytest.mark.parametrize(
        ("records", "told"),
        [
            ((marker(), decision(2)), "expected seq 1 at offset 1, got: 2"),
            ((decision(1),), "expected epoch 0 at offset 0, got: 1"),
            ((marker(), Record(b"", b"{")), "expected a log record to decode"),
            ((marker(), decision(1, version=1)), "version 1 of account:1 where 0 follows"),
            ((marker(), decision(1, express=2), decision(2, express=1)), "a lane that ran back"),
        ],
    )
    async def test_it_says_where_the_damage_is(
        self, records: tuple[Record, ...], told: str
    ) -> None:
        """Whoever restores must know which partition, from which offset."""
        damage = await damage_of(*records)

        assert told in damage
        assert "events/1" in damage

    def test_damage_has_a_code_of_its_own(self) -> None:
        """A script that verifies every night must wake somebody."""
        home = MemoryHome(records=asyncio.run(log_of(marker(), decision(2))))

        ran = typed(home, "log", "verify", "--json")

        assert ran.exit is Exit.DAMAGE
        verified = msgspec.json.decode(ran.out, type=list[dict[str, object]])
        assert "expected seq 1" in str(verified[2]["damage"])


def position_of(log: MemoryLog, text: str = BEGINNING) -> TailPosition:
    """Return the position that a text names in a log."""
    return TailPosition.parse(text, generation=1, partition_count=log.partition_count)


class TestFollow:
    async def test_it_yields_each_valid_decision_as_it_comes(self) -> None:
        """What does not count must not be shown as if it had happened."""
        log = await log_of(marker(), decision(1))
        following = follow(log, position_of(log))

        first = await anext(following)
        waiting = asyncio.ensure_future(anext(following))
        await log.append([Append(PLACE, [decision(1), decision(2)])])

        assert (first.seq, (await waiting).seq) == (1, 2)

    async def test_it_goes_on_where_another_ended(self) -> None:
        """A program that was restarted misses nothing, and sees nothing twice."""
        log = await log_of(marker(), decision(1), decision(2), decision(3))
        await log.append([Append(Place(Topic.EVENTS, 0), [marker(), decision(1), decision(2)])])
        whole = follow(log, position_of(log))
        expected = [await anext(whole) for _ in range(5)]

        for count in range(6):
            position = position_of(log)
            first = follow(log, position)
            given = [await anext(first) for _ in range(count)]
            rest = follow(log, position_of(log, position.text))
            given += [await anext(rest) for _ in range(5 - count)]
            assert given == expected

    @pytest.mark.parametrize("text", ["", "x", "1=2", "1=1.1.1.1.1", "999=1.1.1.1", "1=-1.1.1.1"])
    async def test_a_position_that_is_none_is_refused(self, text: str) -> None:
        """Read from somewhere else, what lies between would never be missed."""
        with pytest.raises(UsageError, match="expected --from to be beginning, or where"):
            position_of(await log_of(marker()), text)

    def test_a_decision_is_one_line(self) -> None:
        """At, stream, what was asked by whom, outcome: read while it scrolls."""
        home = MemoryHome(records=asyncio.run(log_of(marker(), decision(1))))

        ran = typed(home, "log", "tail", "--count", "1")

        assert ran.out == "2027-01-11 10:01 account:1 set_values by camille (cli): nothing\n"

    def test_or_one_document(self) -> None:
        """A program that follows reads line by line."""
        home = MemoryHome(records=asyncio.run(log_of(marker(), decision(1))))

        ran = typed(home, "log", "tail", "--count", "1", "--json")

        document = msgspec.json.decode(ran.out, type=dict[str, object])
        assert document["stream"] == "account:1"
        assert document["position"] == "1=0.0.0.1"
        assert ran.out.count("\n") == 1


class TestRead:
    async def test_it_pages_through_records(self) -> None:
        """Where to go on is part of the answer."""
        log = await log_of(marker(), decision(1), decision(2))

        page = await read_records(log, PLACE, 1, count_max=1)

        assert ([record.offset for record in page.records], page.next_offset) == ([1], 2)
        assert (await read_records(log, PLACE, 3, count_max=5)).next_offset == 3

    async def test_heads_name_every_partition(self) -> None:
        """One that is missing from the list is looked for in vain."""
        heads = await head_of(await log_of(marker(), decision(1)))

        counts = {
            (partition.topic, partition.partition): partition.record_count for partition in heads
        }
        assert counts["events", 1] == 2
        assert len(heads) == 4 * PARTITION_COUNT + 2

    def test_an_offset_beyond_the_end_is_said(self) -> None:
        """An empty answer would look like the end of the log."""
        ran = typed(MemoryHome(), "log", "read", "0", "--from", "7")

        assert ran.exit is Exit.BAD_INPUT
        assert "expected the offset in events/0 to be at most 0, got: 7" in ran.err
