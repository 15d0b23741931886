"""The benchmark's count: what was done, each decision once, and what is missing."""

from msgspec import Raw

from engine import events as e
from engine.decision import Body, Events, PlacedDecision
from engine.ids import StreamId
from engine.plan import Phase
from engine.requests import Reach
from tests.bench.tally import Counting, Tally
from tests.infra.runtime.homes import MONDAY


def placed(seq: int, *events: e.Event) -> PlacedDecision:
    """Return a decision with events."""
    outcome = Events(events=events)
    body = Body(stream=StreamId("a-1"), version=seq, at=MONDAY, input=Raw(b"{}"), outcome=outcome)
    return PlacedDecision(0, seq, seq, body, None)


SENT = e.TouchSettled(rule="attempt.sent", touch=1, attempt=1, reach=Reach.SENT)
RELEASED = e.TouchSettled(rule="attempt.not_sent", touch=1, attempt=1, reach=Reach.NOT_SENT)
ATTEMPTED = e.TouchAttempted(rule="step.due", touch=1, attempt=1)
DONE = e.TaskDone(rule="task.done", task=1, outcome="absent")
ENGAGED = e.PhaseChanged(rule="exit.reply", enrolment=1, phase=Phase.ENGAGED)
FINISHED = e.EnrolmentFinished(rule="end.exhausted", enrolment=1, reason="exhausted")


def test_what_is_handed_over_again_counts_once() -> None:
    """A fold that is repeated must not make a run look better than it was."""
    counting = Counting()
    decided = [placed(1, ATTEMPTED), placed(2, RELEASED), placed(3, ATTEMPTED), placed(4, SENT)]

    counting.take(decided)
    counting.take(decided[2:])
    counting.take([placed(5, DONE), placed(6, ENGAGED), placed(7, FINISHED)])

    assert counting.tally == Tally(
        ended_count=1, attempt_count=2, message_count=1, call_count=1, skipped_count=0
    )


def test_a_run_that_skipped_its_calls_is_told_so() -> None:
    """Enrolments that end without their work are no success."""
    whole = Tally(ended_count=100, message_count=180, call_count=80)
    skipped = Tally(ended_count=100, message_count=180, call_count=5, skipped_count=75)

    assert whole.shortfall(100) == ""
    assert skipped.shortfall(100) == (
        "expected 1.8 messages and 0.8 calls done per enrolment, got: 1.800 and 0.050"
    )
