"""The clients' process: enrols from eight connections, one by one or a hundred at a time."""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

from engine.decision import Events
from engine.inputs import Input, Lane
from infra.clock import WallClock
from infra.door.client import Client
from tests.bench.seq3 import Contact, enrol, fresh_id

CLIENTS = 8
WITHIN_SECONDS = 60.0


async def main(home: Path, count: int, at_a_time: int, first: int) -> None:
    """Enrol `count` contacts from number `first` on; print what it took as JSON."""
    started = WallClock().now().timestamp()
    contacts = [Contact(index) for index in range(first, first + count)]
    shares = [contacts[index::CLIENTS] for index in range(CLIENTS)]
    await asyncio.gather(*(_enrol(home, share, at_a_time) for share in shares))
    figures = {
        "started": started,
        "accepted": WallClock().now().timestamp(),
        "cpu": time.process_time(),
    }
    print(msgspec.json.encode(figures).decode(), flush=True)


async def _enrol(home: Path, contacts: Sequence[Contact], at_a_time: int) -> None:
    clock = WallClock()
    lane = Lane.EXPRESS if at_a_time == 1 else Lane.BULK
    async with await Client.connect(home) as client:
        for start in range(0, len(contacts), at_a_time):
            inputs = [
                Input(
                    id=fresh_id(),
                    stream=contact.stream,
                    at=clock.now(),
                    actor="bench",
                    source="bench",
                    request=enrol(contact),
                )
                for contact in contacts[start : start + at_a_time]
            ]
            answers = await client.ask(inputs, lane=lane, within_seconds=WITHIN_SECONDS)
            for answer in answers:
                if answer is None or not isinstance(answer.outcome, Events):
                    sys.exit(f"not accepted: {answer}")


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:5])))
