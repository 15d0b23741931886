"""Play a year of 300 accounts for each seed given, and count what it broke."""

import io
import sys
import time
from collections.abc import Sequence

from infra import telemetry
from tests.journeys.year.playing import played_year

ACCOUNT_COUNT = 300


async def play_years(words: Sequence[str]) -> bool:
    """Play the year of each seed, by default 1; return whether every promise was kept."""
    telemetry.set_up(stream=io.StringIO())
    return all([await _play(int(word)) for word in words or ["1"]])


async def _play(seed: int) -> bool:
    began_seconds = time.monotonic()
    year = await played_year(ACCOUNT_COUNT, seed)
    _say(
        f"seed {seed}: {year.account_count} accounts, {year.enrolment_count} enrolments,"
        f" {year.contact_count} contacts, {year.client_count} clients, {year.frozen_count} frozen,"
        f" {year.shared_count} humans in two accounts,"
        f" {time.monotonic() - began_seconds:.0f} s"
    )
    endings = sorted(year.endings.items(), key=lambda ending: -ending[1])
    _say("  ends: " + ", ".join(f"{count} {reason}" for reason, count in endings))
    for fault in year.broken:
        _say(f"  broken: {fault}")
    return not year.broken


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
