"""What people ask about one account: which, what happened, why."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace as replace_struct

from engine import events as e
from engine.decision import PlacedDecision
from engine.ids import StreamId
from projections.queries.finding import find_accounts
from projections.queries.happenings import Happening, lines_of
from projections.queries.page import LogPlace
from projections.queries.timeline import Timeline, timeline, timeline_as_of
from projections.queries.why import MoveLine, Why, why, why_as_of
from projections.timeline import mark_of
from tests.infra.views.conftest import Filled
from tests.projections.examples import (
    FOUNDING,
    START_AT,
    TODAY,
    account_added,
    decision,
    history,
    interleaved,
    slot,
    touch_planned,
    whole_history,
)

pytestmark = pytest.mark.connected

TOMORROW = TODAY + timedelta(days=1)


class TestFindAccounts:
    """By what a person types."""

    async def test_prefers_the_whole_name_to_its_beginning_to_a_part(self, filled: Filled) -> None:
        """« Niort » means Niort, though there is a Niortais."""
        titles = ("Niort", "Niortais (CA)", "Grand Chinon", "Échiré")
        for number, title in enumerate(titles, start=1):
            stream = StreamId(f"account:{number}")
            await filled.apply(
                [decision(account_added(title, str(number)), stream=stream, seq=number)]
            )

        async with filled.page() as reading:
            found = {
                text: [account.title for account in await find_accounts(reading, text)]
                for text in ("niort", "NIORTA", "echire", "nio", "chi", "3", "Paris", " ")
            }

        assert found == {
            "niort": ["Niort"],
            "NIORTA": ["Niortais (CA)"],
            "echire": ["Échiré"],
            "nio": ["Niort", "Niortais (CA)"],
            "chi": ["Grand Chinon", "Échiré"],
            "3": ["Grand Chinon"],
            "Paris": [],
            " ": [],
        }


class TestTimeline:
    """Everything that happened and is planned."""

    async def test_tells_every_decision_with_who_and_by_which_rule(self, filled: Filled) -> None:
        """The audit trail holds refusals, repeats and quarantined inputs too."""
        first, *others = whole_history()
        await filled.apply(interleaved([first, *others]))

        async with filled.page() as reading:
            (account,) = await find_accounts(reading, "evry-courcouronnes")
            found = await timeline(reading, account)

        lines = found.happened
        assert [(line.partition, line.seq) for line in lines] == [(3, line.seq) for line in first]
        assert {(line.actor, line.source) for line in lines[:-1]} == {("ines", "cli")}
        assert [line.outcome for line in lines[-6:]] == [
            "refused",
            "repeated",
            "repeated",
            "nothing",
            "quarantined",
            "quarantined",
        ]
        refused = lines[-6]
        assert (refused.code, refused.rule, refused.until) == (
            "cool_down",
            "enrol.cool_down",
            START_AT,
        )
        assert refused.allowed_by == "wait until the cool-down ends"
        assert lines[-1].request == ""

    async def test_shows_no_sealed_value(self, filled: Filled) -> None:
        """The trail is shown to people who may not see who somebody is."""
        await filled.apply(history(*FOUNDING))

        async with filled.page() as reading:
            (account,) = await find_accounts(reading, "219102280")
            found = await timeline(reading, account)

        (added,) = found.happened[1].happenings
        assert added == Happening(
            name="person_added",
            rule="person.order",
            values={
                "person": "person-1",
                "role": "responsable_service",
                "points": [{"tag": "tag-a", "channel": "email", "domain": "mairie.example"}],
                "is_invented": "True",
            },
        )
        assert added.told()["points.1.domain"] == "mairie.example"

    async def test_shows_the_plan_with_its_holds(self, filled: Filled) -> None:
        """What is planned and why it waits belong together."""
        await filled.apply(history(*FOUNDING))

        async with filled.page() as reading:
            (account,) = await find_accounts(reading, "219102280")
            found = await timeline(reading, account)

        assert [
            (found.touch_id(touch), touch.status, touch.is_held) for touch in found.planned
        ] == [
            ("T-219102280-1", "planned", True),
            ("T-219102280-2", "open", True),
        ]
        assert [hold.reason for hold in found.holds] == ["vacances", "absent"]
        assert [person.role for person in found.people] == ["responsable_service"]

    async def test_leaves_out_what_shares_the_mark_of_its_stream(self, filled: Filled) -> None:
        """Two names may have one hash; the log tells whose decision it is."""
        one, other = (StreamId(f"account:{name}") for name in ("e1a31e0316", "4640a9050e"))
        await filled.apply(
            [
                decision(account_added("Une", "1"), stream=one, seq=1),
                decision(account_added("Autre", "2"), stream=other, seq=2),
            ]
        )

        async with filled.page() as reading:
            (account,) = await find_accounts(reading, "autre")
            found = await timeline(reading, account)

        assert mark_of(one) == mark_of(other)
        assert [line.seq for line in found.happened] == [2]

    async def test_reads_no_more_decisions_than_are_wanted(self, filled: Filled) -> None:
        """An account of ten years has thousands; the last two are asked for every day."""
        own, other = (StreamId(f"account:{name}") for name in ("e1a31e0316", "4640a9050e"))
        await filled.apply(
            [
                decision(account_added("Une", "1"), stream=own, seq=1),
                decision(account_added("Une", "1"), stream=own, seq=2),
                decision(account_added("Autre", "2"), stream=other, seq=3),
                decision(account_added("Une", "1"), stream=own, seq=4),
            ]
        )
        read: list[LogPlace] = []

        def counted(places: Sequence[LogPlace]) -> AsyncIterator[PlacedDecision]:
            read.extend(places)
            return filled.read(places)

        async with filled.page() as page:
            counting = replace(page, read=counted)
            one = await lines_of(counting, own, last=1)
            one_count = len(read)
            two = await lines_of(counting, own, last=2)
            two_count = len(read) - one_count

        assert ([line.seq for line in one], one_count) == ([4], 1)
        # What shares the mark is read too, and made up for.
        assert ([line.seq for line in two], two_count) == ([2, 4], 3)

    async def test_can_end_at_an_instant(self, filled: Filled) -> None:
        """An auditor asks what was known that day."""
        await filled.apply(history(*FOUNDING))

        async with filled.page() as reading:
            (account,) = await find_accounts(reading, "219102280")
            found = await timeline_as_of(reading, account, at=START_AT + timedelta(hours=2))

        assert found is not None
        assert [line.seq for line in found.happened] == [1, 2]

    @pytest.mark.parametrize("last", [0, 2])
    async def test_as_of_an_instant_is_what_was_shown_then(self, filled: Filled, last: int) -> None:
        """A meeting of the 14th in the plan of the 3rd is a plan that nobody ever saw."""
        shown: list[tuple[datetime, Timeline, Why | None]] = []
        for placed in whole_history()[0]:
            await filled.apply([placed])
            async with filled.page() as page:
                (account,) = await find_accounts(page, "219102280")
                now = await timeline(page, account, last=last)
                shown.append((placed.body.at, now, await why(page, "T-219102280-1")))

        async with filled.page() as page:
            (account,) = await find_accounts(page, "219102280")
            for at, then, explained in shown:
                found = await timeline_as_of(page, account, at=at, last=last)
                assert found == replace_struct(then, as_of_at=at)
                touch = await why_as_of(page, account, 1, at=at)
                assert touch == (explained and replace_struct(explained, as_of_at=at))
            before = await timeline_as_of(page, account, at=START_AT - timedelta(days=1))

        assert {explained is None for _, _, explained in shown} == {True, False}
        assert before is None


class TestWhy:
    """One touch, explained."""

    async def test_tells_what_was_asked_what_moved_it_and_who(self, filled: Filled) -> None:
        """Each step names the rule, and the input behind it."""
        skipped = e.TouchSkipped(rule="hierarchy.elected", touch=1, reason="no exchange")
        await filled.apply(history(*FOUNDING, skipped))

        async with filled.page() as reading:
            found = await why(reading, "T-219102280-1")

        assert found is not None
        assert (found.touch.asked, found.touch.asked_on) == ("+8 d, start", date(2027, 1, 19))
        assert found.moves == (MoveLine(rule="window.holiday", to_on=date(2027, 1, 19)),)
        assert (found.touch.status, found.touch.rule, found.touch.reason) == (
            "skipped",
            "hierarchy.elected",
            "no exchange",
        )
        assert [(step.happening.name, step.happening.rule, step.actor) for step in found.steps] == [
            ("touch_planned", "plan.entry", "ines"),
            ("touch_skipped", "hierarchy.elected", "ines"),
        ]

    async def test_follows_the_task_of_a_call(self, filled: Filled) -> None:
        """A call is explained by who took it and what came of it."""
        claimed = e.TaskClaimed(rule="task.claim", task=1, claimed_by="ines")
        moved = e.TouchMoved(rule="step.done", touch=2, slot=touch_planned().slot)
        bare = e.TouchMoved(
            rule="step.done",
            touch=2,
            slot=slot(9),
        )
        await filled.apply(history(*FOUNDING, claimed, moved, bare))

        async with filled.page() as reading:
            found = await why(reading, "T-219102280-2")

        assert found is not None
        assert found.moves == ()
        assert [step.happening.name for step in found.steps] == [
            "touch_planned",
            "task_opened",
            "task_claimed",
            "touch_moved",
            "touch_moved",
        ]

    @pytest.mark.parametrize("name", ["T-219102280-9", "T-1-1", "K-219102280-1", ""])
    async def test_of_no_touch_is_none(self, filled: Filled, name: str) -> None:
        """A wrong name is answered, not guessed at."""
        await filled.apply(history(*FOUNDING))

        async with filled.page() as reading:
            assert await why(reading, name) is None
