"""Measure SEQ-3 on a real PostgreSQL with fsync: `make bench`, `make bench ARGS="--n 500"`.

Every figure of a run stands beside bare limits measured in the same minutes: machines are
noisy, ratios are not.
"""

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec

from engine.decision import Events
from engine.ids import WORKSPACE
from engine.inputs import Input, Lane
from engine.requests import (
    AddAccount,
    AddPerson,
    PublishMailbox,
    PublishRuleset,
    PublishSequence,
    Request,
)
from infra.clock import WallClock
from infra.contacts.contact_points import ContactDraft, seal_contacts
from infra.contacts.normal import normal_email, normal_phone
from infra.door.client import Client
from infra.home.layout import WORKSPACE_NAME
from infra.log.postgres import PostgresLog
from infra.store.dsn import ConnectArguments, Dsn
from infra.store.pool import open_pool
from infra.store.server import ServerSettings, embedded_dsn, running
from infra.vault.home_keys import read_keys
from infra.vault.key_vault import KeyVault
from infra.vault.port import Item
from infra.vault.postgres_keys import PostgresKeyStore
from infra.vault.tags import Tagger
from sequences.rulesets import load_ruleset
from tests.bench import limits
from tests.bench.engine import PARTITIONS
from tests.bench.measures import cpu_seconds, table_bytes
from tests.bench.seq3 import (
    ATTRIBUTES,
    MAILBOX,
    REF,
    ROLE,
    SEQ3,
    WAITS_SECONDS,
    Contact,
    fresh_id,
)
from tests.bench.tally import Tally

BATCH = 500
OWN = "own"  # bytes of the table in which the benchmark counts messages
DONE_WITHIN_SECONDS = 600.0
_SENT = "select message_id, extract(epoch from sent_at)::float8 as at from counted_send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The figures of one way of accepting."""

    name: str
    count: int
    wall_seconds: float
    accepted_seconds: float
    cpu_ms: dict[str, float]
    own_ms: float
    bytes_each: dict[str, float]
    steps_after_reply: int
    tally: Tally

    @property
    def rate(self) -> float:
        """Return enrolments a second: the wall less the waits that nobody can avoid."""
        return self.count / max(self.wall_seconds - WAITS_SECONDS, 1e-9)


async def main(count: int) -> None:
    """Run both ways on one server, print the figures."""
    with tempfile.TemporaryDirectory(prefix="relance-bench-") as name:
        home = Path(name)
        async with running(ServerSettings(folder=home / "postgres")) as server:
            runs = []
            for at_a_time in (1, 100):
                runs.append(await _measure(home, server.process_id, count, at_a_time))
                print(_told(runs[-1]), flush=True)
            await _print_limits(home)
    shortfalls = [said for run in runs if (said := run.tally.shortfall(count))]
    if shortfalls:
        sys.exit("\n".join(shortfalls))


async def _measure(home: Path, server: int, count: int, at_a_time: int) -> Run:
    postgres = home / "postgres"
    engine = await spawn("tests.bench.engine", home, postgres, feeds=True)
    if engine.stdout is None or engine.stdin is None:
        sys.exit("the engine has no pipes")
    await engine.stdout.readline()
    first = 0 if at_a_time == 1 else count
    await prepare(home, postgres, count, first)
    connection = await asyncpg.connect(**_arguments(postgres))
    sizes = await table_bytes(connection)
    cpu = {"engine": cpu_seconds(engine.pid), "postgresql": cpu_seconds(server)}
    # Read from the beginning: an engine whose pipe is full would wait for us.
    done = asyncio.create_task(_all_done(engine.stdout, count))
    repliers = await spawn("tests.bench.repliers", home, postgres, count, first)
    clients = await spawn("tests.bench.clients", home, count, at_a_time, first)
    accepted = msgspec.json.decode(await _last_line(clients))
    tally, finished = await done
    replied = msgspec.json.decode(await _last_line(repliers))
    cpu_ms = {
        "engine": (cpu_seconds(engine.pid) - cpu["engine"]) * 1000 / count,
        "postgresql": (cpu_seconds(server) - cpu["postgresql"]) * 1000 / count,
    }
    own_ms = (accepted["cpu"] + replied["cpu"]) * 1000 / count
    late = await _late_steps(connection, replied["acknowledged"])
    engine.stdin.close()
    await engine.wait()
    after = await table_bytes(connection)
    await connection.close()
    return Run(
        name="one by one from 8 clients" if at_a_time == 1 else f"{at_a_time} at a time",
        count=count,
        wall_seconds=finished - accepted["started"],
        accepted_seconds=accepted["accepted"] - accepted["started"],
        cpu_ms=cpu_ms,
        own_ms=own_ms,
        bytes_each=_grown(sizes, after, count),
        steps_after_reply=late,
        tally=tally,
    )


