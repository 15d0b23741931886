"""The variables of messages whose values the engine knows, and what each stands for.

Whoever writes a text finds them here, the rules compare their names before an attempt
(`engine.account.content`), and whoever renders fills them in.
"""

from collections.abc import Mapping
from enum import StrEnum


class EngineVariable(StrEnum):
    """A variable filled in from the plan, the account, the people and the workspace."""

    SALUTATION = "civilite_nom"
    FUNCTION = "fonction"
    PARTNER = "interlocuteur"
    CONTACT_SOURCE = "source_contact"
    ORGANISATION = "organisation"
    KIND = "type_organisation"
    KIND_PLURAL = "type_organisation_pluriel"
    SENDER = "expediteur"
    SENDER_FUNCTION = "expediteur_fonction"
    COMPANY = "societe"
    POSTAL_ADDRESS = "adresse_postale"
    PHONE = "telephone"
    DATA_CONTACT = "contact_donnees"
    RETENTION = "duree_conservation"
    NEXT_CALL = "jour_prochain_appel"
    LAST_EMAIL = "jour_dernier_email"
    LAST_CALL = "jour_dernier_appel"
    AGREED_DAY = "jour_convenu"
    POINT_DATE = "jalon_date"
    POINT_OBJECT = "jalon_objet"
    POINT_DELIVERABLE = "jalon_livrable"
    DATA_LINK = "lien_donnees"
    STOP_LINK = "lien_opposition"
    IS_FIRST_MESSAGE = "is_first_message"
    HAS_SPOKEN = "has_spoken"


MEANINGS: Mapping[str, str] = {
    EngineVariable.SALUTATION: "how to greet the person: Madame Perrin; empty if unknown",
    EngineVariable.FUNCTION: "the person's position: responsable du service éducation",
    EngineVariable.PARTNER: "with whom the last exchange was held",
    EngineVariable.CONTACT_SOURCE: (
        "where the contact point was read, and when; never « sources publiques »"
    ),
    EngineVariable.ORGANISATION: (
        "the account with its article: la Communauté d'agglomération du Niortais"
    ),
    EngineVariable.KIND: "kind of account: communauté d'agglomération",
    EngineVariable.KIND_PLURAL: "its plural, stored, never made by adding an s",
    EngineVariable.SENDER: "who signs",
    EngineVariable.SENDER_FUNCTION: "the position of who signs",
    EngineVariable.COMPANY: "the company that writes",
    EngineVariable.POSTAL_ADDRESS: "its postal address",
    EngineVariable.PHONE: "the number to call back",
    EngineVariable.DATA_CONTACT: "address of who answers for personal data",
    EngineVariable.RETENTION: "how long personal data are kept, or by which rule",
    EngineVariable.NEXT_CALL: "day word of the person's next planned call",
    EngineVariable.LAST_EMAIL: "day word of the last e-mail sent to the person",
    EngineVariable.LAST_CALL: "day word of the last call attempted to the person",
    EngineVariable.AGREED_DAY: "day word of the day agreed with the person",
    EngineVariable.POINT_DATE: "date of the account's next point: 29 avril 2027",
    EngineVariable.POINT_OBJECT: "what the next point is about",
    EngineVariable.POINT_DELIVERABLE: "what will be brought to the next point",
    EngineVariable.DATA_LINK: (
        "signed link to the person's own data; without a page that answers it, the address to "
        "write to, and nothing under `{% if %}`"
    ),
    EngineVariable.STOP_LINK: (
        "signed link to where the person stops every contact; without a page that answers it, "
        "the address to write to, and nothing under `{% if %}`"
    ),
    EngineVariable.IS_FIRST_MESSAGE: "true if the person has received no message of ours yet",
    EngineVariable.HAS_SPOKEN: "true if an earlier call of the sequence reached somebody",
}

CONTENT_LINK = "lien_contenu"
"""The value that nobody is sent twice: a person who has had a step's content needs another."""

OF_ACCOUNT = ("signal", "signal_source")
"""Values that are a fact about one account, and would be false in any other's message."""

STEP_MARK = "@"
"""Between a value's name and the step whose message it is for: `lien_contenu@1.7`."""


def for_step(values: Mapping[str, str], step: str) -> dict[str, str]:
    """Return values as the message of a step sees them: those given for it before the others.

    Examples:
        >>> for_step({"lien_contenu": "a", "lien_contenu@1.7": "b", "service": "c"}, "1.7")
        {'lien_contenu': 'b', 'service': 'c'}
    """
    shared = {name: text for name, text in values.items() if STEP_MARK not in name}
    own = {
        name.removesuffix(f"{STEP_MARK}{step}"): text
        for name, text in values.items()
        if text and name.endswith(f"{STEP_MARK}{step}")
    }
    return shared | own
