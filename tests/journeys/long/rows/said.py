"""What was said wrongly."""

from console.cli.exits import Exit
from tests.journeys.long.rows.fresh_home import FreshHome
from tests.journeys.long.rows.row import Row


async def _unknown_command(home: FreshHome) -> str:
    said = (await home.relance("enroll")).expect(Exit.BAD_INPUT)
    assert "enrol" in said.err
    assert ", ;" not in said.err, said.err
    return said.err.strip()


ROWS = (
    Row(
        name="unknown-command",
        before='the advice for an unknown command ended in ", enrol, ;"',
        now=_unknown_command,
    ),
)
