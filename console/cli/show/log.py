"""Draw the log: offsets, records, decisions as they come, what was verified."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from console.cli.show.tables import counted, table
from console.desk.clock_words import clock_text, on_the_clock
from console.desk.log_reading import Head, RecordPage
from console.desk.verifying import Verification
from projections.queries.happenings import TimelineLine

VALUE_SHOWN_MAX = 300


def draw_head(console: Console, heads: Sequence[Head]) -> None:
    """Draw the partitions that hold something."""
    grid = table("Offsets", "topic", "partition")
    for name in ("first", "end", "records"):
        grid.add_column(name, justify="right")
    for head in heads:
        if head.end:
            numbers = (head.first, head.end, head.record_count)
            grid.add_row(head.topic, str(head.partition), *map(str, numbers))
    console.print(grid)
    empty_count = sum(1 for head in heads if not head.end)
    empty = counted(empty_count, "partition is empty", "partitions are empty")
    console.print(f"{empty}; inboxes are trimmed once decided")


def draw_records(console: Console, page: RecordPage) -> None:
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
    ruled = dict.fromkeys(happening.rule for happening in line.happenings)
    names = dict.fromkeys(happening.name for happening in line.happenings)
    detail = on_the_clock(line.detail)
    told = ", ".join(names) or " ".join(part for part in (line.code, detail) if part)
    by = ", ".join(ruled) or line.rule
    parts = (
        clock_text(line.at),
        stream,
        f"{line.request} by {line.actor} ({line.source}):",
        line.outcome,
        told,
        f"[{by}]" if by else "",
    )
    return " ".join(part for part in parts if part)


def draw_verified(console: Console, verified: Sequence[Verification]) -> None:
    """Draw the counts of each partition, then the damage."""
    grid = table("Verified", "partition")
    for name in ("records", "valid", "skipped", "streams", "epoch", "refused", "quarantined"):
        grid.add_column(name, justify="right")
    for partition in verified:
        numbers = (
            *(
                partition.record_count,
                partition.valid_count,
                partition.skipped_count,
                partition.stream_count,
                partition.epoch,
            ),
            *(partition.outcomes.get("refused", 0), partition.outcomes.get("quarantined", 0)),
        )
        name = partition.topic if partition.topic == "workspace" else str(partition.partition)
        grid.add_row(name, *map(str, numbers))
    console.print(grid)
    damaged = [partition for partition in verified if partition.damage]
    for partition in damaged:
        console.print(f"[red]✗ {escape(partition.damage)}[/]")
    if not damaged:
        total = sum(partition.valid_count for partition in verified)
        console.print(
            f"[green]✓[/] {counted(total, 'valid decision')} "
            f"in {counted(len(verified), 'partition')}, no damage"
        )