async def prepare(home: Path, postgres: Path, count: int, first: int) -> None:
    """Publish, and make accounts and people known: not part of what is measured."""
    pool = await open_pool(_dsn(postgres), application_name="bench prepare", size_max=2)
    keys = read_keys(home / "keys")
    vault = KeyVault(PostgresKeyStore(pool), keys=keys, workspace=WORKSPACE_NAME)
    tagger = Tagger(keys.pepper)
    clock = WallClock()
    async with await Client.connect(home) as client:
        name = fresh_id()
        item = Item(
            subject="mailbox:bench", input_id=name, field="email", text="bench@bench.example"
        )
        mailbox = msgspec.structs.replace(MAILBOX, fields=await vault.seal([item]))
        requests: list[Request] = [
            PublishRuleset(ruleset=load_ruleset()),
            PublishSequence(hash=REF.hash, sequence=SEQ3),
            PublishMailbox(mailbox=mailbox),
        ]
        inputs = [
            Input(
                id=fresh_id(),
                stream=WORKSPACE,
                at=clock.now(),
                actor="bench",
                source="bench",
                request=request,
            )
            for request in requests
        ]
        await client.ask(inputs, within_seconds=30)
        for start in range(first, first + count, BATCH):
            contacts = [Contact(index) for index in range(start, min(start + BATCH, first + count))]
            await _add(client, vault, tagger, contacts)
        await client.quiet(within_seconds=60)
    await pool.close()


async def _add(client: Client, vault: KeyVault, tagger: Tagger, contacts: list[Contact]) -> None:
    now = WallClock().now()
    drafts = [
        ContactDraft(
            subject=contact.person,
            input_id=f"add-{contact.person}",
            contact=point,
        )
        for contact in contacts
        for point in (
            normal_email(f"{contact.person}@{contact.account}.example"),
            normal_phone(f"+336{contact.index:08}"),
        )
    ]
    points = await seal_contacts(vault, tagger, drafts)
    inputs = [
        item
        for contact, known in zip(
            contacts, zip(points[::2], points[1::2], strict=True), strict=True
        )
        for item in (
            Input(
                id=fresh_id(),
                stream=contact.stream,
                at=now,
                actor="bench",
                source="bench",
                request=AddAccount(attributes=ATTRIBUTES),
                needs_w=3,
            ),
            Input(
                id=fresh_id(),
                stream=contact.stream,
                at=now,
                actor="bench",
                source="bench",
                request=AddPerson(person=contact.person, role=ROLE, points=known),
                needs_w=3,
            ),
        )
    ]
    answers = await client.ask(inputs, lane=Lane.BULK, within_seconds=60)
    if not all(answer is not None and isinstance(answer.outcome, Events) for answer in answers):
        sys.exit("the accounts of the benchmark were not taken")


async def _all_done(told: asyncio.StreamReader, count: int) -> tuple[Tally, float]:
    """Return the tally once so many enrolments have ended, as the views show it, and when."""
    tally = Tally()
    async with asyncio.timeout(DONE_WITHIN_SECONDS):
        while tally.ended_count < count:
            tally = msgspec.json.decode(await told.readline(), type=Tally)
    return tally, WallClock().now().timestamp()


