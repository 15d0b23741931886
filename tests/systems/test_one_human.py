"""One human in two accounts, known by two ids with one address: written to by one of them."""

from datetime import timedelta

import pytest

from engine import requests as r
from engine.events import TaskOpened
from engine.ids import StreamId
from engine.values import Channel
from tests.engine.account.story import at
from tests.systems.house import FIRST_MAIL_AT, House, account, events, submission

pytestmark = pytest.mark.connected

TOWN, AREA = "niort", "agglo"
HUMAN = "claire@niort.example"
AFTER_CALL = at("2027-01-22", 18)


async def test_is_prospected_by_the_first_until_somebody_chooses(house: House) -> None:
    """Both were enrolled: two e-mails left at the same second, and two calls were to be made."""
    async with house.running() as life:
        await life.founded({TOWN: HUMAN, AREA: HUMAN, "brest": "chef@brest.example"})
        await life.play(FIRST_MAIL_AT + timedelta(hours=1))
        touches = await house.touches()
        first, second = sorted((TOWN, AREA), key=lambda name: touches[name].status == "blocked")
        sent = house.sent()
        task = await _task(house, second, "choose_account")

        await life.ask(submission("chosen", account(first), r.Withdraw(enrolment=1, reason="x")))
        await life.runtime.quiet()
        done = r.CompleteTask(task=task, outcome="done")
        await life.ask(submission("done", account(second), done))
        await life.play(AFTER_CALL)

    assert sent == ["chef@brest.example", HUMAN]
    assert touches[second].rule == "exclusive.contact_point"
    assert house.sent() == ["chef@brest.example", HUMAN, HUMAN]


async def test_is_called_by_one_of_them(house: House) -> None:
    """A call task asks the same table before it opens."""
    async with house.running() as life:
        await life.founded({TOWN: HUMAN, AREA: HUMAN})
        for name in (TOWN, AREA):
            skip = r.SkipTouch(touch=1, reason="no e-mail here")
            await life.ask(submission(f"skip-{name}", account(name), skip))
            step = r.AddTouch(
                enrolment=1,
                person=f"{name}-head",
                channel=Channel.SOCIAL,
                on=FIRST_MAIL_AT.date(),
                reason="congrès",
            )
            await life.ask(submission(f"social-{name}", account(name), step))
        await life.play(FIRST_MAIL_AT + timedelta(days=1))
        opened = [event.kind for event in events(await house.history(), TaskOpened)]

    assert sorted(opened) == ["choose_account", "social"]


async def _task(house: House, name: str, kind: str) -> int:
    stream = StreamId(account(name))
    return next(
        event.task
        for placed in await house.history()
        if placed.body.stream == stream
        for event in placed.body.events
        if isinstance(event, TaskOpened) and event.kind == kind
    )
