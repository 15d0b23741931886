"""Run the journeys that take minutes: `python -m tests.journeys.long NAME`."""

import asyncio
import sys

from tests.journeys.long.campaign import open_often
from tests.journeys.long.instants import look_at, play_instants
from tests.journeys.long.kills import kill_often
from tests.journeys.long.poison import poison
from tests.journeys.long.rows.table import look_at_rows
from tests.journeys.long.years import play_years

SCRIPTS = {
    "campaign": open_often,
    "instants": play_instants,
    "kills": kill_often,
    "look": look_at,
    "poison": poison,
    "rows": look_at_rows,
    "year": play_years,
}


def main() -> int:
    """Run the script that the first argument names; return the exit code."""
    name, *words = sys.argv[1:] or [""]
    script = SCRIPTS.get(name)
    if script is None:
        sys.stderr.write(f"expected one of {', '.join(SCRIPTS)}, got: {name or 'nothing'}\n")
        return 2
    return 0 if asyncio.run(script(words)) else 1


if __name__ == "__main__":
    sys.exit(main())
