"""Which values a message can have, and which it lacks.

The rules never see a text or an opened field: they compare the names of
`engine.variables`.  What is said here of days, people and the organisation is what
whoever renders writes.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter

from engine.account.next_point import default_next_point
from engine.account.state import Account, Enrolment, PastContact, Position, Touch, TouchStatus
from engine.account.turn import Turn
from engine.plan import Need, Sequence
from engine.requests import Attributes
from engine.texts import unwritable
from engine.values import Channel
from engine.variables import CONTENT_LINK, STEP_MARK, EngineVariable, for_step
from engine.workspace import Workspace

ALWAYS = frozenset(
    {
        EngineVariable.SALUTATION,
        EngineVariable.DATA_LINK,
        EngineVariable.STOP_LINK,
        EngineVariable.IS_FIRST_MESSAGE,
        EngineVariable.HAS_SPOKEN,
    }
)
"""Values that exist for every message; a salutation may be empty and says « Bonjour, »."""

POINT_VALUES = frozenset(
    {
        EngineVariable.POINT_DATE,
        EngineVariable.POINT_OBJECT,
        EngineVariable.POINT_DELIVERABLE,
    }
)
"""Values that the enrolment's default next point gives."""

FIELD_VALUES = {
    "function": EngineVariable.FUNCTION,
    "source_contact": EngineVariable.CONTACT_SOURCE,
}
"""Sealed fields of a person, and the values they give."""

PERSON_NAMES = ("salutation", "given_name", "family_name")
"""Sealed fields that name a person; where the civility is unknown there is no salutation."""

MAILBOX_FIELD_VALUES = {
    "sender_name": EngineVariable.SENDER,
    "sender_function": EngineVariable.SENDER_FUNCTION,
    "sender_phone": EngineVariable.PHONE,
    "data_contact": EngineVariable.DATA_CONTACT,
}
"""Sealed fields of a mailbox, and the values they give."""


def missing(turn: Turn, number: int) -> tuple[str, ...]:
    """Return the values that a touch's message needs and nobody supplied, sorted."""
    touch = turn.state.touches[number]
    message = turn.sequence(touch.enrolment).messages.get(touch.message)
    if message is None:
        return ()
    lacking = set(message.needs) - available(turn.state, turn.published, number)
    # The point is laid out on the calendar: only where somebody asks for it.
    if lacking & POINT_VALUES and default_next_point(
        turn.state, turn.published, touch.enrolment, turn.at
    ):
        lacking -= POINT_VALUES
    if CONTENT_LINK in message.needs and _has_had_content(turn, number):
        step = step_of(turn.sequence(touch.enrolment), touch)
        lacking.add(f"{CONTENT_LINK}{STEP_MARK}{step}")
    return tuple(sorted(lacking))


def available(state: Account, published: Workspace, number: int) -> frozenset[str]:
    """Return the names of the values that the message of a touch can have, its point apart."""
    touch = state.touches[number]
    enrolment = state.enrolments[touch.enrolment]
    step = step_of(published.sequences[enrolment.sequence.hash], touch)
    fields = {sealed.field for sealed in state.people[touch.person].fields}
    return frozenset(
        (
            *ALWAYS,
            *_filled(for_step(state.values, step)),
            *_filled(for_step(enrolment.values, step)),
            *(name for field, name in FIELD_VALUES.items() if field in fields),
            *_filled(organisation_values(state)),
            *_of_mailbox(published),
            *days_named(state, enrolment, number),
            *_partner(state, enrolment),
        )
    )


def step_of(sequence: Sequence, touch: Touch | PastContact) -> str:
    """Return the step whose values a touch's message is written with: its own or the message's."""
    written = (step.id for step in sequence.steps if step.message == touch.message)
    return touch.step or next(written, "")


def has_spoken(enrolment: Enrolment) -> bool:
    """Whether a call of the enrolment reached somebody."""
    return any(Need.REACHED.value in found for found in enrolment.results.values())


