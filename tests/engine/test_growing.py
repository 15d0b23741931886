"""A mapping that grows is what a dictionary would be, at the price of a few copies."""

import operator
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from engine.growing import Growing, added, found, whole

ADDITIONS = st.lists(st.tuples(st.integers(0, 40), st.integers()), max_size=200)


@given(ADDITIONS)
def test_it_holds_what_a_dictionary_holds(additions: list[tuple[int, int]]) -> None:
    """The price is the only difference."""
    parts: Growing[int, int] = ()
    expected: dict[int, int] = {}

    for key, value in additions:
        parts = added(parts, key, value)
        expected[key] = value

    assert whole(parts) == expected
    assert {key: found(parts, key) for key in range(41)} == {
        key: expected.get(key) for key in range(41)
    }


@given(ADDITIONS)
def test_what_it_was_stays_as_it_was(additions: list[tuple[int, int]]) -> None:
    """A state is a value: an owner may drop what it has just decided."""
    parts: Growing[int, int] = ()
    for key, value in additions:
        before = whole(parts)
        added(parts, key, value)
        assert whole(parts) == before
        parts = added(parts, key, value)


def test_each_entry_is_copied_a_few_times() -> None:
    """A campaign of 50,000 members cost 2 ms for each further one."""
    parts: Growing[int, int] = ()
    copied_count = 0
    for key in range(4_096):
        former = {id(part) for part in parts}
        parts = added(parts, key, key)
        copied_count += sum(len(part) for part in parts if id(part) not in former)

    assert len(parts) <= 13
    assert copied_count <= 4_096 * 13


def test_what_is_worth_nothing_any_more_leaves() -> None:
    """What is remembered is bounded by what still counts."""
    parts: Growing[int, int] = ()
    for key in range(1_000):
        parts = added(parts, key, key, keeps=partial(operator.lt, key - 10))

    assert len(whole(parts)) <= 40
    assert all(found(parts, key) == key for key in range(990, 1_000))
