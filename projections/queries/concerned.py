"""Whom an objection would touch: the positions of people, and who is reached by an address."""

from msgspec import Struct

from engine.values import ContactPoint
from projections.queries.page import Page, structs_of

_OF_PERSONS = """
select a.name as account, a.title, p.person, p.role, p.points, p.stopped_by
from person p join account a using (account)
where p.person = any($1::text[])
order by a.title, a.name, p.person
"""
# Tags stand in the points' JSON in quotes, and have no quote in themselves.
_AT_POINTS = """
select a.name as account, a.title, p.person, p.role, p.points, p.stopped_by
from person p join account a using (account)
where exists (select from unnest($1::text[]) tag where strpos(p.points, '"' || tag || '"') > 0)
order by a.title, a.name, p.person
"""
_MARKS = "select tag, is_shared from point_mark where tag = any($1::text[])"


class PositionLine(Struct, frozen=True, kw_only=True):
    """One person's place in one account, with the points that reach the person there."""

    account: str
    title: str
    person: str
    role: str
    points: tuple[ContactPoint, ...]
    stopped_by: str

    def point(self, tags: set[str]) -> ContactPoint | None:
        """Return the first point that has one of these tags."""
        return next((point for point in self.points if tags.intersection(point.tags)), None)


async def positions_of(page: Page, persons: list[str]) -> tuple[PositionLine, ...]:
    """Return every position of these people, whatever the account."""
    rows = await page.fetch(_OF_PERSONS, persons)
    return structs_of(PositionLine, rows, json_columns=("points",))


async def positions_at(page: Page, tags: list[str]) -> tuple[PositionLine, ...]:
    """Return every position that is reached by a point of one of these tags."""
    rows = await page.fetch(_AT_POINTS, tags)
    return structs_of(PositionLine, rows, json_columns=("points",))


async def marks_of(page: Page, tags: list[str]) -> dict[str, bool]:
    """Return which of these points a person said to be shared, or one's own."""
    return {row["tag"]: row["is_shared"] for row in await page.fetch(_MARKS, tags)}
