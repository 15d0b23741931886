"""A campaign of two thousand opens, and nobody waits for it: neither the loop nor who asks."""

import pytest

from tests.systems.crowd import (
    asking,
    drained,
    fill_campaign,
    found_campaign,
    open_campaign,
    prepare_campaign,
)
from tests.systems.house import House

pytestmark = pytest.mark.connected

ENROLMENT_COUNT = 2_000
BLOCK_SECONDS_MAX = 0.1
ANSWER_SECONDS_MAX = 1.0


async def test_an_answer_does_not_wait_for_a_campaign_that_opens(house: House) -> None:
    """A reply that stops a sequence, a lease and a mail's deadline have seconds, not minutes."""
    async with house.running() as life:
        await found_campaign(life)
        async with asking(life, "filling") as (before, filling):
            await fill_campaign(life, ENROLMENT_COUNT)
            await drained(life, before)
        await prepare_campaign(life)
        async with asking(life, "opening") as (during, opening):
            await open_campaign(life, during)

    assert filling.longest_busy_seconds < BLOCK_SECONDS_MAX
    assert opening.longest_busy_seconds < BLOCK_SECONDS_MAX
    assert max(before.took_seconds) < ANSWER_SECONDS_MAX
    assert max(during.took_seconds) < ANSWER_SECONDS_MAX
