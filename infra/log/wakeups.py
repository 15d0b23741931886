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
        self._waiters: set[_Waiter] = set()

    def announce(self, ends: Mapping[Place, int]) -> None:
        """Note that these places hold records below these offsets; ends only move on."""
        moved = {place for place, end in ends.items() if end > self._ends.get(place, 0)}
        self._ends.update((place, ends[place]) for place in moved)
        for waiter in self._waiters:
            if not moved.isdisjoint(waiter.offsets) and self.has_passed(waiter.offsets):
                waiter.woken.set()

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
