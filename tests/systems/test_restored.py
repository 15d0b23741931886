"""A home put back from a backup: what the other one sent meanwhile is not sent again."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from engine import requests as r
from engine.ids import WORKSPACE
from infra.clock import VirtualClock
from infra.home.restoring import settle_restored
from infra.mail.catcher import Catcher
from infra.store.dsn import Dsn
from projections.queries.page import snapshot
from tests.servers.postgres import TestPostgres
from tests.systems.house import FIRST_MAIL_AT, House, account, opened, submission

pytestmark = pytest.mark.connected

NAMES = [f"ville-{n}" for n in range(8)]
BACKED_UP_AT = FIRST_MAIL_AT - timedelta(hours=2)
RESTORED_AT = FIRST_MAIL_AT + timedelta(days=3)
LONG_AFTER = RESTORED_AT + timedelta(days=60)


def message_counts(house: House) -> Counter[str]:
    """Return how often each message was accepted."""
    return Counter(message.message_id for message in house.catcher.messages())


async def test_sends_nothing_twice_and_says_what_is_in_doubt(
    tmp_path: Path, postgres: TestPostgres, database: Dsn, catcher: Catcher
) -> None:
    """A copied home that was started sent all three mails of the morning a second time."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    async with opened(folder, database, catcher) as house, house.running() as life:
        await life.founded({name: f"{name}@{name}.example" for name in NAMES})
        await life.play(BACKED_UP_AT)

    async with postgres.copy(database) as backup:
        async with opened(folder, database, catcher) as house, house.running() as life:
            await life.play(RESTORED_AT)
            sent = house.sent()
        assert len(sent) >= len(NAMES)

        async with opened(folder, backup, catcher) as house:
            wall = VirtualClock(RESTORED_AT)
            # Killed before it had noted that it was done, it is asked for again.
            await settle_restored(house.store, folder, wall=wall, until_at=RESTORED_AT)
            told = await settle_restored(house.store, folder, wall=wall, until_at=RESTORED_AT)
            await house.clock.advance_to(RESTORED_AT)
            assert {seen.status for seen in (await house.touches()).values()} == {"unknown"}
            assert told.unknown_count == len(sent)
            assert told.last_decision_at is not None
            async with house.running() as life:
                await life.play(RESTORED_AT + timedelta(days=5))
                assert house.sent() == sent
                assert life.runtime.health().sending_hold is not None

                await life.ask(submission("resumed", WORKSPACE, r.LiftSending()))
                for name, number in await unknown_touches(house):
                    settled = r.SettleTouch(touch=number, was_sent=True, reason="in the log")
                    await life.ask(submission(f"{name}-{number}", account(name), settled))
                await life.play(LONG_AFTER)
                assert len(house.sent()) > len(sent)
            assert set(message_counts(house).values()) == {1}
            assert not await house.differences()


async def test_what_is_in_doubt_counts_in_the_caps_of_its_mailbox(
    tmp_path: Path, postgres: TestPostgres, database: Dsn, catcher: Catcher
) -> None:
    """Unknown counts as sent in every cap: the other home used up what a day allows."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    async with opened(folder, database, catcher) as house, house.running() as life:
        await life.founded({name: f"{name}@{name}.example" for name in NAMES})
        await life.play(BACKED_UP_AT)
    restored_at = FIRST_MAIL_AT + timedelta(hours=4)

    async with postgres.copy(database) as backup, opened(folder, backup, catcher) as house:
        for _ in range(2):
            wall = VirtualClock(restored_at)
            await settle_restored(house.store, folder, wall=wall, until_at=restored_at)

        doubted = len(await unknown_touches(house))
        rows = await house.store.pool.fetch("select domain, message_count from send_window")

    assert doubted == len(NAMES)
    assert {row["domain"]: row["message_count"] for row in rows} == {
        "": doubted,
        **{f"{name}.example": 1 for name in NAMES},
    }


async def unknown_touches(house: House) -> list[tuple[str, int]]:
    """Return account and number of each touch that nobody knows the outcome of."""
    async with house.store.pool.acquire() as connection, snapshot(connection):
        rows = await connection.fetch(
            "select a.name, t.touch from touch t join account a using (account) "
            "where t.status = 'unknown' order by 1, 2"
        )
    return [(row["name"], row["touch"]) for row in rows]
