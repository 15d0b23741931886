"""The 401 real accounts of the sample: public facts and nothing else.

Source, vintage and licence: `accounts.SOURCE.md` beside the data.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from infra.sample.table import FOLDER, read_table

ACCOUNTS = FOLDER / "accounts.csv"


class AccountKind(StrEnum):
    """What sort of body an account is; the values stand in rulesets too."""

    COMMUNE = "commune"
    METROPOLE = "metropole"
    METROPOLE_DE_LYON = "metropole_de_lyon"
    COMMUNAUTE_URBAINE = "communaute_urbaine"
    COMMUNAUTE_AGGLOMERATION = "communaute_agglomeration"


class KindWords(NamedTuple):
    """A kind as French texts say it."""

    singular: str
    plural: str


KIND_WORDS = {
    AccountKind.COMMUNE: KindWords("commune", "communes"),
    AccountKind.METROPOLE: KindWords("métropole", "métropoles"),
    AccountKind.METROPOLE_DE_LYON: KindWords("métropole", "métropoles"),
    AccountKind.COMMUNAUTE_URBAINE: KindWords("communauté urbaine", "communautés urbaines"),
    AccountKind.COMMUNAUTE_AGGLOMERATION: KindWords(
        "communauté d'agglomération", "communautés d'agglomération"
    ),
}


class SampleAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A real body."""

    key: str  # "commune-79191", "epci-200041317": INSEE code or SIREN
    kind: AccountKind
    name: str  # "Niort"
    name_with_article: str  # "la Ville de Niort": as a sentence wants it
    siren: Annotated[str, Meta(pattern="^[0-9]{9}$")] | None = None
    population: Annotated[int, Meta(gt=0)]
    departement: Annotated[str, Meta(pattern="^([0-9]{2}|2A|2B|9[78][0-9])$")]
    school_zone: Literal["A", "B", "C"] | None = None  # none in Corsica and overseas
    time_zone: str  # IANA
    phone_region: Annotated[str, Meta(pattern="^[A-Z]{2}$")]  # ISO 3166
    source: str

    @property
    def words(self) -> KindWords:
        """Return how French texts call its kind."""
        return KIND_WORDS[self.kind]


def load_accounts(file: Path = ACCOUNTS) -> tuple[SampleAccount, ...]:
    """Return the accounts: communes by INSEE code, then groups of communes by SIREN.

    Raises:
        SampleDataError: A line is not an account; names file, line and rule.
    """
    return read_table(file, SampleAccount)
