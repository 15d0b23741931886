"""A small year: shared people, answers, holds, votes, purchases; the long form is a script."""

import pytest

from tests.journeys.year.playing import played_year

pytestmark = pytest.mark.connected

ACCOUNT_COUNT = 24


async def test_a_year_keeps_what_no_year_may_break() -> None:
    """No rule alone shows it: a client enrolled anew, a human in two towns, a word left open."""
    year = await played_year(ACCOUNT_COUNT, seed=1)

    assert year.broken == ()
    assert year.contact_count > 0
    assert min(year.client_count, year.shared_count, year.frozen_count) > 0
