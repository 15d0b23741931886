"""Write the stops that bind everybody, and list what was in flight when they were written.

The row is committed first, then the ledger is read; the dispatcher commits its ledger
row first, then reads the suppression.  One of the two therefore sees the other.
"""

from engine.decision import Events, Nothing, PlacedDecision, Repeated
from engine.events import Objected, PointDied
from engine.ids import StreamKind, kind_of, name_of, touch_id
from engine.requests import RecordDeadPoint, RecordObjection
from infra.touching.protocol import in_flight
from infra.touching.tables import Ledger, Stop, Stops

OBJECTION = "objection"
DEAD_POINT = "bounce"


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


class TableSuppression:
    """The stops of a table and a ledger; see `infra.runtime.owning.touch_ports.Suppression`."""

    def __init__(self, stops: Stops, ledger: Ledger) -> None:
        self._stops = stops
        self._ledger = ledger

    async def before_answer(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Commit the row of a stop, then return the touches in flight to that address."""
        stop = stop_of(placed)
        if stop is None:
            return ()
        tag = name_of(placed.body.stream)
        # Two steps: what is read must not be older than the row.
        await self._stops.write(tag, stop, placed)
        rows = await self._ledger.open_rows(tag)
        return in_flight(
            [(touch_id(name_of(key.stream), key.touch), row) for key, row in rows.items()]
        )
