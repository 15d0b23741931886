"""What events change of touches, tasks, campaigns and mailbox use."""

from datetime import date, timedelta

import pytest

from engine import events as e
from engine.requests import Reach
from engine.values import Channel
from projections.accounts import campaigns, mailboxes, tasks, touches
from projections.facts import fact_of
from projections.parts import Sheet
from tests.projections.examples import (
    AUTUMN,
    CAMPAIGN,
    LATER,
    START_AT,
    TODAY,
    account_added,
    decision,
    history,
    slot,
    task_opened,
    touch_planned,
)
from tests.projections.founded import ACCOUNT, fold, folded, touch


class TestTouches:
    """One planned contact."""

    def test_say_what_was_asked_and_what_moved_them(self) -> None:
        """`why` answers from this row."""
        row = touch()

        assert (row.asked, row.asked_on) == ("+8 d, start", date(2027, 1, 19))
        assert (row.moved_by, row.moved_to) == ("window.holiday", "2027-01-19")
        assert (row.planned_on, row.status, row.rule) == (
            date(2027, 1, 19),
            "planned",
            "plan.entry",
        )

    def test_of_calls_open_with_their_task(self) -> None:
        """A touch with an open task waits for a person, not for a clock."""
        assert touch(task_opened(4, 2), number=2).status == "open"

    @pytest.mark.parametrize(
        ("event", "expected"),
        [
            (e.TouchMoved(rule="r", touch=1, slot=slot(9)), ("planned", "")),
            (e.TouchKeptBack(rule="r", touch=1, attempt=2, slot=slot(9)), ("planned", "")),
            (e.TouchWithdrawn(rule="r", touch=1), ("withdrawn", "")),
            (e.TouchSkipped(rule="r", touch=1, reason="1.3 or 1.4"), ("skipped", "1.3 or 1.4")),
            (e.TouchBlocked(rule="r", touch=1, attempt=2, missing=("a", "b")), ("blocked", "a+b")),
            (e.TouchWaits(rule="r", touch=1, attempt=2, steps=("1.3",)), ("waiting", "1.3")),
        ],
        ids=lambda one: type(one).__name__,
    )
    def test_name_the_rule_that_keeps_them(self, event: e.Event, expected: tuple[str, str]) -> None:
        """Each state has its reason; nobody has to guess."""
        row = touch(event)

        assert (row.status, row.reason, row.rule) == (*expected, "r")

    def test_land_again_where_their_new_slot_says(self) -> None:
        """The former moves belong to the former place."""
        row = touch(e.TouchMoved(rule="r", touch=1, slot=slot(9)))

        assert (row.planned_on, row.moved_by, row.moved_to) == (date(2027, 1, 20), "", "")

    def test_go_to_another_person(self) -> None:
        """A replaced participant must not be shown as the one addressed."""
        assert touch(e.TouchReassigned(rule="r", touch=1, person="p-2")).person == "p-2"

    @pytest.mark.parametrize("reach", Reach)
    def test_end_as_their_attempt_did(self, reach: Reach) -> None:
        """`unknown` is a state one can see, not a sent message."""
        row = touch(
            e.TouchAttempted(rule="step.due", touch=1, attempt=1),
            e.TouchSettled(
                rule="r", touch=1, attempt=1, reach=reach, code="250", message_id="<1@x>"
            ),
        )

        assert row.status == touches.STATUS_AFTER[reach].value
        assert (row.reach, row.code, row.message_id) == (reach.value, "250", "<1@x>")
        assert row.attempts == 1

    def test_end_with_the_outcome_of_their_task(self) -> None:
        """Interviews held are counted from this column."""
        row = touch(e.TouchDone(rule="r", touch=2, outcome="held"), number=2)

        assert (row.status, row.outcome) == ("done", "held")
        assert row.acted_at == START_AT + timedelta(hours=10)


