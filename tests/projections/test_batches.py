"""However a history is cut into batches, the views come to the same rows."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine import events as e
from engine.decision import PlacedDecision
from projections import suppression, timeline
from projections.accounts import folding
from projections.accounts.sheet import Sheet
from projections.tables import Rows
from tests.projections.examples import LATER, interleaved, whole_history

Cuts = Sequence[int]
ENDS = [one for one in LATER if not isinstance(one, e.TaskOpened)]


def batches(decided: list[PlacedDecision], cuts: Cuts) -> list[list[PlacedDecision]]:
    """Return the decisions in runs that end at the cuts."""
    ends = sorted({0, len(decided), *(cut for cut in cuts if cut < len(decided))})
    return [decided[start:end] for start, end in pairwise(ends)]


def accounts_after(decided: list[PlacedDecision], cuts: Cuts) -> dict[str, object]:
    """Return every row of the accounts view, each batch on a sheet of its own."""
    sheet = Sheet()
    for batch in batches(decided, cuts):
        sheet = Sheet(**{name: Rows(rows.table, rows.all()) for name, rows in _rows(sheet)})
        folding.fold(sheet, folding.concerning(batch))
    return {name: set(rows.all()) for name, rows in _rows(sheet)}


def others_after(decided: list[PlacedDecision], cuts: Cuts) -> tuple[object, ...]:
    """Return every row of the other two views."""
    health = Rows(timeline.HEALTH)
    stops = Rows(suppression.STOPS)
    rows: list[timeline.DecisionRow] = []
    for batch in batches(decided, cuts):
        health, stops = Rows(timeline.HEALTH, health.all()), Rows(suppression.STOPS, stops.all())
        rows.extend(timeline.fold(health, batch))
        suppression.fold(stops, batch)
    return rows, set(health.all()), set(stops.all())


@given(
    later=st.lists(st.sampled_from(ENDS), max_size=30),
    cuts=st.lists(st.integers(1, 80), max_size=8),
)
def test_many_batches_equal_one(later: list[e.Event], cuts: Cuts) -> None:
    """The projector's batches are as long as chance makes them."""
    decided = interleaved(whole_history(later))

    assert accounts_after(decided, cuts) == accounts_after(decided, ())
    assert others_after(decided, cuts) == others_after(decided, ())


@given(later=st.permutations(ENDS))
def test_partitions_may_interleave_in_any_way(later: list[e.Event]) -> None:
    """No order exists between partitions, so no row may depend on one."""
    parts = whole_history(later)
    together, apart = interleaved(parts), [one for part in reversed(parts) for one in part]

    assert accounts_after(together, ()) == accounts_after(apart, ())


def _rows(sheet: Sheet) -> list[tuple[str, Rows]]:  # type: ignore[type-arg]  # of any row
    return [(name, getattr(sheet, name)) for name in Sheet.__dataclass_fields__]
