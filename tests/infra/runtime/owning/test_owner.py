"""What becomes of an input, from its inbox to its answer."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from engine.decision import Events, Nothing, Quarantined, Refused, Repeated
from engine.events import SequencePublished
from engine.ids import WORKSPACE, InputId, StreamKind, stream_id
from engine.inputs import Lane
from engine.requests import (
    LinkPerson,
    PublishRuleset,
    PublishSequence,
    RecordObjection,
    Wake,
)
from engine.wire import encode_input
from infra.log.memory import MemoryLog
from infra.log.port import Append, Place, Record, Topic
from infra.runtime.partitions import WORKSPACE_PLACE, home_of
from sequences.hashing import sequence_hash
from sequences.rulesets import load_ruleset
from tests.engine.account.story import thirty_days
from tests.infra.runtime.homes import MONDAY, Home, asked, outcomes

POINT = stream_id(StreamKind.CONTACT_POINT, "tag1")
LINK = LinkPerson(account="217901911", person="p1")
PLAN = thirty_days()
PUBLISH_RULES = PublishRuleset(ruleset=load_ruleset())
PUBLISH_PLAN = PublishSequence(hash=sequence_hash(PLAN), sequence=PLAN)


POISON = Record(POINT.encode(), b'{"broken":"' + 60_000 * b"x")
POISON_COUNT = 400


class TestPoison:
    async def test_that_fills_an_inbox_is_put_aside_and_stops_nothing(self) -> None:
        """Four hundred inputs that do not decode ended three starts in a row, each by itself."""
        home = Home()
        place = Place(Topic.EXPRESS, home_of(POINT, 4).partition)
        for _ in range(POISON_COUNT // 40):
            await home.log.append([Append(place, [POISON] * 40)])

        async with home.running() as runtime:
            (answer,) = await runtime.inboxes.ask([asked("i1", POINT, LINK)])
            kept = Place(Topic.QUARANTINE, place.partition)
            spans = await home.log.spans([kept])

        assert answer is not None
        assert isinstance(answer.outcome, Events)
        assert spans[kept].end == POISON_COUNT


class TestAnInput:
    async def test_is_answered_by_its_valid_decision(self) -> None:
        """Being in the inbox promises nothing; the answer does."""
        home = Home()

        async with home.running() as runtime:
            (answer,) = await runtime.inboxes.ask([asked("i1", POINT, LINK)])

        assert answer is not None
        assert isinstance(answer.outcome, Events)
        assert (answer.stream, answer.version, answer.seq) == (POINT, 1, 1)

    async def test_sent_again_gets_the_same_answer(self) -> None:
        """A client that saw no answer may always ask again."""
        home = Home()

        async with home.running() as runtime:
            await runtime.inboxes.ask([asked("i1", POINT, LINK)])
            (again,) = await runtime.inboxes.ask([asked("i1", POINT, LINK)])

        assert again is not None
        assert again.outcome == Repeated(of=again.input_id, was="events")

    async def test_that_changes_nothing_is_decided_all_the_same(self) -> None:
        """An auditor can prove that no input was dropped."""
        home = Home()

        async with home.running() as runtime:
            await runtime.inboxes.ask([asked("i1", POINT, LINK), asked("i2", POINT, LINK)])
            history = await home.history(home_of(POINT, 4))

        assert outcomes(history) == ["Events", "Nothing"]

    async def test_for_a_stream_of_another_kind_is_refused(self) -> None:
        """The code says which; nothing breaks."""
        account = stream_id(StreamKind.ACCOUNT, "217901911")

        async with Home().running() as runtime:
            (answer,) = await runtime.inboxes.ask([asked("i1", account, LINK)])

        assert answer is not None
        assert isinstance(answer.outcome, Refused)


class TestAnObjection:
    async def test_is_answered_once_its_stop_is_written(self) -> None:
        """After the answer nothing goes to that address but what the answer lists."""
        home = Home()

        async with home.running() as runtime:
            (answer,) = await runtime.inboxes.ask([asked("i1", POINT, RecordObjection())])

        assert answer is not None
        assert answer.in_flight == ("T-217901911-4",)
        assert home.suppression.written == [POINT]

    async def test_is_not_answered_by_another_streams_input_of_the_same_id(self) -> None:
        """Ids are unique in a stream; who objected must not go away with someone else's answer."""
        account = stream_id(StreamKind.ACCOUNT, "217901911")
        both = [asked("i1", account, LINK), asked("i1", POINT, RecordObjection())]

        async with Home().running() as runtime:
            answers = await runtime.inboxes.ask(both)

        assert [answer.stream for answer in answers if answer] == [account, POINT]
        assert [answer.in_flight for answer in answers if answer] == [(), ("T-217901911-4",)]

    async def test_repeated_waits_for_the_stop_as_well(self) -> None:
        """Whoever asks again must be able to rely on the answer just as much."""
        home = Home()

        async with home.running() as runtime:
            await runtime.inboxes.ask([asked("i1", POINT, RecordObjection())])
            answers = await runtime.inboxes.ask(
                [
                    asked("i1", POINT, RecordObjection()),
                    asked("i2", POINT, RecordObjection()),
                ]
            )

        assert [type(answer.outcome) for answer in answers if answer] == [Repeated, Nothing]
        assert [answer.in_flight for answer in answers if answer] == [("T-217901911-4",)] * 2
        assert home.suppression.written == [POINT] * 3


