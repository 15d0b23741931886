"""Count what became of the enrolments of a run, as decisions pass: one step per event."""

from collections.abc import Iterable

from msgspec import Struct

from engine import events as e
from engine.decision import PlacedDecision
from engine.plan import Phase
from engine.requests import Reach


class Tally(Struct, kw_only=True):
    """What a run has done so far, as its engine tells it."""

    ended_count: int = 0  # enrolments that finished, or whose person answered
    attempt_count: int = 0
    message_count: int = 0
    call_count: int = 0  # done
    skipped_count: int = 0

    def shortfall(self, count: int) -> str:
        """Say what SEQ-3 should have done for so many enrolments, and has not; else nothing."""
        found = (round(self.message_count / count, 1), round(self.call_count / count, 1))
        if found == (MESSAGES_EACH, CALLS_EACH):
            return ""
        return (
            f"expected {MESSAGES_EACH} messages and {CALLS_EACH} calls done per enrolment, "
            f"got: {self.message_count / count:.3f} and {self.call_count / count:.3f}"
        )


MESSAGES_EACH, CALLS_EACH = 1.8, 0.8
"""Every fifth person answers after the first of two messages, before the call."""


class Counting:
    """Counts decisions, each once, whatever is handed over again."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._seqs: dict[int, int] = {}
        self._ended: set[tuple[str, int]] = set()

    def take(self, decided: Iterable[PlacedDecision]) -> None:
        """Count what is new."""
        for placed in decided:
            if placed.seq > self._seqs.get(placed.partition, 0):
                self._seqs[placed.partition] = placed.seq
                for event in placed.body.events:
                    self._count(placed.body.stream, event)

    def _count(self, stream: str, event: object) -> None:
        tally = self.tally
        match event:
            case e.EnrolmentFinished(enrolment=number):
                self._end(stream, number)
            case e.PhaseChanged(enrolment=number, phase=Phase.ENGAGED):
                self._end(stream, number)
            case e.TouchAttempted():
                tally.attempt_count += 1
            case e.TouchSettled(reach=Reach.SENT):
                tally.message_count += 1
            case e.TaskDone():
                tally.call_count += 1
            case e.TouchSkipped():
                tally.skipped_count += 1
            case _:
                pass

    def _end(self, stream: str, number: int) -> None:
        self._ended.add((stream, number))
        self.tally.ended_count = len(self._ended)
