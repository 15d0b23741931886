"""Small values that inputs, events and states share."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from engine.ids import Name


class Channel(StrEnum):
    """How a contact or a piece of work happens."""

    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"
    VISIT = "visit"
    SOCIAL = "social"
    LETTER = "letter"
    TASK = "task"
    DELIVERABLE = "deliverable"

    @property
    def is_automatic(self) -> bool:
        """Whether the engine itself carries a touch out, under a grant; people do the others."""
        return self is Channel.EMAIL

    @property
    def needs_point(self) -> bool:
        """Whether a touch goes to an address or a number of the person."""
        return self in (Channel.EMAIL, Channel.CALL)


class Sealed(Struct, frozen=True, gc=False):
    """A personal field as it travels: opaque to every rule."""

    subject: Name  # whose key opens it: a person, or a subject key of its own
    field: Name  # "email", "family_name", "note"...
    data: str  # base64url of nonce and AES-256-GCM-SIV ciphertext


class ContactPoint(Struct, frozen=True, gc=False, omit_defaults=True):
    """An address or a number, known by its keyed hash."""

    tag: Name  # names the contact point's stream
    channel: Channel  # EMAIL or CALL
    domain: Name  # of an e-mail address; empty for a number
    sealed: Sealed
    is_shared: bool = False  # marked or guessed: a switchboard, mairie@
    behind: Name = ""  # of an extension: tag of the switchboard, whose stop is its stop
    former: tuple[Name, ...] = ()  # tags that older normal forms gave it, the same

    @property
    def tags(self) -> tuple[str, ...]:
        """Return every tag under which a stop of it may stand, its own first."""
        behind = (self.behind,) if self.behind else ()
        return (self.tag, *behind, *self.former)


class SequenceRef(Struct, frozen=True, gc=False):
    """One published, immutable sequence."""

    name: Name
    hash: Name


class About(Struct, frozen=True, gc=False, omit_defaults=True):
    """What an enrolment is about; exclusivity and cool-downs look at it."""

    offer: str
    domain: str = ""
    cpv_families: tuple[str, ...] = ()
    is_digital: bool = False  # "offre numérique": the DSI has a say
    contract: str = ""
    contract_end_on: date | None = None


class NextPoint(Struct, frozen=True, gc=False):
    """A dated next point: when, about what, bringing what."""

    on: date
    object: str
    deliverable: str


class Move(Struct, frozen=True, gc=False):
    """One rule that moved a planned touch, and to which day."""

    rule: str  # "window.holiday", "gap.person"...
    to_on: date


class Asked(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a step asked for, before any rule moved it."""

    offset: str  # "+2 bd"
    anchor: str  # "start", "step 1.3"...
    anchor_on: date
    on: date
    is_assumed: bool = False  # the anchor is not known yet (a vote not held)


class Slot(Struct, frozen=True, gc=False, omit_defaults=True):
    """Where a touch landed: what was asked, every move, the result."""

    asked: Asked
    on: date  # on the person's calendar
    due_at: datetime  # aware UTC
    closes_at: datetime  # aware UTC, half-open: past it the touch is landed again
    moves: tuple[Move, ...] = ()


class Grant(Struct, frozen=True, gc=False):
    """The gate's leave to attempt an e-mail: under which mailbox, counted on which window."""

    mailbox: str
    window: str  # name of the counting window, compared again before sending


class KeptContact(Struct, frozen=True, gc=False):
    """A due contact that another account's claim on the same human keeps back, or a stop."""

    touch: int
    rule: str
    holder: Name  # the account; empty: a stop is nobody's
