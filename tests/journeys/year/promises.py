"""What no year may hold: promises between rules, read from the log alone."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tests.journeys.stage import Look
from tests.journeys.year.population import YearSample
from tests.journeys.year.reading import (
    PROSPECTING,
    AccountRead,
    contacts_of,
    humans,
    read_accounts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Figures of one year, and what it broke."""

    account_count: int
    enrolment_count: int
    contact_count: int
    client_count: int
    frozen_count: int
    shared_count: int  # humans who stand in two accounts
    endings: Mapping[str, int]
    broken: tuple[str, ...]


async def year_of(look: Look, sample: YearSample) -> Year:
    """Return what a year at its end came to."""
    accounts = read_accounts(await look.decisions())
    read, who = accounts.values(), humans(accounts.values())
    places = Counter(who.values())
    return Year(
        account_count=len(accounts),
        enrolment_count=sum(len(account.classes) for account in read),
        contact_count=len(list(contacts_of(read))),
        client_count=sum(account.status == "client" for account in read),
        frozen_count=sum(account.was_frozen for account in read),
        shared_count=sum(count > 1 for count in places.values()),
        endings=Counter(reason for account in read for reason in account.endings),
        broken=(
            *_to_clients(read),
            *_twice_a_day(read, who, sample),
            *_without_point(read),
            *_frozen(read),
        ),
    )


def _to_clients(accounts: Collection[AccountRead]) -> list[str]:
    return [
        f"prospecting to a client: {contact.account} at {contact.at}"
        for contact in contacts_of(accounts)
        if contact.was_client and contact.sequence_class == PROSPECTING
    ]


def _twice_a_day(
    accounts: Collection[AccountRead], who: Mapping[tuple[str, str], int], sample: YearSample
) -> list[str]:
    zones = {account.key: ZoneInfo(account.time_zone) for account in sample.accounts}
    counts = Counter(
        (who[contact.account, contact.person], contact.at.astimezone(zones[contact.account]).date())
        for contact in contacts_of(accounts)
        if contact.person
    )
    return [
        f"{count} contacts with human {human} on {day}"
        for (human, day), count in counts.items()
        if count > 1
    ]


def _without_point(accounts: Collection[AccountRead]) -> list[str]:
    """An open account that nobody works on has a dated next point, or says why it has none."""
    return [
        f"no next point and no reason: {account.name}, ended by {account.endings[-1]}"
        for account in accounts
        if account.endings
        and not (account.running or account.has_point or account.status == "client")
        and not account.is_stated
    ]


def _frozen(accounts: Collection[AccountRead]) -> list[str]:
    return [
        f"a contact in a freeze: {contact.account} at {contact.at}"
        for contact in contacts_of(accounts)
        if contact.was_frozen
    ]
