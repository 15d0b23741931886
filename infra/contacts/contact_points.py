"""Turn contacts in normal form into contact points: tagged, sealed, ready to travel."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.values import ContactPoint
from infra.contacts.normal import NormalContact
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
        ContactPoint(
            tag=tagger.tag(draft.contact.channel, draft.contact.identity),
            channel=draft.contact.channel,
            domain=draft.contact.domain,
            sealed=value,
        )
        for draft, value in zip(drafts, sealed, strict=True)
    )


def _item(draft: ContactDraft) -> Item:
    return Item(
        subject=draft.subject,
        input_id=draft.input_id,
        field=draft.contact.field,
        text=draft.contact.value,
    )
