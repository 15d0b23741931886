"""Give a reader of valid decisions each one once, in order: handed over, else read.

Owners hand over what they validated.  Where that does not continue what a reader has or
holds (the partition was taken again, another process owned it, the reader fell behind),
the log is read.  What waits is therefore dense and ends where the owner stands: a reader
never moves its cursor over a decision it was not given.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.decision import PlacedDecision
from engine.validity import Cursor
from infra.log.port import Log, Place
from infra.runtime.reading import read_valid

HANDED_MAX = 20_000
READ_BYTES_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Valid decisions of one partition, contiguous, and the cursors around them."""

    place: Place
    before: Cursor
    after: Cursor
    decisions: tuple[PlacedDecision, ...]  # may be empty: a recovery says where it stands


class Following:
    """What one reader has not had yet, over all partitions it follows."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._cursors: dict[Place, Cursor] = {}
        self._handed: dict[Place, list[PlacedDecision]] = {}
        self._known: dict[Place, Cursor] = {}  # the newest position handed over
        self._grown = asyncio.Event()

    def start(self, cursors: Mapping[Place, Cursor]) -> None:
        """Follow these partitions from these cursors on."""
        self._cursors.update(cursors)
        self._grown.set()

    def hand_over(self, batch: Batch) -> None:
        """Take what an owner validated."""
        waiting = self._handed.setdefault(batch.place, [])
        known = self._known.get(batch.place, batch.before)
        if known.seq != batch.before.seq:
            waiting.clear()  # a recovery found decisions in between, and hands none of them over
        waiting.extend(batch.decisions)
        if len(waiting) > HANDED_MAX:
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
        """Return the next batch of each partition that has one.

        Raises:
            LogError: The log did not answer, or a cursor is not of this log.
            PlaceDamageError: A partition is damaged.
        """
        batches = [
            await self._take_one(place)
            for place, known in tuple(self._known.items())
            if place in self._cursors and self._cursors[place].seq < known.seq
        ]
        if not self.is_drained:
            self._grown.set()
        return tuple(batch for batch in batches if batch is not None)

    async def _take_one(self, place: Place) -> Batch | None:
        cursor, known = self._cursors[place], self._known[place]
        handed = [placed for placed in self._handed.get(place, ()) if placed.seq > cursor.seq]
        self._handed[place] = []
        if handed and handed[0].seq == cursor.seq + 1:
            return Batch(place=place, before=cursor, after=known, decisions=tuple(handed))
        async for stretch in read_valid(self._log, place, cursor, bytes_max=READ_BYTES_MAX):
            return Batch(
                place=place,
                before=stretch.before,
                after=stretch.after,
                decisions=stretch.placed(place),
            )
        return None
