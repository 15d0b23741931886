"""Fill a campaign with many accounts, open it, and ask by express all the while."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from engine import requests as r
from engine.campaign_state import Campaign
from engine.decision import Events
from engine.ids import InputId, StreamKind, stream_id
from engine.inputs import Lane
from infra.contacts.contact_points import ContactDraft, seal_contacts
from infra.contacts.normal import normal_email
from infra.intake import Submission
from infra.runtime.runtime import Runtime
from infra.sample.filling import VALUES
from infra.vault.port import Item
from tests.engine.account.story import HEAD, MONDAY, TERMS
from tests.systems.blocks import Blocks, watched
from tests.systems.house import ABOUT, SEQUENCE, Life, account, attributes, submission

CAMPAIGN = stream_id(StreamKind.CAMPAIGN, "rentree")
IMPORTED_AT_ONCE = 100  # sealed in this very loop, which must stay free
IMPORT_SECONDS = 600.0


@dataclass(slots=True, kw_only=True)
class Asker:
    """Asks one thing after the other by express, and keeps how long each answer took."""

    life: Life
    name: str  # what it asks is asked once under it
    took_seconds: list[float] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self) -> None:
        """Ask until cancelled."""
        number = 0
        while True:
            number += 1
            began_seconds = time.monotonic()
            await self.life.ask(_objection(f"{self.name}-{number}"))
            self.took_seconds.append(time.monotonic() - began_seconds)
            self.answered.set()

    async def next_answer(self) -> None:
        """Return after the next answer: others went on meanwhile."""
        self.answered.clear()
        await self.answered.wait()


@asynccontextmanager
async def asking(life: Life, name: str) -> AsyncIterator[tuple[Asker, Blocks]]:
    """Ask by express for a block, and watch the loop."""
    asker = Asker(life=life, name=name)
    with watched() as blocks:
        task = asyncio.ensure_future(asker.ask())
        try:
            yield asker, blocks
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def found_campaign(life: Life) -> None:
    """Publish everything, and create a campaign."""
    await life.publish()
    created = r.CreateCampaign(
        title="Rentrée",
        sequence=SEQUENCE,
        about=ABOUT,
        start_on=MONDAY,
        next_point=TERMS,
        values=VALUES,
    )
    await life.ask(submission("campaign", CAMPAIGN, created))


async def fill_campaign(life: Life, count: int) -> None:
    """Enrol so many accounts in it, by bulk as an import does."""
    for first in range(0, count, IMPORTED_AT_ONCE):
        numbers = range(first, min(first + IMPORTED_AT_ONCE, count))
        inputs = life.inputs(await _enrolments(life, numbers))
        answers = await life.runtime.inboxes.ask(inputs, Lane.BULK, within_seconds=IMPORT_SECONDS)
        assert all(answer and isinstance(answer.outcome, Events) for answer in answers)


async def prepare_campaign(life: Life) -> None:
    """Do all of its preparation, so that it may open."""
    for number, work in (await campaign(life)).preparation.items():
        done = r.CompleteTask(task=number, outcome="done", checked=work.checklist)
        await life.ask(submission(f"prepared-{number}", CAMPAIGN, done))


async def open_campaign(life: Life, asker: Asker) -> None:
    """Open it, and wait until every enrolment has begun."""
    await life.ask(submission("open", CAMPAIGN, r.OpenCampaign()))
    while (await campaign(life)).pending:
        await asker.next_answer()
    await drained(life, asker)


async def drained(life: Life, asker: Asker) -> None:
    """Wait until no bulk is left to decide or to carry, though somebody goes on asking."""
    while _has_bulk(life.runtime):
        await asker.next_answer()


def _has_bulk(runtime: Runtime) -> bool:
    inboxes = [
        inbox
        for partition in runtime._ownership.running.values()
        for inbox in partition.inboxes
        if inbox.lane is Lane.BULK
    ]
    are_quiet = all(reactors.is_quiet for reactors in runtime._reactors)
    return not are_quiet or any(inbox.arrivals for inbox in inboxes)


async def campaign(life: Life) -> Campaign:
    """Return the campaign as it stands."""
    stream = await life.runtime._ownership.state_of(CAMPAIGN)
    assert stream is not None
    assert isinstance(stream.state, Campaign)
    return stream.state


async def _enrolments(life: Life, numbers: range) -> Sequence[Submission]:
    store = life.house.store
    contacts = [normal_email(f"chef@ville{number}.example") for number in numbers]
    heads = [InputId(f"ville{number}-head") for number in numbers]
    points = await seal_contacts(
        store.vault,
        store.tagger,
        [
            ContactDraft(subject=head, input_id=head, contact=contact)
            for head, contact in zip(heads, contacts, strict=True)
        ],
    )
    sealed = await store.vault.seal(
        [
            Item(subject=head, input_id=head, field=name, text="Madame Perrin")
            for head in heads
            for name in ("salutation", "source_contact")
        ]
    )
    asked: list[Submission] = []
    for index, number in enumerate(numbers):
        stream, head = account(f"ville{number}"), heads[index]
        added = r.AddPerson(
            person=head,
            role=HEAD,
            points=(points[index],),
            fields=tuple(sealed[2 * index : 2 * index + 2]),
        )
        enrolled = r.Enrol(
            sequence=SEQUENCE,
            about=ABOUT,
            participants={HEAD: head},
            start_on=MONDAY,
            next_point=TERMS,
            values=VALUES,
            campaign="rentree",
        )
        known = r.AddAccount(attributes=attributes(f"ville{number}"))
        asked += [
            submission(f"ville{number}-known", stream, known),
            submission(head, stream, added),
            submission(f"ville{number}-enrolled", stream, enrolled),
        ]
    return asked


def _objection(name: str) -> Submission:
    stream = stream_id(StreamKind.CONTACT_POINT, name)
    return submission(name, stream, r.RecordObjection())
