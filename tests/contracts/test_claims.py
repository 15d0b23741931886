"""Claims on a human by name, on each table, with connections that race."""

import asyncio
from datetime import date, timedelta

import pytest

from engine.account.pressure import ContactClaim
from engine.ids import StreamId
from engine.rule_ids import RuleId
from infra.touching.tables import ClaimAsk, Clash
from tests.contracts.touch_tables import TouchBackend

TODAY = date(2027, 1, 19)
LAST = TODAY + timedelta(days=20)
TOWN, AREA, PORT = StreamId("account:town"), StreamId("account:area"), StreamId("account:port")


def ask(
    account: StreamId,
    *names: str,
    on: date = TODAY,
    enrolment: int = 1,
    until_on: date | None = LAST,
) -> ClaimAsk:
    """Return what a contact of prospecting asks, or of another class without a last day."""
    claim = ContactClaim(names=names, on=on, enrolment=enrolment, exclusive_until_on=until_on)
    return ClaimAsk(account, claim)


def once_a_day(holder: StreamId) -> Clash:
    """Return that an account contacts the human that day."""
    return Clash(RuleId.CAP_ONE_CONTACT_A_DAY, holder)


def prospected(holder: StreamId) -> Clash:
    """Return that an account prospects the human."""
    return Clash(RuleId.EXCLUSIVE_CONTACT_POINT, holder)


class TestProspecting:
    async def test_is_one_accounts_at_a_time(self, tables: TouchBackend) -> None:
        """Town and agglomeration wrote to one human at the same second."""
        first = await tables.grants.claim([ask(TOWN, "mail", "person:a")])
        second = await tables.grants.claim([ask(AREA, "mail", "person:b")])

        assert (*first, *second) == (None, prospected(TOWN))

    async def test_goes_on_for_who_has_it(self, tables: TouchBackend) -> None:
        """Each contact of the plan asks again."""
        await tables.grants.claim([ask(TOWN, "mail")])

        tomorrow = TODAY + timedelta(days=1)
        assert await tables.grants.claim([ask(TOWN, "mail", on=tomorrow)]) == (None,)

    async def test_is_over_after_its_last_day(self, tables: TouchBackend) -> None:
        """A claim whose end nobody heard of must not bind for ever."""
        await tables.grants.claim([ask(TOWN, "mail")])

        late = LAST + timedelta(days=1)
        assert await tables.grants.claim([ask(AREA, "mail", on=late, until_on=late)]) == (None,)

    async def test_is_free_once_it_ended(self, tables: TouchBackend) -> None:
        """Whoever withdraws the one enrolment has chosen the other."""
        await tables.grants.claim([ask(TOWN, "mail", enrolment=2)])
        tomorrow = TODAY + timedelta(days=1)

        await tables.grants.end_claims([(TOWN, 1)])
        kept = await tables.grants.claim([ask(AREA, "mail", on=tomorrow)])
        await tables.grants.end_claims([(TOWN, 2), (PORT, 1)])
        free = await tables.grants.claim([ask(AREA, "mail", on=tomorrow)])

        assert (*kept, *free) == (prospected(TOWN), None)

    async def test_in_one_account_is_one_enrolments(self, tables: TouchBackend) -> None:
        """Two ids with one address may stand in one account, each in a sequence of its own."""
        await tables.grants.claim([ask(TOWN, "mail")])

        second = await tables.grants.claim([ask(TOWN, "mail", enrolment=2)])

        assert second == (prospected(TOWN),)

    async def test_of_two_in_a_batch_is_the_firsts(self, tables: TouchBackend) -> None:
        """They come due in the same minute: both stand in one batch."""
        answers = await tables.grants.claim(
            [ask(TOWN, "mail", "person:a"), ask(AREA, "person:b", "mail"), ask(PORT, "other")]
        )

        assert answers == (None, prospected(TOWN), None)

    async def test_of_two_in_a_batch_is_whose_it_was(self, tables: TouchBackend) -> None:
        """Later steps of both come due together again: the one that may go on must."""
        await tables.grants.claim([ask(AREA, "mail")])
        tomorrow = TODAY + timedelta(days=1)

        answers = await tables.grants.claim(
            [ask(TOWN, "mail", on=tomorrow), ask(AREA, "mail", on=tomorrow)]
        )

        assert answers == (prospected(AREA), None)

    async def test_leaves_renewals_to_others(self, tables: TouchBackend) -> None:
        """Only prospecting is exclusive; one contact a day holds for all."""
        await tables.grants.claim([ask(TOWN, "mail")])
        tomorrow = TODAY + timedelta(days=1)

        renewal = await tables.grants.claim([ask(AREA, "mail", on=tomorrow, until_on=None)])
        after = tomorrow + timedelta(days=1)
        others = await tables.grants.claim([ask(PORT, "mail", on=after)])

        assert (*renewal, *others) == (None, prospected(TOWN))


class TestDay:
    async def test_is_one_accounts(self, tables: TouchBackend) -> None:
        """Nobody hears from us twice a day, however many bodies the person works for."""
        await tables.grants.claim([ask(TOWN, "mail", until_on=None)])

        same = await tables.grants.claim([ask(TOWN, "mail", until_on=None)])
        other = await tables.grants.claim([ask(AREA, "mail", until_on=None)])

        assert (*same, *other) == (None, once_a_day(TOWN))

    async def test_is_over_at_midnight(self, tables: TouchBackend) -> None:
        """What was kept back is asked for again the next day."""
        await tables.grants.claim([ask(TOWN, "mail", until_on=None)])

        tomorrow = TODAY + timedelta(days=1)
        again = await tables.grants.claim([ask(AREA, "mail", on=tomorrow, until_on=None)])

        assert again == (None,)

    @pytest.mark.parametrize("rounds", [5])
    async def test_raced_for_is_given_once(self, tables: TouchBackend, rounds: int) -> None:
        """Two processes own the two accounts."""
        for number in range(rounds):
            names = (f"mail-{number}", f"person:{number}")
            answers = await asyncio.gather(
                *(tables.grants.claim([ask(account, *names)]) for account in (TOWN, AREA, PORT))
            )

            assert sum(answer == (None,) for answer in answers) == 1
