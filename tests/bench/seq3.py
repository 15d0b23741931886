"""SEQ-3: e-mail, wait a second, call task closed at once, wait a second, e-mail."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from engine.ids import InputId, StreamId, StreamKind, stream_id
from engine.plan import (
    Anchor,
    AnchorKind,
    Fill,
    Gap,
    GapScope,
    Landing,
    Message,
    Need,
    Offset,
    Requirement,
    Role,
    Sequence,
    Step,
    StepKind,
    Unit,
)
from engine.requests import Attributes, Enrol, Mailbox
from engine.values import About, Channel, SequenceRef
from sequences.hashing import sequence_hash

ROLE = "interlocuteur"
REPLIES_ONE_IN = 5
WAITS_SECONDS = 2.0
"""What nobody can avoid: two waits of a second each."""

_ROLES = (Role(ROLE, is_required=True),)
_NO_GAP = Gap(count=0, unit=Unit.SECOND, scope=GapScope.PERSON)


def _step(name: str, channel: Channel, *, after: str, message: str = "") -> Step:
    anchor = Anchor(AnchorKind.STEP, step=after) if after else Anchor(AnchorKind.ENTRY)
    need = Need.SENT if channel is Channel.CALL else Need.ATTEMPTED
    return Step(
        id=name,
        kind=StepKind.CONTACT,
        channel=channel,
        aim="mesurer",
        offset=Offset(1 if after else 0, Unit.SECOND),
        anchor=anchor,
        landing=Landing.ASAP,
        window="always",
        fill=Fill.FIRST,
        roles=_ROLES,
        requires=(Requirement((after,), need),) if after else (),
        message=message,
    )


SEQ3 = Sequence(
    name="seq-3",
    title="SEQ-3",
    sequence_class="prospecting",
    gap=_NO_GAP,
    steps=(
        _step("1", Channel.EMAIL, after="", message="mail"),
        _step("2", Channel.CALL, after="1"),
        _step("3", Channel.EMAIL, after="2", message="mail"),
    ),
    messages={"mail": Message(subject="Objet", body="Bonjour, une ligne.\n")},
)
REF = SequenceRef(SEQ3.name, sequence_hash(SEQ3))
MAILBOX = Mailbox(
    name="bench", domain="bench.example", per_day_max=1_000_000, per_domain_max=1_000_000
)
ATTRIBUTES = Attributes(name="Compte", time_zone="Europe/Paris")


@dataclass(frozen=True, slots=True)
class Contact:
    """One account with its one person."""

    index: int

    @property
    def account(self) -> str:
        """Return the account's id."""
        return f"b{self.index}"

    @property
    def person(self) -> str:
        """Return the person's id."""
        return f"p{self.index}"

    @property
    def stream(self) -> StreamId:
        """Return the account's stream."""
        return stream_id(StreamKind.ACCOUNT, self.account)

    @property
    def replies(self) -> bool:
        """Whether the person answers right after the first e-mail."""
        return self.index % REPLIES_ONE_IN == 0


def enrol(contact: Contact) -> Enrol:
    """Return the request to enrol a contact now."""
    return Enrol(
        sequence=REF,
        about=About(offer="bench"),
        participants={ROLE: contact.person},
        start_on=date(2026, 1, 5),
    )


def fresh_id() -> InputId:
    """Return an input's id."""
    return InputId(uuid4().hex)
