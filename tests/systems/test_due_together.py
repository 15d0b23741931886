"""More is due at once than can leave: each is decided when its turn comes, and only then."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from engine.events import TouchAttempted, TouchKeptBack, TouchSettled
from infra.mail.faults import Slow
from infra.runtime.owning.waiting_line import HeldUp
from infra.sample.filling import MAILBOX
from tests.engine.account.story import at
from tests.infra.mail.fault_script import FaultScript
from tests.systems.house import FIRST_MAIL_AT, House, events

pytestmark = pytest.mark.connected

ANSWERS_AFTER = timedelta(milliseconds=500)


def people(count: int) -> dict[str, str]:
    """Return that many accounts, each with a head at a domain of its own."""
    return {f"ville{number}": f"chef@ville{number}.example" for number in range(count)}


async def test_a_slow_server_gets_each_message_by_one_attempt(
    house: House, faults: FaultScript
) -> None:
    """Granted all at once, those beyond ten seconds would be released and granted again."""
    crowd = people(26)
    for address in crowd.values():
        faults.add(address, Slow(wait_for=ANSWERS_AFTER))

    async with house.running() as life:
        await life.founded(crowd)
        await life.play(FIRST_MAIL_AT)
        history = await house.history()

    assert len(events(history, TouchAttempted)) == len(crowd)
    assert Counter(settled.reach for settled in events(history, TouchSettled)) == {
        "sent": len(crowd)
    }
    assert house.sent() == sorted(crowd.values())


async def test_behind_a_cap_nobody_is_decided_before_there_is_a_place(house: House) -> None:
    """A thousand who wait must not be decided anew each day for the hundred who leave."""
    crowd, per_day_max = people(12), 2

    async with house.running() as life:
        await life.founded(crowd, per_day_max=per_day_max)
        await life.play(FIRST_MAIL_AT)
        health, first_day = life.runtime.health(), len(house.sent())
        await life.play(at("2027-01-20", 18))
        second_day = len(house.sent())
        await life.play(at("2027-01-29", 18))
        history = await house.history()

    assert health.held_up == (
        HeldUp(
            sender=MAILBOX,
            domain="",
            rule="cap.mailbox",
            since_at=FIRST_MAIL_AT,
            until_at=at("2027-01-20", 9),
            touch_count=10,
        ),
    )
    assert (first_day, second_day) == (2, 4)
    assert {touch.status for touch in (await house.touches()).values()} == {"sent"}
    assert len(events(history, TouchAttempted)) == len(house.sent())
    # Whose day has passed is landed again at its turn; and where the cadence has no slot left
    # in that week, once more.  Decided anew each day by all it would be 10 + 8 + 6 + ...
    assert len(events(history, TouchKeptBack)) < 2 * len(crowd)
    assert await house.differences() == []


async def test_a_cap_that_was_raised_holds_nobody_up(house: House) -> None:
    """What was published counts from then on, not from tomorrow on."""
    crowd = people(6)

    async with house.running() as life:
        await life.founded(crowd, per_day_max=2)
        await life.play(FIRST_MAIL_AT)
        before = len(house.sent())
        await life.raise_cap(per_day_max=10)
        await life.play(FIRST_MAIL_AT + timedelta(minutes=1))

    assert before == 2
    assert house.sent() == sorted(crowd.values())


async def test_a_spaced_mailbox_keeps_its_distance(house: House) -> None:
    """Fifty messages in two seconds are what a filter takes for a mass mailing."""
    crowd, gap = people(12), timedelta(seconds=5)

    async with house.running() as life:
        await life.founded(crowd, gap_seconds=5)
        await life.play(FIRST_MAIL_AT + timedelta(minutes=5))
        history = await house.history()

    left_at = sorted(
        placed.body.at
        for placed in history
        for event in placed.body.events
        if isinstance(event, TouchAttempted)
    )
    gaps = [later - earlier for earlier, later in pairwise(left_at)]
    assert left_at[0] == FIRST_MAIL_AT
    assert len(left_at) == len(house.sent()) == len(crowd)
    assert all(gap <= each <= 2 * gap for each in gaps)
    assert len(set(gaps)) > 1  # no clockwork, but a seeded one


async def test_a_home_that_starts_again_builds_the_line_again(house: House) -> None:
    """Nothing of the line is stored: timers raise it under the same ids."""
    crowd = people(6)
    async with house.running() as life:
        await life.founded(crowd, per_day_max=2)
        await life.play(FIRST_MAIL_AT)

    async with house.running() as life:
        await life.runtime.quiet()
        again = life.runtime.health()
        await life.play(at("2027-01-28", 18))

    assert [held.touch_count for held in again.held_up] == [4]
    assert house.sent() == sorted(crowd.values())
    assert len(events(await house.history(), TouchAttempted)) == len(crowd)