class TestWhatCannotBeDecided:
    async def test_bytes_that_do_not_decode_are_quarantined(self) -> None:
        """They have their decision, and can be read where they were put."""
        home = Home()
        place = home_of(POINT, 4)
        inbox = Place(Topic.EXPRESS, place.partition)

        async with home.running() as runtime:
            await home.log.append([Append(inbox, [Record(POINT.encode(), b"\xff\x00")])])
            await runtime.quiet()
            (placed,) = await home.history(place)
            kept = await home.log.read(Place(Topic.QUARANTINE, place.partition), 0, bytes_max=1_000)

        assert isinstance(placed.body.outcome, Quarantined)
        assert placed.input is None
        assert [record.value for record in kept] == [b"\xff\x00"]

    async def test_an_input_in_a_wrong_partition_is_quarantined(self) -> None:
        """Deciding it there would give its stream two histories."""
        home = Home()
        wrong = (home_of(POINT, 4).partition + 1) % 4
        data = encode_input(asked("i1", POINT, LINK))

        async with home.running() as runtime:
            place = Place(Topic.EXPRESS, wrong)
            await home.log.append([Append(place, [Record(POINT.encode(), data)])])
            await runtime.quiet()
            (placed,) = await home.history(Place(Topic.EVENTS, wrong))

        assert placed.body.outcome == Quarantined(reason="wrong_partition")

    async def test_what_only_an_owner_raises_is_quarantined_from_outside(self) -> None:
        """Otherwise anybody with a socket could attempt a touch without a grant."""
        wake = Wake(due_at=MONDAY, fired_at=MONDAY)
        account = stream_id(StreamKind.ACCOUNT, "217901911")

        async with Home().running() as runtime:
            (answer,) = await runtime.inboxes.ask([asked("i1", account, wake)])

        assert answer is not None
        assert answer.outcome == Quarantined(reason="owner_only")

    async def test_an_instant_without_zone_is_quarantined(self) -> None:
        """Compared with an aware one it would break the rules for the whole stream."""
        naive = datetime(2027, 1, 11, 8)  # noqa: DTZ001

        async with Home().running() as runtime:
            (answer,) = await runtime.inboxes.ask([asked("i1", POINT, LINK, at=naive)])

        assert answer is not None
        assert answer.outcome == Quarantined(reason="at_without_zone")

    async def test_an_input_on_which_the_rules_break_is_quarantined_alone(self) -> None:
        """The partition goes on; the next input of the same stream is decided."""
        naive = datetime(2027, 1, 11, 8)  # noqa: DTZ001
        account = stream_id(StreamKind.ACCOUNT, "217901911")
        broken = Wake(due_at=naive, fired_at=naive)

        async with Home().running() as runtime:
            answers = await runtime.inboxes.ask(
                [
                    asked("i1", account, broken),
                    asked("i2", account, LINK),
                ]
            )

        assert [type(answer.outcome) for answer in answers if answer] == [Quarantined, Refused]


