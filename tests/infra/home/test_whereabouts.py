"""A home knows where it ran last: what was copied or put back is noticed, what is not is not."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from infra.home.errors import HomeCopiedError
from infra.home.whereabouts import (
    FILE_NAME,
    Claim,
    Whereabouts,
    check_start,
    mark,
    read_marker,
    write_marker,
)
from infra.store.births import born_ns
from infra.store.dsn import Dsn
from infra.store.pool import Pool, close_pool, open_pool


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that has started."""
    home = tmp_path / "home"
    home.mkdir()
    write_marker(home, "first")
    return home


def copied_by_python(home: Path, to: Path) -> None:
    """Copy as a script does."""
    shutil.copytree(home, to)


def copied_by_cp(home: Path, to: Path) -> None:
    """Copy with every attribute that can be kept."""
    subprocess.run(("cp", "-a", home, to), check=True)


def copied_by_tar(home: Path, to: Path) -> None:
    """Copy as an archive does."""
    archive = to.with_suffix(".tar")
    subprocess.run(("tar", "-C", home, "-cf", archive, "."), check=True)
    to.mkdir()
    subprocess.run(("tar", "-C", to, "-xpf", archive), check=True)


class TestReadMarker:
    def test_is_content_where_the_home_ran(self, home: Path) -> None:
        """A start after a stop, a crash or a reboot needs no word of anybody."""
        marker = read_marker(home, None)

        assert marker is not None
        assert marker.start == "first"

    def test_is_content_without_a_marker(self, tmp_path: Path) -> None:
        """A folder that is no home yet, or one of an older version."""
        assert read_marker(tmp_path, None) is None

    def test_follows_a_renamed_folder(self, home: Path, tmp_path: Path) -> None:
        """A volume at another mount point has another path, and the same files."""
        assert read_marker(home.rename(tmp_path / "elsewhere"), None) is not None

    @pytest.mark.parametrize("copied", [copied_by_python, copied_by_cp, copied_by_tar])
    def test_notices_a_copy(
        self, home: Path, tmp_path: Path, copied: Callable[[Path, Path], None]
    ) -> None:
        """Both homes would send what is due."""
        copied(home, tmp_path / "copy")

        with pytest.raises(HomeCopiedError, match=r"a copy of its files; .*--moved.*--restored"):
            read_marker(tmp_path / "copy", None)

    def test_notices_an_older_marker_put_back_into_the_newer_ones_place(self, home: Path) -> None:
        """`cp -a backup/. home/` writes into files that are there: inode and birth stay."""
        older = (home / FILE_NAME).read_bytes()
        write_marker(home, "second")
        (home / FILE_NAME).write_bytes(older)

        with pytest.raises(HomeCopiedError):
            read_marker(home, None)

    def test_notices_a_marker_that_does_not_read(self, home: Path) -> None:
        """Whatever wrote into it was not a start."""
        (home / FILE_NAME).write_bytes(b"\0")

        with pytest.raises(HomeCopiedError):
            read_marker(home, None)

    @pytest.mark.parametrize("claim", list(Claim))
    def test_goes_on_when_a_person_says_why(self, home: Path, tmp_path: Path, claim: Claim) -> None:
        """Only a person knows whether the other one still runs."""
        copied_by_cp(home, tmp_path / "copy")

        assert read_marker(tmp_path / "copy", claim) is not None

    @pytest.mark.parametrize("claim", [None, Claim.MOVED])
    def test_of_a_restored_backup_asks_for_no_other_word(
        self, home: Path, claim: Claim | None
    ) -> None:
        """What was sent since the backup is nobody's to forget."""
        write_marker(home, "first", is_restored=True)

        with pytest.raises(HomeCopiedError) as caught:
            read_marker(home, claim)

        assert "--moved" not in str(caught.value)
        assert read_marker(home, Claim.RESTORED) is not None

    def test_does_without_a_birth_time(self, home: Path, tmp_path: Path) -> None:
        """Some network file systems tell none, or only since a newer kernel."""
        path = home / FILE_NAME
        path.write_text(f'{{"inode": {path.stat().st_ino}, "start": "first"}}')

        assert read_marker(home, None) == Whereabouts(inode=path.stat().st_ino, start="first")
        copied_by_cp(home, tmp_path / "copy")
        with pytest.raises(HomeCopiedError):
            read_marker(tmp_path / "copy", None)


def test_a_birth_lies_between_two_clocks_of_the_file_system(tmp_path: Path) -> None:
    """A birth read from the wrong bytes would make every start an alarm, or none."""
    path = tmp_path / "file"
    path.touch()
    born_at = born_ns(path)

    assert born_at == path.stat().st_mtime_ns
    os.utime(path, (0, 0))
    assert born_ns(path) == born_at


@pytest_asyncio.fixture(loop_scope="session")
async def pool(database: Dsn) -> AsyncIterator[Pool]:
    """A pool on a fresh database."""
    pool = await open_pool(database, application_name="tests", size_max=1)
    yield pool
    await close_pool(pool)


@pytest.mark.connected
class TestCheckStart:
    async def test_knows_the_start_that_the_marker_bears(
        self, tmp_path: Path, database: Dsn, pool: Pool
    ) -> None:
        """Each start names itself, in the file and in the database."""
        for _ in range(2):
            marker = read_marker(tmp_path, None)
            await check_start(tmp_path, database, marker, None)
            await mark(tmp_path, pool, marker)

        await check_start(tmp_path, database, read_marker(tmp_path, None), None)

    async def test_notices_a_database_put_back_under_the_files(
        self, tmp_path: Path, database: Dsn, pool: Pool
    ) -> None:
        """A restored log beside a folder that never moved."""
        await mark(tmp_path, pool, None)
        backed_up = await pool.fetchrow("select start, former from home_start")
        assert backed_up is not None
        for _ in range(2):
            await mark(tmp_path, pool, read_marker(tmp_path, None))
        await pool.execute("update home_start set (start, former) = ($1, $2)", *backed_up)

        with pytest.raises(HomeCopiedError, match="of different starts"):
            await check_start(tmp_path, database, read_marker(tmp_path, None), None)

    async def test_notices_files_that_are_missing_beside_the_database(
        self, tmp_path: Path, database: Dsn, pool: Pool
    ) -> None:
        """Whoever copies the database alone has no marker to be recognised by."""
        await mark(tmp_path, pool, None)

        with pytest.raises(HomeCopiedError):
            await check_start(tmp_path, database, None, None)
        await check_start(tmp_path, database, None, Claim.MOVED)

    @pytest.mark.parametrize("starts_before", [0, 1])
    async def test_is_content_after_a_kill_between_the_database_and_the_file(
        self, tmp_path: Path, database: Dsn, pool: Pool, starts_before: int
    ) -> None:
        """A crash is not a copy."""
        for _ in range(starts_before):
            await mark(tmp_path, pool, read_marker(tmp_path, None))
        if not starts_before:
            write_marker(tmp_path, "")
            await check_start(tmp_path, database, read_marker(tmp_path, None), None)
        marker = read_marker(tmp_path, None)
        kept = (tmp_path / FILE_NAME).rename(tmp_path / "kept")
        await mark(tmp_path, pool, marker)
        kept.rename(tmp_path / FILE_NAME)

        await check_start(tmp_path, database, read_marker(tmp_path, None), None)

    async def test_is_content_with_a_database_that_never_heard_of_starts(
        self, tmp_path: Path, database: Dsn, pool: Pool
    ) -> None:
        """A home of an older version opens, and knows its place from then on."""
        await pool.execute("drop table home_start")

        await check_start(tmp_path, database, None, None)
