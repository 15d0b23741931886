"""Gate, attempts, dispatch and suppression of one process: the product's own, on wired tables.

Grants, ledger and stops outlive processes, as a database would.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.account import Account
from engine.decision import PlacedDecision
from engine.ids import StreamId
from engine.rules import Stream
from engine.suppressing import Stop
from infra.log.leases import Tenure
from infra.log.port import Place
from infra.mail.carrier import MailCarrier
from infra.runtime.owning.state import OPEN_ATTEMPTS
from infra.runtime.owning.touch_ports import GrantKey, TouchPorts
from infra.steady_clock import SteadyClock
from infra.touching.attempts import Attempts
from infra.touching.dispatch import DispatchParts, LedgerDispatcher
from infra.touching.doubts import Doubts
from infra.touching.gate import TableGate
from infra.touching.memory_tables import MemoryGrants, MemoryLedger, MemoryStops, MemoryTables
from infra.touching.pauses import Pauses
from infra.touching.protocol import KeptBack, LedgerRow, Settlement
from infra.touching.reconcile import Reconciling
from infra.touching.suppression import TableSuppression
from infra.touching.tables import Admission, ClaimAsk, Clash, Entry, GrantAsk, GrantRow, Held
from tests.simulation.mail import MailServer, PlainWriter, ServerReconciler, WiredSender
from tests.simulation.network import STORE, Call, Network
from tests.simulation.virtual_loop import at_once


@dataclass(frozen=True, kw_only=True)
class Touching:
    """What of a process touches the world."""

    process: str  # as the ledger knows it
    doubts: Doubts
    ports: TouchPorts


def touching_of(
    tables: MemoryTables, server: MailServer, network: Network, *, clock: SteadyClock, home: str
) -> Touching:
    """Put together what touches the world, for a process that begins in a home."""
    pauses, doubts = Pauses(), Doubts()
    process = tables.begin_process(home)
    ledger, stops = WiredLedger(tables, process, network), WiredStops(tables, network)
    carrier = MailCarrier(WiredSender(server, network, clock.now))
    parts = DispatchParts(
        ledger=ledger,
        attempts=Attempts(ledger, PlainWriter(), stops=stops, clock=clock, pauses=pauses),
        carrier_of=lambda _job: carrier,
        conversations_max=WiredSender.conversations_max,
        clock=clock,
        pauses=pauses,
        doubts=doubts,
    )
    ports = TouchPorts(
        gate=TableGate(WiredGrants(tables, network), stops=stops, clock=clock, pauses=pauses),
        dispatcher=LedgerDispatcher(parts),
        suppression=TableSuppression(stops, ledger),
        settle_doubts=Reconciling(doubts, ledger, ServerReconciler(server), clock=clock).run,
    )
    return Touching(process=process, doubts=doubts, ports=ports)


class WiredGrants:
    """The grants as one process reaches them; see `infra.touching.tables.Grants`."""

    def __init__(self, tables: MemoryTables, network: Network) -> None:
        self._stored = MemoryGrants(tables)
        self._network = network

    async def grant(
        self,
        asks: Sequence[GrantAsk],
        *,
        tenures: Collection[Tenure],
        since: str,
        admit: Callable[[Held], Admission],
    ) -> Mapping[GrantKey, GrantRow | KeptBack]:
        """Decide a batch on what is held, put and count."""
        return await self._network.call(
            Call.GATE,
            lambda: at_once(self._stored.grant(asks, tenures=tenures, since=since, admit=admit)),
            STORE,
        )

    async def release(self, tenure: Tenure, keys: Sequence[GrantKey]) -> None:
        """Delete grants without a ledger row."""
        await self._network.call(
            Call.GATE, lambda: at_once(self._stored.release(tenure, keys)), STORE
        )

    async def claim(self, asks: Sequence[ClaimAsk]) -> Sequence[Clash | None]:
        """Claim humans by name, and return why an ask has to wait."""
        return await self._network.call(Call.GATE, lambda: at_once(self._stored.claim(asks)), STORE)

    async def end_claims(self, enrolments: Collection[tuple[StreamId, int]]) -> None:
        """Let others prospect whom these enrolments did."""
        await self._network.call(
            Call.GATE, lambda: at_once(self._stored.end_claims(enrolments)), STORE
        )

    async def unused(self, place: Place) -> Sequence[GrantKey]:
        """Return a partition's grants without a ledger row."""
        return await self._network.call(
            Call.GATE, lambda: at_once(self._stored.unused(place)), STORE
        )


class WiredLedger:
    """The ledger as one process reaches it; see `infra.touching.tables.Ledger`."""

    def __init__(self, tables: MemoryTables, process: str, network: Network) -> None:
        self._stored = MemoryLedger(tables, process)
        self._network = network
        self.process = process

    async def take(self, entries: Sequence[Entry], at: datetime) -> Mapping[GrantKey, str]:
        """Insert rows; the first insert wins."""
        return await self._network.call(
            Call.LEDGER, lambda: at_once(self._stored.take(entries, at)), STORE
        )

    async def read(self, keys: Sequence[GrantKey]) -> Mapping[GrantKey, LedgerRow]:
        """Return the rows that stand under these keys."""
        if not keys:
            return {}
        return await self._network.call(
            Call.LEDGER, lambda: at_once(self._stored.read(keys)), STORE
        )

    async def open_rows(self, names: Collection[str]) -> Mapping[GrantKey, LedgerRow]:
        """Return the rows without outcome whose message goes to these addresses or people."""
        return await self._network.call(
            Call.STOPS, lambda: at_once(self._stored.open_rows(names)), STORE
        )

    async def settle(
        self, outcomes: Mapping[GrantKey, Settlement], at: datetime
    ) -> Mapping[GrantKey, Settlement]:
        """Write outcomes where none stands; return those that stand now."""
        return await self._network.call(
            Call.LEDGER, lambda: at_once(self._stored.settle(outcomes, at)), STORE
        )


class WiredStops:
    """The stops as one process reaches them; see `infra.touching.tables.Stops`."""

    def __init__(self, tables: MemoryTables, network: Network) -> None:
        self._stored = MemoryStops(tables)
        self._network = network

    async def write(self, stops: Sequence[Stop], placed: PlacedDecision) -> None:
        """Keep what a decision states and lifts."""
        await self._network.call(
            Call.STOPS, lambda: at_once(self._stored.write(stops, placed)), STORE
        )

    async def suppressed(self, names: Collection[str]) -> frozenset[str]:
        """Return of which of these names more was stated than lifted."""
        return await self._network.call(
            Call.STOPS, lambda: at_once(self._stored.suppressed(names)), STORE
        )


def open_attempts(stream: StreamId, state: Stream) -> Iterator[GrantKey]:
    """Yield the attempts of a stream that have no definite outcome."""
    touches = state.state.touches if isinstance(state.state, Account) else {}
    for number, touch in touches.items():
        if touch.status in OPEN_ATTEMPTS:
            yield GrantKey(stream, number, touch.attempt)
