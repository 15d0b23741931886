"""The statements that write views, on a real PostgreSQL."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.accounts import folding
from projections.accounts.sheet import Sheet
from projections.accounts.touches import TABLE as TOUCHES
from projections.accounts.touches import TouchRow
from projections.accounts.view import SCHEMA
from projections.port import Projection
from projections.tables import load
from projections.timeline import DECISIONS
from projections.views import VIEWS
from tests.infra.views.conftest import Filled
from tests.projections.examples import interleaved, whole_history
from tests.projections.test_batches import batches

pytestmark = pytest.mark.connected


async def test_rows_come_back_as_they_were_folded(filled: Filled) -> None:
    """A column in the wrong place would be a wrong page."""
    decided = interleaved(whole_history())
    sheet = Sheet()
    folding.fold(sheet, folding.concerning(decided))

    await filled.apply(decided)

    keys = [TOUCHES.key_of(row) for row in sheet.touches.all()]
    stored: tuple[TouchRow, ...] = await load(
        filled.connection, TOUCHES, schema=SCHEMA, by=TOUCHES.key, wanted=keys
    )
    assert set(stored) == set(sheet.touches.all())


async def test_each_decision_has_one_row(filled: Filled) -> None:
    """The trail is written by COPY, which would take a repeat as well."""
    decided = interleaved(whole_history())

    await filled.apply(decided)

    places = await filled.connection.fetch(
        "select distinct partition, seq from timeline_1.decision"
    )
    assert len(places) == len(decided)


async def test_tables_may_be_there_already(filled: Filled) -> None:
    """Every start asks for them."""
    for view in VIEWS:
        await filled.connection.execute(view.tables_sql())

    assert DECISIONS.name == "decision"


async def test_a_batch_of_nothing_changes_nothing(filled: Filled) -> None:
    """An owner that recovers hands over where it stands, and no decision."""
    every: tuple[Projection, ...] = VIEWS

    for view in every:
        await view.apply(filled.connection, [])

    assert await filled.connection.fetchval("select count(*) from timeline_1.health") == 0


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
    folding.fold(expected, folding.concerning(decided))
    await _empty(filled)

    for batch in batches(decided, cuts):
        await filled.apply(batch)

    records = await filled.connection.fetch("select * from accounts_1.touch")
    assert {TouchRow(*record.values()) for record in records} == set(expected.touches.all())
    mailboxes = await filled.connection.fetch("select * from accounts_1.mailbox_use")
    assert [tuple(one.values()) for one in mailboxes] == [
        tuple(getattr(row, name) for name in row.__struct_fields__)
        for row in expected.mailboxes.all()
    ]


async def _empty(filled: Filled) -> None:
    for view in VIEWS:
        for table in view.tables:
            await filled.connection.execute(f"truncate {view.schema}.{table.name}")
