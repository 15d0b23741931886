"""The check of days and hours finds what it is there to find."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.sample.accounts import load_accounts
from sequences.rulesets import load_ruleset
from tests.journeys.permitted import Contact, faults

NIORT = next(account for account in load_accounts() if account.name == "Niort")
RULESET = load_ruleset()
GOOD = datetime(2027, 1, 19, 8, 30, tzinfo=UTC)  # a Tuesday, 09:30 in Niort


def _faults(at: datetime, *, channel: str = "call", later: timedelta = timedelta()) -> list[str]:
    contact = Contact(
        account=NIORT.key, step="1.4", channel=channel, due_at=at, acted_at=at + later
    )
    return list(faults(contact, NIORT, RULESET))


@pytest.mark.parametrize("channel", ["email", "call", "social"])
def test_a_tuesday_morning_is_permitted(channel: str) -> None:
    """Otherwise every play would be broken."""
    assert _faults(GOOD, channel=channel) == []


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (datetime(2027, 1, 19, 7, 30, tzinfo=UTC), "hours"),
        (datetime(2027, 1, 19, 11, 30, tzinfo=UTC), "hours"),
        (datetime(2027, 1, 23, 8, 30, tzinfo=UTC), "weekday"),
        (datetime(2027, 11, 11, 8, 30, tzinfo=UTC), "public holiday"),
        (datetime(2027, 11, 12, 8, 30, tzinfo=UTC), "bridge day"),
        (datetime(2026, 12, 18, 8, 30, tzinfo=UTC) + timedelta(days=4), "quiet period"),
        (datetime(2027, 2, 16, 8, 30, tzinfo=UTC), "school holidays"),
    ],
)
def test_each_rule_of_the_calendar_is_looked_at(at: datetime, fault: str) -> None:
    """A check that finds nothing proves nothing."""
    assert fault in _faults(at)


def test_a_call_noted_on_another_day_is_found() -> None:
    """The day that counts is the one on which somebody was called."""
    assert _faults(GOOD, later=timedelta(days=1)) == ["not the day it was due"]
