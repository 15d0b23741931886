"""The touch protocol under thousands of schedules: it holds, and each protection is needed.

To see one schedule again: `Schedule(SEED, faults).run()`.
"""

import pytest

from tests.simulation.touch_schedule import broken_promises

SCHEDULES = range(3_000)
SCHEDULES_MAX = range(12_000)

NEEDED = {
    "no_ledger": "accepted twice",
    "no_deadline": "accepted twice",
    "check_first": "after an acknowledged objection",
    "no_suppression_check": "after an acknowledged objection",
    "answer_first": "after an acknowledged objection",
    "absent_while_alive": "accepted twice",
    "grant_not_atomic": "more messages in a day",
    "no_window_check": "more messages in a day",
    "no_sweep": "a grant leaked",
}


@pytest.mark.slow
class TestTouchProtocol:
    def test_holds_in_every_schedule(self) -> None:
        """Races, freezes and crashes are normal; a second message to a person is not."""
        assert broken_promises(SCHEDULES) == {}

    @pytest.mark.parametrize("fault", sorted(NEEDED))
    def test_fails_without_each_protection(self, fault: str) -> None:
        """A model that notices nothing proves nothing, and a protection without need is dead."""
        broken = broken_promises(SCHEDULES_MAX, frozenset({fault}))

        assert broken, f"{fault} was noticed in none of {len(SCHEDULES_MAX)} schedules"

    @pytest.mark.parametrize("fault", ["no_ledger", "no_deadline", "check_first"])
    def test_is_broken_in_the_way_the_protection_prevents(self, fault: str) -> None:
        """The three that the promise rests on are named by what they let happen."""
        broken = broken_promises(SCHEDULES_MAX, frozenset({fault}), count_max=3)

        assert any(NEEDED[fault] in what for what in broken.values())
