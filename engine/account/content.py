"""Which values a message can have, and which it lacks.

The rules never see a text or an opened field: they compare names.  The same names are
filled in by whoever renders.
"""

from engine.account.planning import default_next_point
from engine.account.state import Account, Enrolment, Position, Touch, TouchStatus
from engine.account.turn import Turn
from engine.requests import Attributes
from engine.values import Channel

ALWAYS = frozenset({"civilite_nom", "lien_donnees", "lien_opposition", "is_first_message"})
"""Values that exist for every message; a salutation may be empty and says « Bonjour, »."""

POINT_VALUES = frozenset({"jalon_date", "jalon_objet", "jalon_livrable"})
"""Values that the enrolment's default next point gives."""

FIELD_VALUES = {"function": "fonction", "source_contact": "source_contact"}
"""Sealed fields of a person, and the values they give."""

PERSON_NAMES = ("salutation", "given_name", "family_name")
"""Sealed fields that name a person; where the civility is unknown there is no salutation."""

MAILBOX_FIELD_VALUES = {
    "sender_name": "expediteur",
    "sender_function": "expediteur_fonction",
    "sender_phone": "telephone",
    "data_contact": "contact_donnees",
}
"""Sealed fields of a mailbox, and the values they give."""


def missing(turn: Turn, number: int) -> tuple[str, ...]:
    """Return the values that a touch's message needs and nobody supplied, sorted."""
    touch = turn.state.touches[number]
    message = turn.sequence(touch.enrolment).messages.get(touch.message)
    if message is None:
        return ()
    lacking = set(message.needs) - available(turn, number)
    # The point is laid out on the calendar: only where somebody asks for it.
    if lacking & POINT_VALUES and default_next_point(turn, touch.enrolment) is not None:
        lacking -= POINT_VALUES
    return tuple(sorted(lacking))


def available(turn: Turn, number: int) -> frozenset[str]:
    """Return the names of the values that the message of a touch can have, its point apart."""
    touch = turn.state.touches[number]
    enrolment = turn.state.enrolments[touch.enrolment]
    names = ALWAYS | _filled(turn.state.values) | _filled(enrolment.values)
    fields = turn.state.people[touch.person].fields
    names |= {FIELD_VALUES[one.field] for one in fields if one.field in FIELD_VALUES}
    names |= _of_organisation(turn.state) | _of_mailbox(turn)
    names |= _days(turn.state, touch) | _persons(turn.state, enrolment)
    return frozenset(names)


def _filled(values: dict[str, str]) -> set[str]:
    """Return the names whose value says something: an empty one is no value."""
    return {name for name, value in values.items() if value.strip()}


def _of_organisation(state: Account) -> set[str]:
    attributes = state.attributes or Attributes(name="")
    given = {
        "organisation": attributes.name,
        "type_organisation": attributes.kind,
        "type_organisation_pluriel": attributes.kind_plural,
    }
    return {name for name, value in given.items() if value}


def _of_mailbox(turn: Turn) -> set[str]:
    mailbox = next(iter(turn.published.mailboxes.values()), None)
    if mailbox is None:
        return set()
    sealed = {MAILBOX_FIELD_VALUES.get(one.field, "") for one in mailbox.fields}
    return (sealed | _filled(mailbox.values)) - {""}


def _days(state: Account, touch: Touch) -> set[str]:
    """Return the day words that the real plan and the past give."""
    ahead = any(
        one.channel is Channel.CALL
        and one.person == touch.person
        and one.status in (TouchStatus.PLANNED, TouchStatus.OPEN)
        for one in state.touches.values()
    )
    past = {one.channel for one in state.contacted if one.person == touch.person}
    words = {"jour_prochain_appel"} if ahead else set()
    words |= {"jour_dernier_email"} if Channel.EMAIL in past else set()
    return words | ({"jour_dernier_appel"} if Channel.CALL in past else set())


def _persons(state: Account, enrolment: Enrolment) -> set[str]:
    """Return `interlocuteur` when the last participant met or heard can be named."""
    partner = partner_of(state, enrolment)
    named = partner is not None and any(one.field in PERSON_NAMES for one in partner.fields)
    return {"interlocuteur"} if named else set()


def partner_of(state: Account, enrolment: Enrolment) -> Position | None:
    """Return the participant with whom the last exchange was had; None before any."""
    people = (state.people.get(one) for one in enrolment.participants.values())
    met = [(one.exchanged_at, one) for one in people if one is not None and one.exchanged_at]
    return max(met, key=lambda one: one[0])[1] if met else None
