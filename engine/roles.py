"""The roles that people have: a closed list, by which a ruleset says who comes before whom.

A role has other names: whoever writes `maire` means an élu.  A name that nobody knows is
refused, since a role decides whom a step addresses and who is not approached too early.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class RoleKind(StrEnum):
    """What a role is in an organisation."""

    SERVICE_HEAD = "service_head"  # lives the problem, is approached first
    MANAGEMENT = "management"
    FINANCE = "finance"
    IT = "it"
    PURCHASING = "purchasing"
    ELECTED = "elected"
    BUYER = "buyer"  # whoever decides in a company
    CONTACT = "contact"  # whoever was spoken to last


class KnownRole(Struct, frozen=True):
    """A role, and the other names it goes by."""

    name: str
    kind: RoleKind
    aliases: tuple[str, ...] = ()
    domain: str = ""  # of whoever has it, where the role says so


ROLES = (
    KnownRole(
        "responsable_service",
        RoleKind.SERVICE_HEAD,
        ("responsable", "chef_de_service", "cheffe_de_service", "directeur_de_service",
         "directrice_de_service"),
    ),
    KnownRole(
        "dgs",
        RoleKind.MANAGEMENT,
        ("directeur_general", "directrice_generale", "directeur_general_des_services",
         "directrice_generale_des_services", "secretaire_general", "secretaire_generale",
         "secretaire_de_mairie"),
    ),
    KnownRole(
        "dga",
        RoleKind.MANAGEMENT,
        ("directeur_general_adjoint", "directrice_generale_adjointe"),
    ),
    KnownRole(
        "daf",
        RoleKind.FINANCE,
        ("directeur_financier", "directrice_financiere", "directeur_des_finances",
         "directrice_des_finances", "finances"),
        domain="finances",
    ),
    KnownRole(
        "dsi",
        RoleKind.IT,
        ("directeur_informatique", "directrice_informatique", "responsable_informatique",
         "informatique"),
        domain="informatique",
    ),
    KnownRole(
        "achats",
        RoleKind.PURCHASING,
        ("acheteur", "acheteuse", "responsable_achats", "marches", "commande_publique"),
        domain="achats",
    ),
    KnownRole(
        "elu",
        RoleKind.ELECTED,
        ("elue", "maire", "mairesse", "adjoint", "adjointe", "president", "presidente",
         "vice_president", "vice_presidente", "conseiller", "conseillere", "depute", "deputee",
         "senateur", "senatrice"),
    ),
    KnownRole("decideur", RoleKind.BUYER, ("decideuse", "patron", "patronne", "dirigeant",
                                           "dirigeante", "gerant", "gerante")),
    KnownRole("interlocuteur", RoleKind.CONTACT, ("interlocutrice",)),
)  # fmt: skip
"""The roles of a ruleset that names none of its own."""

SAY_FIRST = frozenset({"maire", "adjoint", "adjointe", "president", "presidente", "conseiller",
                       "conseillere", "elu", "elue", "vice"})  # fmt: skip
"""Words that say an elected office whatever follows: « adjoint à l'éducation »."""


def plain(text: str) -> str:
    """Return a name as it is compared: without case, accents, hyphens, blanks.

    Examples:
        >>> plain("Vice-présidente"), plain(" Éducation ")
        ('vice_presidente', 'education')
    """
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = (c if c.isalnum() else "_" for c in bare if not unicodedata.combining(c))
    return "_".join(word for word in "".join(letters).split("_") if word)


def role_named(roles: Iterable[KnownRole], text: str) -> KnownRole | None:
    """Return the role of a name, its own or another; None for one that nobody knows.

    Examples:
        >>> [role.name for text in ("Maire", "adjoint à l'éducation", "DGS")
        ...  if (role := role_named(ROLES, text))]
        ['elu', 'elu', 'dgs']
    """
    known = tuple(roles)
    for role in known:
        if role.name == text:  # what is stored, almost always
            return role
    name = plain(text)
    found = next((role for role in known if name in (plain(role.name), *role.aliases)), None)
    if found is None and name.partition("_")[0] in SAY_FIRST:
        return next((role for role in known if role.kind is RoleKind.ELECTED), None)
    return found


def told_apart(roles: Iterable[KnownRole], text: str) -> str:
    """Return what stands beside the refusal of a name: the nearest, and all there are.

    Examples:
        >>> told_apart(ROLES[:3], "dgss")
        'nearest: dgs; known: dga, dgs, responsable_service'
    """
    known = tuple(roles)
    names = {name: role.name for role in known for name in (plain(role.name), *role.aliases)}
    near = difflib.get_close_matches(plain(text), names, n=1)
    nearest = f"nearest: {names[near[0]]}; " if near else ""
    return f"{nearest}known: {', '.join(sorted(role.name for role in known))}"
