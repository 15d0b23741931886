"""Run a whole home on real parts: database, log, vault, mail server, views and the door.

The clock is virtual, so that the waits of the rules pass at once; what is asked comes in
as it does from the command line.  Nothing here is a stand-in but the mail server, which
speaks real SMTP and fails as told.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from console.desk.views import PostgresViews
from engine import requests as r
from engine.decision import Events, PlacedDecision, Repeated
from engine.ids import WORKSPACE, InputId, StreamId, StreamKind, stream_id
from engine.inputs import Input
from engine.validity import Cursor
from engine.values import About, SequenceRef
from infra.clock import VirtualClock, open_virtual_clock
from infra.contacts.normal import normal_email
from infra.door.client import Client
from infra.door.door import Door
from infra.home.assembly import Store, intake_of, opened_store, runtime_of
from infra.home.mailing import Post
from infra.intake import Intake, Submission
from infra.log.port import Log
from infra.mail.catcher import Catcher, CatcherReconciler
from infra.mail.smtp_sender import SmtpSender
from infra.mail.smtp_settings import CatcherOnly, Security, SmtpSettings, SmtpTimeouts
from infra.runtime.answers import Answer
from infra.runtime.partitions import homes, place_of
from infra.runtime.reading import read_valid
from infra.runtime.runtime import Runtime
from infra.sample.filling import COMPANY, MAILBOX, SENDER, VALUES
from infra.store.dsn import Dsn
from projections.check import Difference, check
from projections.queries.page import snapshot
from projections.queries.status import Status, status
from projections.views import VIEWS
from sequences.hashing import sequence_hash
from sequences.rulesets import load_ruleset
from tests.engine.account.story import HEAD, MONDAY, TERMS, at, thirty_days
from tests.infra.runtime.homes import running
from tests.infra.runtime.stories import play

Kind = TypeVar("Kind")

PARTITION_COUNT = 4
BEGINS_AT = at(MONDAY, 8)
FIRST_MAIL_AT = at("2027-01-19", 8, 30)
PLAN = thirty_days()
SEQUENCE = SequenceRef(PLAN.name, sequence_hash(PLAN))
ABOUT = About(offer="guichet", domain="education", is_digital=True)
QUIET_SECONDS = 30.0
TIMEOUTS = SmtpTimeouts(content_within=timedelta(seconds=1))
"""A server that says nothing after the text costs a test this long, and no longer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A touch as `relance status` and `relance why` show it."""

    status: str
    reach: str
    code: str
    rule: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A home whose parts are open."""

    folder: Path
    store: Store
    clock: VirtualClock
    catcher: Catcher
    post: Post

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Life"]:
        """Run a process of this home for a block, and stop it in order."""
        runtime = await runtime_of(self.store, self.clock, self.post, home=self.folder)
        async with running(runtime):
            yield Life(house=self, runtime=runtime)

    async def touches(self, step: str = "1.3") -> Mapping[str, Seen]:
        """Return the touches of a step by account, as the views hold them."""
        async with self.store.pool.acquire() as connection, snapshot(connection):
            rows = await connection.fetch(
                "select a.name, t.status, t.reach, t.code, t.rule, t.attempts "
                "from touch t join account a using (account) where t.step = $1",
                step,
            )
        return {row["name"]: Seen(*tuple(row)[1:]) for row in rows}

    async def status(self) -> Status:
        """Return what `relance status` shows."""

        async def log() -> Log:
            return self.store.log

        views = PostgresViews(self.store.pool, log, generation=self.store.generation)
        return await views.ask(status, self.clock.now().date())

    def sent(self) -> Sequence[str]:
        """Return whom the catcher holds a message for, each as often as it does."""
        return sorted(message.recipients[0] for message in self.catcher.messages())

    async def history(self) -> Sequence[PlacedDecision]:
        """Return every valid decision; a partition that is damaged raises."""
        log = self.store.log
        found: list[PlacedDecision] = []
        for place in homes(log.partition_count):
            async for read in read_valid(log, place, Cursor(generation=self.store.generation)):
                found.extend(read.placed(place))
        return found

    async def differences(self) -> Sequence[Difference]:
        """Return where the views differ from a fold of the log from zero."""
        async with self.store.pool.acquire() as connection:
            checked = await check(
                connection, VIEWS, self._read_log, generation=self.store.generation
            )
        return [difference for view in checked for difference in view.differences]

    async def _read_log(self, partition: int, seq: int) -> AsyncIterator[Sequence[PlacedDecision]]:
        place = place_of(partition)
        start = Cursor(generation=self.store.generation)
        async for read in read_valid(self.store.log, place, start):
            yield [placed for placed in read.placed(place) if placed.seq <= seq]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process of a home, running."""

    house: House
    runtime: Runtime
    seen: list[Answer] = field(default_factory=list)  # what is asked next needs what they published

    @asynccontextmanager
    async def door(self) -> AsyncIterator[Client]:
        """Open the door for a block, and come in through it as another process does."""
        door = Door(self.house.folder, self.runtime)
        task = asyncio.ensure_future(door.run())
        try:
            await door.opened()
            async with await Client.connect(self.house.folder) as client:
                yield client
        finally:
            task.cancel()
            await asyncio.wait([task])

    @property
    def intake(self) -> Intake:
        """Return the way in of a salesperson."""
        intake = intake_of(
            self.house.store, self.runtime, self.house.clock, actor="claire", source="cli"
        )
        return intake.having_seen(self.seen)

    async def ask(self, *submissions: Submission) -> Sequence[Answer]:
        """Ask, and return the answers: events, or repeated where a life before had asked."""
        answers = await self.intake.ask(submissions)
        for answer in answers:
            assert answer is not None
            assert isinstance(answer.outcome, Events | Repeated), answer
            self.seen.append(answer)
        return [answer for answer in answers if answer is not None]

    def inputs(self, submissions: Sequence[Submission]) -> list[Input]:
        """Return what is asked as it stands in an inbox, for those who wait for no answer."""
        return [
            Input(
                id=submission.id,
                stream=submission.stream,
                at=self.house.clock.now(),
                actor="claire",
                source="import",
                request=submission.request,
            )
            for submission in submissions
        ]

    async def play(self, until: datetime) -> None:
        """Let the clock jump from timer to timer up to an instant, and all become quiet."""
        async with asyncio.timeout(QUIET_SECONDS):
            await play(self.runtime, self.house.clock, until)

    async def founded(
        self, addresses: Mapping[str, str], *, per_day_max: int = 100, gap_seconds: int = 0
    ) -> None:
        """Publish everything, and enrol an account a name with one person at an address."""
        await self.publish(per_day_max=per_day_max, gap_seconds=gap_seconds)
        for name, address in addresses.items():
            await self.enrol(name, address)
        await self.runtime.quiet()

    async def publish(self, *, per_day_max: int = 100, gap_seconds: int = 0) -> None:
        """Publish ruleset, sequence and mailbox."""
        plan = r.PublishSequence(hash=SEQUENCE.hash, sequence=PLAN)
        await self.ask(
            submission("ruleset", WORKSPACE, r.PublishRuleset(ruleset=load_ruleset())),
            submission("sequence", WORKSPACE, plan),
            submission("mailbox", WORKSPACE, await self._mailbox(per_day_max, gap_seconds)),
        )

    async def raise_cap(self, *, per_day_max: int) -> None:
        """Publish the mailbox again with another cap."""
        await self.ask(submission("mailbox-again", WORKSPACE, await self._mailbox(per_day_max)))

    async def _mailbox(self, per_day_max: int, gap_seconds: int = 0) -> r.PublishMailbox:
        mailbox = r.Mailbox(
            name=MAILBOX,
            domain="solvaquin.example",
            fields=await self.intake.seal("mailbox", SENDER, input_id=InputId("mailbox")),
            values=COMPANY,
            per_day_max=per_day_max,
            gap_seconds=gap_seconds,
        )
        return r.PublishMailbox(mailbox=mailbox)

    async def enrol(
        self,
        name: str,
        address: str,
        *,
        start_on: date = MONDAY,
        sequence: SequenceRef = SEQUENCE,
        values: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Make an account and its service head known, and enrol it."""
        stream = account(name)
        person = InputId(f"{name}-head")
        added = r.AddPerson(
            person=person,
            role=HEAD,
            points=await self.intake.points(person, [normal_email(address)], input_id=person),
            fields=await self.intake.seal(
                person,
                {"salutation": "Madame Perrin", "source_contact": "page « Vos services »"},
                input_id=person,
            ),
        )
        enrolled = r.Enrol(
            sequence=sequence,
            about=ABOUT,
            participants={HEAD: person},
            start_on=start_on,
            next_point=TERMS,
            values={**VALUES, **values},
        )
        await self.ask(
            submission(f"{name}-known", stream, r.AddAccount(attributes=attributes(name))),
            submission(person, stream, added),
            submission(f"{name}-enrolled", stream, enrolled),
        )


