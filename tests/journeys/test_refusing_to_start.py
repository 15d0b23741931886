"""A home that is not as it should be does not start: it says where and what to do."""

import secrets
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from infra.home.errors import HomeCopiedError, HomeFileError, HomeFormError, StreamsDamagedError
from infra.home.facts import FILE_NAME
from infra.home.layout import POSTGRES_FOLDER
from infra.home.up import Troupe, UpOptions, run
from infra.home.whereabouts import Claim
from infra.log.errors import PartitionCountError
from infra.sample.errors import SampleRefusedError
from infra.settings import Settings
from infra.store.errors import HomeHeldError, MigrationUnknownError
from infra.store.pool import connected
from infra.store.server import ServerSettings, running
from infra.vault.errors import KeyFileMissingError, WrongMasterKeyError
from tests.journeys import small_play
from tests.journeys.interrupting import play_out, start
from tests.journeys.stage import PLAYS_ONLY, looked_at, quietly, settings_of
from tests.journeys.whole_store import digest

pytestmark = pytest.mark.connected

MASTER_KEY = Path("keys") / "master.key"
# A frame in the middle of what the states hold already: recovery would never read it.
OLD_FRAME = """
    select topic, partition, base_offset, payload from log_frame f
    where topic = 1 and base_offset < (
      select max(base_offset) from log_frame l where (l.topic, l.partition) = (f.topic, f.partition)
    )
    order by base_offset desc, partition limit 1
"""
REPLACE_FRAME = """
    update log_frame set payload = $4
    where (topic, partition, base_offset) = ($1, $2, $3)
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small home at rest; each test leaves it as it was."""
    home = tmp_path_factory.mktemp("refusing") / "home"
    await play_out(home)
    return home


async def _start(settings: Settings, options: UpOptions = PLAYS_ONLY) -> None:
    await run(
        settings,
        options,
        report=quietly,
        announce=lambda _: None,
        troupe=Troupe(sample_of=small_play.small_sample),
    )


@asynccontextmanager
async def _unchanged(home: Path) -> AsyncIterator[None]:
    """Fail if what the block does changes a row of the home's database."""
    before = await _digest(home)
    yield
    assert await _digest(home) == before


async def _digest(home: Path) -> str:
    async with running(ServerSettings(folder=home / POSTGRES_FOLDER)) as database:
        return await digest(database.dsn)


async def _execute(home: Path, statement: str, *values: object) -> None:
    async with (
        running(ServerSettings(folder=home / POSTGRES_FOLDER)) as database,
        connected(database.dsn, application_name="journey") as connection,
    ):
        await connection.execute(statement, *values)


@asynccontextmanager
async def _file_as(path: Path, change: Callable[[str], str]) -> AsyncIterator[None]:
    """Change a file for a block."""
    kept = path.read_text()
    path.write_text(change(kept))
    try:
        yield
    finally:
        path.write_text(kept)


async def _refused(home: Path, settings: Settings, kind: type[Exception]) -> str:
    """Return what a start that must fail says; it must not change anything."""
    async with _unchanged(home):
        with pytest.raises(kind) as caught:
            await _start(settings)
    return str(caught.value)


async def test_a_home_of_another_form_is_left_alone(home: Path) -> None:
    """Older code would misread what newer code wrote."""
    async with _file_as(home / FILE_NAME, lambda text: text.replace("{", '{"form": 2, ', 1)):
        said = await _refused(home, settings_of(home), HomeFormError)

    assert said == (
        f"expected the home {home} to have form 1, got: 2; start it with the version that wrote it"
    )


async def test_a_home_file_that_does_not_decode_is_left_alone(home: Path) -> None:
    """It says whether the home is a sample; a guess could send real messages."""
    async with _file_as(home / FILE_NAME, lambda text: text[:-5]):
        said = await _refused(home, settings_of(home), HomeFileError)

    assert said.startswith(f"expected {home / FILE_NAME} to be a home's file, got: something else")


