"""Run Relance in the foreground, and say what to try."""

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self

from cyclopts import Parameter

from console.cli.context import Context
from console.cli.show.up import Progress, draw_started, started_document
from console.cli.terminal import Terminal
from console.desk.errors import UsageError
from console.desk.moments import instant_of
from infra.home.layout import LOG_FILE

if TYPE_CHECKING:  # everything, half a second
    from infra.home.up import Announcement
    from infra.log.address import LogAddress
    from infra.settings import Settings


async def up(
    *,
    context: Context,
    now: str = "",
    empty: bool = False,
    moved: bool = False,
    restored: bool = False,
    log: str = "",
    stop_after_play: Annotated[bool, Parameter(show=False)] = False,
) -> None:
    """Run Relance on its home folder until Ctrl-C; a second start goes on where it stopped.

    The first start on an empty folder loads the sample, and plays its past weeks.

    Args:
        now: The instant at which a new sample arrives, such as 2026-08-20T09:00 (Paris time
            unless it has an offset); sample homes only.
        empty: A first start loads no sample.
        moved: The home was moved, and nothing runs at its former place.
        restored: The home comes from a copy or a backup: what was due since is in doubt.
        log: Where a first start makes the log: kafka://HOST:PORT, or the home's own database.
        stop_after_play: Stop once the sample has played; for scripts.
    """
    if empty and now:
        rule = "come without --empty: a home of your own has the clock of the machine"
        raise UsageError("--now", rule, now)
    now_at = instant_of(now, name="--now") if now else None
    if moved and restored:
        raise UsageError("--moved and --restored", "be given one at a time", "both")
    from infra.home.up import UpOptions, run
    from infra.home.whereabouts import Claim

    options = UpOptions(
        now_at=now_at,
        is_empty=empty,
        stops_after_play=stop_after_play,
        log=address_of(log) if log else None,
        claim=Claim.MOVED if moved else Claim.RESTORED if restored else None,
    )
    terminal = context.terminal
    settings = context.settings
    with Progress(terminal) as progress, LogLines(settings, terminal) as lines:

        def report(stage: str, share: float) -> None:
            lines.begin()
            progress.report(stage, share)

        def announce(started: "Announcement") -> None:
            progress.finish()
            terminal.show(started_document(started), lambda console: draw_started(console, started))

        await run(settings, options, report=report, announce=announce)


def address_of(text: str) -> "LogAddress":
    """Return where a log is, as a person wrote it."""
    from infra.log.address import RULE, parse_address

    try:
        return parse_address(text)
    except ValueError:
        raise UsageError("--log", RULE, text) from None


class LogLines:
    """Sends log lines to standard error, or to a file while somebody watches the terminal.

    A hundred of them would push away what to try.  Under a supervisor standard error is
    collected, and a file beside it would grow unseen.
    """

    def __init__(self, settings: "Settings", terminal: Terminal) -> None:
        self._settings = settings
        self._terminal = terminal
        self._stack = ExitStack()
        self._has_begun = False

    def begin(self) -> None:
        """Begin once the home is ours: one that refuses to start is left as it is."""
        from infra.telemetry import set_up

        if self._has_begun:
            return
        self._has_begun = True
        if not self._terminal.is_watched:
            set_up(least=self._settings.log_level)
            return
        from console.cli.log_file import open_log

        stream = self._stack.enter_context(open_log(self._settings.home / LOG_FILE))
        set_up(stream=stream, least=self._settings.log_level)

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._stack.close()
