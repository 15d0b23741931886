"""What an enrolment is made of: the sequence and ruleset in force, a campaign's founding."""

import pytest

from projections.queries.published import (
    founding_of,
    newest_publication,
    ruleset_in_force,
    sequence_in_force,
)
from tests.engine.cadence.examples import RULESET
from tests.infra.views.conftest import Filled
from tests.projections.examples import AUTUMN, CAMPAIGN, history
from tests.projections.test_published import PUBLISHED, publishing

pytestmark = pytest.mark.connected


async def test_what_is_in_force_is_found_by_its_name(filled: Filled) -> None:
    """The newest counts, in whatever batch the former one came."""
    decided = publishing(*PUBLISHED)
    for placed in decided:
        await filled.apply([placed])

    async with filled.page() as page:
        sequence = await sequence_in_force(page, "visite")
        ruleset = await ruleset_in_force(page)
        newest = await newest_publication(page)

    assert (sequence, ruleset, newest) == (PUBLISHED[3], RULESET, 5)


async def test_the_founding_of_a_campaign_is_found_by_its_id(filled: Filled) -> None:
    """It is asked with each enrolment."""
    await filled.apply(history(*CAMPAIGN, stream=AUTUMN, partition=4))

    async with filled.page() as page:
        assert await founding_of(page, "ecoles") == CAMPAIGN[0]


async def test_what_was_never_published_is_none(filled: Filled) -> None:
    """A new home says so instead of breaking."""
    async with filled.page() as page:
        found = [
            await sequence_in_force(page, "visite"),
            await ruleset_in_force(page),
            await founding_of(page, "ecoles"),
            await newest_publication(page),
        ]

    assert found == [None, None, None, 0]
