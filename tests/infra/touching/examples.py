"""One good example of everything the tests of touching need."""

from datetime import UTC, date, datetime, timedelta

from msgspec import Raw

from engine.account import Account
from engine.account.state import Enrolment, Position, Touch, TouchStatus
from engine.decision import Body, Events, Outcome, PlacedDecision
from engine.events import Objected, TouchAttempted
from engine.ids import InputId, StreamId, StreamKind, stream_id
from engine.inputs import Input
from engine.plan import Gap, GapScope, Message, Phase, Sequence, Unit
from engine.requests import (
    AttemptTouch,
    Attributes,
    Mailbox,
    RecordObjection,
    Request,
)
from engine.rules import Stream
from engine.values import About, Asked, Channel, ContactPoint, Sealed, SequenceRef, Slot
from engine.workspace import Workspace
from infra.log.leases import Tenure
from infra.log.port import Place, Topic
from infra.runtime.owning.touch_ports import GrantKey, WantedAttempt
from infra.secret import Secret
from infra.vault.port import Item, Vault
from infra.vault.tags import Tagger

AT = datetime(2027, 1, 19, 8, 30, tzinfo=UTC)
PLACE = Place(Topic.EVENTS, 3)
TENURE = Tenure(PLACE, 1)
TAGGER = Tagger(Secret(b"p" * 32))
NIORT = stream_id(StreamKind.ACCOUNT, "217901911")
POITIERS = stream_id(StreamKind.ACCOUNT, "218601946")
FROM = "camille.martin@editeur.example"
MAILBOX = "equipe"
PERSON_TEXTS = {
    "salutation": "Madame Perrin",
    "function": "responsable du service éducation",
    "source_contact": "page « Vos services », lue le 04/01/2027",
}
MAILBOX_TEXTS = {
    "email": FROM,
    "sender_name": "Camille Martin",
    "sender_function": "chargée de projet",
    "sender_phone": "+33 1 99 00 12 34",
    "data_contact": "donnees@editeur.example",
}
BODY = "Bonjour {{ civilite_nom }},\n\nAu sujet des {{ sujet }}.\n\n{{ lien_opposition }}\n"
MESSAGE = Message(
    subject="Les {{ sujet }} : comment faites-vous ?",
    body=BODY,
    needs=("lien_opposition", "sujet"),
    may_use=("civilite_nom",),
)


def sequence(message: Message = MESSAGE) -> Sequence:
    """Return a published sequence with one message."""
    return Sequence(
        name="essai",
        title="Essai",
        sequence_class="prospecting",
        gap=Gap(2, Unit.BUSINESS_DAY, GapScope.PERSON),
        steps=(),
        messages={"email-a": message},
    )


async def mailbox(vault: Vault, *, per_day_max: int = 100, per_domain_max: int = 20) -> Mailbox:
    """Return a mailbox with its fields sealed."""
    sealed = await vault.seal(
        [
            Item(subject="mailbox-equipe", input_id="i-mailbox", field=name, text=text)
            for name, text in MAILBOX_TEXTS.items()
        ]
    )
    return Mailbox(
        name=MAILBOX,
        domain="editeur.example",
        per_day_max=per_day_max,
        per_domain_max=per_domain_max,
        fields=sealed,
        values={"societe": "Éditeur"},
    )


def published(box: Mailbox, message: Message = MESSAGE) -> Workspace:
    """Return a workspace with one mailbox and one sequence."""
    return Workspace(mailboxes={box.name: box}, sequences={"h1": sequence(message)})


async def position(vault: Vault, *, person: str, address: str) -> Position:
    """Return a person's place with an address; the tag is made of the address, for reading."""
    items = [
        Item(subject=person, input_id=f"i-{person}", field=name, text=text)
        for name, text in {"email": address, **PERSON_TEXTS}.items()
    ]
    email, *fields = await vault.seal(items)
    return Position(
        role="responsable_service", points=(point(email, address),), fields=tuple(fields)
    )


def point(sealed: Sealed, address: str) -> ContactPoint:
    """Return an e-mail address as it travels."""
    return ContactPoint(
        tag=tag_of(address),
        channel=Channel.EMAIL,
        domain=address.partition("@")[2],
        sealed=sealed,
    )


def tag_of(address: str) -> str:
    """Return the tag that these tests give an address."""
    return TAGGER.tag(Channel.EMAIL, address.lower())


def touch(*, at: datetime = AT, person: str = "p-1", attempt: int = 1) -> Touch:
    """Return an e-mail under attempt."""
    asked = Asked(offset="+8 d", anchor="start", anchor_on=date(2027, 1, 11), on=at.date())
    return Touch(
        enrolment=1,
        step="1.3",
        step_index=0,
        channel=Channel.EMAIL,
        phase=Phase.OUTREACH,
        slot=Slot(asked=asked, on=at.date(), due_at=at, closes_at=at + timedelta(days=30)),
        status=TouchStatus.ATTEMPTING,
        person=person,
        message="email-a",
        attempt=attempt,
        attempted_at=at,
    )


def account(people: dict[str, Position], *touches: Touch) -> Stream:
    """Return an account with people and touches numbered from 1."""
    enrolment = Enrolment(
        sequence=SequenceRef("essai", "h1"),
        sequence_class="prospecting",
        about=About("guichet famille"),
        participants={"responsable_service": next(iter(people))},
        start_on=date(2027, 1, 11),
        entry_at=AT,
        values={"sujet": "inscriptions périscolaires"},
    )
    state = Account(
        attributes=Attributes(name="Niort", name_with_article="la Ville de Niort", kind="commune"),
        people=people,
        enrolments={1: enrolment},
        touches=dict(enumerate(touches, start=1)),
    )
    return Stream(state=state, version=1, at=AT, seq=1)


def wanted(  # noqa: PLR0913  (each test states only what differs)
    state: Stream,
    box: Workspace,
    *,
    stream: StreamId = NIORT,
    number: int = 1,
    attempt: int = 1,
    tenure: Tenure = TENURE,
) -> WantedAttempt:
    """Return a due e-mail that asks for its grant."""
    request = AttemptTouch(touch=number, attempt=attempt, due_at=AT, fired_at=AT)
    return WantedAttempt(tenure=tenure, stream=stream, request=request, state=state, published=box)


def key(stream: StreamId = NIORT, number: int = 1, attempt: int = 1) -> GrantKey:
    """Return what a grant is for."""
    return GrantKey(stream, number, attempt)


def attempted(stream: StreamId = NIORT, number: int = 1, attempt: int = 1) -> PlacedDecision:
    """Return a validated decision to attempt a touch."""
    event = TouchAttempted(rule="step.due", touch=number, attempt=attempt)
    request = AttemptTouch(touch=number, attempt=attempt, due_at=AT, fired_at=AT)
    return placed(stream, request, Events(events=(event,)))


def objected(tag: str, outcome: Outcome | None = None) -> PlacedDecision:
    """Return a validated decision on an objection."""
    event = Objected(rule="exit.objection", scope="all")
    stream = stream_id(StreamKind.CONTACT_POINT, tag)
    return placed(stream, RecordObjection(), outcome or Events(events=(event,)))


def placed(stream: StreamId, request: Request, outcome: Outcome) -> PlacedDecision:
    """Return a decision with where it stands."""
    item = Input(
        id=InputId("i-1"), stream=stream, at=AT, actor="engine", source="timer", request=request
    )
    body = Body(stream=stream, version=1, at=AT, input=Raw(b"{}"), outcome=outcome)
    return PlacedDecision(PLACE.partition, 1, 1, body, item)
