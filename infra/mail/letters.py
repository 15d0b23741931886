"""Write the messages of a batch of attempts: open fields, render, compose bytes.

An attempt that cannot be written gets a report that names what is wrong, never an
exception: a value, the text, the address, or the mailbox it goes from.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.account import Account
from engine.errors import InvalidValueError
from engine.ids import StreamId, name_of
from engine.requests import Reach
from engine.rule_ids import RuleId
from engine.values import Sealed
from infra.clock import Clock
from infra.contacts.contact_points import is_of
from infra.mail.errors import MessageFieldError
from infra.mail.links import Link, LinkPurpose, LinkSigner
from infra.mail.message import Draft, MailAddress, Unsubscribe, compose
from infra.mail.message_id import DOMAIN, MessageKey, message_id
from infra.mail.message_values import (
    MAILBOX_ADDRESS,
    MAILBOX_NAME,
    ClearFields,
    Links,
    MessageOccasion,
    clear_fields,
    to_open,
    values,
)
from infra.runtime.owning.touch_ports import GrantKey
from infra.secret import Secret
from infra.touching.channel_ports import (
    CONTENT_BROKEN,
    CONTENT_MALFORMED,
    CONTENT_MISSING,
    POINT_MALFORMED,
    POINT_MISMATCH,
    SENDER_ADDRESS_MISSING,
    SENDER_MALFORMED,
    VAULT_DAMAGED,
    Parcel,
)
from infra.touching.jobs import Job
from infra.touching.protocol import AttemptReport
from infra.vault.errors import VaultDamageError
from infra.vault.port import Erased, Vault
from infra.vault.tags import Tagger
from sequences.errors import MissingValueError, TextTooLongError
from sequences.render import MessageValue, names_in, render, render_subject

ERASED = "erased"
NO_DOMAIN = "mailbox.invalid"

UNSUBSCRIBE_PATH = "/stop/"
DATA_PATH = "/donnees/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What all messages of a workspace share."""

    signer: LinkSigner
    message_id_secret: Secret[bytes]
    public_url: str  # without a slash at its end: where links lead; empty: no page answers any


class Letters:
    """Writes messages; see `infra.touching.channel_ports.Writer`."""

    def __init__(
        self, vault: Vault, stationery: Stationery, *, tagger: Tagger, clock: Clock
    ) -> None:
        """Write what the vault opens; an address whose tag is not its own is written to by none."""
        self._vault = vault
        self._tagger = tagger
        self._stationery = stationery
        self._clock = clock

    def reference(self, job: Job) -> str:
        """Return the message id of an attempt; it is the same for ever.

        A workspace without a mailbox, or whose mailbox has no domain that an id can hold,
        writes ids that name none of ours: nothing leaves under them.
        """
        key = job.key
        domain = job.sender.domain if job.sender else ""
        return message_id(
            MessageKey(account=name_of(key.stream), touch=key.touch, attempt=key.attempt),
            secret=self._stationery.message_id_secret,
            domain=domain if DOMAIN.fullmatch(domain) else NO_DOMAIN,
        )

    async def write(self, jobs: Sequence[Job]) -> dict[GrantKey, Parcel | AttemptReport]:
        """Return each job's message, or why there is none.

        Raises:
            StoreUnavailableError: The vault's keys could not be read.
        """
        at = self._clock.now()
        occasions = [_occasion(job, at) for job in jobs]
        found = [occasion for occasion in occasions if occasion is not None]
        texts = await self._open([sealed for occasion in found for sealed in to_open(occasion)])
        return {
            job.key: self._letter(job.reference, occasion, texts)
            if occasion
            else broken(CONTENT_MISSING)
            for job, occasion in zip(jobs, occasions, strict=True)
        }

    async def _open(self, sealed: Sequence[Sealed]) -> Mapping[Sealed, str | Erased | None]:
        """Return texts by field; None for a field that does not open."""
        wanted = list(dict.fromkeys(sealed))
        try:
            return dict(zip(wanted, await self._vault.open(wanted), strict=True))
        except VaultDamageError:
            # One damaged field stops one message, not its whole batch.
            return {field: await self._open_one(field) for field in wanted}

    async def _open_one(self, sealed: Sealed) -> str | Erased | None:
        try:
            return (await self._vault.open([sealed]))[0]
        except VaultDamageError:
            return None

    def _letter(
        self, reference: str, occasion: MessageOccasion, texts: Mapping[Sealed, str | Erased | None]
    ) -> Parcel | AttemptReport:
        clear: dict[Sealed, str] = {}
        for sealed in to_open(occasion):
            text = texts[sealed]
            if text is None:
                return broken(VAULT_DAMAGED, sealed.field)
            if isinstance(text, Erased) and sealed.subject == occasion.point.sealed.subject:
                return AttemptReport(Reach.ERASED, ERASED)
            # A colleague's name may be erased too: then that value alone is missing.
            clear[sealed] = "" if isinstance(text, Erased) else text
        opened = clear_fields(occasion, clear)
        if not is_of(self._tagger, occasion.point, opened.address):
            return broken(POINT_MISMATCH)
        if not opened.mailbox.get(MAILBOX_ADDRESS):
            return AttemptReport(Reach.NOT_SENT, SENDER_ADDRESS_MISSING)
        return self._written(reference, occasion, opened)

    def _written(
        self, reference: str, occasion: MessageOccasion, opened: ClearFields
    ) -> Parcel | AttemptReport:
        sender = opened.mailbox[MAILBOX_ADDRESS]
        token, links = self._links(occasion, sender)
        found = values(occasion, opened, links)
        thread = occasion.thread
        try:
            rendered = render(occasion.message, found)
            draft = Draft(
                sender=MailAddress(
                    address=sender, display_name=opened.mailbox.get(MAILBOX_NAME, "")
                ),
                to=MailAddress(address=opened.address),
                subject=_subject(occasion, opened, links) if thread else rendered.subject,
                text=rendered.body,
                at=occasion.at.astimezone(occasion.zone),
                message_id=reference,
                references=thread,
                unsubscribe=_unsubscribe(links, sender, token),
            )
            content = compose(draft)
        except MissingValueError as error:
            return broken(CONTENT_MALFORMED, error.variable)
        except InvalidValueError:
            return broken(CONTENT_BROKEN)
        except TextTooLongError:
            return broken(CONTENT_MALFORMED, _longest(found, occasion.names))
        except MessageFieldError as error:
            return _of_field(error.field, occasion, found)
        return Parcel(reference=reference, sender=sender, recipient=opened.address, content=content)

    def _links(self, occasion: MessageOccasion, sender: str) -> tuple[str, Links]:
        account, person = name_of(StreamId(occasion.stream)), occasion.touch.person
        tokens = {
            purpose: self._stationery.signer.token(
                Link(purpose=purpose, account=account, person=person)
            )
            for purpose in LinkPurpose
        }
        base, by_mail = self._stationery.public_url, f"mailto:{sender}"
        links = Links(by_mail=by_mail)
        if base:
            links = Links(
                by_mail=by_mail,
                unsubscribe=f"{base}{UNSUBSCRIBE_PATH}{tokens[LinkPurpose.UNSUBSCRIBE]}",
                data=f"{base}{DATA_PATH}{tokens[LinkPurpose.DATA_RIGHTS]}",
            )
        return tokens[LinkPurpose.UNSUBSCRIBE], links


