"""What people read: each query against views of the whole history."""

from datetime import date, timedelta

import pytest

from engine import events as e
from engine.ids import StreamId
from engine.values import Channel, NextPoint
from projections.queries.campaigns import campaigns
from projections.queries.finding import find_accounts
from projections.queries.happenings import Happening
from projections.queries.measures import Measures, measures
from projections.queries.page import cut, page
from projections.queries.pipeline import Share, StandingGroup, pipeline
from projections.queries.status import status
from projections.queries.suppressions import suppressions
from projections.queries.tasks import task, tasks
from projections.queries.timeline import timeline
from projections.queries.why import Moved, why
from projections.timeline import mark_of
from tests.projections.conftest import GENERATION, Filled
from tests.projections.examples import (
    AUTUMN,
    CAMPAIGN,
    FOUNDING,
    GRANT,
    LATER,
    NIORT,
    START_AT,
    TODAY,
    account_added,
    decision,
    history,
    interleaved,
    person_added,
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

        async with page(filled.connection) as reading:
            found = {
                text: [one.title for one in await find_accounts(reading, text)]
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


class TestPipeline:
    """Where everything stands."""

    async def test_groups_accounts_and_counts_next_points(self, filled: Filled) -> None:
        """The share with a dated next point is the aim of the first sequence."""
        await filled.apply(interleaved(whole_history()))

        async with page(filled.connection) as reading:
            found = await pipeline(reading, date(2027, 3, 1))

        assert found.groups == (
            StandingGroup(
                status="lead",
                stage="identification",
                account_count=1,
                recent_count=0,
                ageing_count=1,
                old_count=0,
                with_next_point_count=0,
                overdue_count=0,
                hot_count=0,
            ),
            StandingGroup(
                status="prospect",
                stage="qualification",
                account_count=1,
                recent_count=0,
                ageing_count=1,
                old_count=0,
                with_next_point_count=1,
                overdue_count=0,
                hot_count=1,
            ),
        )
        assert found.enrolled_accounts == Share(account_count=2, with_next_point_count=1)
        assert found.all_accounts.share == 0.5

    async def test_of_nothing_is_empty(self, filled: Filled) -> None:
        """The first command on a new home must answer too."""
        async with page(filled.connection) as reading:
            found = await pipeline(reading, TODAY)

        assert (found.groups, found.campaigns, found.all_accounts.share) == ((), (), 0.0)

    async def test_shows_the_progress_of_campaigns(self, filled: Filled) -> None:
        """Preparation, opening, and what became of the enrolments."""
        await filled.apply(interleaved(whole_history()))

        async with page(filled.connection) as reading:
            (found,) = await campaigns(reading)

        assert (found.id, found.goals) == ("ecoles", {"entretiens": 9})
        assert (found.preparation_count, found.prepared_count) == (1, 1)
        assert (found.active_count, found.withdrawn_count, found.with_next_point_count) == (1, 1, 1)


class TestTasks:
    """What people have to do."""

    async def test_are_listed_in_order_with_their_reason(self, filled: Filled) -> None:
        """Whoever starts the day starts at the top."""
        await filled.apply(
            interleaved([history(*FOUNDING), history(*CAMPAIGN[:2], stream=AUTUMN, partition=4)])
        )

        async with page(filled.connection) as reading:
            found = await tasks(reading, TOMORROW)
            earlier = await tasks(reading, TODAY - timedelta(days=1))

        assert [(one.id, one.kind, one.rule, one.step, one.is_overdue) for one in found] == [
            ("K-ecoles-1", "preparation", "plan.campaign", "1.1", True),
            ("K-219102280-2", "after_reply", "step.due", "", True),
            ("K-219102280-1", "call", "step.due", "1.4", True),
        ]
        assert (found[2].touch_id, found[1].touch_id) == ("T-219102280-2", "")
        assert found[2].checklist == ("script relu",)
        assert found[2].fields is not None
        assert found[2].fields[0].field == "family_name"
        assert earlier == ()

    async def test_are_found_by_name_when_closed(self, filled: Filled) -> None:
        """« Who closed it, and how? » is asked afterwards."""
        await filled.apply(interleaved(whole_history()))

        async with page(filled.connection) as reading:
            done = await task(reading, "219102280", 1, TODAY)
            none = await task(reading, "219102280", 99, TODAY)

        assert done is not None
        assert (done.status, done.outcome, done.closed_by) == ("done", "joint_interesse", "ines")
        assert none is None


class TestTimeline:
    """Everything that happened and is planned."""

    async def test_tells_every_decision_with_who_and_by_which_rule(self, filled: Filled) -> None:
        """The audit trail holds refusals, repeats and quarantined inputs too."""
        first, *others = whole_history()
        await filled.apply(interleaved([first, *others]))

        async with page(filled.connection) as reading:
            (account,) = await find_accounts(reading, "evry-courcouronnes")
            found = await timeline(reading, account, filled.read)

        lines = found.happened
        assert [(one.partition, one.seq) for one in lines] == [(3, one.seq) for one in first]
        assert {(one.actor, one.source) for one in lines[:-1]} == {("ines", "cli")}
        assert [one.outcome for one in lines[-6:]] == [
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

        async with page(filled.connection) as reading:
            (account,) = await find_accounts(reading, "219102280")
            found = await timeline(reading, account, filled.read)

        (added,) = found.happened[1].happenings
        assert added == Happening(
            name="person_added",
            rule="person.order",
            values={
                "person": "person-1",
                "role": "responsable_service",
                "points.1.tag": "tag-a",
                "points.1.channel": "email",
                "points.1.domain": "mairie.example",
                "is_invented": "True",
            },
        )

    async def test_shows_the_plan_with_its_holds(self, filled: Filled) -> None:
        """What is planned and why it waits belong together."""
        await filled.apply(history(*FOUNDING))

        async with page(filled.connection) as reading:
            (account,) = await find_accounts(reading, "219102280")
            found = await timeline(reading, account, filled.read)

        assert [(found.touch_id(one), one.status, one.is_held) for one in found.planned] == [
            ("T-219102280-1", "planned", True),
            ("T-219102280-2", "open", True),
        ]
        assert [one.reason for one in found.holds] == ["vacances", "absent"]
        assert [one.role for one in found.people] == ["responsable_service"]

    async def test_leaves_out_what_shares_the_mark_of_its_stream(self, filled: Filled) -> None:
        """Two names may have one hash; the log tells whose decision it is."""
        one, other = (StreamId(f"account:{name}") for name in ("e1a31e0316", "4640a9050e"))
        await filled.apply(
            [
                decision(account_added("Une", "1"), stream=one, seq=1),
                decision(account_added("Autre", "2"), stream=other, seq=2),
            ]
        )

        async with page(filled.connection) as reading:
            (account,) = await find_accounts(reading, "autre")
            found = await timeline(reading, account, filled.read)

        assert mark_of(one) == mark_of(other)
        assert [line.seq for line in found.happened] == [2]

    async def test_can_end_at_an_instant(self, filled: Filled) -> None:
        """An auditor asks what was known that day."""
        await filled.apply(history(*FOUNDING))

        async with page(filled.connection) as reading:
            (account,) = await find_accounts(reading, "219102280")
            found = await timeline(
                reading, account, filled.read, as_of_at=START_AT + timedelta(hours=2)
            )

        assert [one.seq for one in found.happened] == [1, 2]


class TestWhy:
    """One touch, explained."""

    async def test_tells_what_was_asked_what_moved_it_and_who(self, filled: Filled) -> None:
        """Each step names the rule, and the input behind it."""
        skipped = e.TouchSkipped(rule="hierarchy.elected", touch=1, reason="no exchange")
        await filled.apply(history(*FOUNDING, skipped))

        async with page(filled.connection) as reading:
            found = await why(reading, "T-219102280-1", filled.read)

        assert found is not None
        assert (found.touch.asked, found.touch.asked_on) == ("+8 d, start", date(2027, 1, 19))
        assert found.moves == (Moved(rule="window.holiday", to_on=date(2027, 1, 19)),)
        assert (found.touch.status, found.touch.rule, found.touch.reason) == (
            "skipped",
            "hierarchy.elected",
            "no exchange",
        )
        assert [(one.happening.name, one.happening.rule, one.actor) for one in found.steps] == [
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

        async with page(filled.connection) as reading:
            found = await why(reading, "T-219102280-2", filled.read)

        assert found is not None
        assert found.moves == ()
        assert [one.happening.name for one in found.steps] == [
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

        async with page(filled.connection) as reading:
            assert await why(reading, name, filled.read) is None


class TestStatus:
    """Everything at one glance."""

    async def test_counts_and_names_what_needs_somebody(self, filled: Filled) -> None:
        """A blocked touch that nobody sees stays blocked."""
        decided = interleaved(whole_history())
        await filled.apply(decided)

        async with page(filled.connection) as reading:
            found = await status(reading, TOMORROW, generation=GENERATION)

        assert (found.counts.account_count, found.counts.stop_count) == (2, 2)
        assert (found.counts.open_task_count, found.counts.overdue_task_count) == (2, 2)
        assert [one.id for one in found.attention] == ["T-219102280-2"]
        assert [(one.mailbox, one.attempted_count) for one in found.mailboxes] == [("equipe", 1)]
        assert sum(one.events_count + one.refused_count for one in found.partitions) == 77
        assert len(found.cut) == 9

    async def test_shows_an_attempt_in_doubt(self, filled: Filled) -> None:
        """Unknown is settled by a person, who must find it first."""
        attempted = e.TouchAttempted(rule="step.due", touch=1, attempt=1, grant=GRANT)
        unknown = next(
            one for one in LATER if isinstance(one, e.TouchSettled) and one.reach == "unknown"
        )
        await filled.apply(history(*FOUNDING, attempted, unknown))

        async with page(filled.connection) as reading:
            found = await status(reading, TODAY, generation=GENERATION)

        assert [(one.id, one.status, one.rule) for one in found.attention] == [
            ("T-219102280-1", "unknown", "attempt.unknown")
        ]
        assert [(one.reach, one.touch_count) for one in found.reaches] == [("unknown", 1)]


async def test_suppressions_are_listed_newest_first(filled: Filled) -> None:
    """The newest objection is the one somebody asks about."""
    await filled.apply(interleaved(whole_history()))

    async with page(filled.connection) as reading:
        found = await suppressions(reading)

    assert [(one.tag, one.reason, one.seq) for one in found] == [
        ("tag-a", "bounce", 4),
        ("tag-a", "objection", 3),
    ]


async def test_a_page_shows_its_cut(filled: Filled) -> None:
    """A reader can tell whether an answer was there already."""
    await filled.apply(history(account_added()))

    async with page(filled.connection) as reading:
        found = await cut(reading, GENERATION)

    assert [(one.view, one.partition, one.seq, one.next_offset) for one in found] == [
        ("accounts", 3, 1, 2),
        ("suppression", 3, 1, 2),
        ("timeline", 3, 1, 2),
    ]


class TestMeasures:
    """What the rules promise, counted from the views alone."""

    async def test_count_interviews_notes_and_next_points(self, filled: Filled) -> None:
        """These are the figures of a campaign's report."""
        point = NextPoint(date(2027, 6, 1), "cantines", "note")
        await filled.apply(
            history(
                *FOUNDING,
                touch_planned(3, Channel.MEETING),
                touch_planned(4, Channel.DELIVERABLE),
                e.TouchDone(rule="task.outcome", touch=2, outcome="joint_interesse"),
                e.TouchDone(rule="task.outcome", touch=3, outcome="held"),
                e.TouchDone(rule="task.outcome", touch=4, outcome="done"),
                e.MilestoneSet(rule="milestone.meeting", milestone=1, next_point=point),
                e.AccountWarmed(rule="meeting.hot", enrolment=1),
                e.PersonStopped(rule="exit.objection", person="person-1"),
            )
        )

        async with page(filled.connection) as reading:
            found = await measures(reading)

        assert found == Measures(
            interviews_held=1,
            notes_delivered=1,
            current_milestones=1,
            hot_accounts=1,
            emails_sent=0,
            calls_made=1,
            people_stopped=1,
            elected_touched_early=0,
        )

    async def test_see_an_elected_person_touched_before_an_exchange(self, filled: Filled) -> None:
        """The rule is kept by the engine; the count must be able to say that it was not."""
        elected = person_added("person-2", "elu")
        planned = touch_planned(5, role="elu")
        attempted = e.TouchAttempted(rule="step.due", touch=5, attempt=1)
        had = e.ExchangeHad(rule="exchange", person="person-1", role="responsable_service")
        early = history(*FOUNDING, elected, planned, attempted, had)
        account = (account_added("Niort", "1"), person_added(), elected, had, planned, attempted)
        await filled.apply([*early, *history(*account, stream=NIORT, partition=4)])

        async with page(filled.connection) as reading:
            found = await measures(reading)

        assert found.elected_touched_early == 1
