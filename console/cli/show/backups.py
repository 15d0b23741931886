"""Show what was backed up or restored, and what is to be done next."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from console.desk.clock_words import clock_text

if TYPE_CHECKING:  # the whole of a home, half a second
    from infra.home.backup import BackedUp
    from infra.home.backup_form import BackupList

MEBIBYTE = 1024 * 1024


def backed_up_document(done: "BackedUp") -> dict[str, object]:
    """Return what was backed up, as a document."""
    return {
        "record": str(done.record),
        "keys": str(done.keys),
        "taken_at": done.taken_at,
        "size_bytes": done.size_bytes,
    }


def draw_backed_up(console: Console, done: "BackedUp") -> None:
    """Draw where the two folders are, and why they are two."""
    size = done.size_bytes / MEBIBYTE
    console.print(f"✓ backed up as of {clock_text(done.taken_at)}, {size:.1f} MiB")
    console.print(f"  record: {escape(str(done.record))}")
    console.print(f"  keys:   {escape(str(done.keys))}")
    console.print(
        "  Keep them in different places: who has both can read everything. Of the keys, keep "
        "the newest only."
    )


def restored_document(home: Path, listed: "BackupList") -> dict[str, object]:
    """Return what was restored, as a document."""
    return {"home": str(home), "taken_at": listed.taken_at, "version": listed.version}


def draw_restored_home(console: Console, home: Path, listed: "BackupList") -> None:
    """Draw what was restored, and how it is started."""
    taken_at = clock_text(listed.taken_at)
    console.print(f"✓ restored {escape(str(home))} as of {taken_at}")
    console.print("  `relance up --restored` starts it: what was due since is in doubt then.")
