"""The audit trail: one narrow row per decision, and the health of each partition.

A row says where a decision stands; its words and reasons are read from the log.  Every
decision has its row: refusals, repeats, those that changed nothing, quarantined ones.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from engine.decision import Events, Nothing, Outcome, PlacedDecision, Quarantined, Refused, Repeated
from engine.ids import StreamId
from projections.tables import Big, Connection, Rows, Small, Table, append, load, upsert
from projections.view import View

EVENTS, REFUSED, REPEATED, NOTHING, QUARANTINED = 1, 2, 3, 4, 5
"""How `DecisionRow.outcome` is stored; the numbers never change."""


class DecisionRow(Struct, frozen=True):
    """One decision: where it stands in the log, whose it is, how it went."""

    log_offset: Big
    seq: Big
    at: datetime
    stream: int  # `mark_of` its name
    partition: Small  # of `events`, or `WORKSPACE_PARTITION`
    outcome: Small
    code: str | None = None  # of a refusal


class HealthRow(Struct, frozen=True):
    """How many decisions of each kind a partition holds, and where its valid ones end."""

    partition: Small
    seq: Big = 0
    log_offset: Big = 0
    last_at: datetime | None = None
    events_count: Big = 0
    refused_count: Big = 0
    repeated_count: Big = 0
    nothing_count: Big = 0
    quarantined_count: Big = 0
    skipped_count: Big = 0  # markers, and late or repeated writes of former owners


DECISIONS = Table(
    name="decision",
    row=DecisionRow,
    indexes=("(stream, log_offset)",),
    named_by=("partition", "seq"),
    fill_percent=100,
)
HEALTH = Table(name="health", row=HealthRow, key_length=1, fill_percent=50)


def mark_of(stream: StreamId) -> int:
    """Return the number under which a stream's decisions are found.

    Two streams may share it: whoever reads looks at the stream's name in the log
    (docs/decisions/0081).

    Examples:
        >>> mark_of(StreamId("account:217901911"))
        555977498
    """
    return crc32(stream.encode()) - 2**31


def fold(health: Rows[HealthRow], decided: Iterable[PlacedDecision]) -> tuple[DecisionRow, ...]:
    """Return a row for each decision, and count it in its partition's health."""
    rows = []
    for placed in decided:
        row = _row(placed)
        rows.append(row)
        known = health.find(placed.partition) or HealthRow(partition=placed.partition)
        health.put(_counted(known, row))
    return tuple(rows)


def _row(placed: PlacedDecision) -> DecisionRow:
    body = placed.body
    outcome = body.outcome
    return DecisionRow(
        log_offset=placed.offset,
        seq=placed.seq,
        at=body.at,
        stream=mark_of(body.stream),
        partition=placed.partition,
        outcome=_kind(outcome),
        code=outcome.code.value if isinstance(outcome, Refused) else None,
    )


def _kind(outcome: Outcome) -> int:
    match outcome:
        case Events():
            return EVENTS
        case Refused():
            return REFUSED
        case Repeated():
            return REPEATED
        case Nothing():
            return NOTHING
        case Quarantined():
            return QUARANTINED
        case _:
            assert_never(outcome)


def _counted(health: HealthRow, row: DecisionRow) -> HealthRow:
    return replace(
        health,
        seq=row.seq,
        log_offset=row.log_offset,
        last_at=row.at,
        events_count=health.events_count + (row.outcome == EVENTS),
        refused_count=health.refused_count + (row.outcome == REFUSED),
        repeated_count=health.repeated_count + (row.outcome == REPEATED),
        nothing_count=health.nothing_count + (row.outcome == NOTHING),
        quarantined_count=health.quarantined_count + (row.outcome == QUARANTINED),
        skipped_count=row.log_offset + 1 - row.seq,
    )


async def _write(connection: Connection, schema: str, decided: Sequence[PlacedDecision]) -> None:
    """Add a row per decision by COPY, and move the health of the partitions."""
    partitions = {(placed.partition,) for placed in decided}
    known = await load(connection, HEALTH, schema=schema, by=HEALTH.key, wanted=partitions)
    health = Rows(HEALTH, known)
    rows = fold(health, decided)
    await append(connection, DECISIONS, rows, schema=schema)
    await upsert(connection, health, schema=schema)


VIEW = View(name="timeline", version=1, tables=(DECISIONS, HEALTH), write=_write)
