"""Draw the log: offsets, records, decisions as they come, what was verified."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import clock_text, table
from console.desk.log_reading import Head, Records
from console.desk.verifying import Verified
from projections.queries.happenings import TimelineLine

VALUE_SHOWN_MAX = 300


def draw_head(console: Console, heads: Sequence[Head]) -> None:
    """Draw the partitions that hold something."""
    grid = table("Offsets", "topic", "partition")
    for name in ("first", "end", "records"):
        grid.add_column(name, justify="right")
    for one in heads:
        if one.end:
            numbers = (one.first, one.end, one.record_count)
            grid.add_row(one.topic, str(one.partition), *map(str, numbers))
    console.print(grid)
    empty_count = sum(1 for one in heads if not one.end)
    console.print(f"{empty_count} partitions are empty; inboxes are trimmed once decided")


def draw_records(console: Console, page: Records) -> None:
    """Draw the beginning of each record; `--json` shows them whole."""
    for record in page.records:
        value = bytes(record.value).decode(errors="replace")
        cut = value if len(value) <= VALUE_SHOWN_MAX else f"{value[:VALUE_SHOWN_MAX]}..."
        console.print(f"[bold]{record.offset}[/] {escape(record.key)} {escape(cut)}")
    if not page.records:
        console.print("no record from there on")
    console.print(f"[dim]next: --from {page.next_offset}; --json shows records whole[/]")


def short_line(stream: str, line: TimelineLine) -> str:
    """Return a decision on one line: at, stream, what was asked by whom, outcome, rules."""
    ruled = dict.fromkeys(one.rule for one in line.happenings)
    names = dict.fromkeys(one.name for one in line.happenings)
    told = ", ".join(names) or " ".join(part for part in (line.code, line.detail) if part)
    by = ", ".join(ruled) or line.rule
    parts = (
        f"{clock_text(line.at, 'UTC')}Z",
        stream,
        f"{line.request} by {line.actor} ({line.source}):",
        line.outcome,
        told,
        f"[{by}]" if by else "",
    )
    return " ".join(part for part in parts if part)


def draw_verified(console: Console, verified: Sequence[Verified]) -> None:
    """Draw the counts of each partition, then the damage."""
    grid = table("Verified", "partition")
    for name in ("records", "valid", "skipped", "streams", "epoch", "refused", "quarantined"):
        grid.add_column(name, justify="right")
    for one in verified:
        numbers = (
            *(one.record_count, one.valid_count, one.skipped_count, one.stream_count, one.epoch),
            *(one.outcomes.get("refused", 0), one.outcomes.get("quarantined", 0)),
        )
        name = one.topic if one.topic == "workspace" else str(one.partition)
        grid.add_row(name, *map(str, numbers))
    console.print(grid)
    damaged = [one for one in verified if one.damage]
    for one in damaged:
        console.print(f"[red]✗ {escape(one.damage)}[/]")
    if not damaged:
        total = sum(one.valid_count for one in verified)
        console.print(
            f"[green]✓[/] {total} valid decisions in {len(verified)} partitions, no damage"
        )
