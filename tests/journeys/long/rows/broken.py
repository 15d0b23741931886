"""One message, one key, one typo: what breaks alone, and what is tried again."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from console.cli.exits import Exit
from engine import requests as r
from engine.account.trying import DECISIONS_MAX
from engine.events import ContactPointFailed, TouchAttempted, TouchSettled
from engine.ids import WORKSPACE
from engine.values import SequenceRef
from infra.mail.catcher import Catcher
from infra.sample.filling import MAILBOX
from infra.store.server import ServerSettings, running
from sequences.catalogue import find_sequence
from sequences.hashing import sequence_hash
from tests.engine.account.story import sealed
from tests.infra.mail.peer import Peer
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row
from tests.journeys.poisoned_play import LONG, broken_plan
from tests.systems.house import FIRST_MAIL_AT, House, account, events, opened, submission

WITHOUT_DATE = "{% if duree_annees > 3 %}x{% endif %} {{ probleme|de(1) }} "
SLOW_SECONDS = 9.0
WATCHED_SECONDS = 120.0
SLOW_COUNT = 12
ATTEMPTS_MAX = 12  # of all twelve touches together, in two minutes


class SlowPeer(Peer):
    """A mail server that answers each command after nine seconds."""

    async def _reply(self, writer: asyncio.StreamWriter, name: str) -> bool:
        await asyncio.sleep(SLOW_SECONDS)
        return await super()._reply(writer, name)


async def _key_with_a_dot(home: FreshHome) -> str:
    async with _house(home) as house, house.running() as life:
        await life.founded({"st.denis": "chef@st-denis.example", "brest": "chef@brest.example"})
        await life.play(FIRST_MAIL_AT)
        reaches = {name: touch.reach for name, touch in (await house.touches()).items()}
    assert reaches == {"st.denis": "sent", "brest": "sent"}, reaches
    return "both accounts got their e-mail"


async def _broken_text(home: FreshHome) -> str:
    plan = broken_plan()
    reference = SequenceRef(plan.name, sequence_hash(plan))
    async with _house(home) as house, house.running() as life:
        await life.founded({"brest": "chef@brest.example"})
        published = r.PublishSequence(hash=sequence_hash(plan), sequence=plan)
        await life.ask(submission("broken", WORKSPACE, published))
        await life.enrol("amiens", "chef@amiens.example", sequence=reference)
        await life.play(FIRST_MAIL_AT)
        touches, sent = await house.touches(), house.sent()
    assert touches["amiens"].status == "blocked", touches
    assert sent == ["chef@brest.example"], sent
    return f"blocked by {touches['amiens'].rule}, with a task; the other e-mail left"


async def _long_value(home: FreshHome) -> str:
    async with _house(home) as house, house.running() as life:
        await life.founded({"brest": "chef@brest.example"})
        await life.enrol("amiens", "chef@amiens.example", values={"probleme": LONG})
        await life.play(FIRST_MAIL_AT)
        before, sent = (await house.touches())["amiens"], house.sent()
        short = r.SetValues(values={"probleme": "les inscriptions"})
        await life.ask(submission("shorter", account("amiens"), short))
        await life.play(FIRST_MAIL_AT + timedelta(hours=1))
        after = (await house.touches())["amiens"]
    assert (before.status, before.code) == ("blocked", "content.malformed:probleme"), before
    assert sent == ["chef@brest.example"]
    assert after.status == "sent", after
    return "blocked, naming `probleme`; corrected, it left"


async def _checked(home: FreshHome) -> str:
    folder = home.folder / "sequence"
    shutil.copytree(find_sequence("collectivite-prise-de-contact-30j").parent, folder)
    text = folder / "1.3-email-a.md"
    head, fence, body = text.read_text(encoding="utf-8").rpartition("---\n")
    text.write_text(f"{head}{fence}{WITHOUT_DATE}\n{body}", encoding="utf-8")
    said = await home.relance("sequences", "check", str(folder))
    assert said.exit_code != Exit.DONE
    found = f"{said.out}{said.err}".count("message.type")
    assert found > 1, f"{said.out}{said.err}"
    return f"{found} findings: message.type"


async def _refused_values(home: FreshHome) -> str:
    async with home.up("--empty"):
        (await home.relance("accounts", "add", "Niort", "--key", "niort")).expect(Exit.DONE)
        for text in ("a\u2028b", "a\x0bb", "a\x85b", "a\x1bb", "x" * 2_001):
            said = await home.relance("accounts", "values", "niort", f"probleme={text}")
            assert said.exit_code != Exit.DONE, said.out
            assert "expected probleme to be a text that a message can hold" in said.err, said.err
            assert text not in said.err, said.err
    return "each refused at once, naming the value and the character"


async def _agreed(home: FreshHome) -> str:
    async with _house(home) as house, house.running() as life:
        await life.founded({"brest": "chef@brest.example"})
        await house.catcher.stop()
        await life.play(FIRST_MAIL_AT + timedelta(hours=1))
        attempts = len(events(await house.history(), TouchAttempted))
        await house.catcher.start()
    assert attempts * 2 <= DECISIONS_MAX, attempts
    return f"{attempts} attempts in the first hour without a server (at most {DECISIONS_MAX // 3})"


async def _slow_server(home: FreshHome) -> str:
    async with SlowPeer() as peer:
        catcher = Catcher(home.folder / "mail", port=peer.port)
        async with _house(home, catcher) as house, house.running() as life:
            names = [f"ville{number}" for number in range(SLOW_COUNT)]
            await life.founded({name: f"chef@{name}.example" for name in names})
            await house.clock.advance_to(FIRST_MAIL_AT)
            await house.clock.run_on()
            await asyncio.sleep(WATCHED_SECONDS)
            history = await house.history()
    settled = events(history, TouchSettled)
    codes = sorted({event.code for event in settled})
    assert len(settled) <= ATTEMPTS_MAX, len(settled)
    return f"{len(settled)} attempts in {WATCHED_SECONDS:.0f} s ({', '.join(codes)})"


async def _our_own_fault(home: FreshHome) -> str:
    async with Peer(MAIL="530 5.7.0 Authentication required") as peer:
        catcher = Catcher(home.folder / "mail", port=peer.port)
        async with _house(home, catcher) as house, house.running() as life:
            await life.founded(
                {name: f"chef@{name}.example" for name in ("amiens", "brest", "colmar")}
            )
            await life.play(FIRST_MAIL_AT)
            (held,) = (await house.status()).held_mailboxes
            statuses = {touch.status for touch in (await house.touches()).values()}
            lift = r.LiftMailbox(mailbox=MAILBOX, reason=sealed("note:lift", "reason"))
            await life.ask(submission("lift", WORKSPACE, lift))
            await life.runtime.quiet()
            after = (await house.status()).held_mailboxes
    assert statuses == {"planned"}, statuses
    assert after == ()
    return f"nobody refused; mailbox held by {held.rule} {held.code}, lifted by a command"


async def _soft_bounces(home: FreshHome) -> str:
    async with _house(home) as house, house.running() as life:
        await life.founded({"brest": "chef@brest.example"})
        for number in range(3):
            bounce = r.RecordBounce(person="brest-head", is_permanent=False)
            await life.ask(submission(f"bounce-{number}", account("brest"), bounce))
        await life.play(FIRST_MAIL_AT)
        failed, sent = events(await house.history(), ContactPointFailed), house.sent()
    assert [event.rule for event in failed] == ["exit.bounces_soft"]
    assert sent == []
    return "after three, the address is left alone"


@asynccontextmanager
async def _house(home: FreshHome, away: Catcher | None = None) -> AsyncIterator[House]:
    """Open a home with a catcher of its own, or one that only names another server's port."""
    catcher = away or Catcher(home.folder / "mail")
    if away is None:
        await catcher.start()
    home.home.mkdir(mode=0o700)
    try:
        async with (
            running(ServerSettings(folder=home.folder / "postgres")) as server,
            opened(home.home, server.dsn, catcher) as house,
        ):
            yield house
    finally:
        await catcher.stop()


