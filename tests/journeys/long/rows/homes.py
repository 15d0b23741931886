"""Whose a home is: copies of it, backups, what comes in at its door, and other users."""

import asyncio
import os
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg

from console.cli.exits import Exit
from engine.ids import WORKSPACE, InputId, StreamId
from engine.inputs import Input, Lane
from engine.requests import AddAccount, Attributes, LiftSending, OpenEnrolment, StopPerson
from infra.clock import VirtualClock
from infra.door.asked import asked_from
from infra.door.bounds import FRAME_BYTES_MAX, INPUTS_MAX
from infra.door.client import Client
from infra.door.frames import Ask, say, socket_path
from infra.home.backup import back_up
from infra.home.backup_loading import restore
from infra.home.restoring import settle_restored
from infra.log.port import Place, Topic
from infra.mail.catcher import Catcher
from infra.mail.faults import MailFault, Slow
from infra.runtime.errors import DoorError
from infra.sample.filling import SEQUENCE
from infra.store.server import ServerSettings, embedded_dsn, running
from tests.journeys.long.rows.fresh_home import RELANCE, FreshHome
from tests.journeys.long.rows.row import Row
from tests.journeys.whole_store import small_files, tables
from tests.systems.house import FIRST_MAIL_AT, opened, submission

SENT_BEFORE_COUNT = 20
LOAD_COUNT = 80
HALF_FRAMES_COUNT = 60
GROWN_BYTES_MAX = 150_000_000
HELD_SECONDS_MAX = 1.0
STRANGER = 65534


class SlowServer:
    """A mail server that takes a moment for everybody."""

    def pick(self, recipient: str) -> MailFault:
        """Return the same for whoever it is."""
        del recipient
        return Slow(wait_for=timedelta(seconds=0.1))


async def _raw_copy(home: FreshHome) -> str:
    async with home.up("--empty"):
        pass
    copy = FreshHome(folder=home.folder / "copy")
    copy.folder.mkdir()
    shutil.copytree(home.home, copy.home)
    refused = (await copy.relance("up")).expect(Exit.DAMAGE)
    async with copy.up("--moved"):
        (await copy.relance("status")).expect(Exit.DONE)
    return refused.err.strip().splitlines()[-1]


async def _backup_under_load(home: FreshHome) -> str:
    catcher = Catcher(home.folder / "mail", faults=SlowServer())
    await catcher.start()
    home.home.mkdir(mode=0o700)
    record, keys, later_at = (
        home.folder / "record",
        home.folder / "keys",
        FIRST_MAIL_AT + timedelta(hours=6),
    )
    people = {f"ville{n}": f"chef@ville{n}.example" for n in range(LOAD_COUNT)}
    async with (
        running(ServerSettings(folder=home.home / "postgres")) as server,
        opened(home.home, server.dsn, catcher) as house,
        house.running() as life,
    ):
        await life.founded(people, per_day_max=LOAD_COUNT)
        await house.clock.advance_to(FIRST_MAIL_AT)
        async with asyncio.timeout(60):
            while len(catcher.messages()) < SENT_BEFORE_COUNT:  # noqa: ASYNC110 - no signal
                await asyncio.sleep(0.05)
        before = len(catcher.messages())
        await back_up(home.home, server.dsn, record=record, keys=keys, at=house.clock.now())
        await life.play(later_at)
    sent = len(catcher.messages())
    elsewhere = home.folder / "elsewhere"
    await restore(elsewhere, record=record, keys=keys)
    async with (
        running(ServerSettings(folder=elsewhere / "postgres")) as server,
        opened(elsewhere, server.dsn, catcher) as house,
    ):
        wall = VirtualClock(later_at)
        told = await settle_restored(house.store, elsewhere, wall=wall, until_at=later_at)
        await house.clock.advance_to(later_at)
        async with house.running() as life:
            await life.ask(submission("resumed", WORKSPACE, LiftSending()))
            await life.play(later_at + timedelta(days=2))
        statuses = Counter(touch.status for touch in (await house.touches()).values())
    names = Counter(message.message_id for message in catcher.messages())
    await catcher.stop()
    twice = sum(count > 1 for count in names.values())
    assert not twice, f"{twice} messages twice"
    assert statuses["unknown"] + statuses["sent"] == LOAD_COUNT, statuses
    return (
        f"backed up with {before} of {LOAD_COUNT} sent, then {sent} sent; restored: {twice} twice, "
        f"{told.unknown_count} unknown and listed, {dict(statuses)}"
    )