class DeafLog(MemoryLog):
    """Tells nobody that something was published."""

    async def wait(self, ends: Mapping[Place, int]) -> None:
        """Hear nothing of the workspace's own log."""
        if WORKSPACE_PLACE in ends:
            await asyncio.Event().wait()
        await super().wait(ends)


class TestPublications:
    async def test_are_adopted_by_every_partition(self) -> None:
        """Each partition's history is complete by itself."""
        home = Home()

        async with home.running() as runtime:
            await runtime.inboxes.ask(
                [
                    asked("i1", WORKSPACE, PUBLISH_RULES),
                    asked("i2", WORKSPACE, PUBLISH_PLAN),
                ]
            )
            await runtime.quiet()
            histories = await home.histories()

        published = histories.pop(WORKSPACE_PLACE)
        assert outcomes(published) == ["Events", "Events"]
        assert [outcomes(history) for history in histories.values()] == [["Events", "Events"]] * 4

    async def test_are_adopted_before_an_input_that_needs_them(self) -> None:
        """Nobody is refused for want of a publication they had seen."""
        home = Home()

        async with home.running() as runtime:
            (published,) = await runtime.inboxes.ask([asked("i1", WORKSPACE, PUBLISH_RULES)])
            assert published is not None
            item = asked("i2", POINT, LINK, needs_w=published.w)
            (answer,) = await runtime.inboxes.ask([item])

        assert answer is not None
        assert answer.w == 1

    async def test_are_looked_for_if_nobody_told_of_them(self) -> None:
        """The hint that something was published may be lost, or late."""
        home = Home(log=DeafLog(4))

        async with home.running() as runtime:
            (published,) = await runtime.inboxes.ask([asked("i1", WORKSPACE, PUBLISH_RULES)])
            assert published is not None
            item = asked("i2", POINT, LINK, needs_w=published.w)
            (answer,) = await runtime.inboxes.ask([item])

        assert answer is not None
        assert answer.w == 1

    async def test_survive_a_restart(self) -> None:
        """The rules in force are part of the flushed state and of the log."""
        home = Home()
        async with home.running() as runtime:
            await runtime.inboxes.ask([asked("i1", WORKSPACE, PUBLISH_PLAN)])
            await runtime.quiet()

        async with home.running("second") as runtime:
            (answer,) = await runtime.inboxes.ask([asked("i2", WORKSPACE, PUBLISH_PLAN)])
            await runtime.quiet()
            histories = await home.histories()

        assert answer is not None
        assert answer.outcome == Nothing()
        adoptions = [
            event
            for history in histories.values()
            for placed in history
            for event in placed.body.events
            if not isinstance(event, SequencePublished)
        ]
        assert len(adoptions) == 4


class TestLanes:
    async def test_a_reply_overtakes_a_backlog(self) -> None:
        """A bulk import must not delay what stops a sequence."""
        home = Home()
        bulk = [asked(f"b{number}", POINT, LINK) for number in range(500)]
        place = home_of(POINT, 4)
        records = [Record(POINT.encode(), encode_input(item)) for item in bulk]
        await home.log.append([Append(Place(Topic.BULK, place.partition), records)])
        express = Record(POINT.encode(), encode_input(asked("e1", POINT, LINK)))
        await home.log.append([Append(Place(Topic.EXPRESS, place.partition), [express])])

        async with home.running() as runtime:
            await runtime.quiet()
            history = await home.history(place)

        ids = [placed.input.id for placed in history if placed.input]
        assert ids.index(InputId("e1")) < 400
        assert [input_id for input_id in ids if input_id != "e1"] == [item.id for item in bulk]

    async def test_bulk_inputs_get_answers_too(self) -> None:
        """An import shows its progress by them."""
        async with Home().running() as runtime:
            (answer,) = await runtime.inboxes.ask([asked("b1", POINT, LINK)], Lane.BULK)

        assert answer is not None
        assert isinstance(answer.outcome, Events)
