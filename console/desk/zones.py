"""Check the zones that people type: where school holidays and clocks are those of somebody."""

from difflib import get_close_matches
from zoneinfo import available_timezones

from console.desk.errors import UsageError
from engine.ruleset import Ruleset, is_zone


def check_zones(ruleset: Ruleset | None, *, school_zone: str, time_zone: str) -> None:
    """Return if both are known; an empty one was not given.

    Raises:
        UsageError: One is not.
    """
    if ruleset is not None and not ruleset.knows_school_zone(school_zone):
        known = ", ".join(ruleset.school_holidays.zones)
        raise UsageError("--zone", f"be one of {known}", school_zone)
    if time_zone and not is_zone(time_zone):
        near = get_close_matches(time_zone, sorted(filter(is_zone, available_timezones())), n=1)
        remedy = f"did you mean {near[0]}?" if near else ""
        rule = "be a time zone by its place, such as Europe/Paris"
        raise UsageError("--tz", rule, time_zone, remedy=remedy)
