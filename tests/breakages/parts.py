"""Choose a few faults for a day, so that all of them have their turn."""

from collections.abc import Sequence
from math import ceil

from tests.breakages.planting import Breakage

PART_SIZE = 5


def parts_count(table: Sequence[Breakage]) -> int:
    """Return after how many days each fault has had its turn."""
    return ceil(len(table) / PART_SIZE)


def part_of(table: Sequence[Breakage], day: int) -> tuple[Breakage, ...]:
    """Return the faults of a day of the year."""
    return tuple(table[day % parts_count(table) :: parts_count(table)])
