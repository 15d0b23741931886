"""Limits that are the same on every backend."""

from hypothesis import given
from hypothesis import strategies as st

from infra.log.checks import UNIT_BYTES_MAX, in_units, unit_bytes
from infra.log.port import Record

SIZES = st.lists(st.integers(0, 3 * 1024 * 1024), max_size=12)


@given(SIZES)
def test_units_hold_all_records_in_order_and_fit_an_append(sizes: list[int]) -> None:
    """Four hundred poisoned inputs in one unit ended three starts in a row."""
    records = [Record(b"key", bytes(size)) for size in sizes]

    units = list(in_units(records))

    assert [record for unit in units for record in unit] == records
    assert all(unit and unit_bytes(unit) <= UNIT_BYTES_MAX for unit in units)
