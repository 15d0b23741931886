"""The rule that says which records of a partition count."""

import pytest

from engine.errors import PartitionDamageError
from engine.validity import Cursor, Stamp, Verdict, judge

HERE = Cursor(offset=10, generation=1, epoch=3, seq=7)


def record(*, epoch: int = 3, seq: int = 8, generation: int = 1) -> Stamp:
    """Return a decision's stamp; by default the one that follows."""
    return Stamp(is_marker=False, generation=generation, epoch=epoch, seq=seq)


def marker(epoch: int, generation: int = 1) -> Stamp:
    """Return a marker's stamp."""
    return Stamp(is_marker=True, generation=generation, epoch=epoch)


class TestDecisions:
    def test_that_follow_count(self) -> None:
        """One epoch, one dense sequence."""
        assert judge(HERE, record()) == (Verdict.COUNTS, Cursor(11, 1, 3, 8))

    @pytest.mark.parametrize("stamp", [record(seq=7), record(seq=1), record(epoch=2, seq=8)])
    def test_of_a_former_owner_are_skipped(self, stamp: Stamp) -> None:
        """Late and repeated writes change nothing, and the reader goes on after them."""
        assert judge(HERE, stamp) == (Verdict.SKIPPED, Cursor(11, 1, 3, 7))

    @pytest.mark.parametrize(
        ("stamp", "sentence"),
        [
            (record(seq=9), "expected seq 8 at offset 10, got: 9"),
            (record(epoch=4), "expected epoch 3 at offset 10, got: 4"),
            (record(generation=2), "expected generation 1 at offset 10, got: 2"),
        ],
    )
    def test_that_cannot_follow_are_damage(self, stamp: Stamp, sentence: str) -> None:
        """A gap is never read over: whoever is paged learns where it lies."""
        with pytest.raises(PartitionDamageError, match=sentence):
            judge(HERE, stamp)


class TestMarkers:
    def test_raise_the_epoch(self) -> None:
        """From here on, what the former owner writes is late."""
        verdict, cursor = judge(HERE, marker(5))

        assert (verdict, cursor) == (Verdict.MARKER, Cursor(11, 1, 5, 7))
        assert judge(cursor, record())[0] is Verdict.SKIPPED

    def test_of_a_former_owner_change_nothing(self) -> None:
        """Two takeovers may race; the higher epoch stands."""
        assert judge(HERE, marker(2)) == (Verdict.MARKER, Cursor(11, 1, 3, 7))

    def test_of_another_generation_are_damage(self) -> None:
        """A copied log has cursors of its own."""
        with pytest.raises(PartitionDamageError):
            judge(HERE, marker(4, generation=2))
