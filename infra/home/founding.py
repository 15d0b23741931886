"""Decide what a home is, on its first start; hold it to that on every later one."""

from datetime import datetime
from pathlib import Path

from infra.home.errors import NowError, SampleOnlyError
from infra.home.facts import HomeFacts, Past, read_facts
from infra.sample.beginning import beginning
from infra.sample.errors import SampleRefusedError
from infra.sample.filling import Sample


def stored_facts(home: Path, *, now_at: datetime | None) -> HomeFacts | None:
    """Return what the home is; None for a folder that is no home yet.

    Raises:
        HomeFormError, HomeFileError: It is not of this version.
        SampleOnlyError, NowError: It is not the sample that a given now asks for.
    """
    stored = read_facts(home)
    if stored is None:
        return None
    if now_at is not None and stored.past is None:
        raise SampleOnlyError(home, "--now")
    if now_at is not None and stored.past and stored.past.now_at != now_at:
        raise NowError(now_at, "be the one the home was begun with")
    return stored


def own_facts(home: Path, *, now_at: datetime | None) -> HomeFacts:
    """Return what a first start without the sample makes of a folder.

    Raises:
        SampleOnlyError: A given now was asked for.
    """
    if now_at is not None:
        raise SampleOnlyError(home, "--now")
    return HomeFacts()


def sample_facts(sample: Sample, *, now_at: datetime | None, wall_now_at: datetime) -> HomeFacts:
    """Return what a first start with the sample makes of a folder.

    Raises:
        NowError: The calendars of the sample do not hold the days from the play's
            beginning to the given now.
        SampleRefusedError: No play can end at the wall clock's now.
    """
    if now_at is None:
        return HomeFacts(past=Past(start_on=beginning(sample, wall_now_at)))
    holidays = sample.ruleset.school_holidays
    rule = f"end a play within the sample's calendars, {holidays.first_on} to {holidays.last_on}"
    try:
        start_on = beginning(sample, now_at)
    except SampleRefusedError as error:
        raise NowError(now_at, rule) from error
    if start_on < holidays.first_on or now_at.date() > holidays.last_on:
        raise NowError(now_at, rule)
    return HomeFacts(past=Past(start_on=start_on, now_at=now_at))
