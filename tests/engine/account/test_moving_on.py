"""Whatever is tried again moves on: over random worlds, no touch makes decisions for ever."""

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import requests as r
from engine import rules
from engine.account.state import TouchStatus
from engine.account.trying import DECISIONS_MAX
from engine.plan import Sequence
from engine.requests import Reach
from engine.values import Channel, Grant
from tests.engine.account.story import DGS, HEAD, MONDAY, Story, at, thirty_days

Answer = TypeVar("Answer")

HOUR = timedelta(hours=1)
UNTIL = timedelta(days=45)

FAILURES = (Reach.NOT_SENT, Reach.ABSENT, Reach.UNKNOWN, Reach.POSTPONED, Reach.BROKEN)
GATES = ("", "", "cap.mailbox", "mailbox.missing", "contact_point.missing")
WINDOWS = ("", "agreed", "email", "always")
GRANT = Grant("contact", "2027-01-19T08")


def with_window(window: str) -> Sequence:
    """Return the thirty days with one window for each e-mail; "" leaves them as they are."""
    plan = thirty_days()
    if not window:
        return plan
    steps = tuple(
        replace(step, window=window) if step.channel is Channel.EMAIL else step
        for step in plan.steps
    )
    return replace(plan, steps=steps)


class World:
    """One account whose gate and peers answer as drawn, raised as its owner would raise it."""

    def __init__(self, window: str, outcomes: list[Reach], gates: list[str]) -> None:
        self.story = Story(with_window(window)).enrolled(HEAD, DGS)
        self._outcomes = deque(outcomes)
        self._gates = deque(gates)
        self.decided: dict[int, list[datetime]] = {}

    def run(self) -> None:
        """Fire what is due for weeks; nobody closes a task."""
        story = self.story
        until = story.now + UNTIL
        for _ in range(3_000):
            due_at = rules.due_at(story.stream)
            if due_at is None or due_at > until:
                return
            story.now = max(story.now, due_at)
            for name, request in rules.due(story.stream, story.now):
                self._raise(name, request)
            self._settle()
        raise AssertionError(Counter(event.rule for event in story.history).most_common(5))

    def _raise(self, name: str, request: r.Request) -> None:
        story = self.story
        if isinstance(request, r.AttemptTouch):
            kept_back_by = self._next(self._gates)
            request = replace(
                request,
                kept_back_by=kept_back_by,
                grant=None if kept_back_by else GRANT,
                until_at=story.now if kept_back_by else None,
            )
            self._count(request.touch)
        story.ask(request, name=name, actor="engine")

    def _settle(self) -> None:
        story = self.story
        for number, touch in tuple(story.state.touches.items()):
            if touch.status in (TouchStatus.ATTEMPTING, TouchStatus.UNKNOWN):
                reach = self._next(self._outcomes)
                if touch.status is TouchStatus.UNKNOWN and reach is Reach.UNKNOWN:
                    reach = Reach.ABSENT
                self._count(number)
                report = r.RecordAttempt(touch=number, attempt=touch.attempt, reach=reach)
                story.ask(report, actor="engine")
        if any(touch.status is TouchStatus.UNKNOWN for touch in story.state.touches.values()):
            self._settle()

    def _count(self, number: int) -> None:
        self.decided.setdefault(number, []).append(self.story.now)

    @staticmethod
    def _next(answers: deque[Answer]) -> Answer:
        answers.rotate(-1)
        return answers[-1]

    @property
    def most_in_an_hour(self) -> int:
        """Return how many decisions a touch had at most within sixty minutes."""
        return max(
            (
                sum(at_ <= other < at_ + HOUR for other in instants)
                for instants in self.decided.values()
                for at_ in instants
            ),
            default=0,
        )


@given(
    window=st.sampled_from(WINDOWS),
    outcomes=st.lists(st.sampled_from(FAILURES), min_size=1, max_size=8),
    gates=st.lists(st.sampled_from(GATES), min_size=1, max_size=6),
)
def test_no_schedule_makes_more_than_a_handful_of_decisions(
    window: str, outcomes: list[Reach], gates: list[str]
) -> None:
    """An agreed e-mail at a dead server made 42,648 decisions in minutes."""
    world = World(window, outcomes, gates)

    world.run()

    assert world.most_in_an_hour <= DECISIONS_MAX


def test_an_agreed_mail_that_cannot_leave_is_blocked_in_the_end() -> None:
    """The row as it was seen: no rule moves an agreed date, so it landed where it had failed."""
    world = World("agreed", [Reach.NOT_SENT], [""])

    world.run()

    asked = [task.kind for task in world.story.state.tasks.values()]
    assert "look_at_touch" in asked
    assert world.story.now < at(MONDAY) + UNTIL