def _input(number: int = 0, **changes: object) -> Input:
    attributes = Attributes(name=f"a{number}", name_with_article="x" * 200)
    fields = {
        "id": InputId(f"i{number}"),
        "stream": StreamId(f"account:a{number}"),
        "at": datetime(2019, 1, 1, tzinfo=UTC),
        "actor": "claire",
        "source": "timer",
        "request": AddAccount(attributes=attributes),
    }
    return Input(**(fields | changes))  # type: ignore[arg-type]  # as the caller gives them


async def _forged(home: FreshHome) -> str:
    async with home.up("--empty"), await Client.connect(home.home) as client:
        made_up: list[dict[str, object]] = [
            {"actor": "engine"},
            {"request": OpenEnrolment(enrolment=1, start_on=date(2027, 1, 11))},
            {"request": StopPerson(tag="t")},
            {"id": InputId("wake:1")},
        ]
        refused = 0
        for number, changes in enumerate(made_up):
            try:
                await client.ask([_input(number, **changes)])
            except DoorError:
                refused += 1
        (answer,) = await client.ask([_input(9)])
        assert answer is not None
        place = str(Place(Topic.EVENTS, answer.partition).partition)
        read = (await home.relance("--json", "log", "read", place)).expect(Exit.DONE)
    assert refused == 4, refused
    assert '"source": "timer"' not in read.out
    assert f'"user_id": {os.geteuid()}' in read.out
    told = f"{refused} of {len(made_up)} refused; source and instant are the door's"
    return f"{told}, user id {os.geteuid()}"


async def _half_frames(home: FreshHome) -> str:
    async with home.up("--empty") as up:
        before = _resident_bytes(up.process.pid)
        writers = []
        for _ in range(HALF_FRAMES_COUNT):
            _, writer = await asyncio.open_unix_connection(socket_path(home.home))
            writer.write(FRAME_BYTES_MAX.to_bytes(4, "big") + b" " * (FRAME_BYTES_MAX - 1))
            writers.append(writer)
        await asyncio.sleep(3)
        grown = _resident_bytes(up.process.pid) - before
        (await home.relance("status")).expect(Exit.DONE)
        for writer in writers:
            writer.transport.abort()
    assert grown < GROWN_BYTES_MAX, f"{grown / 1e6:.0f} MB"
    return f"{HALF_FRAMES_COUNT} half frames: {grown / 1e6:.0f} MB more; commands are answered"


async def _one_frame(home: FreshHome) -> str:
    inputs = tuple(asked_from(_input(number)) for number in range(INPUTS_MAX))
    async with home.up("--empty"), await Client.connect(home.home) as other:
        _, writer = await asyncio.open_unix_connection(socket_path(home.home))
        await say(writer, Ask(inputs, Lane.BULK, 30.0))
        longest = 0.0
        for _ in range(50):
            began = time.monotonic()
            await other.health()
            longest = max(longest, time.monotonic() - began)
            await asyncio.sleep(0.02)
        writer.close()
    assert longest < HELD_SECONDS_MAX, f"{longest:.2f} s"
    return f"a frame of {INPUTS_MAX} inputs: others waited {longest:.2f} s at most"


async def _other_user(home: FreshHome) -> str:
    if os.geteuid() != 0:
        return "only root can become another user: not looked at"
    home.folder.chmod(0o755)
    (home.folder / "mine").mkdir()
    os.chown(home.folder / "mine", STRANGER, STRANGER)
    where = str(home.home)
    relance = (*RELANCE, "--home", where)
    connect = "import socket,sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    tried: dict[str, Sequence[str]] = {
        "list the home": ("ls", where),
        "read home.json": ("cat", f"{where}/home.json"),
        "read a key": ("cat", f"{where}/keys/master.key"),
        "list the data": ("ls", f"{where}/postgres/data"),
        "read the server's log": ("cat", f"{where}/postgres/log"),
        "write into the home": ("touch", f"{where}/stranger"),
        "replace the marker": ("rm", "-f", f"{where}/whereabouts"),
        "take the lock": ("flock", "-n", f"{where}/lock", "true"),
        "knock at the door": (RELANCE[0], "-c", connect, f"{where}/door"),
        "reach the database": (
            *(RELANCE[0], "-c", connect),
            f"{where}/postgres/data/.s.PGSQL.5432",
        ),
        "relance status": (*relance, "status"),
        "relance log head": (*relance, "log", "head"),
        "relance accounts add": (*relance, "accounts", "add", "Niort"),
        "relance up": (*relance, "up", "--empty"),
        "relance backup": (*relance, "backup", str(home.folder / "mine" / "b")),
    }
    async with home.up("--empty") as up:
        tried |= {"stop it": ("kill", "-INT", str(up.process.pid))}
        got_through = [name for name, words in tried.items() if await _as_stranger(words)]
        (await home.relance("status")).expect(Exit.DONE)
    stopped = [name for name, words in tried.items() if await _as_stranger(words)]
    assert not got_through, f"running: {', '.join(got_through)}"
    assert not stopped, f"stopped: {', '.join(stopped)}"
    return f"refused, running and stopped, each of: {'; '.join(tried)}"


