"""Settle attempts of which nobody knows what became, where the peer can tell for sure.

Found at the peer: it was sent.  Surely absent, and the process that tried is known to be
dead: it may be attempted again.  Everything else waits for a person.
"""

import asyncio

from engine.requests import Reach
from infra.clock import Clock
from infra.mail.reconciler import Finding, Reconciler
from infra.runtime.owning.touch_ports import GrantKey, RaiseOwn
from infra.store.errors import StoreUnavailableError
from infra.telemetry import get_logger
from infra.touching.doubts import Doubt, Doubts
from infra.touching.jobs import recorded
from infra.touching.ledger import Ledger, Settlement, Standing
from infra.touching.protocol import settled_by

LOOK_EVERY_SECONDS = 0.1

LOG = get_logger("reconcile")


class Reconciling:
    """Asks about the dispatcher's doubts, each at growing distances."""

    def __init__(
        self, doubts: Doubts, ledger: Ledger, reconciler: Reconciler, *, clock: Clock
    ) -> None:
        """Keep what to ask about, where outcomes stand, and whom to ask."""
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
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def ask(self, raise_own: RaiseOwn) -> int:
        """Ask once about each attempt that is due; return how many were settled.

        Raises:
            StoreUnavailableError: The ledger did not answer; nothing was lost.
        """
        due = self._doubts.due()
        standing = await self._ledger.read([one.key for one in due]) if due else {}
        settled = [await self._ask_about(one, standing.get(one.key)) for one in due]
        found = {one.key: what for one, what in zip(due, settled, strict=True) if what}
        # What another process has written in the meantime stands.
        written = await self._ledger.settle(found, self._clock.now()) if found else {}
        for one in due:
            what = written.get(one.key) or found.get(one.key)
            if what is not None:
                self._doubts.remove(one.key)
                self._raise(one.key, what, one.message_id, raise_own)
        return len(found)

    async def _ask_about(self, doubt: Doubt, standing: Standing | None) -> Settlement | None:
        if standing is not None and standing.settlement is not None:
            return standing.settlement
        finding = await self._reconciler.find(doubt.message_id)
        report = settled_by(finding, sender_is_dead=standing is not None and standing.is_dead)
        if report is not None:
            return Settlement(report=report)
        doubt.asked(is_unclear=finding is Finding.UNCLEAR)
        return None

    @staticmethod
    def _raise(key: GrantKey, settlement: Settlement, message_id: str, raise_own: RaiseOwn) -> None:
        named = message_id if settlement.report.reach is Reach.SENT else ""
        input_id, request = recorded(key, settlement, named)
        raise_own(key.stream, input_id, request)