async def _late_steps(connection: asyncpg.Connection, acknowledged: dict[str, float]) -> int:
    """Return the messages that left after their person's reply was acknowledged."""
    sent = await connection.fetch(_SENT)
    return sum(
        row["at"] > acknowledged[account]
        for row in sent
        if (account := row["message_id"][2:].split(".", 1)[0]) in acknowledged
    )


def _grown(before: dict[str, int], after: dict[str, int], count: int) -> dict[str, float]:
    """Return the bytes each enrolment added, by part of the database."""
    parts: dict[str, float] = {}
    for name, size in after.items():
        part = _part(name)
        parts[part] = parts.get(part, 0.0) + (size - before.get(name, 0)) / count
    return parts


def _part(name: str) -> str:
    schema, table = name.split(".")
    if table == "counted_send":
        return OWN
    if schema != "public":
        return "views"
    for word, part in (("inbox", "inbox"), ("log", "log"), ("state", "state")):
        if word in table:
            return part
    return "gate, ledger, rest"


async def _print_limits(home: Path) -> None:
    connection = await asyncpg.connect(**_arguments(home / "postgres"))
    log = await PostgresLog.open(_dsn(home / "postgres"), partition_count=PARTITIONS)
    upserts = await limits.upsert_rows_a_second(connection)
    decodes = await limits.decode_decisions_a_second(log)
    appends = await limits.append_records_a_second(log)
    await log.close()
    await connection.close()
    print("bare limits of this run:")
    print(f"  unnest upsert     {upserts:>10,.0f} rows/s")
    print(f"  log append        {appends:>10,.0f} records/s")
    print(f"  decode decisions  {decodes:>10,.0f} /s")


def _told(run: Run) -> str:
    cpu = ", ".join(f"{name} {value:.2f}" for name, value in run.cpu_ms.items())
    sizes = dict(sorted(run.bytes_each.items()))
    own_bytes = sizes.pop(OWN, 0.0)
    size = ", ".join(f"{name} {value:,.0f}" for name, value in sizes.items())
    tally, count = run.tally, run.count
    return "\n".join(
        (
            f"SEQ-3, n = {run.count:,}, {run.name}:",
            (
                f"  enrolments        {run.rate:>10,.0f} /s"
                f"   (wall {run.wall_seconds:.2f} s less {WAITS_SECONDS:.0f} s;"
                f" accepted in {run.accepted_seconds:.2f} s)"
            ),
            f"  CPU each          {sum(run.cpu_ms.values()):>10.2f} ms  ({cpu})",
            f"  database each     {sum(sizes.values()):>10,.0f} bytes  ({size})",
            f"  the benchmark's own: {run.own_ms:.2f} ms and {own_bytes:,.0f} bytes each",
            (
                f"  per enrolment     {tally.message_count / count:>10.3f} messages,"
                f" {tally.call_count / count:.3f} calls done, {tally.skipped_count} skipped;"
                f" {tally.attempt_count / max(tally.message_count, 1):.3f} attempts per message"
            ),
            f"  messages after an acknowledged reply: {run.steps_after_reply}",
        )
    )


def _dsn(postgres: Path) -> Dsn:
    return embedded_dsn(postgres)


def _arguments(postgres: Path) -> ConnectArguments:
    return _dsn(postgres).connect_arguments()


async def spawn(module: str, *words: object, feeds: bool = False) -> asyncio.subprocess.Process:
    """Start a process of the benchmark; it may be fed on its standard input."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        *map(str, words),
        stdin=asyncio.subprocess.PIPE if feeds else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )


async def _last_line(process: asyncio.subprocess.Process) -> bytes:
    out, _ = await process.communicate()
    if process.returncode:
        sys.exit(f"a process of the benchmark ended with {process.returncode}")
    return out.splitlines()[-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2000, help="enrolments of each run")
    asyncio.run(main(parser.parse_args().n))
