"""Timers are part of the state: what is due is raised, once, by whoever owns it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from engine import events as e
from engine import requests as r
from engine.decision import Quarantined
from infra.clock import VirtualClock
from infra.runtime.partitions import home_of
from infra.runtime.runtime import Runtime
from tests.engine.account.story import NIORT
from tests.infra.runtime.homes import MONDAY, Home, SendingDispatcher, asked
from tests.infra.runtime.stories import begin, play

TWO_WEEKS = MONDAY + timedelta(days=14)

Life = Callable[[Home, str], AbstractAsyncContextManager[Runtime]]
"""How a process of a home runs, and ends: in order, or killed."""


async def happened(home: Home) -> list[e.Event]:
    """Return every event of the account, oldest first."""
    return [
        event
        for placed in await home.history(home_of(NIORT, 4))
        if placed.body.stream == NIORT
        for event in placed.body.events
    ]


def names(events: list[e.Event], *kinds: type) -> list[str]:
    """Return the class names of the events of these kinds."""
    return [type(event).__name__ for event in events if isinstance(event, kinds)]


async def test_an_email_is_granted_attempted_and_settled_at_its_instant() -> None:
    """The whole way of a touch: timer, gate, decision, dispatch, report."""
    clock = VirtualClock(MONDAY)
    home = Home(clock=clock, dispatcher=SendingDispatcher())

    async with home.running() as runtime:
        await begin(runtime)
        await play(runtime, clock, TWO_WEEKS)
        events = await happened(home)

    attempted = [event for event in events if isinstance(event, e.TouchAttempted)]
    settled = [event for event in events if isinstance(event, e.TouchSettled)]
    assert attempted
    assert all(event.grant is not None for event in attempted)
    assert [event.touch for event in settled] == [event.touch for event in attempted]


@pytest.mark.parametrize(
    "request_",
    [
        r.SetValues(values={"offre": "another"}),
        r.AttemptTouch(touch=1, attempt=1, due_at=MONDAY, fired_at=MONDAY),
    ],
)
async def test_nobody_can_use_up_the_ids_of_what_timers_raise(request_: r.Request) -> None:
    """A touch whose timer counted as decided would stand still for thirty days."""
    clock = VirtualClock(MONDAY)
    home = Home(clock=clock, dispatcher=SendingDispatcher())
    claimed = [
        asked(f"{kind}:{touch}:1", NIORT, request_)
        for kind in ("attempt", "recorded")
        for touch in range(1, 30)
    ]

    async with home.running() as runtime:
        await begin(runtime)
        answers = await runtime.inboxes.ask(claimed, within_seconds=0.1)
        await play(runtime, clock, TWO_WEEKS)
        history = await home.history(home_of(NIORT, 4))
        events = await happened(home)

    refused = [
        placed for placed in history if placed.body.outcome == Quarantined(reason="owner_only")
    ]
    assert answers == (None,) * len(claimed)
    assert len(refused) == len(claimed)
    assert names(events, e.TouchAttempted)
    assert len(names(events, e.TouchSettled)) == len(names(events, e.TouchAttempted))


async def test_a_call_opens_its_task_at_its_instant() -> None:
    """Work for people comes up without anybody asking."""
    clock = VirtualClock(MONDAY)
    home = Home(clock=clock, dispatcher=SendingDispatcher())

    async with home.running() as runtime:
        await begin(runtime)
        await play(runtime, clock, TWO_WEEKS)
        events = await happened(home)

    assert "call" in {event.kind for event in events if isinstance(event, e.TaskOpened)}


@pytest.mark.parametrize("life", [Home.running, Home.crashing])
async def test_a_restart_changes_nothing_of_what_happens(life: Life) -> None:
    """Timers live in the state: a new process knows them from rows and log alone."""
    whole_clock, broken_clock = VirtualClock(MONDAY), VirtualClock(MONDAY)
    whole = Home(clock=whole_clock, dispatcher=SendingDispatcher())
    broken = Home(clock=broken_clock, dispatcher=SendingDispatcher())

    async with whole.running() as runtime:
        await begin(runtime)
        await play(runtime, whole_clock, TWO_WEEKS)
    async with life(broken, "first") as runtime:
        await begin(runtime)
    for day in range(1, 15):
        async with life(broken, f"process-{day}") as runtime:
            await play(runtime, broken_clock, MONDAY + timedelta(days=day))

    assert await happened(broken) == await happened(whole)


@pytest.mark.parametrize("life", [Home.running, Home.crashing])
async def test_an_attempt_under_way_is_resumed_after_a_restart(life: Life) -> None:
    """What was attempted and not settled must not be forgotten with its process."""
    clock = VirtualClock(MONDAY)
    home = Home(clock=clock)
    async with life(home, "first") as runtime:
        await begin(runtime)
        await play(runtime, clock, TWO_WEEKS)
        assert home.dispatcher.attempts

    async with home.running("second"):
        pass

    assert home.dispatcher.resumed == [NIORT]


async def test_a_grant_whose_touch_will_not_be_attempted_is_given_back() -> None:
    """Otherwise the caps would fill up with attempts that never happened."""
    clock = VirtualClock(MONDAY)
    home = Home(clock=clock)
    async with home.running() as runtime:
        await begin(runtime)
        await play(runtime, clock, TWO_WEEKS)
    (kept,) = home.gate.granted
    home.gate.granted[kept._replace(touch=99)] = home.gate.granted[kept]

    async with home.running("second") as runtime:
        await runtime.quiet()

    assert list(home.gate.granted) == [kept]


async def test_with_nothing_planned_there_is_nothing_due() -> None:
    """The virtual clock then has nowhere to go."""
    async with Home().running() as runtime:
        await runtime.quiet()

        assert runtime.next_due() is None
