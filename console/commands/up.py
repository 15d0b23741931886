"""Run Relance in the foreground, and say what to try."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from console.desk import At
from console.moments import instant_of
from console.show.up import Progress, draw_started, started_document

if TYPE_CHECKING:  # everything, half a second
    from infra.home.up import Started


async def up(
    *,
    desk: At,
    now: str = "",
    empty: bool = False,
    stop_after_play: Annotated[bool, Parameter(show=False)] = False,
) -> None:
    """Run Relance on its home folder until Ctrl-C; a second start goes on where it stopped.

    The first start on an empty folder loads the sample, and plays its past weeks.

    Args:
        now: The instant a new sample arrives at, `2026-08-20T09:00` (Paris time unless it
            has an offset); sample homes only.
        empty: A first start loads no sample.
        stop_after_play: Stop once the sample has played; for scripts.
    """
    from infra.home.up import UpOptions, run  # everything, half a second

    options = UpOptions(
        now_at=instant_of(now, name="--now") if now else None,
        is_empty=empty,
        stops_after_play=stop_after_play,
    )
    with Progress(desk.terminal) as progress:

        def announce(started: "Started") -> None:
            progress.finish()
            desk.terminal.show(
                started_document(started), lambda console: draw_started(console, started)
            )

        await run(desk.settings, options, report=progress.report, announce=announce)
