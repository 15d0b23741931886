"""Grants under caps that no account sees, on each table, with connections that race."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from engine.requests import AttemptTouch, Reach
from engine.rule_ids import RuleId
from engine.values import Grant
from engine.workspace import MailboxHold, SendingHold, Workspace
from infra.clock import VirtualClock
from infra.log.errors import LeaseLostError
from infra.log.leases import Tenure
from infra.runtime.owning.touch_ports import Barred, Counted, WantedAttempt
from infra.touching.gate import UNTIL_PUBLISHED_FOR, TableGate
from infra.touching.pauses import Pauses
from infra.touching.protocol import (
    CAP_RECIPIENT_DOMAIN,
    CAP_SENDER,
    SENDER_UNREACHABLE,
    AttemptReport,
    Settlement,
    leaves_at,
    window_of,
)
from infra.vault.key_vault import KeyVault
from tests.contracts.touch_tables import TouchBackend, entry, object_to
from tests.infra.touching import examples
from tests.infra.touching.examples import (
    AT,
    MAILBOX,
    PLACE,
    TENURE,
    key,
    tag_of,
    wanted,
)

WINDOW = window_of(AT)


def gate(
    tables: TouchBackend, clock: VirtualClock | None = None, pauses: Pauses | None = None
) -> TableGate:
    """Return a gate at 8:30, unless a test moves the clock."""
    return TableGate(
        tables.grants,
        stops=tables.stops,
        clock=clock or VirtualClock(AT),
        pauses=pauses or Pauses(),
    )


async def due(
    vault: KeyVault,
    count: int,
    *,
    per_day_max: int = 100,
    per_domain_max: int = 20,
    domains: int = 1,
) -> list[WantedAttempt]:
    """Return that many due e-mails of one account, to persons of so many domains."""
    box = examples.published(
        await examples.mailbox(vault, per_day_max=per_day_max, per_domain_max=per_domain_max)
    )
    people = {
        f"p-{n}": await examples.position(
            vault, person=f"p-{n}", address=f"n{n}@ville-{n % domains}.example"
        )
        for n in range(count)
    }
    state = examples.account(people, *[examples.touch(person=person) for person in people])
    return [wanted(state, box, number=n) for n in range(1, count + 1)]


def granted(answers: Sequence[AttemptTouch | Barred]) -> int:
    """Return how many have their grant."""
    return sum(isinstance(answer, AttemptTouch) and bool(answer.grant) for answer in answers)


def kept_back_by(answer: AttemptTouch | Barred) -> str:
    """Return the rule that a decision is to name."""
    assert isinstance(answer, AttemptTouch)
    return answer.kept_back_by


async def counted(tables: TouchBackend) -> int:
    """Return how many messages the windows count."""
    return (await tables.counts()).messages


class TestGrant:
    async def test_names_mailbox_and_window(self, tables: TouchBackend, vault: KeyVault) -> None:
        """The dispatcher compares the window again before it sends."""
        (answer,) = await gate(tables).grant(await due(vault, 1))

        assert granted([answer]) == 1
        assert isinstance(answer, AttemptTouch)
        assert answer.grant == Grant(MAILBOX, WINDOW)
        assert await counted(tables) == 1

    async def test_asked_again_gives_the_same_and_counts_once(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A new owner asks again under the same key for whatever was under way."""
        asked = await due(vault, 1)
        first = await gate(tables).grant(asked)

        assert await gate(tables).grant(asked) == first
        assert await counted(tables) == 1

    async def test_beyond_the_mailbox_cap_is_barred_until_an_hour_leaves(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A cap without an end would hold touches for ever."""
        answers = await gate(tables).grant(await due(vault, 4, per_day_max=3))

        assert granted(answers) == 3
        assert answers[3] == Barred(CAP_SENDER, Counted(MAILBOX, ""), leaves_at(WINDOW))

    async def test_beyond_the_domain_cap_leaves_other_domains_alone(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """One body's mail server is not to be flooded; the others need not wait."""
        answers = await gate(tables).grant(await due(vault, 6, per_domain_max=2, domains=2))

        assert granted(answers) == 4
        assert set(answers[4:]) == {
            Barred(CAP_RECIPIENT_DOMAIN, Counted(MAILBOX, domain), leaves_at(WINDOW))
            for domain in ("ville-0.example", "ville-1.example")
        }

    async def test_has_room_again_a_day_later(self, tables: TouchBackend, vault: KeyVault) -> None:
        """The day rolls; it does not end at midnight."""
        clock = VirtualClock(AT)
        asked = await due(vault, 2, per_day_max=1)
        first, second = await gate(tables, clock).grant(asked)
        assert isinstance(second, Barred)

        await clock.advance_to(second.until_at - timedelta(seconds=1))
        assert granted(await gate(tables, clock).grant(asked[1:])) == 0
        await clock.advance_to(second.until_at)

        assert granted([first]) == 1
        assert granted(await gate(tables, clock).grant(asked[1:])) == 1

    async def test_of_another_hour_is_counted_again(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A grant raised again after a crash must not send under the counts of another day."""
        clock = VirtualClock(AT)
        asked = await due(vault, 1)
        await gate(tables, clock).grant(asked)

        await clock.advance_to(AT + timedelta(hours=2))
        (answer,) = await gate(tables, clock).grant(asked)

        assert isinstance(answer, AttemptTouch)
        assert answer.grant == Grant(MAILBOX, window_of(clock.now()))
        assert await counted(tables) == 1

    async def test_that_was_used_stands_however_old_it_is(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """Something may have left under it: it is neither moved nor counted anew."""
        clock = VirtualClock(AT)
        asked = await due(vault, 1)
        await gate(tables, clock).grant(asked)
        await (await tables.ledger()).take([entry()], AT)

        await clock.advance_to(AT + timedelta(days=2))
        (answer,) = await gate(tables, clock).grant(asked)

        assert isinstance(answer, AttemptTouch)
        assert answer.grant == Grant(MAILBOX, WINDOW)
        assert await counted(tables) == 1

    async def test_for_a_suppressed_address_is_kept_back(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """An objection stated in one account holds in every other."""
        await object_to(tables, tag_of("n0@ville-0.example"))

        (answer,) = await gate(tables).grant(await due(vault, 1))

        assert kept_back_by(answer) == "suppressed"
        assert await counted(tables) == 0

    async def test_while_the_mail_server_is_away_is_barred(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A dead server must cause no storm of attempts, and no decisions about them."""
        pauses = Pauses()
        pauses.failed(MAILBOX, AT)

        (answer,) = await gate(tables, pauses=pauses).grant(await due(vault, 1))

        until_at = AT + timedelta(minutes=1)
        assert answer == Barred(SENDER_UNREACHABLE, Counted(MAILBOX, ""), until_at, AT)

    async def test_while_sending_is_held_is_barred_and_counts_nothing(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A hold of all sending acts here, and writes nothing in accounts."""
        hold = SendingHold(RuleId.SENDING_RESTORED, AT)
        (asked,) = await due(vault, 1)
        published = msgspec.structs.replace(asked.published, sending_hold=hold)

        (answer,) = await gate(tables).grant([replace(asked, published=published)])

        until_at = AT + UNTIL_PUBLISHED_FOR
        assert answer == Barred(RuleId.SENDING_RESTORED, Counted(MAILBOX, ""), until_at, AT)
        assert await counted(tables) == 0

    async def test_from_a_held_mailbox_waits_for_a_person(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """Its own set-up is at fault: every attempt would fail, and count against somebody."""
        (asked,) = await due(vault, 1)
        hold = MailboxHold(rule="mailbox.refused", code="auth 535 5.7.8", since_at=AT)
        published = msgspec.structs.replace(asked.published, mailbox_holds={MAILBOX: hold})

        (answer,) = await gate(tables).grant([replace(asked, published=published)])

        until_at = AT + UNTIL_PUBLISHED_FOR
        assert answer == Barred(RuleId.MAILBOX_HELD, Counted(MAILBOX, ""), until_at, AT)

    async def test_without_a_mailbox_waits_until_one_is_published(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A workspace that is being set up must not stop its owners, nor try for a week."""
        (asked,) = await due(vault, 1)
        without = wanted(asked.state, Workspace())
        (answer,) = await gate(tables).grant([without])

        assert answer == Barred(RuleId.MAILBOX_MISSING, Counted("-", ""), AT + UNTIL_PUBLISHED_FOR)
        assert gate(tables).counted(without).sender == "-"

    async def test_of_a_former_owner_is_refused(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A process that lost its partition must not use up the caps."""
        (asked,) = await due(vault, 1)
        late = wanted(asked.state, asked.published, tenure=Tenure(PLACE, 0))

        with pytest.raises(LeaseLostError):
            await gate(tables).grant([late])
        assert await counted(tables) == 0

    async def test_of_two_epochs_at_once_is_refused(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """One stale tenure among good ones voids the whole batch."""
        (asked,) = await due(vault, 1)
        late = wanted(asked.state, asked.published, tenure=Tenure(PLACE, 0))

        with pytest.raises(LeaseLostError):
            await gate(tables).grant([asked, late])

    async def test_that_is_the_last_goes_to_one_of_many_racing_connections(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """Count and insert are one: twelve partitions see the same last place."""
        asked = await due(vault, 30, per_day_max=7)

        answers = await asyncio.gather(*[gate(tables).grant([attempt]) for attempt in asked])

        assert granted([answer for (answer,) in answers]) == 7
        assert await counted(tables) == 7

    async def test_races_with_releases_without_deadlock(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """Both lock mailboxes first: a deadlock would stop two partitions at once."""
        asked = await due(vault, 20, domains=5)
        await gate(tables).grant(asked)

        calls = [gate(tables).release(TENURE, [attempt.key]) for attempt in asked[:10]]
        again = [gate(tables).grant([attempt]) for attempt in asked[10:]]
        await asyncio.gather(*calls, *again)

        assert await counted(tables) == 10


class TestRelease:
    async def test_gives_the_place_back(self, tables: TouchBackend, vault: KeyVault) -> None:
        """An attempt that was kept back has sent nothing."""
        asked = await due(vault, 2, per_day_max=1)
        await gate(tables).grant(asked[:1])

        await gate(tables).release(TENURE, [asked[0].key] * 2)
        await gate(tables).release(TENURE, [asked[0].key])

        assert await gate(tables).unsettled(PLACE) == ()
        assert granted(await gate(tables).grant(asked[1:])) == 1

    async def test_leaves_a_grant_under_which_something_may_have_left(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A ledger row means: count it."""
        await gate(tables).grant(await due(vault, 1))
        await (await tables.ledger()).take([entry()], AT)

        await gate(tables).release(TENURE, [key()])

        assert await counted(tables) == 1
        assert await gate(tables).unsettled(PLACE) == ()

    async def test_of_a_former_owner_is_refused(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """What the new owner was granted is not the former's to delete."""
        await gate(tables).grant(await due(vault, 1))

        with pytest.raises(LeaseLostError):
            await gate(tables).release(Tenure(PLACE, 0), [key()])
        assert await gate(tables).unsettled(PLACE) == (key(),)


class TestGivingBack:
    async def test_takes_what_was_surely_not_sent_out_of_the_counts(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A mail server that is down for a morning must not use up the day."""
        await gate(tables).grant(await due(vault, 1))
        ledger = await tables.ledger()
        await ledger.take([entry()], AT)
        outcome = {key(): Settlement(AttemptReport(Reach.NOT_SENT, "smtp.unreachable"))}

        await ledger.settle(outcome, AT)
        await ledger.settle(outcome, AT)

        assert await counted(tables) == 0

    @pytest.mark.parametrize("reach", [Reach.SENT, Reach.POSTPONED, Reach.REFUSED])
    async def test_counts_what_the_peer_has_seen(
        self, tables: TouchBackend, vault: KeyVault, reach: Reach
    ) -> None:
        """A refusal is a use of the mailbox, as its provider counts it."""
        await gate(tables).grant(await due(vault, 1))
        ledger = await tables.ledger()
        await ledger.take([entry()], AT)

        await ledger.settle({key(): Settlement(AttemptReport(reach))}, AT)

        assert await counted(tables) == 1

    async def test_does_not_count_what_was_released(
        self, tables: TouchBackend, vault: KeyVault
    ) -> None:
        """A row that says from the beginning that nothing will leave uses up no cap."""
        await gate(tables).grant(await due(vault, 1))
        released = AttemptReport(Reach.NOT_SENT, "deadline")

        await (await tables.ledger()).take([replace(entry(), report=released)], AT)

        assert await counted(tables) == 0
