"""Settle attempts of which nobody knows what became, where the peer can tell for sure.

Found at the peer: it was sent.  Surely absent, and the process that tried is known to be
dead: it may be attempted again.  Everything else waits for a person.
"""

import asyncio

from engine.requests import Reach
from infra.clock import Clock
from infra.runtime.owning.touch_ports import RaiseOwn
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger
from infra.touching.channel_ports import Reconciler
from infra.touching.doubts import Doubt, Doubts
from infra.touching.jobs import recorded
from infra.touching.protocol import Evidence, LedgerRow, Settlement, settled_by
from infra.touching.tables import Ledger

LOOK_EVERY_SECONDS = 0.1

LOG = get_logger("reconcile")


class Reconciling:
    """Asks about the dispatcher's doubts, each at growing distances."""

    def __init__(
        self, doubts: Doubts, ledger: Ledger, reconciler: Reconciler, *, clock: Clock
    ) -> None:
        self._doubts = doubts
        self._ledger = ledger
        self._reconciler = reconciler
        self._clock = clock

    async def run(self, raise_own: RaiseOwn) -> None:
        """Ask until cancelled."""
        while True:
            try:
                await self.ask(raise_own)
            except StoreUnavailableError as error:
                LOG.warning("reconciling_delayed", reason=error.reason)
            except Exception:  # the loop survives whatever one peer brings
                LOG.exception("neighbour_broke", neighbour="reconciler")
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def ask(self, raise_own: RaiseOwn) -> int:
        """Ask once about each attempt that is due; return how many were settled.

        Raises:
            StoreUnavailableError: The ledger did not answer; nothing was lost.
        """
        due = self._doubts.due()
        rows = await self._ledger.read([doubt.key for doubt in due]) if due else {}
        answers = [await self._ask_about(doubt, rows.get(doubt.key)) for doubt in due]
        found = {doubt.key: what for doubt, what in zip(due, answers, strict=True) if what}
        # What another process has written in the meantime stands.
        written = await self._ledger.settle(found, self._clock.now()) if found else {}
        for doubt in due:
            what = written.get(doubt.key) or found.get(doubt.key)
            if what is not None:
                self._doubts.remove(doubt.key)
                self._raise(doubt, what, raise_own)
        return len(found)

    async def _ask_about(self, doubt: Doubt, row: LedgerRow | None) -> Settlement | None:
        if row is not None and row.settlement is not None:
            return row.settlement
        evidence = await self._reconciler.find(doubt.reference)
        report = settled_by(evidence, process_is_dead=row is not None and row.is_dead)
        if report is not None:
            return Settlement(report)
        doubt.asked(is_unclear=evidence is Evidence.UNCLEAR)
        return None

    @staticmethod
    def _raise(doubt: Doubt, settlement: Settlement, raise_own: RaiseOwn) -> None:
        reference = doubt.reference if settlement.report.reach is Reach.SENT else ""
        input_id, request = recorded(doubt.key, settlement, reference)
        raise_own(doubt.key.stream, input_id, request)
