"""The statements that write views, on a real PostgreSQL."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.accounts.mailboxes import TABLE as MAILBOXES
from projections.accounts.touches import TABLE as TOUCHES
from projections.accounts.touches import TouchRow
from projections.accounts.view import VIEW
from projections.parts import Sheet
from projections.tables import load
from projections.timeline import DECISIONS
from projections.view import Watcher
from projections.views import VIEWS
from tests.infra.views.conftest import Filled
from tests.projections.examples import interleaved, whole_history
from tests.projections.founded import fold
from tests.projections.test_batches import batches

pytestmark = pytest.mark.connected


async def test_rows_come_back_as_they_were_folded(filled: Filled) -> None:
    """A column in the wrong place would be a wrong page."""
    decided = interleaved(whole_history())
    sheet = Sheet()
    fold(sheet, decided)

    await filled.apply(decided)

    keys = [TOUCHES.key_of(row) for row in sheet.of(TOUCHES).all()]
    stored: tuple[TouchRow, ...] = await load(
        filled.connection, TOUCHES, schema=VIEW.schema, by=TOUCHES.key, wanted=keys
    )
    assert set(stored) == set(sheet.of(TOUCHES).all())


async def test_each_decision_has_one_row(filled: Filled) -> None:
    """The trail is written by COPY, which would take a repeat as well."""
    decided = interleaved(whole_history())

    await filled.apply(decided)

    async with filled.page() as page:
        places = await page.fetch("select distinct partition, seq from decision")
    assert len(places) == len(decided)


async def test_tables_may_be_there_already(filled: Filled) -> None:
    """Every start asks for them."""
    for view in VIEWS:
        await filled.connection.execute(view.tables_sql())

    assert DECISIONS.name == "decision"


async def test_a_batch_of_nothing_changes_nothing(filled: Filled) -> None:
    """An owner that recovers hands over where it stands, and no decision."""
    every: tuple[Watcher, ...] = VIEWS

    for view in every:
        await view.apply(filled.connection, [])

    async with filled.page() as page:
        assert await page.fetch("select * from health") == []


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(1, 75), max_size=6))
async def test_written_in_many_batches_equals_folded_in_one(
    filled: Filled, cuts: list[int]
) -> None:
    """Each batch reads what former ones wrote: nothing may be lost on that way."""
    decided = interleaved(whole_history())
    expected = Sheet()
    fold(expected, decided)
    await _empty(filled)

    for batch in batches(decided, cuts):
        await filled.apply(batch)

    async with filled.page() as page:
        records = await page.fetch("select * from touch")
        uses = await page.fetch("select * from mailbox_use")
    assert {TouchRow(*record.values()) for record in records} == set(expected.of(TOUCHES).all())
    assert [tuple(use.values()) for use in uses] == [
        tuple(getattr(row, name) for name in row.__struct_fields__)
        for row in expected.of(MAILBOXES).all()
    ]


async def _empty(filled: Filled) -> None:
    for view in VIEWS:
        for table in view.tables:
            await filled.connection.execute(f"truncate {view.schema}.{table.name}")
