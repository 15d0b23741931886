"""Give a reader of valid decisions each one once, in order: handed over, else read.

Owners hand over what they validated.  Where that does not continue what a reader has or
holds (the partition was taken again, another process owned it, the reader fell behind),
the log is read.  What waits is therefore dense and ends where the owner stands: a reader
never moves its cursor over a decision it was not given.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.decision import PlacedDecision
from engine.validity import Cursor
from infra.log.port import Log, Place
from infra.runtime.reading import read_valid

HANDED_MAX = 20_000
TAKEN_MAX = 500  # over all partitions, and what is left of the last batch: folding keeps the loop
READ_BYTES_MAX = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Valid decisions of one partition, contiguous, and the cursors around them."""

    place: Place
    before: Cursor
    after: Cursor
    decisions: tuple[PlacedDecision, ...]  # may be empty: a recovery says where it stands


@dataclass(slots=True)
class _Handed:
    """What was handed over of one partition and not taken: batches that follow one another."""

    place: Place
    batches: deque[Batch] = field(default_factory=deque)
    count: int = 0

    def add(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.count += len(batch.decisions)

    def clear(self) -> None:
        self.batches.clear()
        self.count = 0

    def take(self, cursor: Cursor, *, limit: int) -> Batch | None:
        """Return about `limit` decisions that follow a cursor; None if there is a hole."""
        taken: list[PlacedDecision] = []
        after = cursor
        while self.batches and self.batches[0].before.seq <= after.seq and len(taken) < limit:
            batch = self.batches.popleft()
            self.count -= len(batch.decisions)
            if batch.after.seq > after.seq:
                taken += [placed for placed in batch.decisions if placed.seq > after.seq]
                after = batch.after
        if not taken:
            return None
        return Batch(place=self.place, before=cursor, after=after, decisions=tuple(taken))


class Following:
    """What one reader has not had yet, over all partitions it follows."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._cursors: dict[Place, Cursor] = {}
        self._handed: dict[Place, _Handed] = {}
        self._known: dict[Place, Cursor] = {}  # the newest position handed over
        self._grown = asyncio.Event()

    def start(self, cursors: Mapping[Place, Cursor]) -> None:
        """Follow these partitions from these cursors on."""
        self._cursors.update(cursors)
        self._grown.set()

    def hand_over(self, batch: Batch) -> None:
        """Take what an owner validated."""
        waiting = self._handed.setdefault(batch.place, _Handed(batch.place))
        known = self._known.get(batch.place, batch.before)
        if known.seq != batch.before.seq:
            waiting.clear()  # a recovery found decisions in between, and hands none of them over
        waiting.add(batch)
        if waiting.count > HANDED_MAX:
            waiting.clear()  # read from the log when their turn comes
        self._known[batch.place] = batch.after
        self._grown.set()

    async def grown(self) -> None:
        """Return when something may be there to take."""
        await self._grown.wait()
        self._grown.clear()

    def again(self) -> None:
        """Let `grown` return once more: what was taken was not dealt with."""
        self._grown.set()

    def moved(self, batches: Iterable[Batch]) -> None:
        """Note that batches were dealt with."""
        for batch in batches:
            self._cursors[batch.place] = batch.after

    @property
    def is_drained(self) -> bool:
        """Whether everything handed over was dealt with."""
        return all(
            place not in self._cursors or self._cursors[place].seq >= known.seq
            for place, known in self._known.items()
        )

    @property
    def has_caught_up(self) -> bool:
        """Whether each partition was handed over, and everything of it dealt with."""
        return self._known.keys() >= self._cursors.keys() and self.is_drained

    async def take(self) -> tuple[Batch, ...]:
        """Return the next batch of partitions that have one, together about `TAKEN_MAX`.

        Raises:
            LogError: The log did not answer, or a cursor is not of this log.
            PlaceDamageError: A partition is damaged.
        """
        batches: list[Batch] = []
        left_count = TAKEN_MAX
        for place in self._behind():
            if left_count <= 0:
                break
            batch = await self._take_one(place, limit=left_count)
            if batch is not None:
                batches.append(batch)
                left_count -= len(batch.decisions)
                self._known[place] = self._known.pop(place)  # the others come first next time
        if not self.is_drained:
            self._grown.set()
        return tuple(batches)

    def _behind(self) -> list[Place]:
        return [
            place
            for place, known in self._known.items()
            if place in self._cursors and self._cursors[place].seq < known.seq
        ]

    async def _take_one(self, place: Place, *, limit: int) -> Batch | None:
        cursor = self._cursors[place]
        handed = self._handed[place].take(cursor, limit=limit)
        if handed is not None:
            return handed
        async for stretch in read_valid(self._log, place, cursor, bytes_max=READ_BYTES_MAX):
            return Batch(
                place=place,
                before=stretch.before,
                after=stretch.after,
                decisions=stretch.placed(place),
            )
        return None
