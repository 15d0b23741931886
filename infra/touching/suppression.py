"""Write the stops that bind everybody, and list what was in flight when they were written.

The row is committed first, then the ledger is read; the dispatcher commits its ledger
row first, then reads the suppression.  One of the two therefore sees the other.
"""

from collections.abc import Sequence
from typing import NamedTuple

from engine.decision import Events, Nothing, PlacedDecision, Repeated
from engine.events import Objected, PointDied
from engine.ids import StreamId, StreamKind, kind_of, name_of, touch_id
from engine.requests import RecordDeadPoint, RecordObjection
from infra.store.pool import Connection, Pool, translated
from infra.touching.protocol import LedgerRow, in_flight

OBJECTION = "objection"
DEAD_POINT = "bounce"

INSERT = """
insert into suppression (tag, reason, scope, since_at, partition, seq)
values ($1, $2, $3, $4, $5, $6)
on conflict (tag, reason) do nothing
"""
OPEN_ROWS = """
select stream, touch, process from send_ledger where tag = $1 and reach is null
"""
SUPPRESSED = "select distinct tag from suppression where tag = any($1::text[])"


class Stop(NamedTuple):
    """What a contact point's decision stops, and why."""

    reason: str
    scope: str


def stop_of(placed: PlacedDecision) -> Stop | None:
    """Return what a decision stops; None if it states no stop.

    A repeat and an objection already known state it as well: each of their answers
    promises the row.
    """
    body, item = placed.body, placed.input
    if kind_of(body.stream) is not StreamKind.CONTACT_POINT or item is None:
        return None
    match body.outcome:
        case Events(events=events):
            return next((stop for stop in map(_stop_by, events) if stop), None)
        case Nothing() | Repeated():
            return _asked(item.request)
        case _:
            return None


def _stop_by(event: object) -> Stop | None:
    match event:
        case Objected(scope=scope):
            return Stop(OBJECTION, scope)
        case PointDied():
            return Stop(DEAD_POINT, "all")
        case _:
            return None


def _asked(request: object) -> Stop | None:
    match request:
        case RecordObjection(scope=scope):
            return Stop(OBJECTION, scope)
        case RecordDeadPoint():
            return Stop(DEAD_POINT, "all")
        case _:
            return None


class PostgresSuppression:
    """The suppression table in PostgreSQL; see `infra.runtime.owning.touch_ports.Suppression`."""

    def __init__(self, pool: Pool) -> None:
        """Keep the pool; its commits must be synchronous."""
        self._pool = pool

    async def before_answer(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Commit the row of a stop, then return the touches in flight to that address."""
        stop = stop_of(placed)
        if stop is None:
            return ()
        tag = name_of(placed.body.stream)
        with translated():
            # Two statements, two commits: the read must not share the insert's snapshot.
            await self._pool.execute(
                INSERT,
                tag,
                stop.reason,
                stop.scope,
                placed.body.at,
                placed.partition,
                placed.seq,
            )
            rows = await self._pool.fetch(OPEN_ROWS, tag)
        return in_flight(
            [
                (
                    touch_id(name_of(StreamId(row["stream"])), row["touch"]),
                    LedgerRow(row["process"], None),
                )
                for row in rows
            ]
        )


async def suppressed(connection: Connection, tags: Sequence[str]) -> frozenset[str]:
    """Return which of these tags nothing may go to."""
    rows = await connection.fetch(SUPPRESSED, sorted(set(tags)))
    return frozenset(row["tag"] for row in rows)
