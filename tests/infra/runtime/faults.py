"""Logs in memory that lose, repeat and delay appends, or leave their outcome unknown."""

import asyncio
import random
from collections.abc import Sequence

from infra.log.errors import FencedError, LogUnavailableError
from infra.log.memory import MemoryLog
from infra.log.port import Append


class FaultyLog(MemoryLog):
    """Appends of decisions go wrong as a seeded die says; inboxes are sound."""

    def __init__(self, partition_count: int, seed: int, *, rate: float = 0.15) -> None:
        """Let about `rate` of the appends of decisions go wrong."""
        super().__init__(partition_count)
        self._random = random.Random(seed)
        self._rate = rate
        self._late: list[Append] = []
        self.fault_count = 0
        self.is_sound = False

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append, or not, or twice, or later, and sometimes answer nothing."""
        is_decisions = all(unit.epoch is not None for unit in appends)
        if self.is_sound or not is_decisions or self._random.random() > self._rate:
            bases = await super().append(appends)
            await self._land_late()
            return bases
        self.fault_count += 1
        match self._random.randrange(4):
            case 0:  # lost
                pass
            case 1:  # landed, the answer was lost
                await super().append(appends)
            case 2:  # lands later, if nobody fences it
                self._late.extend(appends)
            case _:  # landed, and lands once more below us
                await super().append(appends)
                self._late.extend(appends)
        raise LogUnavailableError(type(self).__name__, str(self.fault_count))

    async def _land_late(self) -> None:
        late, self._late = self._late, []
        for unit in late:
            try:
                await super().append([unit])
            except FencedError:
                continue


class UnfencedLog(FaultyLog):
    """As on Kafka, the backend refuses no former owner: only the validity rule does."""

    @property
    def lands_together(self) -> bool:
        """As on Kafka, each unit has its own fate."""
        return False

    def _land(self, unit: Append) -> int:
        return super()._land(unit._replace(epoch=None))

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Append without any comparison of epochs."""
        self._partitions_forget_epochs()
        return await super().append(appends)

    def _partitions_forget_epochs(self) -> None:
        for partition in self._partitions.values():
            partition.epoch = 0


class WithholdingLog(MemoryLog):
    """Lands no decisions while it is told so: they come late, or never."""

    def __init__(self, partition_count: int) -> None:
        super().__init__(partition_count)
        self.withholds = False
        self.withheld: list[Append] = []
        self.asked = asyncio.Event()

    async def append(self, appends: Sequence[Append]) -> tuple[int, ...]:
        """Keep the decisions and never answer, or land first what was kept of the same places."""
        if any(unit.epoch is not None for unit in appends):
            if self.withholds:
                self.withheld.extend(appends)
                self.asked.set()
                await asyncio.Event().wait()
            places = {unit.place for unit in appends}
            late = [unit for unit in self.withheld if unit.place in places]
            self.withheld = [unit for unit in self.withheld if unit.place not in places]
            await super().append(late)
        return await super().append(appends)
