"""Faults of readers: hand-over, reactions, views."""

from tests.breakages.planting import Breakage

FAULTS = (
    Breakage(
        name="hand_over_by_first_and_last",
        takes_away="What waits for a reader is dense, or it is read from the log.",
        path="infra/runtime/following/hand_over.py",
        old=" and self.batches[0].before.seq <= after.seq and len(taken) < limit:\n",
        new=" and len(taken) < limit:\n",
        noticed_by="seeds:60",
    ),
    Breakage(
        name="reaction_cursor_before_the_inbox",
        takes_away="The cursor of the reactors moves when inputs are in their inboxes.",
        path="infra/runtime/following/reactors.py",
        old="                await self._carry(batch)\n                following.moved([batch])\n",
        new="                following.moved([batch])\n                await self._carry(batch)\n",
        noticed_by="tests/infra/runtime/following/test_reactors.py",
    ),
    Breakage(
        name="two_reactions_with_one_id",
        takes_away="Two people of one account who share an address are two reactions.",
        path="engine/reactions.py",
        old='            named = f"{name}/{names[name]}" if names[name] else name\n',
        new="            named = name\n",
        noticed_by="tests/engine/test_contact_point.py",
    ),
    Breakage(
        name="reaction_with_a_random_id",
        takes_away="A reaction that is carried twice has one id.",
        path="engine/reactions.py",
        old="    digest = hashlib.blake2b(name.encode(), digest_size=15).hexdigest()\n",
        new='    digest = __import__("uuid").uuid4().hex\n',
        noticed_by="tests/engine/test_reactions.py",
    ),
    Breakage(
        name="hash_in_an_id",
        takes_away="The id of a reaction is the same in every process.",
        path="engine/reactions.py",
        old="    digest = hashlib.blake2b(name.encode(), digest_size=15).hexdigest()\n",
        new='    digest = f"{hash(name):x}"\n',
        noticed_by="tests/simulation/test_whole_loop.py::test_a_seed_is_one_history",
    ),
    Breakage(
        name="stop_told_to_one_account",
        takes_away="A stop is told to every account that knows the address.",
        path="engine/reactions.py",
        old="        case e.Objected(accounts=accounts):\n            for account, person in accounts:\n",
        new="        case e.Objected(accounts=accounts):\n            for account, person in accounts[:1]:\n",
        noticed_by="tests/engine/test_contact_point.py",
    ),
    Breakage(
        name="cursor_outside_the_transaction",
        takes_away="Rows of a view and its cursor move together.",
        path="infra/runtime/following/view_store.py",
        old="                    raise CursorMovedError\n",
        new="                    raise CursorMovedError\n"
        "            async with self._pool.acquire() as connection:\n",
        noticed_by="tests/infra/runtime/test_on_postgres.py::test_a_broken_view_stops_alone",
    ),
    Breakage(
        name="cursor_moved_by_anybody",
        takes_away="A view's cursor moves from where its batch begins, and from nowhere else.",
        path="infra/runtime/following/cursors.py",
        old="      and old.next_offset = new.former_offset and old.seq = new.former_seq\n",
        new="",
        noticed_by="tests/infra/runtime/test_on_postgres.py"
        "::test_a_view_takes_a_batch_where_its_cursor_stands_and_nowhere_else",
    ),
)
