"""How requests enter: sealed, named, stamped with who asked, and answered.

Everything that asks (command line, sample, later the API) comes through here, so that
personal fields are sealed before any append and every input says who asked, through what.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import uuid4

from engine.errors import InvalidValueError
from engine.free_texts import as_text, field_of, free_texts, is_sealed, with_texts
from engine.ids import InputId, StreamId
from engine.inputs import Input, Lane
from engine.requests import Request
from engine.texts import forbidden_in, unwritable
from engine.values import ContactPoint, Sealed
from infra.clock import Clock
from infra.contacts.contact_points import ContactDraft, seal_contacts
from infra.contacts.normal import NormalContact
from infra.runtime.answers import Answer
from infra.vault.port import Item, Vault
from infra.vault.tags import Tagger

WRITTEN_FIELDS = frozenset(
    (
        *("salutation", "given_name", "family_name", "function", "source_contact"),
        *("email", "sender_name", "sender_function", "sender_phone", "data_contact"),
        *("object", "deliverable", "value"),
    )
)
"""Sealed fields that messages show; what is only read here may be as long as an input."""

SAME_WORDS = InputId("free-text")
"""Equal words about the same are sealed to equal bytes, so that the same pause asked twice
is one pause: AES-GCM-SIV keeps its promise where a nonce repeats (docs/decisions/0020)."""


def new_input_id() -> InputId:
    """Return a name that no input has; what is sealed for an input is bound to it."""
    return InputId(uuid4().hex)


def cleaned(name: str, text: str, *, called: str = "") -> str:
    """Return a text that a person typed, composed (NFC), without space around it.

    Args:
        name: Under which it is sealed, which says whether messages show it.
        text: What was typed.
        called: As the person knows it, if otherwise.

    Raises:
        InvalidValueError: It holds a character that no message may, or is too long for one.

    Examples:
        >>> cleaned("salutation", " Madame Perrin\u00a0")
        'Madame Perrin'
    """
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    fault = unwritable(plain) if name in WRITTEN_FIELDS else forbidden_in(plain)
    if fault:
        rule = "be a text that a message can hold"
        raise InvalidValueError(name=called or name, rule=rule, value=fault)
    return plain


class Asker(Protocol):
    """Appends inputs to a lane and waits for their decisions."""

    async def ask(self, inputs: Sequence[Input], *, lane: Lane) -> Sequence[Answer | None]:
        """Return the answers in order; None where none came in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A request, for which stream, and the name a retry keeps."""

    stream: StreamId
    request: Request
    id: InputId = field(default_factory=new_input_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One way in, of one actor."""

    asker: Asker
    vault: Vault
    tagger: Tagger
    clock: Clock
    actor: str
    source: str
    needs_w: int = 0  # the newest publication this side has seen

    async def ask(
        self, submissions: Sequence[Submission], *, lane: Lane = Lane.EXPRESS, batch: str = ""
    ) -> Sequence[Answer | None]:
        """Return the answers in order; None where none came in time: ask again, same ids.

        Raises:
            InvalidValueError: A free text holds what no message may; it names the text.
        """
        sealed = await self.with_sealed_texts(submissions)
        inputs = [self._input(submission, batch) for submission in sealed]
        return await self.asker.ask(inputs, lane=lane)

    async def seal(
        self, subject: str, texts: Mapping[str, str], *, input_id: InputId
    ) -> tuple[Sealed, ...]:
        """Return a subject's texts sealed, cleaned, in the given order; empty ones left out.

        Raises:
            InvalidValueError: A text holds what no message may; it names the field.
        """
        items = [
            Item(subject=subject, input_id=input_id, field=name, text=text)
            for name, text in ((name, cleaned(name, text)) for name, text in texts.items())
            if text
        ]
        return await self.vault.seal(items)

    async def with_sealed_texts(self, submissions: Sequence[Submission]) -> list[Submission]:
        """Return submissions whose free texts are sealed, in order; sealed ones as they are.

        They are the person's whom a request is about, else those of its stream.

        Raises:
            InvalidValueError: A text holds what no message may; it names the text.
        """
        found = [_in_clear(submission) for submission in submissions]
        items = [item for texts in found for item in texts.values() if item.text]
        if not any(found):
            return list(submissions)
        sealed = dict(zip(items, await self.vault.seal(items), strict=True))
        told = [
            {where: as_text(sealed[item]) if item.text else "" for where, item in texts.items()}
            for texts in found
        ]
        return [
            replace(submission, request=with_texts(submission.request, texts))
            for submission, texts in zip(submissions, told, strict=True)
        ]

    async def points(
        self, subject: str, contacts: Sequence[NormalContact], *, input_id: InputId
    ) -> tuple[ContactPoint, ...]:
        """Return a subject's addresses and numbers, tagged and sealed."""
        drafts = [
            ContactDraft(subject=subject, input_id=input_id, contact=contact)
            for contact in contacts
        ]
        return await seal_contacts(self.vault, self.tagger, drafts)

    def having_seen(self, answers: Sequence[Answer | None]) -> "Intake":
        """Return the same way in, asking for what these answers published from now on."""
        seen = [answer.w for answer in answers if answer is not None]
        return replace(self, needs_w=max([self.needs_w, *seen]))

    def _input(self, submission: Submission, batch: str) -> Input:
        return Input(
            id=submission.id,
            stream=submission.stream,
            at=self.clock.now(),
            actor=self.actor,
            source=self.source,
            request=submission.request,
            batch=batch,
            needs_w=self.needs_w,
        )


def _in_clear(submission: Submission) -> dict[str, Item]:
    """Return the free texts of a submission that are to be sealed, cleaned, by place."""
    request = submission.request
    subject = getattr(request, "person", "") or f"texts:{submission.stream}"
    return {
        where: Item(
            subject=subject,
            input_id=SAME_WORDS,
            field=field_of(where),
            text=cleaned(field_of(where), text, called=where.partition(".")[2]),
        )
        for where, text in free_texts(request).items()
        if not is_sealed(text)
    }
