"""Faults of owners: turns, states, timers, and what a process leaves behind."""

from tests.breakages.planting import Breakage

OWNER = "infra/runtime/owning/owner.py"
TESTS = "tests/infra/runtime/owning/"

FAULTS = (
    Breakage(
        name="lane_cursor_too_far",
        takes_away="A lane's cursor follows the input that was decided.",
        path="infra/runtime/owning/slices.py",
        old="        following = arrival.offset + 1\n",
        new="        following = arrival.offset + 2\n",
        noticed_by="seeds:60",
    ),
    Breakage(
        name="needs_w_ignored",
        takes_away="An input waits for the publication that it needs.",
        path=OWNER,
        old="            newest_w = max([newest_w, *(each.item.needs_w for each in arrivals if each.item)])\n",
        new="",
        noticed_by=TESTS + "test_owner.py::TestPublications",
    ),
    Breakage(
        name="publication_skipped",
        takes_away="A partition adopts each publication, one after the other.",
        path="infra/runtime/owning/publications.py",
        old="        return self._known.get(w + 1)\n",
        new="        return self._known.get(max(self._known, default=0)) if self.newest_w > w else None\n",
        noticed_by=TESTS + "test_owner.py::TestPublications",
    ),
    Breakage(
        name="quarantine_not_appended",
        takes_away="The bytes of an input that cannot be decided are kept.",
        path=OWNER,
        old="            await self._append_quarantined(slices)\n",
        new="",
        noticed_by=TESTS + "test_owner.py::TestWhatCannotBeDecided",
    ),
    Breakage(
        name="owner_ids_open_to_all",
        takes_away="Nobody else may use up the ids that owners make of names.",
        path="infra/runtime/owning/slices.py",
        old='        return "owner_only" if is_owners(item) else ""\n',
        new='        return ""\n',
        noticed_by=TESTS + "test_timers_fire.py",
    ),
    Breakage(
        name="state_beyond_the_cursor",
        takes_away="A state enters memory only when the decision behind it is valid.",
        path="infra/runtime/owning/slices.py",
        old="            self.states[body.stream] = after\n",
        new="            self.states[body.stream] = after\n"
        "            self.partition.streams.validated({body.stream: after})\n",
        noticed_by=TESTS + "test_recovery.py::test_what_was_not_valid_is_not_written_down",
    ),
    Breakage(
        name="flush_without_epoch",
        takes_away="A former owner does not overwrite what its successor wrote down.",
        path="infra/runtime/owning/postgres_states.py",
        old="                await hold_epochs(connection, (tenure,))\n",
        new="",
        noticed_by=TESTS + "test_states.py::test_refuses_a_former_owner",
    ),
    Breakage(
        name="position_outside_the_transaction",
        takes_away="States and the position they stand for are written together.",
        path="infra/runtime/owning/postgres_states.py",
        old="                await hold_epochs(connection, (tenure,))\n"
        "                for start in",
        new="                await hold_epochs(connection, (tenure,))\n"
        "            async with self._pool.acquire() as connection:\n"
        "                await self._put_position(connection, tenure, position)\n"
        "                for start in",
        noticed_by=TESTS + "test_states.py::test_writes_the_position_with_the_states_or_not_at_all",
    ),
    Breakage(
        name="flush_before_the_stop_is_written",
        takes_away="No position is written down past a stop whose row is missing.",
        path="infra/runtime/owning/keeper.py",
        old="        if partition.pending_stops or not partition.tail_count:\n",
        new="        if not partition.tail_count:\n",
        noticed_by=TESTS + "test_consequences.py"
        "::test_a_stop_that_could_not_be_written_is_left_to_the_next_process",
    ),
    Breakage(
        name="released_before_the_flush",
        takes_away="A process that ends writes everything down before it gives leases back.",
        path="infra/runtime/owning/keeper.py",
        old="        released = []\n",
        new="        released = []\n"
        "        running = self._ownership.running\n"
        "        epochs = {place: partition.tenure.epoch for place, partition in running.items()}\n"
        "        await self._parts.leases.release(epochs, holder=self._parts.holder)\n",
        noticed_by=TESTS
        + "test_takeover.py::test_a_process_that_ends_writes_down_before_it_lets_go",
    ),
    Breakage(
        name="timer_lost_on_flush",
        takes_away="A timer lives on when its stream was written down.",
        path="infra/runtime/owning/timers.py",
        old="            if self._armed.get(stream) is None:\n",
        new="            if stream in self._armed:\n",
        noticed_by=TESTS + "test_timers.py",
    ),
    Breakage(
        name="attempt_not_resumed",
        takes_away="An attempt under way is found again when its partition is taken.",
        path="infra/runtime/owning/keeper.py",
        old="        for stream in open_attempts:\n",
        new="        for stream in ():\n",
        noticed_by=TESTS + "test_timers_fire.py",
    ),
    Breakage(
        name="grants_of_open_attempts_swept",
        takes_away="A grant is kept as long as its attempt may still be decided.",
        path="infra/runtime/owning/consequences.py",
        old="            if not _is_still_possible(state, key):\n",
        new="            if state.version or not _is_still_possible(state, key):\n",
        noticed_by=TESTS + "test_timers_fire.py",
    ),
    Breakage(
        name="repeated_stop_answered_at_once",
        takes_away="A repeated objection is answered once the stop is written, like the first.",
        path="engine/suppressing.py",
        old="        case Repeated():\n            yield from _asked(placed, stated=FIRST)\n",
        new="        case Repeated():\n            return\n",
        noticed_by=TESTS + "test_owner.py::TestAnObjection",
    ),
    Breakage(
        name="unbounded_turn",
        takes_away="A turn ends when its time is up.",
        path=OWNER,
        old="        part.decide_arrival(inbox.pop())\n        if time.monotonic() > until_seconds:\n",
        new="        part.decide_arrival(inbox.pop())\n        if time.monotonic() < 0:\n",
        noticed_by=TESTS + "test_turns.py::TestATurn",
    ),
    Breakage(
        name="turns_without_room",
        takes_away="No more attempts are raised than dispatch can begin in time.",
        path="infra/runtime/owning/turns.py",
        old="        return min(TURNS_AT_ONCE, self._dispatcher.room_count - len(self._raised))\n",
        new="        return TURNS_AT_ONCE\n",
        noticed_by="tests/systems/test_due_together.py"
        "::test_a_slow_server_gets_each_message_by_one_attempt",
    ),
    Breakage(
        name="clock_not_watched",
        takes_away="Nothing is decided while the clock is wrong.",
        path=OWNER,
        old="        await self._clock.right()\n",
        new="",
        noticed_by=TESTS + "test_wrong_clock.py",
    ),
    Breakage(
        name="clock_always_right",
        takes_away="A clock that jumps is not believed.",
        path="infra/steady_clock.py",
        old="        if abs(off) > OFF_MAX and not self._has_stood(off, seconds):\n",
        new="        if abs(off) > timedelta.max and not self._has_stood(off, seconds):\n",
        noticed_by="tests/infra/test_steady_clock.py",
    ),
    Breakage(
        name="database_end_not_noticed",
        takes_away="A home notices that its database has ended.",
        path="infra/home/up.py",
        old="                database.keep_running(),\n",
        new="",
        noticed_by="tests/journeys/test_life_of_a_home.py"
        "::test_a_home_whose_database_was_killed_goes_on",
    ),
    Breakage(
        name="stop_without_deadline",
        takes_away="A stop ends in ten seconds, whatever it waits for.",
        path="infra/home/up.py",
        old="        deadline.append(loop.call_later(STOP_WITHIN_SECONDS, _cut_short))\n",
        new="",
        noticed_by="tests/journeys/test_life_of_a_home.py"
        "::test_a_stop_ends_in_time_whatever_it_waits_for",
    ),
)
