"""Histories that once broke a promise, as they were shrunk: nothing draws them again."""

from tests.simulation.history import (
    Ask,
    Freeze,
    Goes,
    History,
    Kill,
    Later,
    Objects,
    Outage,
    SetClock,
    Step,
)
from tests.simulation.network import Call, Fault

LATE = Goes(Call.DECISIONS, Fault.LATE, seconds=0.1, every=3, count=6)
UNACKNOWLEDGED = Goes(Call.DECISIONS, Fault.UNACKNOWLEDGED, seconds=0.01, every=3)

REGRESSIONS = {
    # A slow view held what was handed over before and after a recovery, and skipped for ever
    # what the recovery had found in the log.
    "late_decisions_and_a_slow_view": History(
        seed=58,
        is_one_database=True,
        slot_count=1,
        partition_count=3,
        story_count=7,
        is_shuffled=True,
        slow_calls=(Call.VIEW,),
        steps=(Step(0.0, Ask(stories=tuple(range(7)), count=3)), Step(0.0, LATE)),
    ),
    "an_unacknowledged_decision_and_a_slow_view": History(
        seed=63,
        is_one_database=True,
        slot_count=1,
        partition_count=1,
        story_count=4,
        is_shuffled=False,
        slow_calls=(Call.VIEW,),
        steps=(
            Step(1.0, Outage(seconds=3.0)),
            Step(0.0, Ask(stories=(3,), count=3)),
            Step(0.0, Ask(stories=(2,), count=2)),
            Step(0.0, UNACKNOWLEDGED),
        ),
    ),
    # An owner found a grant whose attempt had been lost, left it to the timer, and an objection
    # elsewhere then withdrew the touch: the grant counted in the caps of its sender for a day.
    "a_lost_attempt_and_an_objection": History(
        seed=3236,
        is_one_database=False,
        slot_count=2,
        partition_count=1,
        story_count=7,
        is_shuffled=True,
        slow_calls=(),
        steps=(
            Step(0.0, Later(hours=100)),
            Step(0.0, Ask(stories=(4,), count=4)),
            Step(0.0, Ask(stories=(0,), count=2)),
            Step(0.0, Ask(stories=tuple(range(7)), count=3)),
            Step(1.0, Ask(stories=(0,), count=2)),
            Step(0.0, Goes(Call.DECISIONS, Fault.LATE, seconds=0.5, every=2, count=2)),
            Step(0.0, Later(hours=100)),
            Step(0.0, Later(hours=100)),
        ),
    ),
    # Due e-mails had joined the line before their touches were moved to another day. Taken for
    # late by the slot they had then, they were raised without a grant, and attempted without one.
    "a_moved_touch_in_the_line": History(
        seed=994,
        is_one_database=False,
        slot_count=2,
        partition_count=1,
        story_count=6,
        is_shuffled=True,
        slow_calls=(),
        steps=(
            Step(0.0, Ask(stories=tuple(range(6)), count=2)),
            Step(0.0, Freeze(slot=1, seconds=3.0)),
            Step(0.0, Ask(stories=(1,), count=2)),
            Step(0.290288613662442, Ask(stories=(3,), count=1)),
            Step(0.1, Goes(Call.DECISIONS, Fault.UNACKNOWLEDGED, seconds=0.5, every=2, count=6)),
            Step(0.0, Later(hours=0)),
            Step(0.0, Ask(stories=tuple(range(6)), count=2)),
            Step(1.0, Ask(stories=tuple(range(6)), count=3)),
            Step(0.0, Later(hours=0)),
        ),
    ),
    # The dispatcher had been woken before the clock went wrong: it asked without a pause
    # whether the clock was right again, and nothing else had its turn.
    "a_wrong_clock_while_messages_wait": History(
        seed=117,
        is_one_database=True,
        slot_count=1,
        partition_count=1,
        story_count=5,
        is_shuffled=False,
        slow_calls=(),
        steps=(
            Step(0.0, Ask(stories=tuple(range(5)), count=4)),
            Step(0.01, Later(hours=192)),
            Step(0.047979869815474904, Ask(stories=tuple(range(5)), count=1)),
            Step(0.27445108109355437, Kill(slot=0, seconds=0.0)),
            Step(0.0, Ask(stories=(2,), count=2)),
            Step(0.0, SetClock(slot=0, hours=-5, seconds=0.3)),
        ),
    ),
    # Attempts waited for a clock that was wrong, while their address was stopped: they were
    # given to the writer without an address, and counted as broken, with a task for somebody.
    "a_stopped_address_while_messages_wait": History(
        seed=643,
        is_one_database=True,
        slot_count=1,
        partition_count=1,
        story_count=6,
        is_shuffled=True,
        slow_calls=(),
        steps=(
            Step(0.0, Ask(stories=tuple(range(6)), count=4)),
            Step(0.5, Later(hours=192)),
            Step(0.0, Objects(name="mail-2")),
            Step(0.0, SetClock(slot=0, hours=5, seconds=0.3)),
        ),
        deciding_seconds=0.008,
    ),
    # A grant was committed and its answer lost; what it was for was over when the gate came
    # back, so nobody asked again, and the place it had in the caps stayed taken for a day.
    "a_grant_nobody_heard_of": History(
        seed=1878,
        is_one_database=True,
        slot_count=1,
        partition_count=1,
        story_count=4,
        is_shuffled=False,
        slow_calls=(),
        steps=(
            Step(0.0, Ask(stories=tuple(range(4)), count=4)),
            Step(0.1, Later(hours=192)),
            Step(0.0, Ask(stories=(3,), count=3)),
            Step(
                0.03667379941625818,
                Goes(Call.GATE, Fault.UNACKNOWLEDGED, seconds=3.0, every=3, count=1),
            ),
        ),
    ),
    # The database went and was back while the clock was wrong, and nobody was deciding: inputs in
    # memory were decided that the inbox had lost, and the cursor passed its end. Stopped for good.
    "a_restart_that_nobody_noticed": History(
        seed=6637,
        is_one_database=True,
        slot_count=1,
        partition_count=1,
        story_count=6,
        is_shuffled=False,
        slow_calls=(),
        steps=(
            Step(0.0, Ask(stories=(5,), count=4)),
            Step(1.0, Later(hours=0)),
            Step(0.0, SetClock(slot=0, hours=5, seconds=5.0)),
            Step(0.0, Ask(stories=tuple(range(6)), count=3)),
            Step(0.1, Outage(seconds=0.0)),
            Step(0.0, Goes(Call.DECISIONS, Fault.KILLS, seconds=0.01, every=3, count=6)),
            Step(0.1, Later(hours=192)),
            Step(1.0, Ask(stories=(3,), count=3)),
        ),
    ),
    # The home came to rest while an owner still asked for grants that nobody will use.
    "a_rest_amid_a_sweep": History(
        seed=4632,
        is_one_database=True,
        slot_count=1,
        partition_count=1,
        story_count=2,
        is_shuffled=False,
        slow_calls=(),
        steps=(
            Step(0.0, Later(hours=192)),
            Step(0.0, Objects(name="mail-0")),
            Step(0.0, Ask(stories=(0, 1), count=2)),
            Step(0.11985051986859943, Outage(seconds=0.3)),
            Step(0.20657642435771423, Freeze(slot=0, seconds=0.2)),
            Step(0.0, Ask(stories=(0, 1), count=2)),
            Step(0.0, Ask(stories=(0, 1), count=3)),
            Step(
                0.8672850476946338,
                Goes(Call.GATE, Fault.UNACKNOWLEDGED, seconds=0.5, every=2, count=2),
            ),
            Step(0.26352868948423874, Kill(slot=0, seconds=0.5)),
            Step(0.0, Ask(stories=(0, 1), count=2)),
        ),
    ),
}
