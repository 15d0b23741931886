"""Gate, suppression and a mail peer of one process, behind the network that goes wrong.

Grants, stops and the ledger outlive processes: whoever is first to insert, wins.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine.account import Account
from engine.decision import Events, PlacedDecision
from engine.events import TouchAttempted
from engine.ids import InputId, StreamId
from engine.requests import AttemptTouch, Reach, RecordAttempt
from engine.rules import Stream
from engine.values import Grant
from engine.workspace import Workspace
from infra.log.errors import LeaseLostError
from infra.log.leases import Tenure
from infra.log.memory_leases import MemoryLeases
from infra.log.port import Place
from infra.runtime.owning.state import OPEN_ATTEMPTS
from infra.runtime.owning.touch_ports import Counted, GrantKey, RaiseOwn, WantedAttempt
from infra.runtime.partitions import home_of
from infra.store.errors import StoreUnavailableError
from tests.simulation.network import STORE, Call, Network
from tests.simulation.virtual_loop import at_once

AGAIN_SECONDS = 0.5
IN_HAND_MAX = 3
"""Few, so that more are due at once than may be begun."""


@dataclass(kw_only=True)
class StoredTouching:
    """The tables of gate, suppression and ledger."""

    leases: MemoryLeases
    partition_count: int
    grants: dict[GrantKey, Grant] = field(default_factory=dict)
    ledger: set[GrantKey] = field(default_factory=set)
    stops: set[StreamId] = field(default_factory=set)

    def grant(self, wanted: Sequence[WantedAttempt]) -> Sequence[AttemptTouch]:
        """Grant all, if every tenure stands."""
        for attempt in wanted:
            self._hold(attempt.tenure)
        for attempt in wanted:
            self.grants.setdefault(attempt.key, Grant("mairie", "2027-01-11"))
        return [replace(attempt.request, grant=self.grants[attempt.key]) for attempt in wanted]

    def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants without a ledger row."""
        self._hold(tenure)
        for key in keys:
            if key not in self.ledger:
                self.grants.pop(key, None)

    def unsettled(self, place: Place) -> Sequence[GrantKey]:
        """Return the grants of a partition that have no ledger row."""
        return sorted(
            key
            for key in self.grants.keys() - self.ledger
            if home_of(key.stream, self.partition_count) == place
        )

    def stop(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Write a stop."""
        self.stops.add(placed.body.stream)
        return ()

    def _hold(self, tenure: Tenure) -> None:
        current_epoch = at_once(self.leases.current_epoch(tenure.place))
        if current_epoch != tenure.epoch:
            raise LeaseLostError(tenure.place, tenure.epoch, current_epoch)


class WiredGate:
    """The gate; see `infra.runtime.owning.touch_ports.Gate`."""

    def __init__(self, stored: StoredTouching, network: Network) -> None:
        self._stored = stored
        self._network = network

    def counted(self, wanted: WantedAttempt) -> Counted:
        """Count all under one name."""
        del wanted
        return Counted("mairie", "")

    async def grant(self, wanted: Sequence[WantedAttempt]) -> Sequence[AttemptTouch]:
        """Grant all."""
        return await self._network.call(Call.GATE, lambda: self._stored.grant(wanted), STORE)

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants."""
        await self._network.call(Call.GATE, lambda: self._stored.release(tenure, keys), STORE)

    async def unsettled(self, place: Place) -> Sequence[GrantKey]:
        """Return grants without a ledger row."""
        return await self._network.call(Call.GATE, lambda: self._stored.unsettled(place), STORE)


class WiredSuppression:
    """The suppression; see `infra.runtime.owning.touch_ports.Suppression`."""

    def __init__(self, stored: StoredTouching, network: Network) -> None:
        self._stored = stored
        self._network = network

    async def before_answer(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Write the stop."""
        return await self._network.call(Call.STOPS, lambda: self._stored.stop(placed), STORE)


class Peer:
    """Takes every attempt over once, and says so until it is heard."""

    def __init__(self, stored: StoredTouching, network: Network) -> None:
        self._stored = stored
        self._network = network
        self._keys: dict[GrantKey, None] = {}
        self._grown = asyncio.Event()
        self._is_busy = False

    async def run(self, raise_own: RaiseOwn) -> None:
        """Work until cancelled."""
        while True:
            await self._grown.wait()
            self._grown.clear()
            self._is_busy = True
            for key in tuple(self._keys):
                await self._take(key, raise_own)
            self._is_busy = False

    def attempted(
        self, tenure: Tenure, placed: PlacedDecision, state: Stream, published: Workspace
    ) -> None:
        """Take an attempt."""
        del tenure, state, published
        outcome = placed.body.outcome
        for event in outcome.events if isinstance(outcome, Events) else ():
            if isinstance(event, TouchAttempted):
                self._want(GrantKey(placed.body.stream, event.touch, event.attempt))

    def resume(self, tenure: Tenure, stream: StreamId, state: Stream, published: Workspace) -> None:
        """Take what a recovery found."""
        del tenure, published
        for key in open_attempts(stream, state):
            self._want(key)

    def settled(self, key: GrantKey, reach: Reach) -> None:
        """Have no doubt to forget."""

    def given_up(self, tenure: Tenure) -> None:
        """Forget nothing: the first row wins."""

    @property
    def room_count(self) -> int:
        """Return how many more it would take."""
        return IN_HAND_MAX - len(self._keys)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way."""
        return not self._keys and not self._is_busy

    def _want(self, key: GrantKey) -> None:
        self._keys[key] = None
        self._grown.set()

    async def _take(self, key: GrantKey, raise_own: RaiseOwn) -> None:
        try:
            await self._network.call(Call.LEDGER, lambda: self._stored.ledger.add(key), STORE)
        except StoreUnavailableError:
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._grown.set)
            return
        del self._keys[key]
        report = RecordAttempt(touch=key.touch, attempt=key.attempt, reach=Reach.SENT)
        raise_own(key.stream, InputId(f"recorded:{key.touch}:{key.attempt}:sent"), report)


def open_attempts(stream: StreamId, state: Stream) -> list[GrantKey]:
    """Return the attempts of a stream that have no outcome."""
    touches = state.state.touches if isinstance(state.state, Account) else {}
    return [
        GrantKey(stream, number, touch.attempt)
        for number, touch in touches.items()
        if touch.status in OPEN_ATTEMPTS
    ]
