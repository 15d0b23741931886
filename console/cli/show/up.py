"""Show how far a start has got, and what to try once everything runs."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import counted
from console.cli.terminal import Terminal
from console.desk.clock_words import clock_text

if TYPE_CHECKING:  # the whole composition, half a second
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from infra.home.restoring import Restored
    from infra.home.up import Announcement

WORDS = {
    "database": "starting the database",
    "restoring": "settling what was due since the backup",
    "filling": "loading the sample",
    "playing": "playing past weeks",
    "stopping": "stopping",
}
TRY = (
    ("relance pipeline", "where accounts and campaigns stand"),
    ("relance tasks", "today's calls and tasks"),
    ("relance timeline Niort", "everything about one account"),
    ("relance log tail", "decisions as they are made"),
    ("relance status", "what waits, what is in doubt"),
)
TRY_EMPTY = (
    ("relance sequences publish collectivite-prise-de-contact-30j", "a sequence to go through"),
    ("relance accounts add NAME", "an organisation"),
)
PERMILLE = 1000


class Progress:
    """A bar on standard error for whoever looks; a line per stage for whoever does not."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._bar: Bar | None = None
        self._stage = ""
        self._task: TaskID | None = None

    def report(self, stage: str, share: float) -> None:
        """Show that `share` (0 to 1) of a stage is done."""
        is_new, self._stage = stage != self._stage, stage
        if self._bar is None:
            if is_new:
                self._terminal.note(f"relance: {WORDS.get(stage, stage)}")
            return
        if is_new and self._task is not None:
            self._bar.remove_task(self._task)
        if is_new or self._task is None:
            self._task = self._bar.add_task(WORDS.get(stage, stage), total=PERMILLE)
        self._bar.update(self._task, completed=int(min(max(share, 0.0), 1.0) * PERMILLE))

    def finish(self) -> None:
        """Take the bar away; what comes later is told in lines."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._terminal.is_watched:
            self._bar = _bar(self._terminal.error_console())
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        self.finish()


def started_document(started: "Announcement") -> dict[str, object]:
    """Return what is announced, as a document."""
    return {
        "home": str(started.home),
        "kind": started.facts.kind,
        "now_at": started.now_at,
        "start_on": started.facts.start_on,
        "restored": started.restored,
        "log_ends_at": started.log_ends_at,
    }


def draw_started(console: Console, started: "Announcement") -> None:
    """Draw where it runs, what time it is there, and what to try."""
    is_sample = started.facts.kind == "sample"
    kind = "a sample: real accounts, invented people and answers" if is_sample else "your own"
    console.print(
        f"\n[bold]Relance runs on {escape(str(started.home))}[/] ({kind}); "
        f"its clock: {clock_text(started.now_at)}"
    )
    console.print("Ctrl-C stops it; the next start goes on from there. In another terminal, try:\n")
    if started.log_ends_at is not None:
        console.print(
            f"[yellow]The log ends at {clock_text(started.log_ends_at)}, later than this clock[/]: "
            "one of both was wrong; timers wait for the clock.\n"
        )
    if started.restored is not None:
        _draw_restored(console, started.restored)
    shown = TRY if is_sample else TRY_EMPTY
    width = max(len(command) for command, _ in shown)
    for command, meaning in shown:
        console.print(f"  {escape(command):<{width}}  [dim]{escape(meaning)}[/]")
    console.print()


def _draw_restored(console: Console, restored: "Restored") -> None:
    """Say what a restored home does not know, and what a person has to do."""
    last = clock_text(restored.last_decision_at) or "none"
    console.print(
        f"[yellow]Restored: the last decision it knows is of {last}; what was decided since is "
        f"lost.[/]\n"
        f"  {counted(restored.unknown_count, 'e-mail')} may have left: `relance status` names "
        "them, "
        "`relance touches settle` says what became of each.\n"
        "  Objections since are lost too: record them again, from replies and from the mail "
        "server's log.\n"
        "  No e-mail leaves until `relance sending resume`.\n"
    )


def _bar(console: Console) -> "Bar":
    from rich.progress import (  # only for whoever looks
        BarColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
