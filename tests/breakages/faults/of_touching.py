"""Faults of whatever reaches people: gate, ledger, suppression, sending, keys."""

from tests.breakages.planting import Breakage

GATE = "infra/touching/gate.py"
GRANTS = "infra/touching/postgres_grants.py"
PROTOCOL = "infra/touching/protocol.py"
TESTS = "tests/infra/touching/"
CONTRACT = "tests/contracts/test_grants.py::"

FAULTS = (
    Breakage(
        name="ledger_row_not_awaited",
        takes_away="The ledger row is committed before anything is sent.",
        path="infra/touching/attempts.py",
        old="        won = await self._ledger.take(entries, self._clock.now()) if entries else {}\n",
        new="        import asyncio\n"
        "        from infra.touching.protocol import window_of\n"
        "        won = {entry.key: window_of(self._clock.now()) for entry in entries}\n"
        "        if entries:\n"
        "            self._late = asyncio.ensure_future(\n"
        "                self._ledger.take(entries, self._clock.now())\n"
        "            )\n",
        noticed_by=TESTS + "test_dispatch.py::TestAttempted::test_by_two_processes_sends_once",
    ),
    Breakage(
        name="ledger_far_ahead",
        takes_away="A ledger row is written no earlier than its conversation can begin.",
        path="infra/touching/dispatch.py",
        old="        free_count = self._parts.conversations_max - len(self._begun)\n",
        new="        free_count = 64 - len(self._begun)\n",
        noticed_by=TESTS + "test_dispatch.py::TestAKill",
    ),
    Breakage(
        name="suppression_before_the_ledger_row",
        takes_away="Stops are read after the ledger row is committed.",
        path="infra/touching/attempts.py",
        old="        taken = await self._take(jobs, sorting)\n"
        "        if taken:\n"
        "            await self._write(await self._without_stops(taken, sorting), sorting)\n",
        new="        from infra.touching.protocol import window_of\n"
        "        for job in jobs:\n"
        "            job.window = window_of(self._clock.now())\n"
        "        taken = await self._take(await self._without_stops(jobs, sorting), sorting)\n"
        "        if taken:\n"
        "            await self._write(taken, sorting)\n",
        noticed_by=TESTS + "test_suppression.py::TestObjection",
    ),
    Breakage(
        name="in_flight_before_the_stop",
        takes_away="The stop is committed before the answer lists what is in flight.",
        path="infra/touching/suppression.py",
        old="        await self._stops.write(stops, placed)\n"
        "        rows = await self._ledger.open_rows(stated)\n",
        new="        rows = await self._ledger.open_rows(stated)\n"
        "        await self._stops.write(stops, placed)\n",
        noticed_by=TESTS + "test_suppression.py::TestObjection",
    ),
    Breakage(
        name="second_insert_wins",
        takes_away="Of many who insert a ledger row, the first may send.",
        path="infra/touching/postgres_ledger.py",
        old="  on conflict do nothing\n",
        new="  on conflict (stream, touch, attempt) do update set process = excluded.process\n",
        noticed_by="tests/contracts/test_ledger.py::TestLedger",
    ),
    Breakage(
        name="resent_on_time_out",
        takes_away="A message whose text was sent, and not answered for, is in doubt.",
        path="infra/mail/smtp_sender.py",
        old="            return SendUnknown(reason=_unknown_reason(error))\n",
        new="            return NotSent(reason=_reason(error))\n",
        noticed_by="tests/infra/mail/test_smtp_sender.py::TestAfterTheText",
    ),
    Breakage(
        name="absent_while_its_sender_lives",
        takes_away="What a peer has not got counts as absent once its sender is dead.",
        path=PROTOCOL,
        old="    if evidence is Evidence.ABSENT and process_is_dead:\n",
        new="    if evidence is Evidence.ABSENT:\n",
        noticed_by="tests/simulation/test_touch_protocol.py::TestTouchProtocol"
        "::test_holds_in_every_schedule",
    ),
    Breakage(
        name="no_deadline",
        takes_away="An attempt begins within ten seconds, or never.",
        path=PROTOCOL,
        old="    return age_seconds > DEADLINE_SECONDS\n",
        new="    return age_seconds < 0\n",
        noticed_by="tests/simulation/test_touch_protocol.py::TestTouchProtocol"
        "::test_holds_in_every_schedule",
    ),
    Breakage(
        name="unknown_counts_as_not_sent",
        takes_away="An attempt of which nobody knows counts in every cap.",
        path=PROTOCOL,
        old="    return reach in (Reach.NOT_SENT, Reach.ABSENT, Reach.ERASED, Reach.BROKEN)\n",
        new="    return reach is not Reach.SENT\n",
        noticed_by=CONTRACT + "TestGivingBack",
    ),
    Breakage(
        name="rolling_cap_per_day",
        takes_away="A cap counts any 24 hours, and not those of a calendar day.",
        path=PROTOCOL,
        old="    return window_of(at - (BUCKETS_COUNTED - 1) * BUCKET_FOR)\n",
        new="    return window_of(at.replace(hour=0))\n",
        noticed_by="tests/simulation/test_touch_protocol.py::TestTouchProtocol"
        "::test_holds_in_every_schedule",
    ),
    Breakage(
        name="grant_expired_by_time",
        takes_away="A grant under which something may have left stands however old it is.",
        path=GATE,
        old="            if before is not None and (before.is_used or before.window == window_of(at)):\n",
        new="            if before is not None and before.window == window_of(at):\n",
        noticed_by=CONTRACT + "TestGrant::test_that_was_used_stands_however_old_it_is",
    ),
    Breakage(
        name="grant_of_another_hour",
        takes_away="An attempt leaves in the hour in which its grant was counted.",
        path=PROTOCOL,
        old="    return window == window_of(at)\n",
        new="    return bool(window)\n",
        noticed_by=TESTS + "test_dispatch.py::TestAttempted"
        "::test_in_another_hour_than_its_grant_is_not_sent",
    ),
    Breakage(
        name="gate_without_the_lease",
        takes_away="A former owner is granted nothing.",
        path=GRANTS,
        old="                await hold_epochs(connection, tenures)\n",
        new="",
        noticed_by=CONTRACT + "TestGrant::test_of_a_former_owner_is_refused",
    ),
    Breakage(
        name="senders_not_locked",
        takes_away="Two who ask for the last place of a cap ask one after the other.",
        path=GRANTS,
        old="                await lock_senders(connection, {ask.sender for ask in asks})\n",
        new="",
        noticed_by=CONTRACT + "TestGrant"
        "::test_that_is_the_last_goes_to_one_of_many_racing_connections",
    ),
    Breakage(
        name="nonce_without_the_input",
        takes_away="Two inputs about one field of a person are sealed under two nonces.",
        path="infra/vault/sealing.py",
        old="        named = _joined(item.input_id, item.field)\n",
        new="        named = _joined(item.field)\n",
        noticed_by="tests/infra/vault/test_vault.py::TestSeal",
    ),
    Breakage(
        name="erased_key_made_again",
        takes_away="A destroyed key leaves a tombstone that forbids a new one.",
        path="infra/vault/postgres_keys.py",
        old="insert into vault_key (subject, wrapped, destroyed_at)\n"
        "select subject, null, now() from unnest($1::text[]) as subject\n"
        "on conflict (subject) do update\n"
        "set wrapped = null, destroyed_at = coalesce(vault_key.destroyed_at, excluded.destroyed_at)\n",
        new="delete from vault_key where subject = any($1::text[])\n",
        noticed_by="tests/infra/vault/test_vault.py::TestDestroy",
    ),
    Breakage(
        name="human_not_claimed",
        takes_away="Whoever is about to be written to is claimed over all accounts first.",
        path=GATE,
        old="        if claims:\n",
        new="        if claims and not claims:\n",
        noticed_by="tests/systems/test_one_human.py",
    ),
    Breakage(
        name="claims_taken_from_others",
        takes_away="Of two accounts that claim one human the first keeps the claim.",
        path=GRANTS,
        old="           and (held.prospector, held.enrolment) <> (excluded.prospector, excluded.enrolment))\n",
        new="           and held.enrolment <> excluded.enrolment)\n",
        noticed_by="tests/contracts/test_claims.py",
    ),
)
