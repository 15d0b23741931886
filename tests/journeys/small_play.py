"""A small seeded play in a process of its own, to be killed: `python -m tests.journeys.small_play`.

Says on standard output, a line each, how far it has got; `played` is the last.
"""

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from infra import telemetry
from infra.home.up import Announcement, Troupe, UpOptions, run
from infra.sample.filling import Sample, load_sample
from tests.journeys.stage import settings_of

MEMBER_COUNT = 12
NOW_AT = datetime.fromisoformat("2027-03-12T12:00:00+00:00")
PLAYED = "played"


def small_sample() -> Sample:
    """Return a sample of few accounts, a seventh of the campaign, and of no other."""
    sample = load_sample()
    accounts = sample.members[:MEMBER_COUNT]
    keys = {account.key for account in accounts}
    people = tuple(person for person in sample.people if person.account_key in keys)
    return replace(sample, accounts=accounts, people=people)


def main() -> None:
    """Play the home that the first argument names; stay up if there is a second."""
    telemetry.set_up()
    home, *stays_up = sys.argv[1:]
    options = UpOptions(now_at=NOW_AT, stops_after_play=not stays_up)
    asyncio.run(
        run(
            settings_of(Path(home)),
            options,
            report=_report,
            announce=_announce,
            troupe=Troupe(sample_of=small_sample),
        )
    )


def _report(what: str, done: float) -> None:
    _say(f"{what} {done:.6f}")


def _announce(started: Announcement) -> None:
    _say(f"{PLAYED} {started.now_at.isoformat()}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
