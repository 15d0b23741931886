"""What was published and is in force, and how a campaign was founded."""

import msgspec

from engine.events import CampaignCreated, RulesetPublished, SequencePublished
from engine.ruleset import Ruleset
from projections.published import RULESET, SEQUENCE
from projections.queries.page import Page

_IN_FORCE = "select event from publication where kind = $1 and name = $2 and replaced_by = 0"
_FOUNDING = "select event from founding where campaign = $1"
_HELD = "select coalesce(max(w), 0) as w from publication"


async def sequence_in_force(page: Page, name: str) -> SequencePublished | None:
    """Return the newest publication of a sequence."""
    records = await page.fetch(_IN_FORCE, SEQUENCE, name)
    found = [msgspec.json.decode(record["event"], type=SequencePublished) for record in records]
    return found[0] if found else None


async def ruleset_in_force(page: Page) -> Ruleset | None:
    """Return the ruleset in force."""
    published = await ruleset_published(page)
    return published.ruleset if published else None


async def ruleset_published(page: Page) -> RulesetPublished | None:
    """Return the publication of the ruleset in force."""
    records = await page.fetch(_IN_FORCE, RULESET, "")
    found = [msgspec.json.decode(record["event"], type=RulesetPublished) for record in records]
    return found[0] if found else None


async def founding_of(page: Page, campaign: str) -> CampaignCreated | None:
    """Return how a campaign was founded."""
    records = await page.fetch(_FOUNDING, campaign)
    found = [msgspec.json.decode(record["event"], type=CampaignCreated) for record in records]
    return found[0] if found else None


async def newest_publication(page: Page) -> int:
    """Return the number of the newest publication that the view holds; 0 if it holds none."""
    (record,) = await page.fetch(_HELD)
    return int(record["w"])