def _subject(occasion: MessageOccasion, opened: ClearFields, links: Links) -> str:
    """Return the subject of an answer in a thread: mail programs group by it."""
    answered = occasion.about(occasion.opening)
    subject = render_subject(answered.message, values(answered, opened, links))
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _unsubscribe(links: Links, sender: str, token: str) -> Unsubscribe:
    """Return how a mail service unsubscribes: in one click only over https (RFC 8058)."""
    url = links.unsubscribe if links.unsubscribe.startswith("https:") else ""
    return Unsubscribe(url=url, mailto=sender, mailto_subject=f"stop%20{token}")


def _occasion(job: Job, at: datetime) -> MessageOccasion | None:
    """Return what a message is written for; None where nothing says what to write."""
    state, touch = job.state.state, job.touch
    if not isinstance(state, Account) or not touch or not job.sender or not job.point:
        return None
    enrolment = state.enrolments.get(touch.enrolment)
    sequence = job.published.sequences.get(enrolment.sequence.hash) if enrolment else None
    message = sequence.messages.get(touch.message) if sequence else None
    if enrolment is None or message is None:
        return None
    return MessageOccasion(
        stream=job.key.stream,
        number=job.key.touch,
        state=state,
        published=job.published,
        touch=touch,
        enrolment=enrolment,
        position=state.people[touch.person],
        point=job.point,
        mailbox=job.sender,
        message=message,
        at=at,
    )


def broken(rule: RuleId, *named: str) -> AttemptReport:
    """Return the report of an attempt that nobody can send as it is, with what is wrong."""
    return AttemptReport(Reach.BROKEN, f"{rule}:{'+'.join(named)}" if named else rule)


def _of_field(
    field: str, occasion: MessageOccasion, found: Mapping[str, MessageValue]
) -> AttemptReport:
    """Return whose fault it is that a part of the message breaks a rule of mail."""
    match field:
        case "to address":
            return broken(POINT_MALFORMED)
        case "subject":
            return broken(CONTENT_MALFORMED, _longest(found, names_in(occasion.message.subject)))
        case "text":
            return broken(CONTENT_BROKEN)
        case _:  # all the rest is the same in every message of the mailbox
            return AttemptReport(Reach.NOT_SENT, f"{SENDER_MALFORMED}:{field}")


def _longest(found: Mapping[str, MessageValue], names: Collection[str]) -> str:
    """Return the variable whose value takes most room, to be shortened first."""
    texts = {name: value for name, value in found.items() if isinstance(value, str)}
    return max(texts.keys() & set(names), key=lambda name: (len(texts[name]), name), default="")
