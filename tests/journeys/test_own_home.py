"""A first start without the sample makes a home of somebody's own, ready for work."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from engine.decision import Events
from infra.home.up import Announcement, run
from projections.timeline import VIEW
from tests.journeys.stage import PLAYS_ONLY, looked_at, quietly, settings_of

pytestmark = pytest.mark.connected


async def test_an_own_home_has_the_ruleset_in_force_and_nobody_in_it(tmp_path: Path) -> None:
    """Without calendars and windows nothing could be planned; a second start adds nothing."""
    home = tmp_path / "home"
    for _ in range(2):
        options = replace(PLAYS_ONLY, is_empty=True)
        await run(settings_of(home), options, report=quietly, announce=lambda _: None)

    async with looked_at(home) as look:
        accounts = await look.rows("select count(*) from account")
        happened = Counter(
            type(event).__name__
            for placed in await look.decisions()
            if placed.partition < 0 and isinstance(placed.body.outcome, Events)
            for event in placed.body.outcome.events
        )
        assert look.caught() == ()

    assert accounts == [(0,)]
    assert happened == {"RulesetPublished": 1}


async def test_a_clock_behind_the_log_is_told_at_the_start(tmp_path: Path) -> None:
    """Whoever set it back wonders why nothing is due, and what is dated in the future."""
    home = tmp_path / "home"
    announced: list[Announcement] = []
    options = replace(PLAYS_ONLY, is_empty=True)
    for _ in range(2):  # the second finds in its views what the first decided at its end
        await run(settings_of(home), options, report=quietly, announce=announced.append)
    async with looked_at(home) as look:
        later = f"update {VIEW.schema}.health set last_at = last_at + interval '3 days'"  # noqa: S608 names are our own
        await look.store.pool.execute(later)

    await run(settings_of(home), options, report=quietly, announce=announced.append)

    *before, behind = announced
    assert [each.log_ends_at for each in before] == [None, None]
    assert behind.log_ends_at is not None
    assert behind.log_ends_at > behind.now_at
