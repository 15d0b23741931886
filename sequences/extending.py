"""Extend a ruleset file by the years that its calendars lack, as another version.

What the file says stays as it is, comments included: days are added behind those it has.
"""

from datetime import date
from io import StringIO
from pathlib import Path

from msgspec import Struct, structs
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from engine.errors import InvalidValueError
from engine.ruleset import Ruleset
from sequences.french_calendars import (
    COUNTRY,
    DAY,
    knows_area,
    knows_zone,
    local_holidays,
    national_holidays,
    public_known_until_year,
    school_breaks,
    school_known_until,
    sources,
)
from sequences.rulesets import load_ruleset, ruleset_of

_BY_HAND = "be those of the installed library: extend the file by hand"

_YAML = YAML(typ="rt", pure=True)
_YAML.preserve_quotes = True
_YAML.width = 4096  # a day stays on its line
_YAML.indent(mapping=2, sequence=4, offset=2)
_YAML.representer.ignore_aliases = lambda _value: True  # the same day is written out each time


class Extension(Struct, frozen=True, kw_only=True):
    """A ruleset file with more years, and how far its calendars reach."""

    version: str
    text: str
    public_until_year: int
    school_until: date
    is_school_longer: bool  # the library knows more of schools than the file did


def extend(path: Path, *, version: str, until_year: int, read_on: date) -> Extension:
    """Return a ruleset file whose calendars reach further.

    Args:
        path: The file to begin with.
        version: What the new one is called.
        until_year: The last year of public holidays; of schools, what the library knows.
        read_on: When the libraries are read.

    Raises:
        RulesetFileError: The file is no ruleset.
        InvalidValueError: It is of another country, area or school zone than the libraries
            know, they know no year so late, or nothing would be added.
    """
    known = load_ruleset(path)
    last_year, last_on = known.public_holidays.last_year, known.school_holidays.last_on
    school_until = max(last_on, school_known_until())
    _check(known, version=version, until_year=until_year, school_until=school_until)
    file = _YAML.load(path.read_text(encoding="utf-8"))
    file["ruleset"] = version
    file["sources"].extend(_line(source) for source in sources(read_on))
    _extend_public(file["public_holidays"], range(last_year + 1, until_year + 1))
    _extend_schools(file["school_holidays"], last_on + DAY, school_until)
    written = StringIO()
    _YAML.dump(file, written)
    ruleset = ruleset_of(path, written.getvalue())
    return Extension(
        version=version,
        text=written.getvalue(),
        public_until_year=ruleset.public_holidays.last_year,
        school_until=ruleset.school_holidays.last_on,
        is_school_longer=school_until > last_on,
    )


def _check(known: Ruleset, *, version: str, until_year: int, school_until: date) -> None:
    last_year, last_on = known.public_holidays.last_year, known.school_holidays.last_on
    if known.country != COUNTRY:
        raise InvalidValueError(name="the country", rule=f"be {COUNTRY}", value=known.country)
    if until_year <= last_year and school_until == last_on:
        rule = f"be later than {last_year}: so far public holidays reach already"
        raise InvalidValueError(name="the last year", rule=rule, value=until_year)
    if until_year > public_known_until_year():
        rule = f"be at most {public_known_until_year()}: the library computes no later year"
        raise InvalidValueError(name="the last year", rule=rule, value=until_year)
    if version == known.version:
        rule = "differ from that of the file: what is published never changes"
        raise InvalidValueError(name="the version", rule=rule, value=version)
    for area in known.public_holidays.subdivisions:
        if not knows_area(area):
            raise InvalidValueError(name="holidays by area", rule=_BY_HAND, value=area)
    for zone in known.school_holidays.zones:
        if not knows_zone(zone):
            raise InvalidValueError(name="school zones", rule=_BY_HAND, value=zone)


def _extend_public(public: CommentedMap, years: range) -> None:
    if not years:
        return
    public["last_year"] = years[-1]
    public["national"].extend(_line(day) for day in national_holidays(years))
    for area, days in public["subdivisions"].items():
        days.extend(_line(day) for day in local_holidays(str(area), years))


def _extend_schools(schools: CommentedMap, first_on: date, last_on: date) -> None:
    schools["last_on"] = last_on
    for zone, breaks in schools["zones"].items():
        breaks.extend(_line(off) for off in school_breaks(str(zone), first_on, last_on))


def _line(value: Struct) -> CommentedMap:
    """Return a value as the file writes it: on a line of its own, names in quotes."""
    fields = structs.asdict(value)
    line = CommentedMap(
        (name, DoubleQuotedScalarString(field) if isinstance(field, str) else field)
        for name, field in fields.items()
    )
    line.fa.set_flow_style()
    return line
