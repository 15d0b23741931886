"""What people ask about next points: when each is, which have passed, which account has none."""

from datetime import date, timedelta

import pytest

from engine import events as e
from engine.values import Channel, NextPoint, Sealed
from projections.queries.finding import find_accounts
from projections.queries.milestones import orphans, points
from projections.queries.status import status
from projections.queries.timeline import PromiseLine, timeline, timeline_as_of
from tests.infra.views.conftest import Filled
from tests.projections.examples import START_AT, account_added, enrolled, history, touch_planned

pytestmark = pytest.mark.connected

POINT = NextPoint(date(2027, 3, 15), "démonstration", "note de deux pages")
SET = e.MilestoneSet(rule="milestone.call", milestone=1, next_point=POINT)
DUE = e.TaskOpened(rule="milestone.due", task=1, kind="next_point", due_on=POINT.on)
MISSING = e.TaskOpened(rule="milestone.missing", task=1, kind="next_point", due_on=date(2027, 2, 1))
WAIVED = e.TaskDone(
    rule="task.outcome", task=1, outcome="skipped", note=Sealed("note", "note", "AAAA")
)
BEGUN = (account_added(), enrolled(campaign="", is_pending=False))


def ended(reason: str) -> e.EnrolmentFinished:
    """Return the end of the enrolment."""
    return e.EnrolmentFinished(rule="end.steps_over", enrolment=1, reason=reason)


class TestPoints:
    async def test_stand_by_day_with_who_fixed_them(self, filled: Filled) -> None:
        """The e-mail promised that date: somebody must find it again."""
        await filled.apply(history(account_added(), SET))

        async with filled.page() as reading:
            (before,) = await points(reading, POINT.on)
            (after,) = await points(reading, date(2027, 3, 16))

        assert (before.on, before.object, before.deliverable) == (
            POINT.on,
            POINT.object,
            POINT.deliverable,
        )
        assert (before.fixed_by, before.rule, before.task_id) == ("ines", "milestone.call", "")
        assert (before.is_overdue, after.is_overdue) == (False, True)

    async def test_of_a_sequence_are_nobodys(self, filled: Filled) -> None:
        """It fixed its own."""
        fixed = e.MilestoneSet(rule="milestone.default", milestone=1, next_point=POINT)
        await filled.apply(history(account_added(), fixed))

        async with filled.page() as reading:
            (line,) = await points(reading, POINT.on)

        assert line.fixed_by == ""

    async def test_name_the_task_that_their_day_opened(self, filled: Filled) -> None:
        """Closing it is what takes them off the list."""
        claimed = e.TaskClaimed(rule="task.claim", task=1, claimed_by="bruno")
        await filled.apply(history(account_added(), SET, DUE, claimed))

        async with filled.page() as reading:
            (line,) = await points(reading, POINT.on)

        assert (line.task_id, line.claimed_by) == ("K-219102280-1", "bruno")

    async def test_closed_with_a_reason_to_have_none_are_over(self, filled: Filled) -> None:
        """They would be overdue for ever."""
        await filled.apply(history(account_added(), SET, DUE, WAIVED))

        async with filled.page() as reading:
            assert await points(reading, date(2027, 4, 1)) == ()
            assert await orphans(reading) == ()


class TestTimeline:
    async def test_shows_the_point_of_then_and_of_now(self, filled: Filled) -> None:
        """It stood in no page of the account."""
        later = NextPoint(date(2027, 6, 1), "budget", "estimatif")
        moved = e.MilestoneSet(rule="milestone.order", milestone=2, next_point=later)
        await filled.apply(history(account_added(), SET, moved))

        async with filled.page() as reading:
            (account,) = await find_accounts(reading, "evry-courcouronnes")
            now = await timeline(reading, account)
            then = await timeline_as_of(reading, account, at=START_AT + timedelta(hours=2))
            before = await timeline_as_of(reading, account, at=START_AT + timedelta(hours=1))

        assert now.next_point == PromiseLine(
            on=later.on, object="budget", deliverable="estimatif", rule="milestone.order"
        )
        assert then is not None
        assert then.next_point is not None
        assert then.next_point.on == POINT.on
        assert before is not None
        assert before.next_point is None


class TestOrphans:
    @pytest.mark.capability("C16.1")
    async def test_are_open_accounts_without_a_point(self, filled: Filled) -> None:
        """The list must be empty at the end of a week (C16.1)."""
        await filled.apply(history(*BEGUN, ended("engaged"), MISSING))

        async with filled.page() as reading:
            (line,) = await orphans(reading)
            found = await status(reading, POINT.on)

        assert found.orphan_count == 1
        assert (line.account, line.ended_by, line.task_id) == (
            "219102280",
            "engaged",
            "K-219102280-1",
        )

    async def test_of_older_homes_are_found_without_a_task(self, filled: Filled) -> None:
        """They ended before anybody asked."""
        await filled.apply(history(*BEGUN, ended("engaged")))

        async with filled.page() as reading:
            (line,) = await orphans(reading)

        assert (line.task, line.task_id) == (0, "")

    @pytest.mark.parametrize(
        "later",
        [
            (),
            (ended("refusal"),),
            (ended("opportunity"),),
            (e.EnrolmentWithdrawn(rule="withdraw.order", enrolment=1, reason="doublon"),),
            (ended("engaged"), SET),
            (ended("engaged"), MISSING, WAIVED),
        ],
    )
    async def test_are_not_those_with_a_reason_or_something_to_come(
        self, filled: Filled, later: tuple[e.Event, ...]
    ) -> None:
        """Who runs, said no, or has a date is no orphan."""
        await filled.apply(history(*BEGUN, *later))

        async with filled.page() as reading:
            assert await orphans(reading) == ()


class TestMeetings:
    async def test_do_not_wait_for_somebody_else_to_fill_a_role(self, filled: Filled) -> None:
        """Whoever agreed comes, and must not read as held."""
        lost = e.HoldPlaced(
            rule="role.required_lost", hold=1, scope="enrolment", reason="dgs", enrolment=1
        )
        call, meeting = touch_planned(1, Channel.CALL), touch_planned(2, Channel.MEETING)
        await filled.apply(history(*BEGUN, call, meeting, lost))

        async with filled.page() as reading:
            (account,) = await find_accounts(reading, "evry-courcouronnes")
            now = await timeline(reading, account)
            then = await timeline_as_of(reading, account, at=START_AT + timedelta(hours=9))

        assert then is not None
        for found in (now, then):
            assert {line.number: line.is_held for line in found.planned} == {1: True, 2: False}
