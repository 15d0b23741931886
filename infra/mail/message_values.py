"""Find the values with which the message of one touch is rendered.

Names are those of `sequences.variables`; the rules compare the same names before an
attempt (`engine.account.content`), so a value they count on is found here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engine.account import Account
from engine.account.content import (
    FIELD_VALUES,
    MAILBOX_FIELD_VALUES,
    PERSON_NAMES,
    partner_of,
)
from engine.account.planning import default_next_point
from engine.account.state import Enrolment, Position, Touch, TouchStatus
from engine.account.turn import Turn
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.plan import Message
from engine.requests import Mailbox, Wake
from engine.values import Channel, ContactPoint, NextPoint, Sealed
from engine.workspace import Workspace
from sequences.french import date_words, day_word

SALUTATION = "salutation"
MAILBOX_ADDRESS = "email"
MAILBOX_NAME = "sender_name"
AHEAD = (TouchStatus.PLANNED, TouchStatus.OPEN)

Value = str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
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
        attributes = self.state.attributes
        return ZoneInfo(attributes.time_zone if attributes else "Europe/Paris")

    @property
    def today(self) -> date:
        """Return the day on which the message is read, on the account's calendar."""
        return self.at.astimezone(self.zone).date()

    @property
    def names(self) -> frozenset[str]:
        """Return the variables of the message."""
        return frozenset((*self.message.needs, *self.message.may_use))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Personal fields in clear, for as long as a message is being written."""

    address: str = field(repr=False)
    person: Mapping[str, str] = field(repr=False)  # field -> text
    mailbox: Mapping[str, str] = field(repr=False)
    partner_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What the person can do by a click; signed, theirs alone."""

    unsubscribe: str = field(repr=False)
    data: str = field(repr=False)


def sealed_fields(fields: tuple[Sealed, ...], wanted: Mapping[str, str]) -> dict[str, Sealed]:
    """Return those of the sealed fields that give a value, by field name; the last counts."""
    return {one.field: one for one in fields if one.field in wanted}


PERSON_FIELDS: Mapping[str, str] = {**FIELD_VALUES, SALUTATION: "civilite_nom"}
"""Sealed fields of a person, and the values they give."""

MAILBOX_FIELDS: Mapping[str, str] = {**MAILBOX_FIELD_VALUES, MAILBOX_ADDRESS: ""}
"""Sealed fields of a mailbox, and the values they give; the address gives none."""


def values(occasion: Occasion, opened: Opened, links: Links) -> dict[str, Value]:
    """Return what the message's variables stand for; a value that nobody gave is left out.

    What the engine knows wins over what was given under the same name; of what was
    given, the enrolment's wins over the account's, and that over the mailbox's.
    """
    given: dict[str, Value] = {
        **occasion.mailbox.values,
        **occasion.state.values,
        **occasion.enrolment.values,
    }
    known: dict[str, Value] = {
        "is_first_message": occasion.position.written_at is None,
        "lien_opposition": links.unsubscribe,
        "lien_donnees": links.data,
        "civilite_nom": opened.person.get(SALUTATION, ""),
        "interlocuteur": opened.partner_name,
        **{PERSON_FIELDS[name]: text for name, text in opened.person.items()},
        **{MAILBOX_FIELDS[name]: text for name, text in opened.mailbox.items()},
        **_of_organisation(occasion),
        **{
            name: compute(occasion) for name, compute in _COMPUTED.items() if name in occasion.names
        },
    }
    found = {**given, **{name: value for name, value in known.items() if value != ""}}
    return {name: value for name, value in found.items() if name in occasion.names}


def _of_organisation(occasion: Occasion) -> dict[str, str]:
    attributes = occasion.state.attributes
    if attributes is None:
        return {}
    return {
        "organisation": attributes.name_with_article or attributes.name,
        "type_organisation": attributes.kind,
        "type_organisation_pluriel": attributes.kind_plural,
    }


def _next_call(occasion: Occasion) -> str:
    ahead = [
        one.slot.on
        for one in occasion.state.touches.values()
        if one.channel is Channel.CALL
        and one.person == occasion.touch.person
        and one.status in AHEAD
    ]
    return day_word(min(ahead), occasion.today) if ahead else ""


def _last(occasion: Occasion, channel: Channel) -> str:
    # The attempt being written is counted as a contact already: it is not "the last one".
    past = [
        one.on
        for one in occasion.state.contacted
        if one.person == occasion.touch.person
        and one.channel is channel
        and one.touch != occasion.number
    ]
    return day_word(max(past), occasion.today) if past else ""


def _agreed(occasion: Occasion) -> str:
    meeting_at = occasion.enrolment.meeting_at
    if meeting_at is None:
        return ""
    return day_word(meeting_at.astimezone(occasion.zone).date(), occasion.today)


def _point(occasion: Occasion) -> NextPoint | None:
    """Return the point the message speaks of: the enrolment's own, else the account's."""
    fired = Wake(due_at=occasion.at, fired_at=occasion.at)
    item = Input(
        id=InputId("compose"),
        stream=occasion.stream,
        at=occasion.at,
        actor="engine",
        source="dispatch",
        request=fired,
    )
    turn = Turn(item=item, state=occasion.state, published=occasion.published, at=occasion.at)
    return default_next_point(turn, occasion.touch.enrolment) or occasion.state.milestone


def _point_value(pick: Callable[[NextPoint], str]) -> Callable[[Occasion], str]:
    def value(occasion: Occasion) -> str:
        point = _point(occasion)
        return pick(point) if point else ""

    return value


_COMPUTED: Mapping[str, Callable[[Occasion], str]] = {
    "jour_prochain_appel": _next_call,
    "jour_dernier_email": lambda occasion: _last(occasion, Channel.EMAIL),
    "jour_dernier_appel": lambda occasion: _last(occasion, Channel.CALL),
    "jour_convenu": _agreed,
    "jalon_date": _point_value(lambda point: date_words(point.on)),
    "jalon_objet": _point_value(lambda point: point.object),
    "jalon_livrable": _point_value(lambda point: point.deliverable),
}


def to_open(occasion: Occasion) -> Iterator[Sealed]:
    """Yield the sealed fields that the message needs opened: the address first."""
    yield occasion.point.sealed
    yield from sealed_fields(occasion.position.fields, PERSON_FIELDS).values()
    yield from sealed_fields(occasion.mailbox.fields, MAILBOX_FIELDS).values()
    partner = partner_of(occasion.state, occasion.enrolment)
    if partner is not None and "interlocuteur" in occasion.names:
        yield from sealed_fields(partner.fields, dict.fromkeys(PERSON_NAMES, "")).values()


def opened_by(occasion: Occasion, texts: Mapping[Sealed, str]) -> Opened:
    """Return the fields of `to_open` in clear."""

    def of(fields: tuple[Sealed, ...], wanted: Mapping[str, str]) -> dict[str, str]:
        return {name: texts[one] for name, one in sealed_fields(fields, wanted).items()}

    partner = partner_of(occasion.state, occasion.enrolment)
    met = partner is not None and "interlocuteur" in occasion.names
    names = of(partner.fields, dict.fromkeys(PERSON_NAMES, "")) if partner and met else {}
    salutation, *full_name = (names.get(one, "") for one in PERSON_NAMES)
    return Opened(
        address=texts[occasion.point.sealed],
        person=of(occasion.position.fields, PERSON_FIELDS),
        mailbox=of(occasion.mailbox.fields, MAILBOX_FIELDS),
        partner_name=salutation or " ".join(full_name).strip(),
    )