@asynccontextmanager
async def opened(
    folder: Path,
    dsn: Dsn,
    catcher: Catcher,
    *,
    timeouts: SmtpTimeouts = TIMEOUTS,
    partition_count: int = PARTITION_COUNT,
) -> AsyncIterator[House]:
    """Open a home over a database for a block; the catcher need not run, but has its port."""
    async with opened_store(folder, dsn, partition_count=partition_count) as store:
        settings = SmtpSettings(
            host=catcher.host,
            port=catcher.port,
            from_address=SENDER["email"],
            security=Security.NONE,
            timeouts=timeouts,
        )
        sender = SmtpSender(settings, hosts=CatcherOnly(catcher.host, catcher.port))
        try:
            yield House(
                folder=folder,
                store=store,
                clock=await open_virtual_clock(store.pool, BEGINS_AT),
                catcher=catcher,
                post=Post(sender=sender, reconciler=CatcherReconciler(catcher)),
            )
        finally:
            await sender.close()


def decided(history: Iterable[PlacedDecision]) -> Counter[tuple[StreamId, InputId]]:
    """Return how often each input of a stream was decided, repeats left out."""
    return Counter(
        (placed.input.stream, placed.input.id)
        for placed in history
        if placed.input is not None and not isinstance(placed.body.outcome, Repeated)
    )


def events(history: Iterable[PlacedDecision], kind: type[Kind]) -> list[Kind]:
    """Return the events of a class, in the order of the log."""
    return [event for placed in history for event in placed.body.events if isinstance(event, kind)]


def account(name: str) -> StreamId:
    """Return the stream of an account."""
    return stream_id(StreamKind.ACCOUNT, name)


def submission(name: str, stream: StreamId, request: r.Request) -> Submission:
    """Return a request under a name that a retry keeps."""
    return Submission(id=InputId(name), stream=stream, request=request)


def attributes(name: str) -> r.Attributes:
    """Return what is known of an account."""
    return r.Attributes(
        name=name.capitalize(),
        name_with_article=f"la Ville de {name.capitalize()}",
        kind="commune",
        kind_plural="communes",
        departement="79",
        school_zone="B",
    )
