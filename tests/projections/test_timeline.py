"""The audit trail: every decision has its row, and counts in its partition's health."""

from datetime import timedelta

from engine.ids import StreamId
from projections.tables import Rows
from projections.timeline import (
    EVENTS,
    HEALTH,
    NOTHING,
    QUARANTINED,
    REFUSED,
    REPEATED,
    HealthRow,
    fold,
    mark_of,
)
from tests.projections.examples import (
    EVRY,
    OTHER_OUTCOMES,
    START_AT,
    decision,
    person_added,
)

DECIDED = [
    decision(person_added(), seq=1),
    *(decision(seq=seq, outcome=outcome) for seq, outcome in enumerate(OTHER_OUTCOMES, start=2)),
]


def test_every_decision_has_its_row() -> None:
    """An auditor can prove that no input was dropped."""
    rows = fold(Rows(HEALTH), DECIDED)

    assert [(row.seq, row.outcome, row.code) for row in rows] == [
        (1, EVENTS, None),
        (2, REFUSED, "cool_down"),
        (3, REPEATED, None),
        (4, REPEATED, None),
        (5, NOTHING, None),
        (6, QUARANTINED, None),
    ]
    assert {row.stream for row in rows} == {mark_of(EVRY)}


def test_health_counts_each_outcome_and_what_was_skipped() -> None:
    """Records between decisions are markers, or writes of former owners."""
    health = Rows(HEALTH)

    fold(health, DECIDED)

    assert health.all() == (
        HealthRow(
            partition=3,
            seq=6,
            log_offset=6,
            last_at=START_AT + timedelta(hours=6),
            events_count=1,
            refused_count=1,
            repeated_count=2,
            nothing_count=1,
            quarantined_count=1,
            skipped_count=1,
        ),
    )


def test_marks_fit_four_bytes() -> None:
    """A wider key would be paid for with every decision."""
    marks = [mark_of(StreamId(f"account:{number}")) for number in range(2000)]

    assert all(-(2**31) <= mark < 2**31 for mark in marks)
    assert len(set(marks)) == len(marks)
