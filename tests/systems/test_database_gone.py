"""The database stops in the midst of the work and comes back: nothing missing, nothing double."""

import asyncio
import os
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio

from engine.decision import WORKSPACE_PARTITION, Events, Nothing
from engine.events import PersonAdded, PersonLinked
from engine.ids import InputId, StreamId, StreamKind, stream_id
from engine.inputs import Lane
from engine.requests import LinkPerson
from infra.intake import Submission
from infra.log.errors import LogUnavailableError
from infra.log.port import Place, Span, Topic
from infra.mail.catcher import Catcher
from infra.mail.faults import MailFault
from infra.runtime.partitions import home_of
from infra.store.dsn import Dsn
from infra.store.pool import connect
from infra.store.server import Server, ServerSettings, start
from tests.engine.account.story import at
from tests.infra.mail.fault_script import FaultScript
from tests.systems.holding import hold
from tests.systems.house import FIRST_MAIL_AT, Life, decided, events, opened, submission

pytestmark = pytest.mark.connected

CLIENT_COUNT = 8
ASKED_BY_EACH = 60
BACKLOG_COUNT = 3_000
GONE_AFTER_COUNT = 120  # answers
ACCOUNT_COUNT = 24
GONE_AFTER_MAILS = 5
MINUTE_SECONDS = 60.0


@dataclass(slots=True, kw_only=True)
class Database:
    """A durable server that can be cut off and started again in its folder."""

    settings: ServerSettings
    server: Server
    is_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def dsn(self) -> Dsn:
        """Return its address, running or not."""
        return self.server.dsn

    async def cut_off(self) -> None:
        """Stop it as `pg_ctl -m immediate` does: nothing is finished, recovery follows."""
        self.is_up.clear()
        os.kill(self.server.process_id, signal.SIGQUIT)
        await self.server.ended()

    async def come_back(self) -> None:
        """Start it again."""
        self.server = await start(self.settings)
        self.is_up.set()


@pytest_asyncio.fixture
async def failing() -> AsyncIterator[Database]:
    """Return a server of this test alone, in a folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="relance-gone-") as folder:
        # What is committed asynchronously is lost for sure, not only now and then.
        options = {"wal_writer_delay": "10s"}
        settings = ServerSettings(folder=Path(folder) / "postgres", options=options)
        database = Database(settings=settings, server=await start(settings))
        database.is_up.set()
        try:
            yield database
        finally:
            await database.server.stop()


@asynccontextmanager
async def lived(failing: Database, folder: Path, catcher: Catcher) -> AsyncIterator[Life]:
    """Run a home on the server that fails."""
    folder.mkdir(mode=0o700)
    async with opened(folder, failing.dsn, catcher) as house, house.running() as life:
        yield life


@dataclass(slots=True, kw_only=True)
class Load:
    """Clients that ask until they are answered, always under the same names."""

    life: Life
    database: Database
    answered: list[tuple[StreamId, InputId]] = field(default_factory=list)
    failed_count: int = 0
    is_enough: asyncio.Event = field(default_factory=asyncio.Event)
    has_failed: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, client: int) -> None:
        """Ask for one client, one thing after the other."""
        for number in range(ASKED_BY_EACH):
            one = link(client, number)
            while not await self._is_answered(one):
                await self.database.is_up.wait()
            self.answered.append((one.stream, one.id))
            if len(self.answered) >= GONE_AFTER_COUNT:
                self.is_enough.set()

    async def _is_answered(self, one: Submission) -> bool:
        try:
            (answer,) = await self.life.intake.ask([one])
        except LogUnavailableError:
            self.failed_count += 1
            self.has_failed.set()
            return False
        return answer is not None


def link(client: int, number: int) -> Submission:
    """Return a request of a client; all clients share some streams."""
    name = f"link-{client}-{number}"
    stream = stream_id(StreamKind.CONTACT_POINT, f"tag{client}-{number}")
    return submission(name, stream, LinkPerson(account=name, person="p"))


async def test_every_input_is_decided_exactly_once(
    failing: Database, tmp_path: Path, catcher: Catcher
) -> None:
    """Neither an answer that nothing stands behind, nor a retry that counts twice."""
    backlog = [link(CLIENT_COUNT, number) for number in range(BACKLOG_COUNT)]
    async with lived(failing, tmp_path / "home", catcher) as life:
        load = Load(life=life, database=failing)
        async with asyncio.timeout(MINUTE_SECONDS), asyncio.TaskGroup() as group:
            for client in range(CLIENT_COUNT):
                group.create_task(load.ask(client))
            await load.is_enough.wait()
            await life.runtime.inboxes.send(life.inputs(backlog), Lane.BULK)
            await failing.cut_off()
            stopped = await partitions_stopped(life)
            await failing.come_back()
        await settled(life)
        # Being in an inbox promises nothing: whoever was not answered asks again.
        await life.runtime.inboxes.ask(life.inputs(backlog), Lane.BULK)
        await settled(life)
        counts = decided(await life.house.history())
        healthy = life.runtime.health()

        assert stopped <= {"waiting: LogUnavailableError", "waiting: StoreUnavailableError"}
        assert counts == Counter(
            load.answered + [(submission.stream, submission.id) for submission in backlog]
        )
        assert len(load.answered) == CLIENT_COUNT * ASKED_BY_EACH
        assert await life.house.differences() == []
        assert set(healthy.partitions.values()) == {"running"}
        assert set(healthy.views.values()) == {"running"}


class CuttingFaults(FaultScript):
    """Says when a number of messages are under way, and makes each of them slow."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.count = 0
        self.is_enough = asyncio.Event()

    def pick(self, recipient: str) -> MailFault | None:
        """Count a delivery."""
        self.count += 1
        if self.count >= GONE_AFTER_MAILS:
            self.is_enough.set()
        return super().pick(recipient)


