"""Tell whoever waits what became of an input, once its decision is valid."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from engine.decision import Body, Outcome, PlacedDecision
from engine.events import Publication
from engine.ids import InputId, StreamId


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one input, and where that stands in the log."""

    input_id: InputId
    outcome: Outcome
    stream: StreamId
    version: int
    partition: int  # -1: the workspace's own log
    seq: int  # a read that has reached it has seen this decision
    w: int = 0  # newest publication it knows of: `needs_w` of what follows it
    in_flight: tuple[str, ...] = ()  # touches that had left when an objection was recorded


def answer_to(placed: PlacedDecision, in_flight: tuple[str, ...] = ()) -> Answer | None:
    """Return the answer a decision gives; None if its input does not decode."""
    body, item = placed.body, placed.input
    if item is None:
        return None
    return Answer(
        input_id=item.id,
        outcome=body.outcome,
        stream=body.stream,
        version=body.version,
        partition=placed.partition,
        seq=placed.seq,
        w=_newest_w(body),
        in_flight=in_flight,
    )


def _newest_w(body: Body) -> int:
    """Return what a later input of the same sender needs: its own publication included."""
    published = (event.w for event in body.events if isinstance(event, Publication))
    return max(published, default=body.under.w)


class Answers:
    """Those who wait in this process, by stream and input id: an id is unique in its stream."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[StreamId, InputId], list[asyncio.Future[Answer]]] = {}

    def expect(self, stream: StreamId, input_id: InputId) -> asyncio.Future[Answer]:
        """Return a future of the next answer to an input; call this before appending it."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault((stream, input_id), []).append(future)
        return future

    def is_expected(self, stream: StreamId, input_id: InputId) -> bool:
        """Whether anybody waits for this input."""
        return (stream, input_id) in self._waiting

    def settle(self, answer: Answer) -> None:
        """Give an answer to all who wait for it."""
        for future in self._waiting.pop((answer.stream, answer.input_id), ()):
            if not future.done():
                future.set_result(answer)

    def forget(self, stream: StreamId, input_id: InputId, future: asyncio.Future[Answer]) -> None:
        """Wait no more; a decision made later answers nobody."""
        waiting = self._waiting.get((stream, input_id), [])
        if future in waiting:
            waiting.remove(future)
        if not waiting:
            self._waiting.pop((stream, input_id), None)
        future.cancel()


async def gather_answers(
    futures: Sequence[asyncio.Future[Answer]], within_seconds: float
) -> tuple[Answer | None, ...]:
    """Return the answers that came in time, in order; None where none came."""
    if futures:
        await asyncio.wait(futures, timeout=within_seconds)
    return tuple(future.result() if future.done() else None for future in futures)
