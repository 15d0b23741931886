"""What `relance milestones` shows: next points by day, what has passed, what lacks one."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from msgspec.structs import replace

from console.cli.exits import Exit
from projections.queries.milestones import OrphanLine, PointLine
from tests.console.examples import niort
from tests.console.homes import MemoryHome, typed

MINE = PointLine(
    account="commune-79191",
    title="Niort",
    on=date(2027, 1, 4),
    object="démonstration",
    deliverable="note de deux pages",
    rule="milestone.call",
    fixed_by="camille",
    is_overdue=True,
    task=3,
    claimed_by="",
)
HERS = replace(MINE, title="Brest", on=date(2027, 3, 1), fixed_by="dora", is_overdue=False, task=0)
NOBODYS = replace(HERS, title="Caen", fixed_by="", rule="milestone.default")
TAKEN_OVER = replace(MINE, title="Dijon", claimed_by="dora")
ORPHAN = OrphanLine(
    account="commune-29019",
    title="Évry",
    status="prospect",
    ended_by="engaged",
    since_at=datetime(2027, 1, 8, 9, tzinfo=UTC),
    task=4,
    claimed_by="",
)


def home() -> MemoryHome:
    """Return a home with points of several people, and an open account without one."""
    made = niort()
    made.rows.dated = [MINE, TAKEN_OVER, HERS, NOBODYS]
    made.rows.undated = [ORPHAN, replace(ORPHAN, title="Foix", claimed_by="dora")]
    return made


@pytest.mark.capability("C16.1")
@pytest.mark.parametrize(
    ("words", "points", "orphans"),
    [
        ((), ["Niort", "Dijon", "Brest", "Caen"], ["Évry", "Foix"]),
        (("--overdue",), ["Niort", "Dijon"], ["Évry", "Foix"]),
        (("--mine",), ["Niort", "Caen"], ["Évry"]),
        (("--mine", "--overdue"), ["Niort"], ["Évry"]),
    ],
)
def test_the_list_is_narrowed_as_asked(
    words: tuple[str, ...], points: list[str], orphans: list[str]
) -> None:
    """Whoever keeps a promise finds it, and no colleague's in its way."""
    ran = typed(home(), "milestones", *words, "--json")

    document = msgspec.json.decode(ran.out)
    assert [line["title"] for line in document["points"]] == points
    assert [line["title"] for line in document["orphans"]] == orphans


def test_what_lacks_a_point_stands_first_with_its_task() -> None:
    """The list must be empty at the end of the week."""
    ran = typed(home(), "milestones")

    assert ran.exit is Exit.DONE
    assert ran.out.index("K-commune-29019-4") < ran.out.index("K-commune-79191-3")
    assert "2 open accounts without a next point" in ran.out
    assert "4 next points, 2 overdue" in ran.out


def test_the_status_says_how_many_lack_one() -> None:
    """Whoever looks at the whole in the morning is led to them."""
    ran = typed(home(), "status")

    assert "2 open accounts without a next point: `relance milestones` names them" in ran.out


def test_nothing_to_show_says_so() -> None:
    """An empty table looks like a fault."""
    assert "No next point." in typed(niort(), "milestones").out
