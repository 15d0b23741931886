"""Wake readers that wait for a partition to grow.

A hint that is lost costs a poll, never a record: whoever waits looks again from time to
time.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.log.port import Place


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiter:
    offsets: Mapping[Place, int]
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Wakeups:
    """The ends known in this process, and who waits for them to move."""

    def __init__(self) -> None:
        self._ends: dict[Place, int] = {}
        self._hint_count = 0
        self._hinted: dict[Place, int] = {}  # the number of the last hint that moved a place
        self._waiters: set[_Waiter] = set()

    def announce(self, ends: Mapping[Place, int]) -> None:
        """Note that these places hold records below these offsets."""
        self._hint_count += 1
        moved = {place for place, end in ends.items() if end > self._ends.get(place, 0)}
        self._ends.update((place, ends[place]) for place in moved)
        self._hinted.update(dict.fromkeys(moved, self._hint_count))
        for waiter in self._waiters:
            if not moved.isdisjoint(waiter.offsets) and self.has_passed(waiter.offsets):
                waiter.woken.set()

    @property
    def hint_count(self) -> int:
        """Return how many hints there were: taken before a look, it dates what was seen."""
        return self._hint_count

    def correct(self, ends: Mapping[Place, int], *, hint_count: int) -> None:
        """Note what a look has shown, lower ends too: a database may have lost its tail.

        Args:
            ends: The true ends, at some instant since the look began.
            hint_count: As it was when the look began; what was announced since stays.
        """
        for place, end in ends.items():
            if end < self._ends.setdefault(place, 0) and self._hinted.get(place, 0) <= hint_count:
                self._ends[place] = end
        self.announce(ends)

    def is_known(self, place: Place) -> bool:
        """Whether anybody has said where a place ends."""
        return place in self._ends

    def known_end(self, place: Place) -> int:
        """Return the highest end known, 0 if none; the true one may be higher."""
        return self._ends.get(place, 0)

    def has_passed(self, offsets: Mapping[Place, int]) -> bool:
        """Say whether a known end lies above the offset given for any place."""
        return any(self._ends.get(place, 0) > offset for place, offset in offsets.items())

    async def pass_within(self, offsets: Mapping[Place, int], seconds: float) -> bool:
        """Wait until a known end lies above the offset given for any place.

        Returns:
            Whether that happened within `seconds`.
        """
        waiter = _Waiter(offsets=offsets)
        self._waiters.add(waiter)
        try:
            if not self.has_passed(offsets):
                async with asyncio.timeout(seconds):
                    await waiter.woken.wait()
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True