class TestTasks:
    """What somebody has to do."""

    def test_open_with_their_reason(self) -> None:
        """A list of tasks without reasons is done last."""
        row = folded().of(tasks.TABLE).get(ACCOUNT, 1)

        assert (row.kind, row.status, row.rule) == ("call", "open", "step.due")
        assert row.checklist == '["script relu"]'

    def test_are_claimed_and_closed_by_somebody(self) -> None:
        """Two people must not call the same head of service."""
        row = (
            folded(
                e.TaskClaimed(rule="task.claim", task=1, claimed_by="ines"),
                e.TaskDone(rule="task.outcome", task=1, outcome="absent"),
            )
            .of(tasks.TABLE)
            .get(ACCOUNT, 1)
        )

        assert (row.claimed_by, row.closed_by, row.status) == ("ines", "ines", "done")
        assert (row.outcome, row.closed_rule) == ("absent", "task.outcome")

    def test_are_withdrawn_when_there_is_nothing_to_do(self) -> None:
        """An answered letter needs no reminder."""
        row = folded(e.TaskWithdrawn(rule="exit.reply", task=1)).of(tasks.TABLE).get(ACCOUNT, 1)

        assert (row.status, row.closed_rule, row.outcome) == ("withdrawn", "exit.reply", "")


class TestCampaigns:
    """A batch of enrolments with one purpose."""

    def test_count_preparation_and_members(self) -> None:
        """Progress is what the pipeline shows of them."""
        sheet = Sheet()
        fold(sheet, history(*CAMPAIGN, stream=AUTUMN))

        (row,) = sheet.of(campaigns.TABLE).all()
        (task,) = sheet.of(tasks.TABLE).all()
        assert (row.preparation_count, row.prepared_count, row.registered_count) == (1, 1, 1)
        assert (row.opened_on, row.goals) == (TODAY, '{"entretiens":9}')
        assert (task.kind, task.step, task.status, task.outcome) == (
            "preparation",
            "1.1",
            "done",
            "done",
        )

    def test_are_not_changed_by_a_claim(self) -> None:
        """Only what is done counts as progress."""
        sheet = Sheet()
        fold(sheet, history(*CAMPAIGN[:2], stream=AUTUMN))
        (row,) = sheet.of(campaigns.TABLE).all()
        fact = fact_of(decision(CAMPAIGN[2], stream=AUTUMN), number=row.campaign)

        campaigns.fold(sheet, fact, CAMPAIGN[2])

        assert sheet.of(campaigns.TABLE).all() == (row,)


class TestMailboxes:
    """What was sent under a mailbox in a window."""

    def test_count_each_attempt_once(self) -> None:
        """An outcome that was unknown leaves that count when it is known."""
        attempted = next(event for event in LATER if isinstance(event, e.TouchAttempted))

        def settled(reach: Reach) -> e.TouchSettled:
            return e.TouchSettled(rule="r", touch=1, attempt=1, reach=reach)

        sheet = folded(
            *(event for reach in Reach for event in (attempted, settled(reach))),
            attempted,
            settled(Reach.UNKNOWN),
            settled(Reach.SENT),
        )

        assert sheet.of(mailboxes.TABLE).all() == (
            mailboxes.MailboxRow(
                mailbox="equipe",
                counted_in="2027-01-19T08",
                partition=3,
                attempted_count=9,
                sent_count=2,
                refused_count=1,
                postponed_count=1,
                released_count=3,
                unknown_count=1,
                erased_count=1,
            ),
        )

    def test_do_not_count_what_had_no_grant(self) -> None:
        """A call needs no mailbox."""
        sheet = folded(
            e.TouchAttempted(rule="r", touch=1, attempt=1),
            e.TouchSettled(rule="r", touch=1, attempt=1, reach=Reach.SENT),
        )

        assert sheet.of(mailboxes.TABLE).all() == ()


def test_a_touch_may_be_of_any_channel() -> None:
    """The view stores the word, not a number of its own."""
    sheet = Sheet()
    fold(sheet, history(account_added(), touch_planned(1, Channel.LETTER)))

    assert sheet.of(touches.TABLE).get(ACCOUNT, 1).channel == "letter"
