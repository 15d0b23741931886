"""A robot that closes each call task the moment it is opened, and tells what it has seen."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from engine.decision import PlacedDecision
from engine.events import TaskOpened
from engine.ids import InputId, StreamId
from engine.inputs import Input
from engine.requests import CompleteTask
from infra.clock import Clock
from infra.runtime.inboxes import Inboxes
from projections.tables import Connection
from tests.bench.tally import Counting


class Robot:
    """Watches decisions like a projection; answers through the way in like anybody."""

    name = "bench_robot"
    version = 1

    def __init__(self, clock: Clock) -> None:
        """Begin with nothing to close."""
        self._clock = clock
        self._counting = Counting()
        self._told = b""
        self._opened: asyncio.Queue[tuple[StreamId, int]] = asyncio.Queue()

    def tables_sql(self) -> str:
        """Return nothing: it keeps no table."""
        return "select 1"

    async def apply(self, connection: Connection, decided: Sequence[PlacedDecision]) -> None:
        """Note the call tasks that were opened; tell, one line a batch, what became of all."""
        del connection
        self._counting.take(decided)
        told = msgspec.json.encode(self._counting.tally)
        if told != self._told:
            self._told = told
            print(told.decode(), flush=True)
        for placed in decided:
            for event in placed.body.events:
                if isinstance(event, TaskOpened) and event.kind == "call":
                    self._opened.put_nowait((placed.body.stream, event.task))

    async def run(self, inboxes: Inboxes) -> None:
        """Close tasks until cancelled, as many at a time as there are."""
        while True:
            found = [await self._opened.get()]
            while not self._opened.empty():
                found.append(self._opened.get_nowait())
            now = self._clock.now()
            await inboxes.send([_closing(stream, task, now) for stream, task in found])


def _closing(stream: StreamId, task: int, now: datetime) -> Input:
    return Input(
        id=InputId(f"robot:{stream}:{task}"),
        stream=stream,
        at=now,
        actor="robot",
        source="bench",
        request=CompleteTask(task=task, outcome="absent"),
    )
