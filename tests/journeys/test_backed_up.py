"""A home is backed up while it runs, made again elsewhere, and sends nothing twice."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from infra.home.backup import back_up_home
from infra.home.backup_form import LIST_FILE, TABLES, BackupList, write_list, written
from infra.home.backup_loading import restore
from infra.home.errors import BackupFormError, FolderTakenError, HomeCopiedError
from infra.home.up import Announcement, Troupe, UpOptions, run
from infra.home.whereabouts import Claim
from infra.vault.errors import WrongMasterKeyError
from tests.journeys import small_play
from tests.journeys.interrupting import play_out
from tests.journeys.stage import PLAYS_ONLY, looked_at, quietly, settings_of

pytestmark = pytest.mark.connected

RESTORED = replace(PLAYS_ONLY, claim=Claim.RESTORED)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small home, and its backup; no test changes them."""
    folder = tmp_path_factory.mktemp("backed-up")
    await play_out(folder / "home")
    settings = settings_of(folder / "home")
    await back_up_home(settings, record=folder / "record", keys=folder / "keys")
    return folder


async def _up(home: Path, options: UpOptions) -> Announcement:
    announced: list[Announcement] = []
    await run(
        settings_of(home),
        options,
        report=quietly,
        announce=announced.append,
        troupe=Troupe(sample_of=small_play.small_sample),
    )
    return announced[0]


async def test_what_is_made_of_a_backup_is_the_same_home(folders: Path, tmp_path: Path) -> None:
    """States and views are built from the log; everything else is what it was."""
    home = tmp_path / "home"
    await restore(home, record=folders / "record", keys=folders / "keys")

    with pytest.raises(HomeCopiedError, match=r"got: a restored backup; .*--restored"):
        await _up(home, replace(PLAYS_ONLY, claim=Claim.MOVED))
    started = await _up(home, RESTORED)

    assert started.restored is not None
    async with looked_at(folders / "home") as look:
        before = await look.decisions()
        names = await look.rows("select name, title from account order by 1")
    async with looked_at(home) as look:
        after = await look.decisions()
        assert await look.rows("select name, title from account order by 1") == names
        assert await look.differences() == ()
    bodies = {(placed.partition, placed.seq): placed.body for placed in after}
    assert all(bodies[placed.partition, placed.seq] == placed.body for placed in before)
    await _up(home, PLAYS_ONLY)


async def test_is_taken_beside_a_running_home(folders: Path, tmp_path: Path) -> None:
    """Nobody stops work for it."""
    home, settings = tmp_path / "home", settings_of(tmp_path / "home")
    await restore(home, record=folders / "record", keys=folders / "keys")
    taken: list[Path] = []

    async def taking() -> None:
        record = tmp_path / "record"
        await back_up_home(settings, record=record, keys=tmp_path / "keys")
        taken.append(record)

    async with asyncio.TaskGroup() as group:

        def announce(_: Announcement) -> None:
            group.create_task(taking()).add_done_callback(lambda _: running.cancel())

        options = replace(RESTORED, stops_after_play=False)
        troupe = Troupe(sample_of=small_play.small_sample)
        running = group.create_task(
            run(settings, options, report=quietly, announce=announce, troupe=troupe)
        )

    await restore(tmp_path / "b", record=taken[0], keys=tmp_path / "keys")


def _without_list(record: Path) -> None:
    (record / LIST_FILE).unlink()


def _with_other_bytes(record: Path) -> None:
    path = record / TABLES / "log_frame"
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def _without_a_table(record: Path) -> None:
    (record / TABLES / "send_ledger").unlink()


@pytest.mark.parametrize("change", [_without_list, _with_other_bytes, _without_a_table])
async def test_half_a_backup_makes_no_home(
    folders: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """Whoever restores has nothing else: better a word now than a hole found later."""
    record = tmp_path / "record"
    shutil.copytree(folders / "record", record)
    change(record)

    with pytest.raises(BackupFormError, match="take another copy of the backup"):
        await restore(tmp_path / "home", record=record, keys=folders / "keys")

    assert not (tmp_path / "home").exists()


async def test_keys_of_another_home_open_nothing(folders: Path, tmp_path: Path) -> None:
    """Two homes, two pairs of folders, and a hurried hand."""
    keys = tmp_path / "keys"
    shutil.copytree(folders / "keys", keys)
    other = (keys / "keys" / "master.key").read_text()[::-1].strip() + "\n"
    (keys / "keys" / "master.key").write_text(other)
    _list_again(keys)

    with pytest.raises(WrongMasterKeyError):
        await restore(tmp_path / "home", record=folders / "record", keys=keys)


async def test_nothing_that_is_there_is_overwritten(folders: Path, tmp_path: Path) -> None:
    """Neither a home by a backup, nor a backup by another."""
    with pytest.raises(FolderTakenError):
        await restore(folders / "home", record=folders / "record", keys=folders / "keys")
    with pytest.raises(FolderTakenError):
        await back_up_home(
            settings_of(folders / "home"), record=folders / "record", keys=tmp_path / "keys"
        )


def test_nothing_personal_is_in_a_record(folders: Path) -> None:
    """Who finds it learns that somebody was written to, and not whom."""
    person = small_play.small_sample().people[0]
    held = b"".join(path.read_bytes() for path in (folders / "record").rglob("*") if path.is_file())

    assert person.email.encode() not in held
    assert not list((folders / "record").rglob("vault_key"))
    both = [*(folders / "record").rglob("*"), *(folders / "keys").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in both} == {0}


def _list_again(folder: Path) -> None:
    """Let a folder's list say what is there now."""
    listed = msgspec.json.decode((folder / LIST_FILE).read_bytes(), type=BackupList)
    write_list(folder, msgspec.structs.replace(listed, files=written(folder)))
