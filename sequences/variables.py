"""The variables that messages and scripts may use, and where each value comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.variables import MEANINGS, EngineVariable


class Origin(StrEnum):
    """Who knows a variable's value."""

    ENGINE = "engine"  # the plan, the account, the people, the workspace
    GIVEN = "given"  # values of the campaign, of the account or of the person
    HEARD = "heard"  # noted in an earlier exchange with the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One name that a text may use."""

    meaning: str
    origin: Origin
    is_flag: bool = False  # true or false: tested, never written
    may_be_empty: bool = False  # to be written under `{% if %}` only


def _of(origin: Origin, meanings: Mapping[str, str]) -> dict[str, Variable]:
    return {name: Variable(meaning=text, origin=origin) for name, text in meanings.items()}


_GIVEN: Final = {
    "annee_suivante": "the budget year being prepared: 2028",
    "benefice_payeur": "what the reference's finance head retains",
    "benefice_utilisateur": "what the reference's team retains",
    "cause_1": "the first usual cause of the problem",
    "cause_2": "the second usual cause of the problem",
    "choix_themes": "themes to choose from",
    "creneau_1": "first slot proposed: mardi 26 janvier à 10 h",
    "creneau_2": "second slot proposed",
    "date_atelier": "date of the online workshop",
    "duree_annees": "number of years the full cost covers",
    "duree_projet": "how long the reference took",
    "engagement_donnees": "what the contract says on data: hébergées en France et restituables",
    "famille_achat": "purchase family of the contract",
    "fin_contrat": "estimated end of the contract",
    "gain_agents": "proven gain for the staff: 30 % de temps de saisie en moins",
    "gain_usagers": "proven gain for the public: délai de réponse de 12 à 4 jours",
    "lien_contenu": "link to the content sent",
    "liste_contenus_envoyes": "contents sent over the year",
    "mois_prevu": "month in which the consultation is expected",
    "objet_contrat": "object of the public contract",
    "ordre_du_jour": "what the meeting will go through",
    "participants": "who comes to the meeting",
    "probleme": "the problem with its article: les inscriptions périscolaires",
    "processus": "the work concerned: la saisie des dossiers d'inscription",
    "question_diagnostic": "the question that tells the causes apart",
    "reference_proche": "a similar body that agreed to be quoted: une ville voisine",
    "reference_taille": "the same, told by its size",
    "regret": "what the reference would do otherwise",
    "resultat_prouve": "the reference's proven result",
    "secteur": "trade of the company",
    "service": "the department concerned: éducation",
    "signal": "a public fact on the account: la délibération du 12 octobre",
    "signal_source": "where the signal was read, and when",
    "situation_avant": "the reference's starting point",
    "source_contrat": "public source of the contract, and its date",
    "symptome_1": "the first usual symptom",
    "symptome_2": "the second usual symptom",
    "titre_contenu": "title of the content sent",
    "titulaire": "holder of the contract",
    "tranche_effectif": "size of the company: 20 à 250 salariés",
}
_HEARD: Final = {
    "mois_dernier_echange": "month of the last exchange",
    "mot_du_prospect": "the person's own words",
}

VARIABLES: Final[Mapping[str, Variable]] = {
    **_of(Origin.ENGINE, MEANINGS),
    **_of(Origin.GIVEN, _GIVEN),
    **_of(Origin.HEARD, _HEARD),
    EngineVariable.SALUTATION: Variable(
        meaning=MEANINGS[EngineVariable.SALUTATION], origin=Origin.ENGINE, may_be_empty=True
    ),
    **{
        flag: Variable(meaning=MEANINGS[flag], origin=Origin.ENGINE, is_flag=True)
        for flag in (EngineVariable.IS_FIRST_MESSAGE, EngineVariable.HAS_SPOKEN)
    },
}

# Texts every message shares; each is `library/blocks/NAME.md`, copied in at publication.
BLOCKS: Final = ("bloc_information", "bloc_opposition", "salutation", "signature")
