"""Let due e-mails wait in one line: follow-ups first, then by the instant they were due.

Kept in memory and bounded; lost with its process, and built again by the timers under the
same ids.  Nothing is decided of whoever waits: what a cap or a silent peer bars stands
aside until that is over, and comes back to its place.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from operator import itemgetter
from typing import NamedTuple

from msgspec import Struct

from engine.ids import InputId, StreamId
from engine.rule_ids import RuleId
from infra.runtime.owning.partition import Partition
from infra.runtime.owning.touch_ports import Barred, Counted

WAITERS_MAX = 50_000
"""About 30 MB; whoever is due beyond them is looked at again a little later."""

QUEUES = frozenset({RuleId.CAP_MAILBOX, RuleId.CAP_RECIPIENT_DOMAIN, RuleId.WINDOW_PASSED})

SLOT_ENDED = Counted("", "")
"""Stands for all whose slot has ended: while one of them finds no slot, the others wait."""


class Waiter(NamedTuple):
    """A due touch in the line, as it sorts; its state is looked up when its turn comes."""

    is_first_contact: bool
    due_at: datetime
    ticket: int
    stream: StreamId
    input_id: InputId
    partition: Partition
    counted: Counted
    closes_at: datetime  # end of its slot, half-open
    is_in_time: bool  # came before that, and only waited for its turn: nothing stood still


class HeldUp(Struct, frozen=True, kw_only=True):
    """What bars a sender identity, or its way to one domain, as `relance status` shows it."""

    sender: str  # empty: whose slot has ended
    domain: str  # empty: wherever it writes to
    rule: str
    since_at: datetime
    until_at: datetime
    touch_count: int


@dataclass(slots=True, kw_only=True)
class _Bar:
    rule: RuleId
    since_at: datetime
    until_at: datetime
    aside: list[Waiter] = field(default_factory=list)

    @property
    def is_queue(self) -> bool:
        """Whether those aside wait for others to go first, while messages leave."""
        return self.rule in QUEUES


class WaitingLine:
    """The due touches of all partitions of a process."""

    def __init__(self, *, waiters_max: int = WAITERS_MAX) -> None:
        self._waiters_max = waiters_max
        self._ahead: list[Waiter] = []
        self._bars: dict[Counted, _Bar] = {}
        self.tickets = count()

    def __len__(self) -> int:
        """Return how many wait, those aside included."""
        return len(self._ahead) + sum(len(bar.aside) for bar in self._bars.values())

    @property
    def is_full(self) -> bool:
        """Whether nobody else may join."""
        return len(self) >= self._waiters_max

    @property
    def is_moving(self) -> bool:
        """Whether anybody waits for a turn, and not for an instant."""
        return bool(self._ahead)

    def join(self, waiter: Waiter) -> None:
        """Take the place that its ticket and its instant give."""
        heapq.heappush(self._ahead, waiter)

    def take(self, turn_count: int, now: datetime) -> list[Waiter]:
        """Return up to `turn_count` whose turn has come; put aside whom something bars."""
        self._lift([name for name, bar in self._bars.items() if bar.until_at <= now])
        taken: list[Waiter] = []
        while self._ahead and len(taken) < turn_count:
            waiter = heapq.heappop(self._ahead)
            bar = self._bar_before(waiter, now)
            if bar is None:
                taken.append(waiter)
            else:
                bar.aside.append(waiter._replace(is_in_time=waiter.is_in_time and bar.is_queue))
        return taken

    def bar(self, barred: Barred, now: datetime) -> None:
        """Let whoever is counted under a name stand aside until an instant."""
        before = self._bars.get(barred.counted)
        self._bars[barred.counted] = _Bar(
            rule=barred.rule,
            since_at=barred.since_at or now,
            until_at=barred.until_at,
            aside=before.aside if before else [],
        )

    def is_barred(self, counted: Counted) -> bool:
        """Whether those counted under these names stand aside."""
        return not self._bars.keys().isdisjoint((Counted(counted.sender, ""), counted))

    def lift(self, counted: Counted) -> None:
        """Let those come back whom a bar under this name holds up, if there is one."""
        if counted in self._bars:
            self._lift([counted])

    def lift_all(self) -> None:
        """Let everybody come back: what bars them may have changed."""
        self._lift(list(self._bars))

    def next_at(self) -> datetime | None:
        """Return when somebody who stands aside comes back; None if nobody does."""
        return min((bar.until_at for bar in self._bars.values() if bar.aside), default=None)

    def held_up(self) -> tuple[HeldUp, ...]:
        """Return what bars anybody, by name."""
        return tuple(
            HeldUp(
                sender=counted.sender,
                domain=counted.domain,
                rule=bar.rule,
                since_at=bar.since_at,
                until_at=bar.until_at,
                touch_count=len(bar.aside),
            )
            for counted, bar in sorted(self._bars.items(), key=itemgetter(0))
            if bar.aside
        )

    def _lift(self, names: Iterable[Counted]) -> None:
        for name in names:
            for waiter in self._bars.pop(name).aside:
                heapq.heappush(self._ahead, waiter)

    def _bar_before(self, waiter: Waiter, now: datetime) -> _Bar | None:
        sender, domain = waiter.counted
        names = [Counted(sender, ""), Counted(sender, domain)] if sender else []
        if waiter.closes_at <= now:
            names.append(SLOT_ENDED)
        return next((self._bars[name] for name in names if name in self._bars), None)
