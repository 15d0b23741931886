"""Appends get lost, come twice, come late, or nobody knows: every input is decided once."""

import pytest

from engine.decision import Events, Repeated
from engine.ids import StreamKind, stream_id
from engine.inputs import Input, Lane
from engine.requests import LinkPerson
from infra.log.port import Append, Place, Record, Topic
from infra.runtime.partitions import home_of
from tests.infra.runtime.faults import FaultyLog, UnfencedLog, WithholdingLog
from tests.infra.runtime.homes import Home, asked

POINT = stream_id(StreamKind.CONTACT_POINT, "tag1")


def links(count: int, *, first: int = 0) -> list[Input]:
    """Return inputs that each give one of eight addresses another account."""
    return [
        asked(
            f"i{number}",
            stream_id(StreamKind.CONTACT_POINT, f"tag{number % STREAMS}"),
            LinkPerson(account=f"a{number}", person="p1"),
        )
        for number in range(first, first + count)
    ]


STREAMS = 8


async def decisions(home: Home) -> list[str]:
    """Return the ids of inputs from outside, once per decision that is no repeat."""
    return [
        placed.input.id
        for history in (await home.histories()).values()
        for placed in history
        if placed.input is not None
        and placed.input.source == "cli"
        and not isinstance(placed.body.outcome, Repeated)
    ]


async def decided_once(home: Home, items: list[Input]) -> None:
    """Check that each input has one decision that is no repeat, in order per stream."""
    decided: dict[str, list[str]] = {}
    for history in (await home.histories()).values():
        for placed in history:
            item, outcome = placed.input, placed.body.outcome
            if item is not None and item.source == "cli" and not isinstance(outcome, Repeated):
                decided.setdefault(item.stream, []).append(item.id)
    wanted: dict[str, list[str]] = {}
    for item in items:
        wanted.setdefault(item.stream, []).append(item.id)
    assert decided == wanted


@pytest.mark.slow
@pytest.mark.parametrize("kind", [FaultyLog, UnfencedLog])
@pytest.mark.parametrize("seed", range(1, 5))
async def test_every_input_is_decided_once_whatever_happens_to_appends(
    kind: type[FaultyLog], seed: int
) -> None:
    """Unknown outcome: take the partition again, recover from the log."""
    log = kind(4, seed, rate=0.3)
    home = Home(log=log)
    items = links(60)

    async with home.running() as runtime:
        for start in range(0, len(items), 6):
            answers = await runtime.inboxes.ask(items[start : start + 6], within_seconds=30)
            assert all(answers)

    assert log.fault_count
    await decided_once(home, items)


async def test_answers_come_although_the_append_was_of_unknown_outcome() -> None:
    """Whoever waits learns of the decision when it is found in the log."""
    log = FaultyLog(4, seed=1, rate=0.5)
    home = Home(log=log)

    async with home.running() as runtime:
        answers = await runtime.inboxes.ask(links(16), within_seconds=30)

    assert all(answers)


async def test_a_killed_process_loses_nothing_but_time() -> None:
    """Nothing was flushed: the next process finds everything in the log."""
    home = Home()
    async with home.crashing() as runtime:
        await runtime.inboxes.ask(links(40))

    async with home.running("second") as second:
        await second.inboxes.ask(links(40, first=40))
        await second.quiet()

    await decided_once(home, links(80))


async def test_what_was_not_valid_is_not_written_down() -> None:
    """A state ahead of its log would take the input for one that was decided."""
    log = WithholdingLog(4)
    home = Home(log=log)
    async with home.running() as runtime:
        await runtime.inboxes.ask(links(8))
        log.withholds = True
        await runtime.inboxes.send(links(8, first=8))
        await log.asked.wait()
    log.withholds = False
    log.withheld.clear()

    async with home.running("second") as second:
        answers = await second.inboxes.ask(links(8, first=8))

    assert all(answer and isinstance(answer.outcome, Events) for answer in answers)
    await decided_once(home, links(16))


async def test_what_lands_just_before_the_own_marker_is_recovered() -> None:
    """Whoever took the partition has looked already, and must look once more."""
    log = WithholdingLog(4)
    home = Home(log=log)
    async with home.crashing() as runtime:
        log.withholds = True
        await runtime.inboxes.send(links(8), Lane.BULK)
        await log.asked.wait()
        await runtime.inboxes.send(links(8, first=8))  # the next owner would begin with these
    log.withholds = False

    async with home.running("second") as second:
        await second.quiet()

    assert sorted(await decisions(home)) == sorted(item.id for item in links(16))


async def test_a_trimmed_inbox_below_what_was_decided_stops_the_partition() -> None:
    """An input that vanished before its decision is damage, and said."""
    home = Home()
    place = home_of(POINT, 4)
    inbox = Place(Topic.EXPRESS, place.partition)
    await home.log.append([Append(inbox, [Record(POINT.encode(), b"{}")] * 3)])
    await home.log.trim(inbox, 2)

    async with home.running() as runtime:
        await runtime.quiet()
        health = runtime.health()

    assert health.partitions[place.partition].startswith("stopped: expected the offset")


async def test_a_gap_in_the_log_stops_the_partition_and_says_where() -> None:
    """A person must look; the other partitions go on."""
    home = Home()
    place = home_of(POINT, 4)
    async with home.running() as runtime:
        await runtime.inboxes.ask(links(8))
    partition = home.log._partitions[place]  # type: ignore[attr-defined]  # a fault is planted
    del partition.records[1]
    partition.records = [
        record._replace(offset=offset) for offset, record in enumerate(partition.records)
    ]
    home.states._positions.clear()
    home.states._rows.clear()

    async with home.running("second") as runtime:
        standing = runtime.health().partitions

    assert standing[place.partition].startswith(f"stopped: expected events/{place.partition}")
    assert sorted(standing.values())[:4] == ["running"] * 4
