"""Write the stops that bind everybody, and list what was in flight when they were written.

The row is committed first, then the ledger is read; the dispatcher commits its ledger
row first, then reads the suppression.  One of the two therefore sees the other.
"""

from engine.decision import PlacedDecision
from engine.ids import name_of, touch_id
from engine.suppressing import stops_of
from infra.touching.protocol import in_flight
from infra.touching.tables import Ledger, Stops


class TableSuppression:
    """The stops of a table and a ledger; see `infra.runtime.owning.touch_ports.Suppression`."""

    def __init__(self, stops: Stops, ledger: Ledger) -> None:
        self._stops = stops
        self._ledger = ledger

    async def before_answer(self, placed: PlacedDecision) -> tuple[str, ...]:
        """Commit the rows of a stop, then return the touches in flight to whom it names."""
        stops = tuple(stops_of(placed))
        if not stops:
            return ()
        stated = {stop.name for stop in stops if stop.stated}
        # Two steps: what is read must not be older than the rows.
        await self._stops.write(stops, placed)
        rows = await self._ledger.open_rows(stated)
        return in_flight(
            [(touch_id(name_of(key.stream), key.touch), row) for key, row in rows.items()]
        )
