"""The repliers' process: every fifth person answers right after the first e-mail."""

import asyncio
import sys
import time
from pathlib import Path

import asyncpg
import msgspec
import uvloop

from engine.decision import Events
from engine.inputs import Input
from engine.requests import RecordReply
from infra.clock import WallClock
from infra.door.client import Client
from infra.store.server import embedded_dsn
from tests.bench.seq3 import Contact, fresh_id

LOOK_EVERY_SECONDS = 0.005
# One writer numbers them, batch after batch: none appears below one that was seen.
SENT_SINCE = "select number, message_id from counted_send where number > $1 order by number"
WITHIN_SECONDS = 30.0


async def main(home: Path, postgres: Path, count: int, first: int) -> None:
    """Answer for every fifth contact; print when each answer was acknowledged as JSON."""
    pool = await asyncpg.create_pool(
        **embedded_dsn(postgres).connect_arguments(), min_size=1, max_size=1
    )
    contacts = map(Contact, range(first, first + count))
    waiting = {contact.account for contact in contacts if contact.replies}
    acknowledged: dict[str, float] = {}
    async with await Client.connect(home) as client:
        last = 0
        while waiting:
            rows = await pool.fetch(SENT_SINCE, last)
            last = rows[-1]["number"] if rows else last
            sent = {_account(row["message_id"]) for row in rows}
            due = sorted(waiting & sent)
            waiting -= set(due)
            if due:
                await _reply(client, due, acknowledged)
            else:
                await asyncio.sleep(LOOK_EVERY_SECONDS)
    await pool.close()
    figures = {"acknowledged": acknowledged, "cpu": time.process_time()}
    print(msgspec.json.encode(figures).decode(), flush=True)


async def _reply(client: Client, accounts: list[str], acknowledged: dict[str, float]) -> None:
    now = WallClock().now()
    inputs = [
        Input(
            id=fresh_id(),
            stream=Contact(int(account[1:])).stream,
            at=now,
            actor="bench",
            source="bench",
            request=RecordReply(person=Contact(int(account[1:])).person),
        )
        for account in accounts
    ]
    answers = await client.ask(inputs, within_seconds=WITHIN_SECONDS)
    for account, answer in zip(accounts, answers, strict=True):
        if answer is None or not isinstance(answer.outcome, Events):
            sys.exit(f"a reply was not accepted: {answer}")
        acknowledged[account] = WallClock().now().timestamp()


def _account(message_id: str) -> str:
    """Return the account named in `<aACCOUNT.tTOUCH...>`."""
    return message_id[2:].split(".", 1)[0]


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
