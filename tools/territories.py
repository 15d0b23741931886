"""What the département of a body decides: school zone, holidays, clock, numbers.

Run by hand through `make_ruleset` and `make_accounts`; nothing imports it at run time.
"""

from typing import NamedTuple

SCHOOL_ZONES = {
    "A": "01 03 07 15 16 17 19 21 23 24 25 26 33 38 39 40 42 43 47 58 63 64 69 70 71 73 74 79 86"
    " 87 89 90",
    "B": "02 04 05 06 08 10 13 14 18 22 27 28 29 35 36 37 41 44 45 49 50 51 52 53 54 55 56 57 59"
    " 60 61 62 67 68 72 76 80 83 84 85 88",
    "C": "09 11 12 30 31 32 34 46 48 65 66 75 77 78 81 82 91 92 93 94 95",
}

# Subdivision of public holidays, as the package `holidays` calls it; 67 and 68 are its 6AE.
HOLIDAY_SUBDIVISIONS = {
    "57": "alsace-moselle",
    "67": "alsace-moselle",
    "68": "alsace-moselle",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "976": "976",
    "977": "977",
    "978": "978",
    "986": "986",
    "987": "987",
    "988": "988",
}

OVERSEAS = {
    "971": ("America/Guadeloupe", "GP"),
    "972": ("America/Martinique", "MQ"),
    "973": ("America/Cayenne", "GF"),
    "974": ("Indian/Reunion", "RE"),
    "975": ("America/Miquelon", "PM"),
    "976": ("Indian/Mayotte", "YT"),
    "977": ("America/St_Barthelemy", "BL"),
    "978": ("America/Marigot", "MF"),
    "986": ("Pacific/Wallis", "WF"),
    "987": ("Pacific/Tahiti", "PF"),
    "988": ("Pacific/Noumea", "NC"),
}


class Territory(NamedTuple):
    """A département or an overseas territory."""

    code: str
    school_zone: str | None  # none in Corsica and overseas
    holiday_subdivision: str | None  # none where only the national days hold
    time_zone: str  # IANA
    phone_region: str  # ISO 3166, as number parsers want it


def territory(code: str) -> Territory:
    """Return the territory of a département code such as `79`, `2A` or `974`."""
    time_zone, phone_region = OVERSEAS.get(code, ("Europe/Paris", "FR"))
    return Territory(
        code=code,
        school_zone=zone_of(code),
        holiday_subdivision=HOLIDAY_SUBDIVISIONS.get(code),
        time_zone=time_zone,
        phone_region=phone_region,
    )


def territories() -> tuple[Territory, ...]:
    """Return all of them: 96 départements of Europe, then those overseas."""
    mainland = sorted(code for codes in SCHOOL_ZONES.values() for code in codes.split())
    europe = sorted([*mainland, "2A", "2B"])
    return tuple(territory(code) for code in [*europe, *OVERSEAS])


def zone_of(code: str) -> str | None:
    """Return the school zone A, B or C, or none."""
    return next((zone for zone, codes in SCHOOL_ZONES.items() if code in codes.split()), None)
