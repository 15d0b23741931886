"""Write the messages of a batch of touches: open fields, render, compose bytes.

A touch that cannot be written gets a report with a code and the variable's name, never
an exception: the others of its batch go out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from engine.account import Account
from engine.errors import InvalidValueError
from engine.ids import StreamId, name_of
from engine.requests import Reach
from engine.rule_ids import RuleId
from engine.rules import Stream
from engine.values import Sealed
from engine.workspace import Workspace
from infra.clock import Clock
from infra.mail.errors import MessageFieldError
from infra.mail.links import Link, LinkPurpose, LinkSigner
from infra.mail.message import Draft, Unsubscribe, compose
from infra.mail.message import Mailbox as MailAddress
from infra.mail.message_id import MessageKey, message_id
from infra.mail.message_values import (
    MAILBOX_ADDRESS,
    MAILBOX_NAME,
    Links,
    Occasion,
    Opened,
    opened_by,
    to_open,
    values,
)
from infra.runtime.owning.touch_ports import GrantKey
from infra.secret import Secret
from infra.touching.addressing import address_of, mailbox_of, touch_of
from infra.touching.protocol import Report
from infra.vault.errors import VaultDamageError
from infra.vault.port import Erased, Vault
from sequences.errors import MissingValueError, TextTooLongError
from sequences.render import render

CONTENT_MISSING = RuleId.CONTENT_MISSING_MESSAGE
CONTENT_MISSING_VALUE = RuleId.CONTENT_MISSING_VALUE
CONTENT_MALFORMED = RuleId.CONTENT_MALFORMED
SENDER_MISSING = RuleId.MAILBOX_ADDRESS_MISSING
VAULT_DAMAGED = RuleId.VAULT_DAMAGED
UNWRITTEN = ("content.", SENDER_MISSING, VAULT_DAMAGED)
"""Beginnings of the codes of touches whose message could not be written."""

ERASED = "erased"

UNSUBSCRIBE_PATH = "/stop/"
DATA_PATH = "/donnees/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One message to write."""

    key: GrantKey
    state: Stream  # the account after its attempt was decided
    published: Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message ready to leave; prints without addresses and text."""

    message_id: str
    mail_from: str = field(repr=False)
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the bytes, in hexadecimal."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What all messages of a workspace share."""

    signer: LinkSigner
    message_id_secret: Secret[bytes]
    public_url: str  # https, without a slash at its end: where links lead


