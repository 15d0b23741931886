"""Which messages answer which: one thread a person, unless a step begins another."""

from msgspec.structs import replace

from engine.account.evolve_touches import THREAD_REST_MAX, settled
from engine.account.state import Enrolment, TouchStatus
from engine.events import TouchSettled
from engine.plan import Sequence
from engine.requests import Reach
from engine.rule_ids import RuleId
from tests.engine.account.story import HEAD, Story, at, thirty_days

AFTER_TWO = at("2027-02-10")


def played(plan: Sequence) -> Enrolment:
    """Return an enrolment of which the first two e-mails to the head were sent."""
    story = Story(plan).enrolled(HEAD).run_until(AFTER_TWO)
    return story.state.enrolments[1]


def own_subject(plan: Sequence, step: str) -> Sequence:
    """Return a plan in which a step begins a thread."""
    steps = (replace(each, begins_thread=each.id == step) for each in plan.steps)
    return replace(plan, steps=tuple(steps))


def test_a_following_message_joins_the_thread() -> None:
    """Mail programs group what answers one message under one subject."""
    enrolment = played(thirty_days())

    assert len(enrolment.threads[HEAD]) == 2
    assert enrolment.opened_by == {HEAD: "1.3-email-a"}


def test_a_step_may_begin_a_thread() -> None:
    """What is about something new is not to hide under an old subject."""
    enrolment = played(own_subject(thirty_days(), "1.10"))

    assert len(enrolment.threads[HEAD]) == 1
    assert enrolment.opened_by == {HEAD: "1.10-email-d"}


def test_a_long_thread_keeps_its_first_message() -> None:
    """References begin with it, however long ago it was sent."""
    story = Story().enrolled(HEAD)
    touch = replace(story.state.touches[1], status=TouchStatus.ATTEMPTING)
    state = story.state
    for number in range(20):
        state = replace(state, touches=state.touches | {1: touch})
        sent = TouchSettled(
            rule=RuleId.STEP_DUE, touch=1, attempt=1, reach=Reach.SENT, message_id=f"<{number}@x>"
        )
        state = settled(state, sent, at("2027-01-20"))

    thread = state.enrolments[1].threads[HEAD]
    assert thread[0] == "<0@x>"
    assert thread[-1] == "<19@x>"
    assert len(thread) == THREAD_REST_MAX + 2
