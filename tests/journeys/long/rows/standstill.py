"""After a standstill: the plan goes on in its order, at its distances."""

from contextlib import AbstractAsyncContextManager
from datetime import date

from engine import requests as r
from engine.decision import Refused
from engine.events import TouchAttempted, TouchMoved, TouchPlanned
from engine.refusals import RefusalCode
from infra.mail.faults import NoFaults
from tests.engine.account.story import at
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row
from tests.journeys.long.rows.runtime import house_over
from tests.systems.house import House, Life, account, events, submission

NIORT = account("niort")
WHO = {"niort": "chef@niort.example"}
PAUSED_AT = at("2027-01-21", 10)
RESUMED_AT = at("2027-02-02", 9)


def _house(home: FreshHome) -> AbstractAsyncContextManager[House]:
    return house_over(home, NoFaults())


async def _resumed(home: FreshHome) -> str:
    async with _house(home) as house, house.running() as life:
        await _paused(life)
        await life.ask(submission("resume", NIORT, r.Resume(hold=1)))
        await life.play(at("2027-02-02", 9, 15))
        at_once = await _attempted(house)
        planned = await _planned(house)
    assert at_once == ["1.3"], at_once
    assert planned["1.10"] == date(2027, 2, 12), planned
    return f"resumed at 9 on 2 February: nothing left at once, e-mail D on {planned['1.10']}"


async def _held_task(home: FreshHome) -> str:
    async with _house(home) as house, house.running() as life:
        await life.founded(WHO)
        await life.play(at("2027-01-29", 10))
        await life.ask(submission("pause", NIORT, r.Pause(reason="gel")))
        done = r.CompleteTask(task=1, outcome="done")
        (answer,) = await life.intake.ask([submission("closed", NIORT, done)])
    assert answer is not None
    assert isinstance(answer.outcome, Refused), answer.outcome
    assert answer.outcome.code is RefusalCode.STANDS_STILL, answer.outcome
    return f"refused: {answer.outcome.code.value}, {answer.outcome.detail}"


async def _nobody_ran(home: FreshHome) -> str:
    async with _house(home) as house:
        async with house.running() as life:
            await life.founded(WHO)
            await life.play(at("2027-01-20"))
        await house.clock.advance_to(at("2027-02-22", 9))
        async with house.running() as life:
            await life.play(at("2027-02-22", 9, 15))
            at_once = await _attempted(house)
            planned = await _planned(house)
    apart = (planned["1.6"] - planned["1.4"]).days
    assert at_once == ["1.3"], at_once
    assert apart >= 3, planned
    return f"back on 22 February: nothing left at once, call 2 comes {apart} days after call 1"


async def _paused(life: Life) -> None:
    await life.founded(WHO)
    await life.play(PAUSED_AT)
    await life.ask(submission("pause", NIORT, r.Pause(reason="gel")))
    await life.play(RESUMED_AT)


async def _attempted(house: House) -> list[str]:
    history = await house.history()
    steps = {event.touch: event.step for event in events(history, TouchPlanned)}
    return [steps[event.touch] for event in events(history, TouchAttempted)]


async def _planned(house: House) -> dict[str, date]:
    history = await house.history()
    planned = events(history, TouchPlanned)
    steps = {event.touch: event.step for event in planned}
    days = {event.step: event.slot.on for event in planned}
    return days | {steps[event.touch]: event.slot.on for event in events(history, TouchMoved)}


ROWS = (
    Row(
        name="resumed-at-open-hours",
        before="paused on 21/01, resumed on 02/02 at 9: e-mail D left at once, call 1 still open",
        now=_resumed,
    ),
    Row(
        name="held-task",
        before="paused, frozen, absent: an open task could be closed as done",
        now=_held_task,
    ),
    Row(
        name="nobody-ran",
        before="a home off for a month: all that was overdue came two days apart",
        now=_nobody_ran,
    ),
)
