"""Play the sample up to twelve other instants, and check what every play must keep."""

import io
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from infra import telemetry
from infra.home.facts import read_facts
from infra.home.up import run
from infra.sample.filling import load_sample
from tests.journeys.promises import kept
from tests.journeys.stage import PLAYS_ONLY, looked_at, quietly, settings_of

INSTANTS = (
    "2026-03-30T10:00+02:00",  # the day after clocks went forward
    "2026-05-18T09:00+02:00",  # after the bridges of May
    "2026-08-20T09:00+02:00",  # within the summer's quiet
    "2026-10-26T08:30+01:00",  # the day after clocks went back, within All Saints' holidays
    "2026-11-11T12:00+01:00",  # a public holiday
    "2027-01-02T09:00+01:00",  # a Saturday within the quiet end of the year
    "2027-02-15T11:00+01:00",  # within zone C's winter holidays
    "2027-02-28T20:00+01:00",  # a Sunday evening
    "2027-03-28T02:30+02:00",  # the night in which clocks go forward
    "2027-05-07T16:00+02:00",  # a bridge day
    "2027-07-14T09:00+02:00",  # a public holiday that begins the summer's quiet
    "2027-10-31T02:30+01:00",  # the hour that clocks repeat
)


async def play_instants(words: Sequence[str]) -> bool:
    """Play each instant, or those given; say the figures; return whether all was kept."""
    telemetry.set_up(stream=io.StringIO())
    results = [await _play(datetime.fromisoformat(text)) for text in words or INSTANTS]
    return all(results)


async def look_at(words: Sequence[str]) -> bool:
    """Say the figures of homes that have played; return whether each kept all."""
    telemetry.set_up(stream=io.StringIO())
    return all([await _look(Path(word)) for word in words])


async def _play(now_at: datetime) -> bool:
    with tempfile.TemporaryDirectory(prefix="relance-") as folder:
        home, started = Path(folder) / "home", time.monotonic()
        options = replace(PLAYS_ONLY, now_at=now_at)
        await run(settings_of(home), options, report=quietly, announce=lambda _: None)
        _say(f"{now_at.isoformat()}: played in {time.monotonic() - started:.1f} s")
        return await _look(home)


async def _look(home: Path) -> bool:
    facts = read_facts(home)
    if facts is None or facts.past is None or not facts.past.is_played:
        _say(f"  {home} was stopped before the end of its play, or is no sample")
        return False
    async with looked_at(home) as look:
        ((now_at,),) = await look.rows("select now_at from virtual_clock")
        assert isinstance(now_at, datetime)
        found = await kept(look, load_sample(), now_at)
    _say(
        f"  {found.contact_count} contacts, {found.message_count} messages,"
        f" enrolments by their end: {found.endings}"
    )
    for promise in found.broken:
        _say(f"  broken: {promise}")
    return not found.broken


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
