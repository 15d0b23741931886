"""Write the 190 invented people of the sample campaign.

    .venv/bin/python -m tools.make_people

The people sit in real bodies, and nobody may be mistaken for a real agent or élu: common
names are surely somebody's.  So names are made of syllables; they sound odd, and show at a
glance that they are invented.  A test searches every personal value in the bytes of the log,
so none is part of a real account's name, as "Martin" would be, and none is shorter than
eight letters: six turn up in megabytes of sealed bytes by chance.  Numbers lie in the blocks
that ARCEP keeps for fiction, addresses under the reserved domain `.example`.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import product
from pathlib import Path

from tools.cast import Seat, order_of, seats
from tools.make_accounts import ACCOUNTS

PEOPLE = Path(__file__).parent.parent / "infra/sample/people.csv"
COLUMNS = (
    "key",
    "account_key",
    "role",
    "civility",
    "given_name",
    "family_name",
    "function",
    "email",
    "phone",
    "is_invented",
    "source_contact",
)

GIVEN_NAMES = {
    "Madame": "Aldémonde Brunelise Clothavie Daphnorine Elvidaine Floravette Gwendéline Hersandre"
    " Isambelle Jorandine Lysamonde Mirabérine Nolwandine Orphélide Philomirène Quintavie"
    " Rosemarde Sylvandre Théodorlise Ursandine Valmérine Yolandrine Zéphirelle Ambrelinde",
    "Monsieur": "Adalbrand Baudrimont Clodovard Drogomar Evrardin Ferdulphe Gontravin Hildegar"
    " Isembault Jocerand Landrivald Mérovand Norbavin Odilbrand Perceranc Quentavin"
    " Rigobrand Sigismer Thibaldin Urbandric Vulfrand Wandrimer Yvondric Zacharand",
}
FAMILY_SYLLABLES = (
    "Brag Crouv Drelv Fauqu Glarv Hulb Jorv Kerzav Luzarb Morg Nauv Ploz Querv Rulv Skaz Tolv Xanv",
    "andr ouzel igam erib ombel azin ovard equer irtal uchem",
    "ac eux ier ot ay oul oy ault ec ine",
)
DOMAIN_SYLLABLES = (
    "belv calq dolm fenq gourv hisp jalq kolm lusq merv nilq polv rusq selm tarq velq",
    "ador ebrin igon olune urac anvel",
    "ix um eo ax is or",
)
LETTERS_MIN = 8
# How many accounts share a mail host: one is as big as a cap per recipient domain allows.
SHARED_DOMAINS = (20, 5, 3)

LANDLINES = {
    "01": "+3319900",
    "02": "+3326191",
    "03": "+3335301",
    "04": "+3346571",
    "05": "+3353649",
}
MOBILE = "+3363998"
# Départements by the first two figures of their numbers; overseas ones share 02 and 05.
AREAS = {
    "01": "75 77 78 91 92 93 94 95",
    "02": "14 18 22 27 28 29 35 36 37 41 44 45 49 50 53 56 61 72 76 85 974 976",
    "03": "02 08 10 21 25 39 51 52 54 55 57 58 59 60 62 67 68 70 71 80 88 89 90",
    "04": "01 03 04 05 06 07 11 13 15 26 2A 2B 30 34 38 42 43 48 63 66 69 73 74 83 84",
    "05": "09 12 16 17 19 23 24 31 32 33 40 46 47 64 65 79 81 82 86 87 971 972 973 977 978",
}

FUNCTIONS = {
    "responsable_service": ("responsable du service éducation", "responsable du service éducation"),
    "dgs": ("directrice générale des services", "directeur général des services"),
    "dga": ("directrice générale adjointe", "directeur général adjoint"),
    "dsi": ("directrice des systèmes d'information", "directeur des systèmes d'information"),
    "daf": ("directrice des finances", "directeur des finances"),
    "elu": ("adjointe à l'éducation", "adjoint à l'éducation"),
}
SOURCE_CONTACT = "page inventée « Vos services » d'un site fictif, jeu d'exemple"
CIVILITY_UNKNOWN_EVERY = 31  # a few people whose civility nobody knows
MOBILE_EVERY = 5


def main() -> None:
    """Write `infra/sample/people.csv`."""
    PEOPLE.write_text(people_text(), encoding="utf-8")


def people_text() -> str:
    """Return the CSV, in the order of accounts, the service head of each first."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_people())
    return file.getvalue()


def _people() -> Iterator[tuple[str, ...]]:
    cast = seats()
    families = _words(FAMILY_SYLLABLES)
    domains = _domains(cast)
    taken: set[str] = set()
    members = [(seat, role) for seat in cast for role in seat.roles]
    for number, (seat, role) in enumerate(members, start=1):
        key = f"person-{number:03}"
        family = next(families)
        civility = ("Madame", "Monsieur")[int(order_of(key), 16) % 2]
        given = _picked(GIVEN_NAMES[civility].split(), key)
        yield (
            key,
            seat.account_key,
            role,
            "" if number % CIVILITY_UNKNOWN_EVERY == 0 else civility,
            given,
            family,
            FUNCTIONS[role][civility == "Monsieur"],
            f"{_plain(given)}.{_plain(family)}@{domains[seat.account_key]}.example",
            _phone(seat.departement, number, taken),
            "true",
            SOURCE_CONTACT,
        )


def _domains(cast: Iterable[Seat]) -> dict[str, str]:
    """Return a label per account; the first ones in an order without meaning share theirs."""
    labels = _words(DOMAIN_SYLLABLES)
    keys = sorted((seat.account_key for seat in cast), key=lambda key: order_of(f"domain {key}"))
    sizes = [*SHARED_DOMAINS, *[1] * (len(keys) - sum(SHARED_DOMAINS))]
    shared = [label for size, label in zip(sizes, labels, strict=False) for _ in range(size)]
    return dict(zip(keys, shared, strict=True))


def _words(syllables: tuple[str, ...]) -> Iterator[str]:
    """Yield invented words that are in no account's name, in an order without meaning."""
    real = _real_names()
    words = {"".join(parts) for parts in product(*(each.split() for each in syllables))}
    for word in sorted(words, key=order_of):
        if len(word) >= LETTERS_MIN and not any(_plain(word) in name for name in real):
            yield word


def _real_names() -> set[str]:
    with ACCOUNTS.open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    return {_plain(name) for name in names}


def _phone(departement: str, number: int, taken: set[str]) -> str:
    area = next(area for area, codes in AREAS.items() if departement in codes.split())
    block = MOBILE if number % MOBILE_EVERY == 0 else LANDLINES[area]
    figures = int(order_of(f"phone {number}"), 16)
    while (phone := f"{block}{figures % 10_000:04}") in taken:
        figures += 1
    taken.add(phone)
    return phone


def _picked(values: list[str], key: str) -> str:
    return values[int(order_of(f"given {key}"), 16) % len(values)]


def _plain(text: str) -> str:
    """Return lower-case letters and digits only, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if letter.isascii() and letter.isalnum())


if __name__ == "__main__":
    main()
