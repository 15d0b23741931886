"""Two processes on one log, the second by force: the first gives up, and nothing counts twice."""

import asyncio
from dataclasses import replace

import pytest

from engine.ids import WORKSPACE, StreamKind, stream_id
from engine.requests import LinkPerson, PublishRuleset
from infra.home.assembly import runtime_of
from infra.intake import Submission
from infra.runtime.runtime import Runtime
from sequences.rulesets import load_ruleset
from tests.infra.runtime.homes import running
from tests.systems.house import FIRST_MAIL_AT, House, Life, decided, submission

pytestmark = pytest.mark.connected

PEOPLE = {f"ville{number}": f"chef@ville{number}.example" for number in range(12)}
LINK_COUNT = 40
MINUTE_SECONDS = 60.0
GIVEN_UP = {
    f"waiting: {why}"
    for why in ("FencedError", "LeaseHeldError", "LeaseLostError", "LostTenureError")
}


def link(number: int) -> Submission:
    """Return a request; forty of them reach every partition."""
    stream = stream_id(StreamKind.CONTACT_POINT, f"tag{number}")
    return submission(f"link-{number}", stream, LinkPerson(account="ailleurs", person="p"))


async def process(house: House, name: str, *, by_force: bool) -> Runtime:
    """Return a process of its own, which knows nothing of others."""
    runtime = await runtime_of(house.store, house.clock, house.post, home=house.folder / name)
    return Runtime(replace(runtime._parts, force_leases=by_force))


async def test_the_first_gives_up_and_nothing_counts_twice(house: House) -> None:
    """A frozen laptop wakes up while another process goes on with its work."""
    links = [link(number) for number in range(LINK_COUNT)]
    first = await process(house, "first", by_force=False)
    second = await process(house, "second", by_force=True)
    async with asyncio.timeout(MINUTE_SECONDS), running(first):
        former = Life(house=house, runtime=first)
        await former.founded(PEOPLE)
        await house.clock.advance_to(FIRST_MAIL_AT)
        async with running(second):
            life = Life(house=house, runtime=second)
            await all_given_up(former)
            standing = set(first.health().partitions.values())
            await life.ask(*links)
            await life.play(FIRST_MAIL_AT)
        await first.ready()
        again = await former.intake.ask(links)
        await first.quiet()
        counts = decided(await house.history())

        assert standing <= GIVEN_UP
        assert all(again)
        assert {counts[link.stream, link.id] for link in links} == {1}
        assert {n for (stream, _), n in counts.items() if stream != WORKSPACE} == {1}
        assert house.sent() == sorted(PEOPLE.values())
        assert {touch.status for touch in (await house.touches()).values()} == {"sent"}
        assert await house.differences() == []
        assert set(first.health().partitions.values()) == {"running"}


async def all_given_up(former: Life) -> None:
    """Let a former owner try to decide in each partition until it owns none."""
    asked = [link(LINK_COUNT + number) for number in range(LINK_COUNT)]
    asked.append(submission("again", WORKSPACE, PublishRuleset(ruleset=load_ruleset())))
    while "running" in former.runtime.health().partitions.values():
        await former.runtime.inboxes.send(former.inputs(asked))