async def test_every_mail_leaves_once_although_the_ledger_was_away(
    failing: Database, tmp_path: Path
) -> None:
    """Sent and not written down, it must be found out; granted and not sent, it must leave."""
    faults = CuttingFaults()
    catcher = Catcher(tmp_path / "mail", faults=faults)
    await catcher.start()
    people = {f"ville{n}": f"chef@ville{n}.example" for n in range(ACCOUNT_COUNT)}
    async with lived(failing, tmp_path / "home", catcher) as life:
        await life.founded(people)
        await life.house.clock.advance_to(FIRST_MAIL_AT)
        await faults.is_enough.wait()
        await failing.cut_off()
        sent_count = len(life.house.sent())
        await failing.come_back()
        await settled(life)
        await life.play(at("2027-01-20", 12))

        assert sent_count < ACCOUNT_COUNT
        assert life.house.sent() == sorted(people.values())
        assert {touch.status for touch in (await life.house.touches()).values()} == {"sent"}
        assert await life.house.differences() == []
    await catcher.stop()


async def test_an_input_lost_with_the_tail_of_its_inbox_holds_up_no_later_one(
    failing: Database, tmp_path: Path, catcher: Catcher
) -> None:
    """Decided from memory, it would move the inbox past inputs that are not there yet."""
    lost, inbox = link(1, 1), Place(Topic.EXPRESS, home_of(link(1, 1).stream, 4).partition)
    async with lived(failing, tmp_path / "home", catcher) as life:
        held = hold(life.runtime, StreamKind.CONTACT_POINT)
        asking = asyncio.create_task(life.intake.ask([lost]))
        await held.asked.wait()
        await failing.cut_off()
        held.may_read.set()
        await failing.come_back()
        await settled(life)
        asking.cancel()
        kept = (await life.house.store.log.spans([inbox]))[inbox]
        answers = [
            await life.intake.ask([submission])
            for submission in (lost, replace(lost, id=InputId("next")))
        ]

        assert kept == Span(0, 0)
        assert [type(one.outcome) for (one,) in answers if one] == [Events, Nothing]


async def test_what_an_event_asks_of_another_stream_is_not_lost(
    failing: Database, tmp_path: Path, catcher: Catcher
) -> None:
    """A reactor waits for no answer: what it has sent must stand, or it must send it again."""
    async with lived(failing, tmp_path / "home", catcher) as life:
        await life.publish()
        await life.runtime.quiet()
        held = hold(life.runtime, StreamKind.CONTACT_POINT)
        async with views_held(life):
            await life.enrol("amiens", "chef@amiens.example")
            await held.asked.wait()
            await failing.cut_off()
        held.may_read.set()
        await failing.come_back()
        await settled(life)

        (added,) = events(await life.house.history(), PersonAdded)
        (linked,) = events(await life.house.history(), PersonLinked)
        assert (linked.account, linked.person) == ("amiens", added.person)
        assert await life.house.differences() == []


@asynccontextmanager
async def views_held(life: Life) -> AsyncIterator[None]:
    """Keep the views from committing, which would save the inbox's tail with theirs."""
    connection = await connect(life.house.store.dsn, application_name="tests")
    try:
        await connection.execute("begin")
        await connection.execute("lock table reader_cursor in exclusive mode")
        yield
    finally:
        connection.terminate()


async def partitions_stopped(life: Life) -> set[str]:
    """Return why the partitions do not run, once none that had work does."""
    standing: set[str] = {"running"}
    async with asyncio.timeout(MINUTE_SECONDS):
        while "running" in standing:
            with pytest.raises(LogUnavailableError):
                await life.intake.ask([link(CLIENT_COUNT, 0)])
            found = life.runtime.health().partitions
            standing = {why for number, why in found.items() if number != WORKSPACE_PARTITION}
    return standing


async def settled(life: Life) -> None:
    """Wait until every partition is owned again and nothing is left to do."""
    async with asyncio.timeout(MINUTE_SECONDS):
        await life.runtime.ready()
        await life.runtime.quiet()
