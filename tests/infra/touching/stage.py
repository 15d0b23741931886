"""Gate, ledger, dispatcher and reconciling together, over real parts."""

import asyncio
from dataclasses import dataclass, field

from engine.ids import InputId, StreamId
from engine.requests import Reach, RecordAttempt, Request
from infra.clock import VirtualClock
from infra.mail.carrier import MailCarrier
from infra.mail.letters import Letters, Stationery
from infra.mail.links import LinkSigner
from infra.mail.sender import Sender
from infra.secret import Secret
from infra.store.pool import Pool
from infra.touching.attempts import Attempts
from infra.touching.channel_ports import Reconciler
from infra.touching.dispatch import DispatchParts, LedgerDispatcher
from infra.touching.doubts import Doubts
from infra.touching.gate import TableGate
from infra.touching.pauses import Pauses
from infra.touching.postgres_grants import PostgresGrants
from infra.touching.postgres_ledger import PostgresLedger, begin_process
from infra.touching.postgres_stops import PostgresStops
from infra.touching.reconcile import Reconciling
from infra.touching.suppression import TableSuppression
from infra.vault.port import Vault
from tests.infra.touching.examples import AT, TAGGER

STATIONERY = Stationery(
    signer=LinkSigner(Secret(b"l" * 32)),
    message_id_secret=Secret(b"k" * 32),
    public_url="https://relance.example",
)
WAIT_SECONDS = 20.0


@dataclass(slots=True)
class Reports:
    """What was raised, in order."""

    raised: list[tuple[StreamId, InputId, Request]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, stream: StreamId, input_id: InputId, request: Request) -> None:
        """Take an own input."""
        self.raised.append((stream, input_id, request))
        self.changed.set()

    @property
    def attempts(self) -> list[RecordAttempt]:
        """Return the reports, oldest first."""
        return [request for _, _, request in self.raised if isinstance(request, RecordAttempt)]

    @property
    def reaches(self) -> list[Reach]:
        """Return what became of the attempts, in order of their reports."""
        return [attempt.reach for attempt in self.attempts]

    async def wait_for(self, count: int) -> list[RecordAttempt]:
        """Return the reports once there are `count`."""
        async with asyncio.timeout(WAIT_SECONDS):
            while len(self.raised) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One process's parts."""

    pool: Pool
    clock: VirtualClock
    pauses: Pauses
    doubts: Doubts
    gate: TableGate
    ledger: PostgresLedger
    suppression: TableSuppression
    dispatcher: LedgerDispatcher
    reports: Reports

    def reconciling(self, reconciler: Reconciler) -> Reconciling:
        """Return the loop that asks about doubts."""
        return Reconciling(self.doubts, self.ledger, reconciler, clock=self.clock)


async def process(  # noqa: PLR0913  (each test states only what differs)
    pool: Pool,
    vault: Vault,
    sender: Sender,
    *,
    home: str = "home",
    gate_pool: "Pool | None" = None,
    ledger_of: type[PostgresLedger] = PostgresLedger,
) -> Stage:
    """Return a process that just started under the home's lock."""
    clock, pauses, doubts = VirtualClock(AT), Pauses(), Doubts()
    stops = PostgresStops(pool)
    ledger = ledger_of(pool, await begin_process(pool, home=home))
    letters = Letters(vault, STATIONERY, tagger=TAGGER, clock=clock)
    carrier = MailCarrier(sender)
    parts = DispatchParts(
        ledger=ledger,
        attempts=Attempts(ledger, letters, stops=stops, clock=clock, pauses=pauses),
        carrier_of=lambda _job: carrier,
        conversations_max=sender.conversations_max,
        clock=clock,
        pauses=pauses,
        doubts=doubts,
    )
    return Stage(
        pool=pool,
        clock=clock,
        pauses=pauses,
        doubts=doubts,
        gate=TableGate(PostgresGrants(gate_pool or pool), stops=stops, clock=clock, pauses=pauses),
        ledger=ledger,
        suppression=TableSuppression(stops, ledger),
        dispatcher=LedgerDispatcher(parts),
        reports=Reports(),
    )
