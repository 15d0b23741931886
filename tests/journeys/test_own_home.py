"""A first start without the sample makes a home of somebody's own, ready for work."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from engine.decision import Events
from infra.home.up import run
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
