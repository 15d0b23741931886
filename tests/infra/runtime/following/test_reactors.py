"""What events ask of other streams is carried partition by partition: one stops alone."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from msgspec import Raw

from engine import events as e
from engine.decision import Basis, Body, Events, PlacedDecision
from engine.events import Event
from engine.ids import StreamId, StreamKind, name_of, stream_id
from engine.reactions import needs_state, reactions
from engine.requests import LinkPerson, RecordObjection
from engine.rules import Stream
from engine.validity import Cursor
from engine.values import Channel, ContactPoint, Sealed
from engine.wire import encode_input
from infra.log.errors import LogUnavailableError
from infra.log.memory import MemoryLog
from infra.log.port import Append, Place, Record
from infra.runtime.answers import Answers
from infra.runtime.following import reactors as module
from infra.runtime.following.hand_over import Batch
from infra.runtime.following.memory_cursors import MemoryCursors
from infra.runtime.following.reactors import ReactionReader, Reactors
from infra.runtime.inboxes import Inboxes
from infra.runtime.partitions import home_of, homes, number_of
from tests.engine.account.story import HEAD, points
from tests.infra.runtime.homes import MONDAY, Home, asked
from tests.infra.runtime.stories import begin

WITHIN_SECONDS = 10.0


def in_another(kind: StreamKind, place: Place) -> StreamId:
    """Return a stream that lives in another partition."""
    names = (stream_id(kind, f"other-{number}") for number in range(50))
    return next(stream for stream in names if home_of(stream, 4) != place)


HERE = stream_id(StreamKind.CONTACT_POINT, "tag1")
PLACE = home_of(HERE, 4)
ELSEWHERE = in_another(StreamKind.CONTACT_POINT, PLACE)
ACCOUNT = in_another(StreamKind.ACCOUNT, PLACE)


class NotedCursors(MemoryCursors):
    """Says when cursors were kept."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = asyncio.Event()

    async def keep(self, cursors: Mapping[Place, Cursor]) -> None:
        """Keep, and say so."""
        await super().keep(cursors)
        self.kept.set()


class ReluctantLog(MemoryLog):
    """Refuses the first reactions, and takes them the second time."""

    has_refused = False

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append, unless it is the first reaction."""
        inbox_records = [unit.records for unit in appends if unit.epoch is None]
        is_reaction = any(
            b'"reactor"' in value for records in inbox_records for _, value in records
        )
        if is_reaction and not self.has_refused:
            self.has_refused = True
            raise LogUnavailableError(type(self).__name__, "refused")
        return await super().append(appends)


async def test_damage_in_one_partition_stops_the_reactions_of_that_one() -> None:
    """An objection must reach every account, whatever became of another partition."""
    home = Home()
    async with home.running() as runtime:
        await runtime.inboxes.ask(
            [
                asked("i1", HERE, LinkPerson(account="here", person="p")),
                asked("i2", ELSEWHERE, LinkPerson(account=name_of(ACCOUNT), person="p")),
            ]
        )
    partition = home.log._partitions[PLACE]  # type: ignore[attr-defined]  # a fault is planted
    partition.records[1] = partition.records[1]._replace(value=b"{}")
    home.cursors = MemoryCursors()

    async with home.running("second") as second:
        await second.inboxes.ask(
            [asked("i3", HERE, RecordObjection()), asked("i4", ELSEWHERE, RecordObjection())]
        )
        await second.quiet()
        health = second.health()
        history = await home.history(home_of(ACCOUNT, 4))

    assert set(health.partitions.values()) == {"running"}
    assert health.reactors.startswith(f"partition {PLACE.partition} stopped: expected events/")
    assert [placed.body.stream for placed in history if placed.input] == [ACCOUNT]


async def test_a_partition_taken_again_makes_only_its_own_reactions_wait() -> None:
    """A reply needs its account's state; an objection elsewhere does not wait for it."""
    account = in_another(StreamKind.ACCOUNT, home_of(ELSEWHERE, 4))
    reply = e.ReplyReceived(rule="exit.reply", person="p")
    objected = e.Objected(rule="stop", scope="all", accounts=(("a", "p"),))
    asked_for: list[StreamId] = []

    async def not_running(stream: StreamId) -> Stream | None:
        asked_for.append(stream)
        return None

    async with reacting(not_running) as (reactors, appended):
        reactors.hand_over(batch(account, reply))
        reactors.hand_over(batch(ELSEWHERE, objected))
        async with asyncio.timeout(WITHIN_SECONDS):
            await appended.wait()

        assert asked_for == [account]
        assert not reactors.is_quiet
        assert reactors.standing == "running"


