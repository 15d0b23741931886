"""However a history is cut into batches, the views come to the same rows."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine import events as e
from engine.decision import PlacedDecision
from engine.ids import StreamKind
from projections import suppression, timeline
from projections.parts import Sheet, episodes_of
from projections.tables import Rows
from tests.projections.examples import LATER, interleaved, whole_history
from tests.projections.founded import fold, rows_on

Cuts = Sequence[int]
ENDS = [event for event in LATER if not isinstance(event, e.TaskOpened)]


def batches(decided: list[PlacedDecision], cuts: Cuts) -> list[list[PlacedDecision]]:
    """Return the decisions in runs that end at the cuts."""
    ends = sorted({0, len(decided), *(cut for cut in cuts if cut < len(decided))})
    return [decided[start:end] for start, end in pairwise(ends)]


def read_again(sheet: Sheet) -> Sheet:
    """Return the rows as the next batch would find them stored."""
    again = Sheet()
    for rows in rows_on(sheet).values():
        again.of(rows.table).know(rows.all())
    return again


def accounts_after(decided: list[PlacedDecision], cuts: Cuts) -> dict[str, object]:
    """Return every row of the accounts view, each batch on a sheet of its own."""
    sheet = Sheet()
    for batch in batches(decided, cuts):
        sheet = read_again(sheet)
        fold(sheet, batch)
    return {name: set(rows.all()) for name, rows in rows_on(sheet).items()}


def others_after(decided: list[PlacedDecision], cuts: Cuts) -> tuple[object, ...]:
    """Return every row of the other two views."""
    health = Rows(timeline.HEALTH)
    sheet = Sheet()
    rows: list[timeline.DecisionRow] = []
    for batch in batches(decided, cuts):
        health, sheet = Rows(timeline.HEALTH, health.all()), read_again(sheet)
        rows.extend(timeline.fold(health, batch))
        suppression.PARTS.fold(sheet, episodes_of(batch, StreamKind.CONTACT_POINT))
    return rows, set(health.all()), set(sheet.of(suppression.TABLE).all())


@given(
    later=st.lists(st.sampled_from(ENDS), max_size=30),
    cuts=st.lists(st.integers(1, 80), max_size=8),
)
def test_many_batches_equal_one(later: list[e.Event], cuts: Cuts) -> None:
    """A follower's batches are as long as chance makes them."""
    decided = interleaved(whole_history(later))

    assert accounts_after(decided, cuts) == accounts_after(decided, ())
    assert others_after(decided, cuts) == others_after(decided, ())


@given(later=st.permutations(ENDS))
def test_partitions_may_interleave_in_any_way(later: list[e.Event]) -> None:
    """No order exists between partitions, so no row may depend on one."""
    parts = whole_history(later)
    together, apart = interleaved(parts), [placed for part in reversed(parts) for placed in part]

    assert accounts_after(together, ()) == accounts_after(apart, ())