async def test_a_database_of_a_newer_version_is_left_alone(home: Path) -> None:
    """A migration that this code does not know may have changed what a column means."""
    insert = (
        "insert into schema_migration (version, name, sha256) values (9999, '9999_new.sql', '')"
    )
    await _execute(home, insert)
    try:
        said = await _refused(home, settings_of(home), MigrationUnknownError)
    finally:
        await _execute(home, "delete from schema_migration where version = 9999")

    assert "9999_new.sql; a newer version wrote it, so install that version" in said


async def test_another_partition_count_is_refused(home: Path) -> None:
    """Streams would be looked for in partitions that do not hold them."""
    settings = settings_of(home, RELANCE_PARTITIONS="8")

    said = await _refused(home, settings, PartitionCountError)

    assert said.endswith("set the partition count to 16, it cannot change after creation")


async def test_another_master_key_is_refused(home: Path) -> None:
    """What it seals could never be opened with the right one."""
    async with _file_as(home / MASTER_KEY, lambda _: secrets.token_hex(32) + "\n"):
        said = await _refused(home, settings_of(home), WrongMasterKeyError)

    assert str(home / MASTER_KEY) in said


async def test_a_missing_master_key_is_not_made_anew(home: Path) -> None:
    """A new key in its place would hide that the old one is lost."""
    moved = (home / MASTER_KEY).rename(home / "elsewhere")
    try:
        said = await _refused(home, settings_of(home), KeyFileMissingError)
        assert not (home / MASTER_KEY).exists()
    finally:
        moved.rename(home / MASTER_KEY)

    assert str(home / MASTER_KEY) in said


async def test_a_damaged_record_is_found_before_anything_is_written(home: Path) -> None:
    """Also one that no owner would read: its states hold it already."""
    async with looked_at(home) as look, look.store.pool.acquire() as connection:
        frame = await connection.fetchrow(OLD_FRAME)
        assert frame is not None
        place = frame["topic"], frame["partition"], frame["base_offset"]
        flipped = bytearray(frame["payload"])
        flipped[len(flipped) // 2] ^= 0x10
        await connection.execute(REPLACE_FRAME, *place, bytes(flipped))
    try:
        said = await _refused(home, settings_of(home), StreamsDamagedError)
    finally:
        await _execute(home, REPLACE_FRAME, *place, frame["payload"])

    where = f"events/{place[1]} to be readable at offset {place[2]}"
    assert where in said
    assert said.endswith("restore the log from a backup")


async def test_a_copied_home_does_not_run_and_one_that_was_moved_does(
    home: Path, tmp_path: Path
) -> None:
    """Both would send what is due: a copy that was started sent a morning's mails again."""
    copy = tmp_path / "home"
    shutil.copytree(home, copy)

    said = await _refused(copy, settings_of(copy), HomeCopiedError)
    assert "`relance up --moved`" in said
    assert "`relance up --restored`" in said

    moved = replace(PLAYS_ONLY, claim=Claim.MOVED)
    await _start(settings_of(copy), moved)
    await _start(settings_of(copy))


async def test_the_second_start_says_who_runs_the_home(home: Path) -> None:
    """Two processes on one home would each send what the other sends; the first stops in order."""
    process = await start(home, "stay")
    assert process.stdout is not None
    async for line in process.stdout:
        if line.startswith(small_play.PLAYED.encode()):
            break

    with pytest.raises(HomeHeldError, match=f"process {process.pid} since "):
        await _start(settings_of(home))

    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()
    assert (process.returncode, b"Traceback" in errors) == (0, False)


async def test_what_ends_a_running_home_is_told_as_one_error(tmp_path: Path) -> None:
    """Several tasks end together; a person reads one sentence, not a group of tracebacks."""
    whole = small_play.small_sample()
    homeless = replace(whole, accounts=whole.accounts[1:])  # people of an account nobody knows

    with pytest.raises(SampleRefusedError, match=r"input sample:person:person-001 to be accepted"):
        await run(
            settings_of(tmp_path / "home"),
            PLAYS_ONLY,
            report=quietly,
            announce=lambda _: None,
            troupe=Troupe(sample_of=lambda: homeless),
        )


async def test_the_home_starts_when_all_is_as_it_was(home: Path) -> None:
    """The refusals above were about what was changed, and changed nothing themselves."""
    await _start(settings_of(home))