async def _free_texts(home: FreshHome) -> str:
    said = {name: f"Mme Zéphyrine Oursel, {name}" for name in ("value", "object", "brings", "why")}
    point = f"{said['object']}|{said['brings']}"
    typed = (
        ("accounts", "add", "Niort", "--key", "niort"),
        ("accounts", "values", "niort", f"signal={said['value']}"),
        ("milestones", "set", "niort", "--next-point", f"2099-03-02|{point}"),
        ("pause", "niort", "--reason", said["why"]),
        ("sequences", "publish", SEQUENCE),
        (
            *("campaigns", "create", "c", "--title", "C", "--sequence", SEQUENCE),
            *("--offer", "o", "--start", "2099-01-05", "--value", f"probleme={said['value']}"),
            *("--next-point", f"vote +10 bd|{point}"),
        ),
        (
            *("enrol", "niort", "--sequence", SEQUENCE, "--offer", "p", "--anyway"),
            *("--value", f"signal={said['value']}"),
        ),
    )
    async with home.up("--empty") as up:
        for words in typed:
            (await home.relance(*words)).expect(Exit.DONE)
        shown = (await home.relance("timeline", "niort")).expect(Exit.DONE).out
        held = await tables(embedded_dsn(home.home / "postgres"))
        held["log lines"] = up.log_lines.encode()
    held |= dict(small_files(home.home))
    where = [name for name, content in held.items() if "Oursel" in content.decode(errors="replace")]
    assert not where, where
    unread = [text for text in said.values() if text not in " ".join(shown.split())]
    assert not unread, unread
    return f"in none of {len(held)} tables and files; the timeline says them"


async def _no_powers(home: FreshHome) -> str:
    witness = home.folder / "witness"
    async with home.up("--empty"):
        dsn = embedded_dsn(home.home / "postgres")
        connection = await asyncpg.connect(**dsn.connect_arguments())
        try:
            await connection.execute(f"copy (select 1) to program 'touch {witness}'")
        except asyncpg.InsufficientPrivilegeError as error:
            said = str(error)
        else:
            raise AssertionError(witness)
        await connection.close()
        data = home.home / "postgres" / "data"
        server = int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        owner = Path(f"/proc/{server}").stat().st_uid
    (data / "postgresql.auto.conf").write_text(f"restore_command = 'touch {witness}'\n")
    (data / "recovery.signal").touch()
    (await home.relance("log", "head")).expect(Exit.DONE)
    assert not witness.exists()
    assert owner or os.geteuid()
    return f"{said}; the server's user id is {owner}; restore_command was not obeyed"


async def _as_stranger(words: Sequence[str]) -> bool:
    """Return whether a command of another user id succeeded."""
    process = await asyncio.create_subprocess_exec(
        *("setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"),
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(60):
        return await process.wait() == 0


def _resident_bytes(process_id: int) -> int:
    status = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


ROWS = (
    Row(
        name="raw-copy",
        before="a copied home was started: all three mails of the morning went out again",
        now=_raw_copy,
    ),
    Row(
        name="backup-under-load",
        before="no backup while it runs; a copy put back sent again what the other had sent",
        now=_backup_under_load,
    ),
    Row(
        name="forged-inputs",
        before="actor=engine, source=timer, an instant of 2019, open_enrolment, stop_person: taken",
        now=_forged,
    ),
    Row(name="half-frames", before="60 half frames held 1.95 GB", now=_half_frames),
    Row(name="one-frame", before="one frame blocked the loop for 14.3 s", now=_one_frame),
    Row(
        name="other-user",
        before="nobody had looked; any process of the server's account could log in as superuser",
        now=_other_user,
    ),
    Row(
        name="free-texts",
        before="reasons, objects, deliverables and values for messages stood in the log in clear",
        now=_free_texts,
    ),
    Row(
        name="no-powers",
        before="COPY ... TO PROGRAM wrote root's folders; log head ran a restore_command",
        now=_no_powers,
    ),
)
