"""What becomes of attempts of which nobody knows, and of rows that outlive a process."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from engine.account.state import TouchStatus
from engine.requests import Reach
from infra.mail.catcher import Catcher, CatcherReconciler
from infra.mail.faults import Drop
from infra.runtime.owning.touch_ports import GrantKey
from infra.store.errors import StoreUnavailableError
from infra.store.pool import Pool
from infra.touching.postgres_ledger import PostgresLedger
from infra.touching.protocol import Evidence, Settlement
from infra.touching.tables import Entry
from infra.vault.key_vault import KeyVault
from tests.infra.mail.fault_script import FaultScript
from tests.infra.touching.acting import TO, attempt, entry, smtp, under_attempt, with_touch, working
from tests.infra.touching.examples import AT, NIORT, TENURE
from tests.infra.touching.stage import process

pytestmark = pytest.mark.connected


class Absence:
    """A peer that surely has nothing."""

    async def find(self, message_id: str) -> Evidence:
        """Say so."""
        del message_id
        return Evidence.ABSENT


class TestUnknown:
    async def test_is_settled_by_a_peer_that_has_it(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: FaultScript
    ) -> None:
        """The answer was lost, the message was not."""
        faults.add(TO, Drop(is_stored=True))
        stage = await process(pool, vault, smtp(catcher))
        async with working(stage):
            await attempt(stage, vault)

        settled = await stage.reconciling(CatcherReconciler(catcher)).ask(stage.reports)

        assert settled == 1
        assert stage.reports.reaches == [Reach.UNKNOWN, Reach.SENT]
        assert stage.reports.attempts[1].message_id == catcher.messages()[0].message_id

    async def test_absent_while_its_sender_may_live_waits_for_a_person(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: FaultScript
    ) -> None:
        """What hangs in a socket may still arrive."""
        faults.add(TO, Drop(is_stored=False))
        stage = await process(pool, vault, smtp(catcher))
        async with working(stage):
            await attempt(stage, vault)

        assert await stage.reconciling(Absence()).ask(stage.reports) == 0
        assert stage.reports.reaches == [Reach.UNKNOWN]
        assert stage.dispatcher.is_quiet

    async def test_settled_by_a_person_is_in_flight_no_more(
        self, pool: Pool, vault: KeyVault, catcher: Catcher, faults: FaultScript
    ) -> None:
        """A later objection must not list what somebody has looked up and closed."""
        faults.add(TO, Drop(is_stored=False))
        stage = await process(pool, vault, smtp(catcher))
        async with working(stage):
            await attempt(stage, vault)
            key = GrantKey(NIORT, 1, 1)

            stage.dispatcher.settled(key, Reach.REFUSED)

        standing = (await stage.ledger.read([key]))[key]
        assert standing.settlement is not None
        assert standing.settlement.report.reach is Reach.REFUSED

    async def test_left_by_a_dead_process_is_attempted_again_if_absent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """The home's lock proves that the former process sends no more."""
        former = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(former, vault)
        await former.ledger.take([entry()], AT)

        stage = await process(pool, vault, smtp(catcher))
        async with working(stage):
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            await stage.reports.wait_for(1)
            assert not stage.dispatcher.is_quiet
            await stage.reconciling(CatcherReconciler(catcher)).ask(stage.reports)

        assert stage.reports.reaches == [Reach.UNKNOWN, Reach.ABSENT]
        assert catcher.messages() == ()
        assert stage.dispatcher.is_quiet

    async def test_left_by_another_process_that_may_live_is_not_sent(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """First insert wins, whoever is alive."""
        other = await process(pool, vault, smtp(catcher), home="elsewhere")
        state, box = await under_attempt(other, vault)
        await other.ledger.take([entry()], AT)
        stage = await process(pool, vault, smtp(catcher))
        await stage.clock.advance_to(AT + timedelta(seconds=11))

        async with working(stage):
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            await stage.reports.wait_for(1)
            await stage.reconciling(Absence()).ask(stage.reports)

        assert stage.reports.reaches == [Reach.UNKNOWN]
        assert catcher.messages() == ()

    async def test_without_a_row_is_never_sent_again(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """After the loss of a ledger a missing row is no leave to send."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)

        async with working(stage):
            unknown = with_touch(state, status=TouchStatus.UNKNOWN)
            stage.dispatcher.resume(TENURE, NIORT, unknown, box)
            await stage.reports.wait_for(1)

        assert stage.reports.reaches == [Reach.UNKNOWN]
        assert catcher.messages() == ()


class TestLedger:
    async def test_row_committed_without_an_answer_is_gone_on_with(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """A commit whose answer was lost is ours, and nothing was sent under it."""
        stage = await process(pool, vault, smtp(catcher))
        state, box = await under_attempt(stage, vault)
        await stage.ledger.take([entry()], AT)

        async with working(stage):
            stage.dispatcher.resume(TENURE, NIORT, state, box)
            await stage.reports.wait_for(1)

        assert stage.reports.reaches == [Reach.SENT]
        assert len(catcher.messages()) == 1


class LosingLedger(PostgresLedger):
    """A ledger whose database goes away right after each first commit."""

    lost_count = 0

    async def take(self, entries: Sequence[Entry], at: datetime) -> dict[GrantKey, str]:
        """Take, and lose the first answer."""
        taken = await super().take(entries, at)
        self._lose(1)
        return taken

    async def settle(
        self, outcomes: Mapping[GrantKey, Settlement], at: datetime
    ) -> dict[GrantKey, Settlement]:
        """Settle, and lose the first answer."""
        settled = await super().settle(outcomes, at)
        self._lose(2)
        return settled

    def _lose(self, up_to: int) -> None:
        if self.lost_count < up_to:
            self.lost_count += 1
            raise StoreUnavailableError(reason="gone")


class TestDatabaseGone:
    async def test_at_each_commit_loses_and_repeats_nothing(
        self, pool: Pool, vault: KeyVault, catcher: Catcher
    ) -> None:
        """Nobody knows whether a commit happened whose answer was lost."""
        stage = await process(pool, vault, smtp(catcher), ledger_of=LosingLedger)

        async with working(stage):
            await attempt(stage, vault)

        assert stage.reports.reaches == [Reach.SENT]
        assert len(catcher.messages()) == 1
        assert stage.dispatcher.is_quiet