class Letters:
    """Writes messages."""

    def __init__(self, vault: Vault, stationery: Stationery, *, clock: Clock) -> None:
        """Keep who opens fields and what all messages share."""
        self._vault = vault
        self._stationery = stationery
        self._clock = clock

    def message_id(self, key: GrantKey, published: Workspace) -> str:
        """Return the message id of an attempt; it is the same for ever.

        A workspace without a mailbox has no domain: the id then names none of ours.
        """
        mailbox = mailbox_of(published)
        return message_id(
            MessageKey(account=name_of(key.stream), touch=key.touch, attempt=key.attempt),
            secret=self._stationery.message_id_secret,
            domain=mailbox.domain if mailbox else "mailbox.invalid",
        )

    async def write(self, asked: Sequence[Asked]) -> dict[GrantKey, Letter | Report]:
        """Return each message, or why there is none.

        Raises:
            StoreUnavailableError: The vault's keys could not be read.
        """
        occasions = {one.key: self._occasion(one) for one in asked}
        found = [one for one in occasions.values() if isinstance(one, Occasion)]
        texts = await self._open([sealed for one in found for sealed in to_open(one)])
        return {
            key: one if isinstance(one, Report) else self._letter(key, one, texts)
            for key, one in occasions.items()
        }

    def _occasion(self, asked: Asked) -> Occasion | Report:
        state, touch = asked.state.state, touch_of(asked.state, asked.key.touch)
        mailbox = mailbox_of(asked.published)
        point = address_of(asked.state, asked.key.touch)
        if not isinstance(state, Account) or touch is None or mailbox is None or point is None:
            return Report(Reach.NOT_SENT, CONTENT_MISSING)
        enrolment = state.enrolments.get(touch.enrolment)
        sequence = asked.published.sequences.get(enrolment.sequence.hash) if enrolment else None
        message = sequence.messages.get(touch.message) if sequence else None
        if enrolment is None or message is None:
            return Report(Reach.NOT_SENT, CONTENT_MISSING)
        return Occasion(
            stream=asked.key.stream,
            number=asked.key.touch,
            state=state,
            published=asked.published,
            touch=touch,
            enrolment=enrolment,
            position=state.people[touch.person],
            point=point,
            mailbox=mailbox,
            message=message,
            at=self._clock.now(),
        )

    async def _open(self, sealed: Sequence[Sealed]) -> Mapping[Sealed, str | Erased | None]:
        """Return texts by field; None for a field that does not open."""
        wanted = list(dict.fromkeys(sealed))
        try:
            return dict(zip(wanted, await self._vault.open(wanted), strict=True))
        except VaultDamageError:
            # One damaged field stops one message, not its whole batch.
            return {one: await self._open_one(one) for one in wanted}

    async def _open_one(self, sealed: Sealed) -> str | Erased | None:
        try:
            return (await self._vault.open([sealed]))[0]
        except VaultDamageError:
            return None

    def _letter(
        self, key: GrantKey, occasion: Occasion, texts: Mapping[Sealed, str | Erased | None]
    ) -> Letter | Report:
        clear: dict[Sealed, str] = {}
        for sealed in to_open(occasion):
            text = texts[sealed]
            if text is None:
                return Report(Reach.NOT_SENT, VAULT_DAMAGED)
            if isinstance(text, Erased) and sealed.subject == occasion.point.sealed.subject:
                return Report(Reach.ERASED, ERASED)
            # A colleague's name may be erased too: then that value alone is missing.
            clear[sealed] = "" if isinstance(text, Erased) else text
        opened = opened_by(occasion, clear)
        if not opened.mailbox.get(MAILBOX_ADDRESS):
            return Report(Reach.NOT_SENT, SENDER_MISSING)
        try:
            return self._written(key, occasion, opened)
        except MissingValueError as error:
            return Report(Reach.NOT_SENT, f"{CONTENT_MISSING_VALUE}:{error.variable}")
        except (TextTooLongError, MessageFieldError, InvalidValueError):
            return Report(Reach.NOT_SENT, CONTENT_MALFORMED)

    def _written(self, key: GrantKey, occasion: Occasion, opened: Opened) -> Letter:
        token, links = self._links(occasion)
        rendered = render(occasion.message, values(occasion, opened, links))
        sender = opened.mailbox[MAILBOX_ADDRESS]
        named = self.message_id(key, occasion.published)
        draft = Draft(
            sender=MailAddress(address=sender, display_name=opened.mailbox.get(MAILBOX_NAME, "")),
            to=MailAddress(address=opened.address),
            subject=rendered.subject,
            text=rendered.body,
            at=occasion.at.astimezone(occasion.zone),
            message_id=named,
            references=occasion.enrolment.threads.get(occasion.touch.person, ()),
            unsubscribe=Unsubscribe(url=links.unsubscribe, mailto=sender, mailto_subject=token),
        )
        return Letter(
            message_id=named, mail_from=sender, recipient=opened.address, content=compose(draft)
        )

    def _links(self, occasion: Occasion) -> tuple[str, Links]:
        account, person = name_of(StreamId(occasion.stream)), occasion.touch.person
        tokens = {
            purpose: self._stationery.signer.token(
                Link(purpose=purpose, account=account, person=person)
            )
            for purpose in LinkPurpose
        }
        base = self._stationery.public_url
        links = Links(
            unsubscribe=f"{base}{UNSUBSCRIBE_PATH}{tokens[LinkPurpose.UNSUBSCRIBE]}",
            data=f"{base}{DATA_PATH}{tokens[LinkPurpose.DATA_RIGHTS]}",
        )
        return tokens[LinkPurpose.UNSUBSCRIBE], links
