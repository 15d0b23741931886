"""How many attempts may be decided ahead of their conversations."""

from infra.touching.pace import IN_HAND_MAX, Pace
from infra.touching.protocol import DEADLINE_SECONDS


def test_an_unknown_peer_is_asked_once() -> None:
    """A server that is away must fail one touch, not all that are due."""
    assert Pace(conversations_max=8).in_hand_max == 1


def test_a_slow_peer_gets_no_more_than_it_can_begin_in_time() -> None:
    """What waits past the deadline would be released and decided again."""
    pace = Pace(conversations_max=1)
    pace.answered(seconds=0.5)

    assert pace.in_hand_max == 5
    assert pace.in_hand_max * 0.5 < DEADLINE_SECONDS / 2


def test_a_very_slow_peer_still_gets_one() -> None:
    """Slow is not away."""
    pace = Pace(conversations_max=1)
    pace.answered(seconds=60.0)

    assert pace.in_hand_max == 1


def test_a_quick_peer_gets_many_and_a_bound() -> None:
    """An instant answer promises nothing for ever."""
    pace = Pace(conversations_max=1)
    pace.answered(seconds=0.0)

    assert pace.in_hand_max == IN_HAND_MAX


def test_a_failure_takes_all_trust_back() -> None:
    """The next attempt is a probe."""
    pace = Pace(conversations_max=4)
    pace.answered(seconds=0.01)
    pace.failed()

    assert pace.in_hand_max == 1
