"""How requests enter: sealed, named, stamped with who asked, and answered.

Everything that asks (command line, sample, later the API) comes through here, so that
personal fields are sealed before any append and every input says who asked, through what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import uuid4

from engine.ids import InputId, StreamId
from engine.inputs import Input, Lane
from engine.requests import Request
from engine.values import ContactPoint, Sealed
from infra.clock import Clock
from infra.contacts.contact_points import ContactDraft, seal_contacts
from infra.contacts.normal import NormalContact
from infra.runtime.answers import Answer
from infra.vault.port import Item, Vault
from infra.vault.tags import Tagger


def new_input_id() -> InputId:
    """Return a name that no input has; what is sealed for an input is bound to it."""
    return InputId(uuid4().hex)


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
        """Return the answers in order; None where none came in time: ask again, same ids."""
        inputs = [self._input(submission, batch) for submission in submissions]
        return await self.asker.ask(inputs, lane=lane)

    async def seal(
        self, subject: str, texts: Mapping[str, str], *, input_id: InputId
    ) -> tuple[Sealed, ...]:
        """Return a subject's texts sealed, by field in the given order; empty ones left out."""
        items = [
            Item(subject=subject, input_id=input_id, field=name, text=text)
            for name, text in texts.items()
            if text
        ]
        return await self.vault.seal(items)

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
