"""Find the values with which the message of one touch is rendered.

Names are those of `engine.variables`; the rules compare the same names before an
attempt (`engine.account.content`), so a value they count on is found here.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from engine.account import Account
from engine.account.content import (
    FIELD_VALUES,
    MAILBOX_FIELD_VALUES,
    PERSON_NAMES,
    POINT_VALUES,
    days_named,
    has_spoken,
    organisation_values,
    partner_of,
    step_of,
)
from engine.account.next_point import default_next_point
from engine.account.state import Enrolment, Position, Touch
from engine.free_texts import sealed_as
from engine.ids import StreamId
from engine.plan import Message
from engine.requests import Mailbox
from engine.texts import unwritable
from engine.values import ContactPoint, Sealed
from engine.variables import EngineVariable, for_step
from engine.workspace import Workspace
from sequences.french import date_words, day_word
from sequences.render import MessageValue

SALUTATION = "salutation"
MAILBOX_ADDRESS = "email"
MAILBOX_NAME = "sender_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOccasion:
    """One message to write: for which touch, to whom, from where, on what day."""

    stream: StreamId
    number: int  # of the touch
    state: Account
    published: Workspace
    touch: Touch
    enrolment: Enrolment
    position: Position
    point: ContactPoint
    mailbox: Mailbox
    message: Message
    at: datetime  # aware UTC

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the account's people."""
        return self.state.zone

    @property
    def today(self) -> date:
        """Return the day on which the message is read, on the account's calendar."""
        return self.at.astimezone(self.zone).date()

    @property
    def names(self) -> frozenset[str]:
        """Return the variables of the message."""
        return frozenset((*self.message.needs, *self.message.may_use))

    @property
    def thread(self) -> tuple[str, ...]:
        """Return the Message-IDs that it answers, oldest first; none where it begins a thread."""
        if self.touch.begins_thread:
            return ()
        return self.enrolment.threads.get(self.touch.person, ())

    @property
    def opening(self) -> Message:
        """Return the message that began the thread; the one to write if that is not known."""
        published = self.published.sequences[self.enrolment.sequence.hash]
        key = self.enrolment.opened_by.get(self.touch.person, "")
        return published.messages.get(key, self.message)

    def about(self, message: Message) -> Self:
        """Return the occasion of writing the subject of another message, whatever it lacks."""
        subject = Message(
            subject=message.subject, body="", may_use=(*message.needs, *message.may_use)
        )
        return dataclasses.replace(self, message=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearFields:
    """Personal fields in clear, for as long as a message is being written."""

    address: str = field(repr=False)
    person: Mapping[str, str] = field(repr=False)  # field -> text
    mailbox: Mapping[str, str] = field(repr=False)
    partner_name: str = field(default="", repr=False)
    texts: Mapping[Sealed, str] = field(default_factory=dict, repr=False)

    def text(self, text: str) -> str:
        """Return a free text in clear; one from before they were sealed is."""
        sealed = sealed_as(text)
        return text if sealed is None else self.texts[sealed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the person can act: pages, with a token of theirs alone, or by mail."""

    by_mail: str = field(repr=False)  # a mailto: link
    unsubscribe: str = field(default="", repr=False)  # empty: no page answers
    data: str = field(default="", repr=False)


def sealed_fields(fields: tuple[Sealed, ...], wanted: Mapping[str, str]) -> dict[str, Sealed]:
    """Return those of the sealed fields that give a value, by field name; the last counts."""
    return {sealed.field: sealed for sealed in fields if sealed.field in wanted}


PERSON_FIELDS: Mapping[str, str] = {**FIELD_VALUES, SALUTATION: EngineVariable.SALUTATION}
"""Sealed fields of a person, and the values they give."""

MAILBOX_FIELDS: Mapping[str, str] = {**MAILBOX_FIELD_VALUES, MAILBOX_ADDRESS: ""}
"""Sealed fields of a mailbox, and the values they give; the address gives none."""


def values(occasion: MessageOccasion, opened: ClearFields, links: Links) -> dict[str, MessageValue]:
    """Return what the message's variables stand for; a value that nobody gave is left out.

    A value that no message may hold counts as not given: what stands behind it is used.
    What the engine knows wins over what was given under the same name; of what was
    given, the enrolment's wins over the account's, and that over the mailbox's.
    """
    given: dict[str, MessageValue] = {
        name: text
        for values in _given(occasion)
        for name, text in _sayable({key: opened.text(values[key]) for key in values}).items()
    }
    days = days_named(occasion.state, occasion.enrolment, occasion.number)
    known: dict[str, MessageValue] = {
        EngineVariable.HAS_SPOKEN: has_spoken(occasion.enrolment),
        EngineVariable.IS_FIRST_MESSAGE: occasion.position.written_at is None,
        EngineVariable.SALUTATION: opened.person.get(SALUTATION, ""),
        EngineVariable.PARTNER: opened.partner_name,
        **{PERSON_FIELDS[name]: text for name, text in opened.person.items()},
        **{MAILBOX_FIELDS[name]: text for name, text in opened.mailbox.items()},
        **organisation_values(occasion.state),
        **{name: day_word(day, occasion.today) for name, day in days.items()},
        **{name: opened.text(text) for name, text in _point_values(occasion).items()},
    }
    found = {**given, **_sayable(known)}
    found |= _links_of(occasion, links)
    return {name: value for name, value in found.items() if name in occasion.names}


def _links_of(occasion: MessageOccasion, links: Links) -> dict[str, str]:
    """Return what the links of a message lead to.

    A text that asks whether there is a page says something else without one; a text that
    does not ask gets the address to write to.
    """
    pages = {EngineVariable.STOP_LINK: links.unsubscribe, EngineVariable.DATA_LINK: links.data}
    needed = occasion.message.needs
    return {name: page or (links.by_mail if name in needed else "") for name, page in pages.items()}


def _given(occasion: MessageOccasion) -> Iterator[dict[str, str]]:
    """Yield the values that were given and the message may use, the nearest last."""
    sequence = occasion.published.sequences[occasion.enrolment.sequence.hash]
    step = step_of(sequence, occasion.touch)
    for given in (occasion.mailbox.values, occasion.state.values, occasion.enrolment.values):
        known = for_step(given, step)
        yield {name: text for name, text in known.items() if name in occasion.names}


def _sayable(values: Mapping[str, MessageValue]) -> dict[str, MessageValue]:
    """Return the values that say something a message may hold, without space around them."""
    return {
        name: value.strip() if isinstance(value, str) else value
        for name, value in values.items()
        if not isinstance(value, str) or (value.strip() and not unwritable(value))
    }


def _point_values(occasion: MessageOccasion) -> dict[str, str]:
    """Return the point the message speaks of: the enrolment's own, else the account's."""
    if POINT_VALUES.isdisjoint(occasion.names):
        return {}
    state = occasion.state
    number = occasion.touch.enrolment
    point = default_next_point(state, occasion.published, number, occasion.at) or state.milestone
    if point is None:
        return {}
    return {
        EngineVariable.POINT_DATE: date_words(point.on),
        EngineVariable.POINT_OBJECT: point.object,
        EngineVariable.POINT_DELIVERABLE: point.deliverable,
    }


def to_open(occasion: MessageOccasion) -> Iterator[Sealed]:
    """Yield the sealed fields that the message needs opened: the address first."""
    yield occasion.point.sealed
    yield from sealed_fields(occasion.position.fields, PERSON_FIELDS).values()
    yield from sealed_fields(occasion.mailbox.fields, MAILBOX_FIELDS).values()
    partner = partner_of(occasion.state, occasion.enrolment)
    if partner is not None and EngineVariable.PARTNER in occasion.names:
        yield from sealed_fields(partner.fields, dict.fromkeys(PERSON_NAMES, "")).values()
    subject = (occasion.about(occasion.opening),) if occasion.thread else ()
    for shown in (occasion, *subject):
        texts = (
            text for values in (*_given(shown), _point_values(shown)) for text in values.values()
        )
        yield from (sealed for text in texts if (sealed := sealed_as(text)) is not None)


def clear_fields(occasion: MessageOccasion, texts: Mapping[Sealed, str]) -> ClearFields:
    """Return the fields of `to_open` in clear."""

    def of(fields: tuple[Sealed, ...], wanted: Mapping[str, str]) -> dict[str, str]:
        return {name: texts[sealed] for name, sealed in sealed_fields(fields, wanted).items()}

    partner = partner_of(occasion.state, occasion.enrolment)
    met = partner is not None and EngineVariable.PARTNER in occasion.names
    names = of(partner.fields, dict.fromkeys(PERSON_NAMES, "")) if partner and met else {}
    salutation, *full_name = (names.get(name, "") for name in PERSON_NAMES)
    return ClearFields(
        address=texts[occasion.point.sealed],
        person=of(occasion.position.fields, PERSON_FIELDS),
        mailbox=of(occasion.mailbox.fields, MAILBOX_FIELDS),
        partner_name=salutation or " ".join(full_name).strip(),
        texts=texts,
    )
