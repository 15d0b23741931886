"""Attempts as tests make them: one touch, one sender, one dispatcher at work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from engine.account import Account
from engine.ids import StreamId
from engine.plan import Message
from engine.rules import Stream
from engine.workspace import Workspace
from infra.mail.catcher import Catcher
from infra.mail.sender import Sender
from infra.mail.smtp_sender import SmtpSender
from infra.mail.smtp_settings import AnyHost
from infra.touching.tables import Entry
from infra.vault.key_vault import KeyVault
from tests.infra.mail.examples import SHORT, settings
from tests.infra.touching import examples
from tests.infra.touching.examples import MESSAGE, NIORT, PLACE, TENURE, key, tag_of
from tests.infra.touching.stage import Stage

TO = "aurelie.perrin@ville.example"


@asynccontextmanager
async def working(stage: Stage) -> AsyncIterator[None]:
    """Run a dispatcher for a block."""
    task = asyncio.create_task(stage.dispatcher.run(stage.reports))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))


def smtp(catcher: Catcher) -> Sender:
    """Return a sender that talks to the catcher and loses patience soon."""
    return SmtpSender(settings(catcher.port, timeouts=SHORT), hosts=AnyHost())


def patient_smtp(catcher: Catcher) -> Sender:
    """Return a sender that waits for the answer to a text as long as the standard asks."""
    return SmtpSender(settings(catcher.port), hosts=AnyHost())


async def under_attempt(
    stage: Stage,
    vault: KeyVault,
    message: Message = MESSAGE,
    *,
    recipient: tuple[str, str] = ("p-1", TO),
    stream: StreamId = NIORT,
) -> tuple[Stream, Workspace]:
    """Return an account whose first touch was granted, and its rules."""
    box = examples.published(await examples.mailbox(vault), message)
    person, address = recipient
    position = await examples.position(vault, person=person, address=address)
    state = examples.account({person: position}, examples.touch(person=person))
    await stage.gate.grant([examples.wanted(state, box, stream=stream)])
    return state, box


async def attempt(stage: Stage, vault: KeyVault, message: Message = MESSAGE) -> None:
    """Attempt one touch and wait for its first report."""
    state, box = await under_attempt(stage, vault, message)
    stage.dispatcher.attempted(TENURE, examples.attempted(), state, box)
    await stage.reports.wait_for(1)


def entry() -> Entry:
    """Return the ledger row of the first attempt."""
    return Entry(key=key(), partition=PLACE.partition, tag=tag_of(TO), reference="<m@x>")


def with_touch(state: Stream, **changes: object) -> Stream:
    """Return an account whose first touch differs."""
    assert isinstance(state.state, Account)
    changed = replace(state.state.touches[1], **changes)
    return replace(state, state=replace(state.state, touches={1: changed}))
