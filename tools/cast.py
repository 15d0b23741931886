"""Who sits where in the sample campaign: 80 accounts, 190 roles, and how each account ends.

The endings serve the reference scenario only; the play of a sample draws its answers.
Order by hash spreads the kinds of accounts evenly and gives the same cast on every machine.
"""

import csv
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from tools.make_accounts import ACCOUNTS

NIORT = "commune-79191"
# Accounts a draw would hardly hit: none of them has a school zone, or they keep other holidays.
WITHOUT_ZONE = (
    "commune-2a004",
    "commune-97209",
    "commune-97422",
    "epci-242000354",
    "epci-249710062",
    "epci-249740093",
)
ALSACE_MOSELLE = ("commune-68066", "epci-200066058", "epci-200067502")
ZONE_SIZES = {"A": 25, "B": 24, "C": 25}
POPULATIONS = range(50_000, 135_000)

HEAD = "responsable_service"
INTERVIEW = ["dgs daf"] * 4 + ["dga daf"] * 2 + ["dsi daf"] * 2 + ["daf elu"]
LATER = ["dgs dsi"] * 5 + ["dgs elu"] * 2 + ["dgs"] * 8 + ["dga"] * 3 + ["dsi"] * 4
REPLY = ["dgs dsi"] * 2 + ["dgs"] * 2 + ["dsi", "dga"]
SILENT = (
    ["dgs dsi"] * 6
    + ["dga dsi"] * 2
    + ["dgs elu"] * 3
    + ["dga elu"]
    + ["dgs"] * 14
    + ["dga"] * 6
    + ["dsi"] * 8
    + ["elu"] * 3
)


class Seat(NamedTuple):
    """One account of the campaign."""

    account_key: str
    departement: str
    zone: str
    ending: str  # interview, later, reply, silent
    roles: tuple[str, ...]  # the service head first


def seats() -> tuple[Seat, ...]:
    """Return the 80 accounts in the order of their keys."""
    chosen = _chosen()
    mainland = [row for row in chosen if row["key"] not in (NIORT, *WITHOUT_ZONE)]
    interviewed = [next(row for row in chosen if row["key"] == NIORT), *mainland[:8]]
    keys = {row["key"] for row in interviewed}
    others = [row for row in chosen if row["key"] not in keys]
    return tuple(
        sorted(
            [
                *_seated(interviewed, "interview", INTERVIEW),
                *_seated(others[:22], "later", _mixed(LATER)),
                *_seated(others[22:28], "reply", REPLY),
                *_seated(others[28:], "silent", _mixed(SILENT)),
            ]
        )
    )


def _seated(rows: Sequence[dict[str, str]], ending: str, others: Sequence[str]) -> Iterable[Seat]:
    for row, roles in zip(rows, others, strict=True):
        yield Seat(
            account_key=row["key"],
            departement=row["departement"],
            zone=row["school_zone"],
            ending=ending,
            roles=(HEAD, *roles.split()),
        )


def _chosen() -> list[dict[str, str]]:
    with ACCOUNTS.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: order_of(row["key"]))
    named = {NIORT, *WITHOUT_ZONE, *ALSACE_MOSELLE}
    chosen = [row for row in rows if row["key"] in named]
    for zone, size in ZONE_SIZES.items():
        missing = size - sum(row["school_zone"] == zone for row in chosen)
        candidates = [row for row in rows if row["school_zone"] == zone and _fits(row)]
        chosen += [row for row in candidates if row["key"] not in named][:missing]
    return sorted(chosen, key=lambda row: order_of(row["key"]))


def _fits(row: dict[str, str]) -> bool:
    """Keep the segment together, and names that read well in a subject line."""
    is_kind = row["kind"] in ("commune", "communaute_agglomeration")
    return is_kind and int(row["population"]) in POPULATIONS and not set(row["name"]) & set("(,")


def _mixed(values: Sequence[str]) -> list[str]:
    pairs = [(order_of(f"{index} {value}"), value) for index, value in enumerate(values)]
    return [value for _, value in sorted(pairs)]


def order_of(text: str) -> str:
    """Return a number without meaning that is the same everywhere."""
    return sha256(text.encode()).hexdigest()
