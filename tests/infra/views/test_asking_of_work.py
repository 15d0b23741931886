"""What people ask about the work: pipeline, tasks, status, suppression, figures."""

from datetime import date, timedelta

import pytest

from engine import events as e
from engine.suppressing import person_name
from engine.values import Channel, NextPoint
from projections.queries.campaigns import campaigns
from projections.queries.page import cut
from projections.queries.pipeline import AccountGroup, Share, pipeline
from projections.queries.status import status
from projections.queries.suppressions import suppressions
from projections.queries.tasks import task, tasks
from projections.views import VIEWS
from tests.infra.views.conftest import Filled
from tests.journeys.measures import Measures, measures
from tests.projections.examples import (
    AUTUMN,
    CAMPAIGN,
    FOUNDING,
    GRANT,
    LATER,
    NIORT,
    TODAY,
    account_added,
    history,
    interleaved,
    person_added,
    touch_planned,
    whole_history,
)

pytestmark = pytest.mark.connected

TOMORROW = TODAY + timedelta(days=1)


class TestPipeline:
    """Where everything stands."""

    async def test_groups_accounts_and_counts_next_points(self, filled: Filled) -> None:
        """The share with a dated next point is the aim of the first sequence."""
        await filled.apply(interleaved(whole_history()))

        async with filled.page() as reading:
            found = await pipeline(reading, date(2027, 3, 1))

        assert found.groups == (
            AccountGroup(
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
            AccountGroup(
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
        async with filled.page() as reading:
            found = await pipeline(reading, TODAY)

        assert (found.groups, found.campaigns, found.all_accounts.share) == ((), (), 0.0)

    async def test_shows_the_progress_of_campaigns(self, filled: Filled) -> None:
        """Preparation, opening, and what became of the enrolments."""
        await filled.apply(interleaved(whole_history()))

        async with filled.page() as reading:
            (found,) = await campaigns(reading)

        assert (found.id, found.goals) == ("ecoles", {"entretiens": 9})
        assert (found.preparation_count, found.prepared_count) == (1, 1)
        assert (found.active_count, found.withdrawn_count, found.with_next_point_count) == (1, 1, 1)


class TestTasks:
    """What people have to do."""

    async def test_leave_out_a_call_to_somebody_who_has_just_objected(self, filled: Filled) -> None:
        """The account has not heard of it yet, and the number would be dialled."""
        await filled.apply(history(*FOUNDING))
        async with filled.page() as reading:
            (call,) = [line for line in await tasks(reading, TOMORROW) if line.kind == "call"]

        await filled.connection.execute(
            "insert into suppression (tag, reason, scope, since_at, partition, seq)"
            " values ($1, 'objection', 'all', now(), 0, 1)",
            person_name(call.person),
        )

        async with filled.page() as reading:
            kinds = [line.kind for line in await tasks(reading, TOMORROW)]
            shown = await task(reading, call.owner, call.number, TOMORROW)
        assert "call" not in kinds
        assert shown is not None
        assert shown.points == ()

    async def test_are_listed_in_order_with_their_reason(self, filled: Filled) -> None:
        """Whoever starts the day starts at the top."""
        await filled.apply(
            interleaved([history(*FOUNDING), history(*CAMPAIGN[:2], stream=AUTUMN, partition=4)])
        )

        async with filled.page() as reading:
            found = await tasks(reading, TOMORROW)
            earlier = await tasks(reading, TODAY - timedelta(days=1))

        assert [(line.id, line.kind, line.rule, line.step, line.is_overdue) for line in found] == [
            ("K-ecoles-1", "preparation", "plan.campaign", "1.1", True),
            ("K-219102280-2", "after_reply", "step.due", "", True),
            ("K-219102280-1", "call", "step.due", "1.4", True),
        ]
        assert (found[2].touch_id, found[1].touch_id) == ("T-219102280-2", "")
        assert found[2].checklist == ("script relu",)
        assert found[2].fields is not None
        assert found[2].fields[0].field == "family_name"
        assert earlier == ()

    async def test_look_ahead_to_what_is_planned(self, filled: Filled) -> None:
        """Whoever fills next week's diary wants the calls that open then; mails send themselves."""
        ahead = touch_planned(3, Channel.CALL), touch_planned(4)
        await filled.apply(interleaved([history(*FOUNDING, *ahead)]))

        async with filled.page() as reading:
            now = await tasks(reading, TODAY)
            before = await tasks(reading, TODAY, until_on=TODAY)
            *still, planned = await tasks(reading, TODAY, until_on=TODAY + timedelta(days=9))

        assert list(now) == list(before) == still
        assert (planned.id, planned.kind, planned.status) == ("T-219102280-3", "call", "planned")
        assert (planned.step, planned.person, planned.opened_at) == ("1.5", "person-1", None)

    async def test_say_why_they_wait(self, filled: Filled) -> None:
        """A call during a freeze stayed on the list with its number, as if it were to be made."""
        later = e.Postponed(rule="exit.automatic_reply", person="person-1", until=TOMORROW)
        lifted = (e.HoldLifted(rule="hold.lifted", hold=number) for number in (1, 2))
        await filled.apply(interleaved([history(*FOUNDING, later)]))
        async with filled.page() as reading:
            reply, call = await tasks(reading, TODAY)
        await filled.apply(history(*lifted, after=len(FOUNDING) + 1))

        async with filled.page() as reading:
            _, away = await tasks(reading, TODAY)
            _, free = await tasks(reading, TOMORROW)

        assert (reply.waits, call.waits) == ("", "hold 1: vacances")
        assert (away.waits, free.waits) == (f"away until {TOMORROW.isoformat()}", "")

    async def test_are_found_by_name_when_closed(self, filled: Filled) -> None:
        """« Who closed it, and how? » is asked afterwards."""
        await filled.apply(interleaved(whole_history()))

        async with filled.page() as reading:
            done = await task(reading, "219102280", 1, TODAY)
            none = await task(reading, "219102280", 99, TODAY)

        assert done is not None
        assert (done.status, done.outcome, done.closed_by) == ("done", "joint_interesse", "ines")
        assert none is None


class TestStatus:
    """Everything at one glance."""

    async def test_counts_and_names_what_needs_somebody(self, filled: Filled) -> None:
        """A blocked touch that nobody sees stays blocked."""
        decided = interleaved(whole_history())
        await filled.apply(decided)

        async with filled.page() as reading:
            found = await status(reading, TOMORROW)

        assert (found.counts.account_count, found.counts.stop_count) == (2, 2)
        assert (found.counts.open_task_count, found.counts.overdue_task_count) == (2, 2)
        assert [touch.id for touch in found.attention] == ["T-219102280-2"]
        assert [(use.mailbox, use.attempted_count) for use in found.mailboxes] == [("equipe", 1)]
        assert (
            sum(partition.events_count + partition.refused_count for partition in found.partitions)
            == 79
        )
        assert len(found.cut) == 3 * len(VIEWS)

    async def test_shows_an_attempt_in_doubt(self, filled: Filled) -> None:
        """Unknown is settled by a person, who must find it first."""
        attempted = e.TouchAttempted(rule="step.due", touch=1, attempt=1, grant=GRANT)
        unknown = next(
            event
            for event in LATER
            if isinstance(event, e.TouchSettled) and event.reach == "unknown"
        )
        await filled.apply(history(*FOUNDING, attempted, unknown))

        async with filled.page() as reading:
            found = await status(reading, TODAY)

        assert [(touch.id, touch.status, touch.rule) for touch in found.attention] == [
            ("T-219102280-1", "unknown", "attempt.unknown")
        ]
        assert [(reach.reach, reach.touch_count) for reach in found.reaches] == [("unknown", 1)]


async def test_suppressions_are_listed_newest_first(filled: Filled) -> None:
    """The newest objection is the one somebody asks about."""
    await filled.apply(interleaved(whole_history()))

    async with filled.page() as reading:
        found = await suppressions(reading)

    assert [(stop.tag, stop.reason, stop.seq) for stop in found] == [
        ("tag-a", "bounce", 4),
        ("tag-a", "objection", 3),
    ]


async def test_a_page_shows_its_cut(filled: Filled) -> None:
    """A reader can tell whether an answer was there already."""
    await filled.apply(history(account_added()))

    async with filled.page() as reading:
        found = await cut(reading)

    assert [(line.view, line.partition, line.seq, line.next_offset) for line in found] == [
        (name, 3, 1, 2) for name in sorted(view.name for view in VIEWS)
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

        async with filled.page() as reading:
            found = await measures(reading.connection)

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

        async with filled.page() as reading:
            found = await measures(reading.connection)

        assert found.elected_touched_early == 1
