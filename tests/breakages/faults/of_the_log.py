"""Faults of the log: what counts of it, who may write it, who owns it."""

from tests.breakages.planting import Breakage

FAULTS = (
    Breakage(
        name="no_epoch_check",
        takes_away="What a former owner writes late is skipped.",
        path="engine/validity.py",
        old="    if stamp.epoch < cursor.epoch:\n",
        new="    if stamp.epoch < 0:\n",
        noticed_by="tests/engine/test_validity.py",
    ),
    Breakage(
        name="no_seq_check",
        takes_away="A decision that landed twice is skipped the second time.",
        path="engine/validity.py",
        old="    if stamp.seq <= cursor.seq:\n",
        new="    if stamp.seq < 0:\n",
        noticed_by="seeds:60",
    ),
    Breakage(
        name="a_gap_is_read_over",
        takes_away="A reader stops where a decision is missing.",
        path="engine/validity.py",
        old="    if stamp.seq > cursor.seq + 1:\n",
        new="    if stamp.seq < 0:\n",
        noticed_by="tests/infra/runtime/owning/test_recovery.py"
        "::test_a_gap_in_the_log_stops_the_partition_and_says_where",
    ),
    Breakage(
        name="naive_log_reader",
        takes_away="A reader asks the rule which decisions count.",
        path="infra/runtime/reading.py",
        old="            if verdict is Verdict.COUNTS and isinstance(record, Decision):\n",
        new="            if isinstance(record, Decision):\n",
        noticed_by="seeds:60",
    ),
    Breakage(
        name="no_marker_wait",
        takes_away="An owner reads up to its own marker before it decides.",
        path="infra/runtime/owning/taking.py",
        old="    tail += await _read_on(parts, partition)\n    _check_marker(partition)\n",
        new="    (span,) = (await parts.log.spans([place])).values()\n"
        "    seq = partition.cursor.seq\n"
        "    partition.cursor = Cursor(span.end, parts.generation, epoch, seq)\n",
        noticed_by="tests/infra/runtime/owning/test_recovery.py"
        "::test_what_lands_just_before_the_own_marker_is_recovered",
    ),
    Breakage(
        name="acknowledged_is_valid",
        takes_away="What was acknowledged is read back if somebody wrote in between.",
        path="infra/runtime/owning/owner.py",
        old="        if base == before.offset:\n",
        new="        if base >= before.offset:\n",
        noticed_by="tests/infra/runtime/owning/test_takeover.py"
        "::test_an_append_acknowledged_below_another_marker_does_not_count",
    ),
    Breakage(
        name="answer_before_validity",
        takes_away="Whoever asked is answered by a decision that is known to be valid.",
        path="infra/runtime/owning/owner.py",
        old="        tenures = [part.partition.tenure for part in slices]\n",
        new="        tenures = [part.partition.tenure for part in slices]\n"
        "        for part in slices:\n"
        "            for index, (body, item) in enumerate(part.decisions):\n"
        "                seq = part.partition.cursor.seq + 1 + index\n"
        "                number = part.partition.number\n"
        "                self._consequences._answer(PlacedDecision(number, seq, 0, body, item))\n",
        noticed_by="seeds:60",
    ),
    Breakage(
        name="unfenced_append",
        takes_away="The embedded log refuses what a former owner appends.",
        path="infra/log/statements.py",
        old="    and bool_and(epoch is null or epoch >= current_epoch)\n",
        new="",
        noticed_by="tests/contracts/test_log.py::TestFence",
    ),
    Breakage(
        name="lease_without_fence",
        takes_away="Taking a partition shuts its log to the former owner.",
        path="infra/log/postgres_leases.py",
        old="                await connection.execute(_FENCE, *key, epoch)\n",
        new="",
        noticed_by="tests/infra/log/test_postgres.py::test_a_lease_fences_the_log_at_once",
    ),
    Breakage(
        name="trim_past_decided",
        takes_away="Inputs are kept until a valid decision has taken them.",
        path="infra/runtime/owning/keeper.py",
        old="            offset = following.bulk if inbox.lane is Lane.BULK else following.express\n",
        new="            offset = inbox.read_offset\n",
        noticed_by="seeds:120",
    ),
    Breakage(
        name="restart_unnoticed",
        takes_away="Nothing is decided from inputs that a restarted database may have lost.",
        path="infra/log/statements.py",
        old="    and pg_postmaster_start_time() = coalesce($12, pg_postmaster_start_time())"
        " as is_allowed\n",
        new="    and ($12::timestamptz is null or true) as is_allowed\n",
        noticed_by="tests/infra/log/test_postgres.py"
        "::test_a_server_that_is_gone_is_unavailable_until_it_is_back",
    ),
)
