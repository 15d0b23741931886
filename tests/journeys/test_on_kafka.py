"""A sample whose log is in Kafka comes to what it comes to in the home's own database."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.home.up import Troupe, run
from infra.log.address import LogAddress, parse_address
from tests.journeys.outcome import Outcome, outcome_of
from tests.journeys.small_play import NOW_AT, small_sample
from tests.journeys.stage import PLAYS_ONLY, looked_at, quietly, settings_of

pytestmark = pytest.mark.connected


async def test_comes_to_the_same(tmp_path: Path, kafka: str) -> None:
    """Appends apart, 16 leaders, no fence: nothing of it shows in what happened."""
    on_kafka = await _played(tmp_path / "k", parse_address(f"kafka://{kafka}/journey"))
    embedded = await _played(tmp_path / "e", None)

    assert on_kafka.differences(embedded) == {}
    assert on_kafka.message_count == embedded.message_count > 0


async def _played(home: Path, log: LogAddress | None) -> Outcome:
    """Play a small sample, check that log and views are whole, return what it came to."""
    options = replace(PLAYS_ONLY, now_at=NOW_AT, log=log)
    settings = replace(settings_of(home), partition_count=16)
    troupe = Troupe(sample_of=small_sample)
    await run(settings, options, report=quietly, announce=lambda _: None, troupe=troupe)
    async with looked_at(home) as look:
        assert await look.differences() == ()
        assert look.caught_twice() == []
        return await outcome_of(look)
