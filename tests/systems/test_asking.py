"""What comes in through the door: late, twice, garbled or too large."""

import asyncio

import pytest

from engine.decision import Events, Quarantined, Refused, Repeated
from engine.ids import StreamId, StreamKind, stream_id
from engine.inputs import INPUT_BYTES_MAX
from engine.refusals import RefusalCode
from engine.requests import LinkPerson, RecordNotice, RecordObjection, Resume, Wake
from engine.wire import encode_input
from infra.log.port import Append, Place, Record, Topic
from infra.log.postgres import PostgresLog
from infra.runtime.errors import DoorError
from infra.runtime.partitions import home_of, quarantine_of
from tests.systems.holding import hold
from tests.systems.house import BEGINS_AT, PARTITION_COUNT, House, account, submission

pytestmark = pytest.mark.connected

POINT = stream_id(StreamKind.CONTACT_POINT, "tag1")
LINK = submission("link", POINT, LinkPerson(account="amiens", person="p"))
OBJECTION = submission("objection", POINT, RecordObjection())
UNKNOWN = submission("resume", account("nowhere"), Resume(hold=1))
LATE_SECONDS = 0.05
LATE_SECONDS_MAX = 3.0
WAKE = submission("wake", POINT, Wake(due_at=BEGINS_AT, fired_at=BEGINS_AT))


class TestAnAnswerThatDoesNotCome:
    async def test_is_waited_for_until_the_deadline_and_no_longer(self, house: House) -> None:
        """A terminal that hangs is killed; one that says "no answer yet" is asked again."""
        async with house.running() as life, life.door() as client:
            held = hold(life.runtime, StreamKind.CONTACT_POINT)
            async with asyncio.timeout(LATE_SECONDS_MAX):
                late = await client.ask(life.inputs([OBJECTION]), within_seconds=LATE_SECONDS)
            held.may_read.set()
            (again,) = await client.ask(life.inputs([OBJECTION]))

        assert late == (None,)
        assert again is not None
        assert isinstance(again.outcome, Events)

    async def test_is_the_same_whenever_it_is_asked_for(self, house: House) -> None:
        """A retry that were a second command would pause, link or enrol twice."""
        async with house.running() as life, life.door() as client:
            asked = life.inputs([OBJECTION, UNKNOWN])
            first = await client.ask(asked)
            second = await client.ask(asked)
        async with house.running() as life, life.door() as client:
            third = await client.ask(asked)

        assert [type(answer.outcome) for answer in first if answer] == [Events, Refused]
        assert [answer.outcome for answer in second if answer] == [
            Repeated(of=OBJECTION.id, was="events"),
            Repeated(of=UNKNOWN.id, was="refused", code=RefusalCode.UNKNOWN_ACCOUNT),
        ]
        assert [answer.outcome for answer in third if answer] == [
            answer.outcome for answer in second if answer
        ]


GARBAGE: dict[str, tuple[StreamId, bytes, str]] = {
    "no bytes": (POINT, b"", "malformed"),
    "no json": (POINT, b"\x00\xff\xfe garbage", "malformed"),
    "no input": (POINT, b'{"id": "x"}', "missing required field"),
    "deep json": (POINT, b'{"x":' * (INPUT_BYTES_MAX // 5), "malformed"),
    "no stream": (StreamId("nobody:knows"), b"{}", "missing required field"),
}


class TestBytesThatAreNoInput:
    @pytest.mark.parametrize(("stream", "data", "why"), GARBAGE.values(), ids=list(GARBAGE))
    async def test_are_decided_kept_apart_and_hold_nobody_up(
        self, house: House, stream: StreamId, data: bytes, why: str
    ) -> None:
        """Another system may write to an inbox: one bad record must not stop a stream."""
        home = home_of(POINT, PARTITION_COUNT)
        inbox = Place(Topic.EXPRESS, home.partition)
        other = await PostgresLog.open(house.store.dsn)
        async with house.running() as life:
            await other.append([Append(inbox, [Record(stream.encode(), data)])])
            (answer,) = await life.ask(LINK)
            await life.runtime.quiet()
            shown = await house.status()
            health = life.runtime.health()
        (kept,) = await other.read(quarantine_of(home), 0, bytes_max=INPUT_BYTES_MAX)
        await other.close()

        outcomes = [placed.body.outcome for placed in await house.history()]
        (quarantined,) = [outcome for outcome in outcomes if isinstance(outcome, Quarantined)]
        assert why in quarantined.reason
        assert (kept.key, kept.value) == (stream.encode(), data)
        assert isinstance(answer.outcome, Events)
        assert sum(partition.quarantined_count for partition in shown.partitions) == 1
        assert {*health.partitions.values(), *health.views.values()} == {"running"}
        assert await house.differences() == []

    async def test_that_only_an_owner_may_write_are_kept_apart_too(self, house: House) -> None:
        """Whoever reaches an inbox must not be able to attempt a touch without a grant."""
        home = home_of(POINT, PARTITION_COUNT)
        async with house.running() as life:
            (item,) = life.inputs([WAKE])
            record = Record(POINT.encode(), encode_input(item))
            log = house.store.log
            await log.append([Append(Place(Topic.EXPRESS, home.partition), [record])])
            await life.ask(LINK)
            await life.runtime.quiet()

        outcomes = [placed.body.outcome for placed in await house.history()]
        assert [outcome for outcome in outcomes if isinstance(outcome, Quarantined)] == [
            Quarantined(reason="owner_only")
        ]
        assert await house.differences() == []


async def test_an_input_over_64_kib_is_refused_at_the_door(house: House) -> None:
    """In the log it would be there for ever."""
    notice = RecordNotice(reference="a" * INPUT_BYTES_MAX)
    async with house.running() as life, life.door() as client:
        (item,) = life.inputs([submission("large", account("amiens"), notice)])
        with pytest.raises(DoorError, match="at most 64 KiB"):
            await client.ask([item])

    assert await house.history() == []
