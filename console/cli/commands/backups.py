"""Back a home up while it runs, and make a home of a backup."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from console.cli.context import Context
from console.cli.show.backups import (
    backed_up_document,
    draw_backed_up,
    draw_restored_home,
    restored_document,
)

KEYS_SUFFIX = ".keys"

KeysFolder = Annotated[
    Path | None, Parameter(name="--keys", help="Folder of the keys; by default FOLDER.keys.")
]


async def backup(folder: Path, *, context: Context, keys: KeysFolder = None) -> None:
    """Write the home as of one instant into a new folder, and its keys into another.

    Args:
        folder: Where the record goes: log, ledger, suppressions; nothing readable in it.
    """
    from infra.home.backup import back_up_home  # the whole of a home, half a second

    record, apart = _folders(folder, keys)
    with context.terminal.busy("backing up"):
        done = await back_up_home(context.settings, record=record, keys=apart)
    context.terminal.show(backed_up_document(done), lambda console: draw_backed_up(console, done))


async def restore(folder: Path, *, context: Context, keys: KeysFolder = None) -> None:
    """Make the home of a backup; it runs once `relance up --restored` is asked of it.

    Args:
        folder: The record that `relance backup` wrote.
    """
    from infra.home.backup_loading import restore as restore_home  # the same

    (record, apart), settings = _folders(folder, keys), context.settings
    with context.terminal.busy("restoring"):
        listed = await restore_home(
            settings.home,
            record=record,
            keys=apart,
            binaries=settings.postgres_binaries,
        )
    context.terminal.show(
        restored_document(settings.home, listed),
        lambda console: draw_restored_home(console, settings.home, listed),
    )


def _folders(folder: Path, keys: Path | None) -> tuple[Path, Path]:
    record = folder.absolute()
    return record, keys.absolute() if keys else record.with_name(record.name + KEYS_SUFFIX)
