"""The check compares every row with a fold from zero."""

import pytest

from projections.accounts.numbering import PARTITIONS_MAX
from projections.check import Difference, ViewCheck, check
from projections.parts import Sheet
from projections.view import View
from projections.views import VIEWS
from tests.infra.views.conftest import GENERATION, Filled
from tests.projections.examples import interleaved, whole_history
from tests.projections.founded import fold, rows_on

pytestmark = pytest.mark.connected

ACCOUNT = PARTITIONS_MAX + 3


async def checked(filled: Filled) -> tuple[ViewCheck, ...]:
    """Return what the check finds of each view."""
    return await check(filled.connection, VIEWS, filled.read_log, generation=GENERATION)


async def differences(filled: Filled) -> list[Difference]:
    """Return every difference of every view."""
    return [difference for view in await checked(filled) for difference in view.differences]


async def row_count(filled: Filled, view: View) -> int:
    """Return how many rows a view holds."""
    async with filled.page() as page:
        found = [await page.fetch(f"table {table.name}") for table in view.tables]
    return sum(map(len, found))


@pytest.mark.capability("C42.1")
async def test_finds_nothing_in_views_that_are_right(filled: Filled) -> None:
    """A check that cries wolf is switched off."""
    decided = interleaved(whole_history())
    await filled.apply(decided[:20])
    await filled.apply(decided[20:])

    found = await checked(filled)

    assert [(checked.view, checked.decision_count, checked.differences) for checked in found] == [
        (view.name, len(decided), ()) for view in VIEWS
    ]
    sheet = Sheet()
    fold(sheet, decided)
    counts = {checked.view: checked.row_count for checked in found}
    assert counts == {view.name: await row_count(filled, view) for view in VIEWS}
    assert counts["accounts"] == sum(len(rows.all()) for rows in rows_on(sheet).values())
    assert (counts["timeline"], counts["suppression"]) == (len(decided) + 3, 2)


async def test_finds_a_changed_value(filled: Filled) -> None:
    """Whoever edits a view by hand is found out, to the column."""
    await filled.apply(interleaved(whole_history()))
    await filled.tamper("update touch set status = 'sent' where touch = 2")

    assert await differences(filled) == [
        Difference(
            view="accounts",
            table="touch",
            key=f"account={ACCOUNT} touch=2",
            column="status",
            live='"sent"',
            folded='"blocked"',
        )
    ]


async def test_finds_a_missing_row(filled: Filled) -> None:
    """A lost batch shows as rows that only the fold makes."""
    await filled.apply(interleaved(whole_history()))
    await filled.tamper("delete from stop where reason = 'bounce'")

    (found,) = await differences(filled)

    assert (found.table, found.key, found.column) == ("stop", "tag=tag-a reason=bounce", "")
    assert found.live is None
    assert found.folded is not None


async def test_finds_a_repeated_row(filled: Filled) -> None:
    """A batch applied twice doubles what has no key."""
    await filled.apply(interleaved(whole_history()))
    for _ in range(2):
        await filled.tamper(
            "insert into decision select * from decision where partition = 4 and seq = 1 limit 1"
        )

    found = await differences(filled)

    assert [(difference.key, difference.column, difference.folded) for difference in found] == [
        ("partition=4 seq=1", "", None),
        ("partition=4 seq=1 #1", "", None),
    ]


async def test_compares_as_of_the_cursor(filled: Filled) -> None:
    """The log goes on while the check runs; what views have not had yet is no fault."""
    decided = interleaved(whole_history())
    await filled.apply(decided[:30])
    filled.log.extend(decided[30:])

    assert await differences(filled) == []


async def test_leaves_nothing_behind(filled: Filled) -> None:
    """The check is run on the machine that works."""
    await filled.apply(interleaved(whole_history()))

    await checked(filled)

    assert await filled.connection.fetchval("select to_regclass('pg_temp.touch')") is None
