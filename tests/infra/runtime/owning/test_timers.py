"""Which stream is due next, out of rows and of what changed since."""

from datetime import datetime, timedelta

from engine.ids import StreamId
from infra.runtime.owning.state import DueStream
from infra.runtime.owning.timers import Timers
from tests.infra.runtime.homes import MONDAY

A, B, C = (StreamId(f"account:{name}") for name in "abc")


def hours(count: int) -> datetime:
    """Return an instant that many hours after Monday's."""
    return MONDAY + timedelta(hours=count)


def loaded(*rows: DueStream, limit: int = 10) -> Timers:
    """Return timers that have asked the rows once."""
    timers = Timers()
    timers.loaded(rows, limit=limit)
    return timers


def test_the_earliest_is_due_first() -> None:
    """Order of instants is order of firing."""
    timers = loaded(DueStream(hours(1), A), DueStream(hours(2), B))

    assert timers.next_due() == hours(1)
    assert timers.pop_due(hours(3), limit=5) == (A, B)
    assert timers.next_due() is None


def test_what_changed_overrides_its_row() -> None:
    """The row is of the last flush; the state in memory is newer."""
    timers = loaded(DueStream(hours(1), A))

    timers.arm(A, hours(5))

    assert timers.next_due() == hours(5)
    assert timers.pop_due(hours(4), limit=5) == ()


def test_a_row_does_not_bring_a_fired_timer_back() -> None:
    """It is under way; its decision will arm it again."""
    timers = loaded(DueStream(hours(1), A), limit=1)
    assert timers.pop_due(hours(1), limit=5) == (A,)

    timers.loaded([DueStream(hours(1), A)], limit=1)

    assert timers.pop_due(hours(1), limit=5) == ()


def test_more_rows_are_asked_for_when_the_near_ones_are_used_up() -> None:
    """Ten million timers are never in memory at once."""
    timers = loaded(DueStream(hours(1), A), DueStream(hours(2), B), limit=2)
    needed = [timers.needs_loading]

    timers.pop_due(hours(2), limit=5)
    needed.append(timers.needs_loading)
    assert timers.loaded_up_to == DueStream(hours(2), B)
    timers.loaded([DueStream(hours(3), C)], limit=2)
    needed.append(timers.needs_loading)

    assert needed == [False, True, False]
    assert timers.next_due() == hours(3)


def test_a_timer_beyond_the_rows_in_memory_waits_for_them() -> None:
    """A row in between would fire too late."""
    timers = loaded(DueStream(hours(1), A), limit=1)
    timers.pop_due(hours(1), limit=5)

    timers.arm(B, hours(9))

    assert timers.needs_loading


def test_flushed_far_timers_are_left_to_their_rows() -> None:
    """Memory stays bounded however many streams were touched."""
    timers = Timers(near_max=2)
    timers.loaded([], limit=10)
    for stream, count in ((A, 1), (B, 2), (C, 3)):
        timers.arm(stream, hours(count))

    timers.flushed([A, B, C])

    assert timers.pop_due(hours(9), limit=5) == (A, B)
    assert timers.needs_loading
    timers.loaded([DueStream(hours(3), C)], limit=10)
    assert timers.pop_due(hours(9), limit=5) == (C,)


def test_what_changed_since_the_flush_stays_in_memory() -> None:
    """Its row is older than it."""
    timers = Timers(near_max=1)
    timers.loaded([], limit=10)
    timers.arm(A, hours(1))
    timers.arm(B, hours(2))

    timers.flushed([A])

    assert timers.pop_due(hours(9), limit=5) == (A, B)
