"""What time it is for whoever runs the home: a sample's clock is its own."""

from datetime import datetime

from console.cli.desk import Desk


async def now_of(desk: Desk) -> datetime:
    """Return the home's present instant, aware UTC.

    Raises:
        NothingRunsError: Nobody runs it.
    """
    return (await (await (await desk.office()).door()).health()).now_at
