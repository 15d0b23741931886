"""A machine whose clock jumps decides nothing and sends nothing until it is right again."""

import asyncio
from datetime import timedelta

from engine import requests as r
from engine.decision import Events
from infra.runtime.partitions import home_of
from infra.steady_clock import SteadyClock
from tests.engine.account.story import NIORT
from tests.infra.machine import Machine
from tests.infra.runtime.homes import MONDAY, Home, SendingDispatcher, asked
from tests.infra.runtime.stories import begin

LOOKED_AT_FOR_SECONDS = 0.2


async def test_nothing_is_decided_while_the_clock_is_wrong() -> None:
    """A month ahead for five seconds sent every e-mail of the month and skipped its calls."""
    machine = Machine()
    home = Home(clock=SteadyClock(machine, machine.elapsed_seconds), dispatcher=SendingDispatcher())
    request = r.SetValues(values={"offre": "another"})

    async with home.running() as runtime:
        await begin(runtime)
        before = await home.histories()
        machine.set_by = timedelta(days=30)
        asking = asyncio.ensure_future(
            runtime.inboxes.ask([asked("later", NIORT, request)], within_seconds=60.0)
        )
        await asyncio.wait((asking,), timeout=LOOKED_AT_FOR_SECONDS)

        assert not asking.done()
        assert await home.histories() == before
        assert home.dispatcher.attempts == []

        machine.set_by = timedelta()
        (answer,) = await asking

    assert answer is not None
    assert isinstance(answer.outcome, Events)
    (*_, last) = await home.history(home_of(NIORT, 4))
    assert last.body.at == MONDAY
