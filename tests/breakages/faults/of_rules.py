"""Faults of the rules: ids, holds, exits, windows, days, campaigns."""

from tests.breakages.planting import Breakage

ACCOUNT = "tests/engine/account/"

FAULTS = (
    Breakage(
        name="ids_forgotten_early",
        takes_away="An input sent again within thirty days gets the same answer.",
        path="engine/rules.py",
        old="        oldest_at = body.at - REMEMBERED_FOR\n",
        new="        oldest_at = body.at - REMEMBERED_FOR / 30\n",
        noticed_by="tests/engine/test_stream.py",
    ),
    Breakage(
        name="hold_as_a_flag",
        takes_away="Lifting one hold leaves the others.",
        path="engine/account/evolve_enrolments.py",
        old="    del holds[event.hold]\n",
        new="    holds.clear()\n",
        noticed_by=ACCOUNT + "test_holds.py",
    ),
    Breakage(
        name="late_at_open_hours",
        takes_away="Nothing happens because its hours are open when a hold is lifted.",
        path="engine/cadence/landing.py",
        old="opens_after_at=late_at if ground.is_resuming else None",
        new="opens_after_at=None",
        noticed_by=ACCOUNT + "test_shape.py",
    ),
    Breakage(
        name="distances_forgotten",
        takes_away="What stood still keeps its distances.",
        path="engine/cadence/shape.py",
        old="        return max(1, min(planned, asked))\n",
        new="        return min(1, planned, asked)\n",
        noticed_by=ACCOUNT + "test_shape.py",
    ),
    Breakage(
        name="exit_checked_at_planning_only",
        takes_away="What prevents a touch is asked again at the last moment.",
        path="engine/account/attempting.py",
        old="    found = obstacle(turn, request.touch) or _kept_by_gate(turn, request)\n",
        new="    found = _kept_by_gate(turn, request)\n",
        noticed_by=ACCOUNT + "test_attempting.py",
    ),
    Breakage(
        name="window_of_the_old_due_time",
        takes_away="A touch that comes after its window lands again.",
        path="engine/account/obstacles.py",
        old="    if turn.at < touch.slot.closes_at:\n",
        new="    if touch.slot.due_at < touch.slot.closes_at:\n",
        noticed_by=ACCOUNT + "test_attempting.py",
    ),
    Breakage(
        name="later_fold_on_a_clock_change",
        takes_away="An hour that comes twice is the first of the two.",
        path="engine/cadence/windows.py",
        old="    return datetime.combine(day, at, calendars.zone).astimezone(UTC)\n",
        new="    return datetime.combine(day, at, calendars.zone).replace(fold=1).astimezone(UTC)\n",
        noticed_by="tests/engine/cadence/test_windows.py::TestClockChanges",
    ),
    Breakage(
        name="step_before_the_step_it_follows",
        takes_away="A step is not due before the step that it is counted from.",
        path="engine/account/due.py",
        old="    return is_runnable(state, touch) and not any(\n",
        new="    return is_runnable(state, touch) or any(\n",
        noticed_by=ACCOUNT + "test_standstill.py",
    ),
    Breakage(
        name="campaign_slice_skipped",
        takes_away="An open campaign tells each enrolment once.",
        path="engine/campaign.py",
        old="        pending = pending[1:]\n",
        new="        pending = pending[2:]\n",
        noticed_by="tests/engine/test_campaign.py",
    ),
    Breakage(
        name="attempt_number_used_twice",
        takes_away="What is kept back is attempted under another number.",
        path="engine/account/trying.py",
        old="    kept = e.TouchKeptBack(rule=rule, touch=number, attempt=touch.attempt + 1, slot=slot)\n",
        new="    kept = e.TouchKeptBack(rule=rule, touch=number, attempt=touch.attempt, slot=slot)\n",
        noticed_by=ACCOUNT + "test_attempting.py",
    ),
    Breakage(
        name="time_runs_back",
        takes_away="A decision is never earlier than the one before it.",
        path="engine/rules.py",
        old="    at = max(item.at, stream.at).astimezone(UTC)\n    before =",
        new="    at = item.at.astimezone(UTC)\n    before =",
        noticed_by="tests/engine/test_stream.py",
    ),
    Breakage(
        name="hierarchy_forgotten",
        takes_away="Elected people are left alone before the exchange that the rules ask for.",
        path="engine/account/obstacles.py",
        old="    if by_step and is_elected(turn, touch.role, position.role) and not has_exchange(turn):\n",
        new="    if by_step and is_elected(turn, touch.role) and not has_exchange(turn):\n",
        noticed_by=ACCOUNT + "test_attempting.py::TestHierarchy",
    ),
)
