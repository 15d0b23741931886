"""One process of a home whose mail goes to a server of another process, to be killed.

`python -m tests.journeys.long.rows.worker FOLDER PORT INSTANT` plays up to an instant.
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from infra import telemetry
from infra.mail.catcher import Catcher
from infra.store.server import embedded_dsn
from tests.infra.runtime.stories import play
from tests.systems.house import opened


async def main(folder: Path, port: int, until_at: datetime) -> None:
    """Run the home of a folder until all that is due by then has left."""
    elsewhere = Catcher(folder / "elsewhere", port=port)  # never started: another has the port
    async with (
        opened(folder / "home", embedded_dsn(folder / "postgres"), elsewhere) as house,
        house.running() as life,
    ):
        await play(life.runtime, house.clock, until_at)


if __name__ == "__main__":
    telemetry.set_up()
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