ROWS = (
    Row(
        name="key-with-a-dot",
        before="`--key st.denis`: `up` ended at the first due e-mail, and again at every start",
        now=_key_with_a_dot,
    ),
    Row(
        name="broken-text",
        before="a TypeError at the touch ended the process; the touch was unknown",
        now=_broken_text,
    ),
    Row(
        name="checked-types",
        before="`{% if duree_annees > 3 %}` and `{{ probleme|de(1) }}`: no finding",
        now=_checked,
    ),
    Row(
        name="long-value",
        before="a value of 1,100 characters was tried daily for ever, correcting it freed nothing",
        now=_long_value,
    ),
    Row(
        name="unwritable-values",
        before="U+2028, VT, U+0085, ESC were taken, and found out at the touch",
        now=_refused_values,
    ),
    Row(
        name="at-once",
        before="an e-mail that could not leave: up to 220 decisions a second",
        now=_agreed,
    ),
    Row(
        name="slow-server",
        before="nine seconds a command, twelve touches: 120 attempts in 155 s, none sent",
        now=_slow_server,
    ),
    Row(
        name="our-own-fault",
        before="530 at MAIL FROM: every recipient of that morning refused for good, no alarm",
        now=_our_own_fault,
    ),
    Row(
        name="soft-bounces",
        before="six soft bounces, and mailing went on",
        now=_soft_bounces,
    ),
)