def _has_had_content(turn: Turn, number: int) -> bool:
    """Whether the content of a touch went to its person before, by whatever touch."""
    state, touch = turn.state, turn.state.touches[number]
    enrolment = state.enrolments[touch.enrolment]
    sequence = turn.sequence(touch.enrolment)
    shown = {
        step.id
        for step in sequence.steps
        if step.message and CONTENT_LINK in sequence.messages[step.message].needs
    }
    before = {
        step_of(sequence, contact)
        for contact in state.contacted
        if (contact.enrolment, contact.person) == (touch.enrolment, touch.person)
        and contact.channel is Channel.EMAIL
        and contact.touch != number
    }
    return _content(state, enrolment, step_of(sequence, touch)) in {
        _content(state, enrolment, step) for step in before & shown
    }


def _content(state: Account, enrolment: Enrolment, step: str) -> str:
    own = for_step(enrolment.values, step).get(CONTENT_LINK, "")
    return own or for_step(state.values, step).get(CONTENT_LINK, "")


def organisation_values(state: Account) -> dict[str, str]:
    """Return what the account's own values stand for; empty where nobody said."""
    attributes = state.attributes or Attributes(name="")
    return {
        EngineVariable.ORGANISATION: attributes.name_with_article or attributes.name,
        EngineVariable.KIND: attributes.kind,
        EngineVariable.KIND_PLURAL: attributes.kind_plural,
    }


def days_named(state: Account, enrolment: Enrolment, number: int) -> dict[str, date]:
    """Return the days that a touch's message can name: of the real plan and the past."""
    person = state.touches[number].person
    calls = [touch.slot.on for touch in state.touches.values() if _is_call_ahead(touch, person)]
    agreed = enrolment.meeting_for(person)
    days = {
        EngineVariable.NEXT_CALL: min(calls, default=None),
        EngineVariable.LAST_EMAIL: _last_on(state, number, person, Channel.EMAIL),
        EngineVariable.LAST_CALL: _last_on(state, number, person, Channel.CALL),
        EngineVariable.AGREED_DAY: agreed.at.astimezone(state.zone).date() if agreed else None,
    }
    return {name: day for name, day in days.items() if day is not None}


def partner_of(state: Account, enrolment: Enrolment) -> Position | None:
    """Return the participant with whom the last exchange was had; None before any."""
    people = (state.people.get(person) for person in enrolment.participants.values())
    met = [
        (position.exchanged_at, position)
        for position in people
        if position is not None and position.exchanged_at
    ]
    return max(met, key=itemgetter(0))[1] if met else None


def _filled(values: Mapping[str, str]) -> Iterator[str]:
    """Yield the names whose value says something that a message may hold."""
    return (name for name, value in values.items() if value.strip() and not unwritable(value))


def _of_mailbox(published: Workspace) -> Iterator[str]:
    mailbox = next(iter(published.mailboxes.values()), None)
    if mailbox is None:
        return
    yield from _filled(mailbox.values)
    fields = {sealed.field for sealed in mailbox.fields}
    yield from (name for field, name in MAILBOX_FIELD_VALUES.items() if field in fields)


def _partner(state: Account, enrolment: Enrolment) -> Iterator[str]:
    """Yield `interlocuteur` when the last participant met or heard can be named."""
    partner = partner_of(state, enrolment)
    if partner is not None and any(sealed.field in PERSON_NAMES for sealed in partner.fields):
        yield EngineVariable.PARTNER


def _is_call_ahead(touch: Touch, person: str) -> bool:
    is_ahead = touch.status in (TouchStatus.PLANNED, TouchStatus.OPEN)
    return is_ahead and touch.channel is Channel.CALL and touch.person == person


def _last_on(state: Account, number: int, person: str, channel: Channel) -> date | None:
    # The attempt being written counts as a contact already: it is not "the last one".
    past = (
        contact.on
        for contact in state.contacted
        if (contact.person, contact.channel) == (person, channel) and contact.touch != number
    )
    return max(past, default=None)