async def test_cursors_are_kept_while_a_home_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet home that is killed after months must not carry again what nobody remembers."""
    monkeypatch.setattr(module, "KEEP_EVERY_SECONDS", 0.01)
    home = Home()
    home.cursors = cursors = NotedCursors()

    async with home.crashing() as runtime, asyncio.timeout(WITHIN_SECONDS):
        await runtime.inboxes.ask([asked("i1", HERE, LinkPerson(account="a", person="p"))])
        await runtime.quiet()
        cursors.kept.clear()
        await runtime.inboxes.ask([asked("i2", HERE, LinkPerson(account="b", person="p"))])
        while (await cursors.load()).get(PLACE, Cursor(generation=1)).seq < 2:
            cursors.kept.clear()
            await cursors.kept.wait()

    assert (await cursors.load())[PLACE].seq == 2


async def test_what_an_inbox_refused_is_carried_again() -> None:
    """A cursor that had moved before would leave an address that no objection finds."""
    log = ReluctantLog(4)
    home = Home(log=log)

    async with home.running() as runtime:
        await begin(runtime)
        histories = await home.histories()

    linked = sorted(
        placed.body.stream
        for history in histories.values()
        for placed in history
        for event in placed.body.events
        if isinstance(event, e.PersonLinked)
    )
    assert log.has_refused
    assert linked == sorted(f"contact_point:{point.tag}" for point in points(HEAD))


async def test_an_event_on_which_the_rules_break_leaves_the_others_theirs() -> None:
    """A stop of somebody else must not wait behind a fault of ours."""
    broken = batch(ACCOUNT, e.PersonAdded(rule="x", person="p", role=HEAD, points=(UNSPEAKABLE,)))
    sound = batch(HERE, e.Objected(rule="x", scope="all", accounts=((name_of(ACCOUNT), "p"),)))

    async def no_state(stream: StreamId) -> Stream | None:
        del stream
        return None

    async with reacting(no_state) as (reactors, appended):
        reactors.hand_over(broken)
        reactors.hand_over(sound)
        async with asyncio.timeout(WITHIN_SECONDS):
            await appended.wait()

        assert reactors.standing == "running"


UNSPEAKABLE = ContactPoint("\ud800", Channel.EMAIL, "a.example", Sealed("p", "email", "AAAA"))
"""A point whose tag no id can be made of."""


@asynccontextmanager
async def reacting(state_of: module.StateOf) -> AsyncIterator[tuple[Reactors, asyncio.Event]]:
    """Run reactors over four partitions; the event says that something was appended."""
    log, appended = MemoryLog(4), asyncio.Event()

    def on_appended(place: Place, base: int, records: Sequence[Record]) -> None:
        del place, base, records
        appended.set()

    inboxes = Inboxes(log, Answers(), on_appended)
    reactors = Reactors(
        reader=ReactionReader(reactions, MemoryCursors(), needs_state),
        log=log,
        inboxes=inboxes,
        state_of=state_of,
        generation=1,
    )
    await reactors.start(homes(4))
    tasks = [asyncio.ensure_future(service.run()) for service in (inboxes, reactors)]
    try:
        yield reactors, appended
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def batch(stream: StreamId, event: Event) -> Batch:
    """Return the first decision of a partition, handed over."""
    place = home_of(stream, 4)
    item = asked("i1", stream, LinkPerson(account="a", person="p"))
    body = Body(
        stream=stream,
        version=1,
        at=MONDAY,
        input=Raw(encode_input(item)),
        outcome=Events(events=(event,)),
        under=Basis(0),
    )
    placed = PlacedDecision(number_of(place), 1, 1, body, item)
    first = Cursor(generation=1)
    return Batch(place=place, before=first, after=Cursor(2, 1, 1, 1), decisions=(placed,))
