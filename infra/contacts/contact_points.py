"""Turn contacts in normal form into contact points: tagged, sealed, ready to travel."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.values import Channel, ContactPoint, Sealed
from infra.contacts.errors import ContactPointError
from infra.contacts.normal import NormalContact, normal_email, normal_phone
from infra.vault.port import Item, Vault
from infra.vault.tags import Tagger


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDraft:
    """A contact, and whose it is."""

    subject: str
    input_id: str
    contact: NormalContact


async def seal_contacts(
    vault: Vault, tagger: Tagger, drafts: Sequence[ContactDraft]
) -> tuple[ContactPoint, ...]:
    """Return the contact points, in order, sealed in one batch.

    Raises:
        SubjectErasedError, VaultDamageError: As `Vault.seal`.
    """
    sealed = await vault.seal([_item(draft) for draft in drafts])
    return tuple(
        _point(tagger, draft.contact, value) for draft, value in zip(drafts, sealed, strict=True)
    )


def tags_of(tagger: Tagger, contact: NormalContact) -> tuple[str, ...]:
    """Return the tag of a contact, then those that older normal forms gave it."""
    return tuple(tagger.tag(contact.channel, name) for name in (contact.identity, *contact.former))


def stop_tags(tagger: Tagger, channel: Channel, text: str) -> tuple[str, ...]:
    """Return every tag under which a stop of an opened value may stand; none of what is none."""
    try:
        contact = normal_email(text) if channel is Channel.EMAIL else normal_phone(text)
    except ContactPointError:
        return ()
    behind = (tagger.tag(channel, contact.behind),) if contact.behind else ()
    return (*tags_of(tagger, contact), *behind)


def is_of(tagger: Tagger, point: ContactPoint, text: str) -> bool:
    """Whether an opened value is the one that its point's tag was made of.

    What is sealed has its normal form, so that making its tag again is enough; a number of
    an older home may have been tagged by a form that is no longer made.
    """
    is_email = point.channel is Channel.EMAIL
    if tagger.tag(point.channel, text.lower() if is_email else text) == point.tag:
        return text == text.strip()
    if is_email:
        return False
    try:
        return point.tag in tags_of(tagger, normal_phone(text))
    except ContactPointError:
        return False


def _point(tagger: Tagger, contact: NormalContact, sealed: Sealed) -> ContactPoint:
    tag, *former = tags_of(tagger, contact)
    return ContactPoint(
        tag=tag,
        channel=contact.channel,
        domain=contact.domain,
        sealed=sealed,
        is_shared=contact.is_shared,
        behind=tagger.tag(contact.channel, contact.behind) if contact.behind else "",
        former=tuple(former),
    )


def _item(draft: ContactDraft) -> Item:
    return Item(
        subject=draft.subject,
        input_id=draft.input_id,
        field=draft.contact.field,
        text=draft.contact.value,
    )
