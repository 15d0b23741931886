"""The log itself: create it, see how far it goes, read it, follow it, verify it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from cyclopts import App, Parameter

from console.cli.context import Context
from console.cli.exits import Exit
from console.cli.parameters import AtLeastNone, AtLeastOne
from console.cli.show.log import draw_head, draw_records, draw_verified, short_line
from console.cli.show.tables import counted
from console.cli.terminal import Terminal
from console.desk.log_reading import BEGINNING, Head, TailPosition, follow, head_of, read_records
from console.desk.verifying import verify_all
from console.desk.words import place_of_text
from engine.decision import PlacedDecision
from projections.queries.happenings import line_of

RECORDS_MAX = 20

app = App(name="log")


@app.command
async def create(*, context: Context) -> None:
    """Create an empty log in the home; relance up does it by itself where there is none."""
    count = await context.home.create_log()
    document = {"home": str(context.settings.home), "partition_count": count}
    context.terminal.show(
        document, lambda console: console.print(f"✓ created a log of {counted(count, 'partition')}")
    )


@app.command
async def head(*, context: Context) -> None:
    """Show which offsets each partition holds; works also while nothing runs."""
    async with context.home.log_even_stopped() as log:
        heads: tuple[Head, ...] = await head_of(log)
    context.terminal.show(heads, lambda console: draw_head(console, heads))


@app.command
async def read(
    partition: str,
    *,
    context: Context,
    start: Annotated[AtLeastNone, Parameter(name=("--from", "--start"))] = 0,
    count: AtLeastOne = RECORDS_MAX,
) -> None:
    """Show records of one partition, as they are; works also while nothing runs.

    Args:
        partition: Its number, workspace, or TOPIC/NUMBER such as inbox.express/3.
        start: First offset.
        count: At most so many records.
    """
    place = place_of_text(partition)
    async with context.home.log_even_stopped() as log:
        page = await read_records(log, place, start, count_max=count)
    context.terminal.show(page, lambda console: draw_records(console, page))


@app.command
async def tail(
    *,
    context: Context,
    start: Annotated[str, Parameter(name=("--from", "--start"))] = "",
    count: AtLeastNone = 0,
) -> None:
    """Show decisions as they are appended, until Ctrl-C: a line, or a document, each.

    Args:
        start: Go on where a former one ended: the position it told, that of a document, or
            `beginning`; by default from now on.
        count: Stop after so many; 0 goes on.
    """
    log, known = await context.home.log(), await context.home.cursors()
    generation = max((cursor.generation for cursor in known.values()), default=1)
    position = TailPosition.parse(
        start or BEGINNING, generation=generation, partition_count=log.partition_count
    )
    if not start:
        position = TailPosition(position.cursors | known)
    context.terminal.note("following the log; Ctrl-C ends it")
    with suppress(asyncio.CancelledError):  # Ctrl-C is how it ends
        await _show(context.terminal, follow(log, position), position, count)
    context.terminal.note(f"go on from here: relance log tail --from {position.text}")


async def _show(
    terminal: Terminal,
    following: AsyncIterator[PlacedDecision],
    position: TailPosition,
    count_max: int,
) -> None:
    shown_count = 0
    async for placed in following:
        line, stream = line_of(placed), placed.body.stream
        document = {"stream": stream, "decision": line, "position": position.text}
        terminal.line(document, short_line(stream, line))
        shown_count += 1
        if shown_count == count_max:
            return


@app.command
async def verify(*, context: Context) -> Exit:
    """Apply the validity rule to every partition; exit code 5 if one is damaged.

    Works also while nothing runs, and on a home that refuses to start.
    """
    async with context.home.log_even_stopped() as log:
        with context.terminal.counting("verifying") as progressed:
            verified = await verify_all(log, progressed)
    context.terminal.show(verified, lambda console: draw_verified(console, verified))
    return Exit.DAMAGE if any(partition.damage for partition in verified) else Exit.DONE
