"""The view of an account says what the rules think of it, whatever happened."""

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import requests as r
from engine.account.state import EnrolmentStatus
from engine.decision import Outcome, PlacedDecision
from engine.requests import Reach, Request
from projections.accounts import enrolments, holds, organisations, people, tasks, touches
from projections.accounts.numbering import PARTITIONS_MAX
from projections.accounts.tasks import OPEN
from projections.parts import Sheet
from tests.engine.account.story import ASSESSED, DGS, DSI, HEAD, NIORT, POINT, Story
from tests.projections.examples import decision
from tests.projections.founded import fold

ACCOUNT = PARTITIONS_MAX + 3
OVER = frozenset({"sent", "done", "refused", "skipped", "withdrawn"})


class Told(Story):
    """A story whose decisions are kept as a log would give them."""

    def __init__(self) -> None:
        """Begin with an empty log, then like any story."""
        self.log: list[PlacedDecision] = []
        super().__init__()

    def ask(
        self, request: Request, *, when: datetime | None = None, name: str = "", actor: str = "ana"
    ) -> Outcome:
        """Ask, and keep the decision."""
        outcome = super().ask(request, when=when, name=name, actor=actor)
        placed = decision(stream=NIORT, seq=len(self.log) + 1, outcome=outcome)
        body = replace(placed.body, at=self.stream.at)
        self.log.append(replace(placed, body=body))
        return outcome

    def close_call(self, outcome: str) -> None:
        """Close the oldest open call, if there is one."""
        if any(task.kind == "call" for task in self.state.tasks.values()):
            self.close(
                outcome,
                next_point=POINT,
                callback_at=self.now + timedelta(days=1),
                **ASSESSED,
            )

    def close_reply(self, outcome: str) -> None:
        """Say what a reply leads to, if there is one."""
        if any(task.kind == "after_reply" for task in self.state.tasks.values()):
            self.close(
                outcome,
                kind="after_reply",
                next_point=POINT,
                meeting_at=self.now + timedelta(days=3),
            )

    def go_on(self, days: int, reach: Reach = Reach.SENT) -> None:
        """Let some days pass."""
        self.run_until(self.now + timedelta(days=days), sends=reach)


Act = Callable[[Told], object]
ACTS: dict[str, Act] = {
    "a week passes": lambda told: told.go_on(7),
    "three days pass": lambda told: told.go_on(3),
    "attempts are in doubt": lambda told: told.go_on(4, Reach.UNKNOWN),
    "attempts are postponed": lambda told: told.go_on(4, Reach.POSTPONED),
    "attempts are refused": lambda told: told.go_on(4, Reach.REFUSED),
    "a call reaches": lambda told: told.close_call("joint_interesse"),
    "a call finds nobody": lambda told: told.close_call("absent"),
    "a call is put off": lambda told: told.close_call("standard"),
    "a call is refused": lambda told: told.close_call("joint_refus"),
    "a call ends it": lambda told: told.close_call("joint_plus_tard"),
    "the head replies": lambda told: told.ask(r.RecordReply(person=HEAD)),
    "outreach goes on": lambda told: told.close_reply("back"),
    "a meeting follows": lambda told: told.close_reply("stay"),
    "the reply ends it": lambda told: told.close_reply("finish"),
    "the head is away": lambda told: told.ask(r.RecordAutomaticReply(person=HEAD)),
    "the head leaves": lambda told: told.ask(r.RecordDeparture(person=HEAD)),
    "a new head comes": lambda told: told.ask(
        r.AssignParticipant(enrolment=1, role=HEAD, person=DSI)
    ),
    "the dgs objects": lambda told: told.ask(r.StopPerson(tag=f"mail-{DGS}", person=DGS)),
    "an address bounces": lambda told: told.ask(r.RecordBounce(person=DSI)),
    "all waits": lambda told: told.ask(r.Pause(reason="élections")),
    "a hold is lifted": lambda told: told.ask(r.Resume(hold=1)),
    "a notice comes": lambda told: told.ask(r.RecordNotice(reference="27-1")),
    "the budget is voted": lambda told: told.ask(r.RecordVote(vote_on=told.now.date())),
    "it is withdrawn": lambda told: told.ask(r.Withdraw(enrolment=1, reason="doublon")),
}


@settings(max_examples=100)
@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=12))
def test_the_view_says_what_the_rules_think(acts: list[str]) -> None:
    """A page that differs from what is decided upon misleads whoever reads it."""
    told = after(acts)

    sheet = Sheet()
    fold(sheet, told.log)

    assert open_touches(sheet) == {
        number: (touch.status.value, touch.slot.on, touch.person, touch.task != 0)
        for number, touch in told.state.touches.items()
    }
    assert open_tasks(sheet) == {
        number: (task.kind, task.due_on, task.touch, task.person)
        for number, task in told.state.tasks.items()
    }
    assert holds_in_force(sheet) == {
        number: (hold.scope, hold.reason, hold.since_at)
        for number, hold in told.state.holds.items()
    }


@settings(max_examples=100)
@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=12))
def test_standing_and_people_are_those_of_the_rules(acts: list[str]) -> None:
    """Status, stage, next point and stops are what a salesperson acts upon."""
    told = after(acts)

    sheet = Sheet()
    fold(sheet, told.log)

    state, account = told.state, sheet.of(organisations.TABLE).get(ACCOUNT)
    assert (account.status, account.stage) == (state.status, state.stage)
    assert account.milestone_on == (state.milestone.on if state.milestone else None)
    assert {
        row.person: (row.is_gone, row.stopped_by, row.exchanged_at)
        for row in sheet.of(people.TABLE).all()
    } == {
        person: (one.is_gone, one.stopped_by, one.exchanged_at)
        for person, one in state.people.items()
    }
    going = {
        number
        for number, one in state.enrolments.items()
        if one.status in (EnrolmentStatus.ACTIVE, EnrolmentStatus.PENDING)
    }
    assert {
        row.enrolment for row in sheet.of(enrolments.TABLE).all() if row.ended_at is None
    } == going


@cache
def begun() -> Told:
    """Return a story of three people enrolled; made once, since it reads the ruleset."""
    told = Told()
    told.enrolled(HEAD, DGS, DSI)
    return told


def after(acts: list[str]) -> Told:
    """Return the story after these acts, in order."""
    told = copy(begun())
    told.history, told.log = [*told.history], [*told.log]
    for act in acts:
        ACTS[act](told)
    return told


def open_touches(sheet: Sheet) -> dict[int, tuple[object, ...]]:
    """Return the touches that are not over."""
    tasked = {row.touch for row in sheet.of(tasks.TABLE).all() if row.status == OPEN}
    return {
        row.touch: (row.status, row.planned_on, row.person, row.touch in tasked)
        for row in sheet.of(touches.TABLE).all()
        if row.status not in OVER
    }


def open_tasks(sheet: Sheet) -> dict[int, tuple[object, ...]]:
    """Return the tasks that wait for somebody."""
    return {
        row.task: (row.kind, row.due_on, row.touch, row.person)
        for row in sheet.of(tasks.TABLE).all()
        if row.status == OPEN
    }


def holds_in_force(sheet: Sheet) -> dict[int, tuple[object, ...]]:
    """Return the holds that were not lifted."""
    return {
        row.hold: (row.scope, row.reason, row.since_at)
        for row in sheet.of(holds.TABLE).all()
        if row.lifted_at is None
    }
