"""Write the 401 real accounts of the sample from `@etalab/decoupage-administratif` 6.0.0.

    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-*.tgz
    .venv/bin/python -m tools.make_accounts package/data

The argument is the folder that holds `communes.json` and `epci.json`.
"""

import csv
import re
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import msgspec

from tools.territories import territory

ACCOUNTS = Path(__file__).parent.parent / "infra/sample/accounts.csv"
SOURCE = "decoupage-administratif 6.0.0 (2026)"
COMMUNE_POPULATION_MIN = 50_000  # more than this many inhabitants
COLUMNS = (
    "key",
    "kind",
    "name",
    "name_with_article",
    "siren",
    "population",
    "departement",
    "school_zone",
    "time_zone",
    "phone_region",
    "source",
)

# Kinds of bodies with the words that open the name; the data's own abbreviation is dropped.
KINDS = {
    "METRO": ("metropole", None),
    "MET69": ("metropole_de_lyon", None),
    "CU": ("communaute_urbaine", "Communauté urbaine"),
    "CA": ("communaute_agglomeration", "Communauté d'agglomération"),
}

# How "ville" joins a name, by the INSEE's code of its article; names begin with theirs.
TOWN_OF = {
    0: "la Ville de {}",
    1: "la Ville d'{}",
    2: "la Ville du {}",
    3: "la Ville de {}",
    4: "la Ville des {}",
    5: "la Ville de {}",
}
ARTICLE_LENGTHS = {2: len("Le "), 4: len("Les ")}


class Commune(msgspec.Struct, frozen=True, rename={"article": "typeLiaison"}):
    """What is read of a commune."""

    code: str
    nom: str
    type: str
    departement: str | None = None
    zone: str | None = None
    siren: str | None = None
    population: int = 0
    article: int = 0  # INSEE code; absent in the overseas collectivities


class Member(msgspec.Struct, frozen=True, rename={"population": "populationTotale"}):
    """A commune of an EPCI."""

    code: str
    population: int


class Epci(msgspec.Struct, frozen=True, rename={"population": "populationTotale"}):
    """What is read of an EPCI; its code is its SIREN."""

    code: str
    nom: str
    type: str
    population: int
    membres: tuple[Member, ...]


class Body(NamedTuple):
    """An account before its territory is known."""

    key: str
    kind: str
    name: str
    name_with_article: str
    siren: str
    population: int
    departement: str


def main() -> None:
    """Write `infra/sample/accounts.csv` from the folder named on the command line."""
    match sys.argv[1:]:
        case [folder]:
            ACCOUNTS.write_text(accounts_text(Path(folder)), encoding="utf-8")
        case _:
            sys.exit("expected one argument, the folder of communes.json and epci.json")


def accounts_text(folder: Path) -> str:
    """Return the CSV, communes first, each kind in the order of its codes."""
    communes = msgspec.json.decode((folder / "communes.json").read_bytes(), type=list[Commune])
    epcis = msgspec.json.decode((folder / "epci.json").read_bytes(), type=list[Epci])
    current = {each.code: each for each in communes if each.type == "commune-actuelle"}
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for body in (*_towns(current), *_groups(epcis, current)):
        place = territory(body.departement)
        writer.writerow(
            (*body, place.school_zone or "", place.time_zone, place.phone_region, SOURCE)
        )
    return file.getvalue()


def _towns(communes: dict[str, Commune]) -> Iterator[Body]:
    for code, commune in sorted(communes.items()):
        if commune.population > COMMUNE_POPULATION_MIN:
            yield Body(
                key=f"commune-{code.lower()}",
                kind="commune",
                name=commune.nom,
                name_with_article=_town_of(commune),
                siren=commune.siren or "",
                population=commune.population,
                departement=_departement(commune),
            )


def _groups(epcis: list[Epci], communes: dict[str, Commune]) -> Iterator[Body]:
    for epci in sorted(epcis, key=lambda each: each.code):
        if epci.type in KINDS:
            kind, words = KINDS[epci.type]
            name, name_with_article = _group_names(epci.nom, words)
            biggest = max(epci.membres, key=lambda each: (each.population, each.code))
            yield Body(
                key=f"epci-{epci.code}",
                kind=kind,
                name=name,
                name_with_article=name_with_article,
                siren=epci.code,
                population=epci.population,
                departement=_departement(communes[biggest.code]),
            )


def _departement(commune: Commune) -> str:
    """Return the département, or the territory where there is none (988 of 98818)."""
    return commune.departement or commune.code[:3]


def _town_of(commune: Commune) -> str:
    """Return "la Ville du Havre" of Le Havre, "la Ville d'Antibes" of Antibes."""
    bare = commune.nom[ARTICLE_LENGTHS.get(commune.article, 0) :]
    return TOWN_OF[commune.article].format(bare)


def _group_names(stored: str, words: str | None) -> tuple[str, str]:
    """Return the display name and the name with its article, as a sentence wants it."""
    tidy = re.sub(r"\s+", " ", stored.replace("''", "").replace('"', "")).strip()
    if words is None:
        return tidy, _with_article(tidy)
    bare = re.sub(r"^(CA|CU) ", "", tidy)
    if re.match(r"(L'Agglo|Agglo|Agglomération|Communauté)\b", bare):
        return bare, _with_article(bare)
    return f"{words} {bare}", f"la {words} {bare}"


def _with_article(name: str) -> str:
    if name.startswith("L'"):
        return "l'" + name[2:]
    if re.match(r"(Eurométropole|Agglo)", name):
        return f"l'{name}"
    if re.match(r"(Métropole|Communauté)\b", name):
        return f"la {name}"
    return name  # "Brest Métropole" takes none


if __name__ == "__main__":
    main()
