"""Next points as whoever keeps them looks at them: one's own, those that passed, those missing."""

from msgspec import Struct

from console.desk.free_texts import opened_texts
from console.desk.session import Session
from projections.queries.milestones import OrphanLine, PointLine, orphans, points


class PointList(Struct, frozen=True, kw_only=True):
    """The dated next points, and the open accounts that have none."""

    points: tuple[PointLine, ...]  # by day
    orphans: tuple[OrphanLine, ...]  # the longest first; the list must be empty at week's end


async def next_points(
    session: Session, *, is_overdue: bool = False, is_mine: bool = False
) -> PointList:
    """Return the next points and what lacks one.

    Args:
        session: Whose home, and who asks.
        is_overdue: Only points whose day has passed.
        is_mine: Only what no colleague fixed, or claimed the task of.
    """
    views = await session.home.views()
    dated = await opened_texts(session, await views.ask(points, await session.today()))
    missing = await views.ask(orphans)
    return PointList(
        points=tuple(
            line
            for line in dated
            if (line.is_overdue or not is_overdue)
            and not (is_mine and _is_a_colleagues(session, line.fixed_by, line.claimed_by))
        ),
        orphans=tuple(
            line
            for line in missing
            if not (is_mine and _is_a_colleagues(session, "", line.claimed_by))
        ),
    )


def _is_a_colleagues(session: Session, fixed_by: str, claimed_by: str) -> bool:
    """Whether it is another's: who claimed its task took it over from who fixed it."""
    return (claimed_by or fixed_by) not in ("", session.actor)
