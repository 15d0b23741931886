"""What leaves the house, and what it says."""

from tests.journeys.long.rows.row import Row

ROWS: tuple[Row, ...] = ()
