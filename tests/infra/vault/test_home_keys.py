"""The home's own keys: made once, checked on every start."""

import stat
from pathlib import Path

import pytest

from infra.vault.errors import (
    KeyFileError,
    KeyFileMissingError,
    WrongMasterKeyError,
    WrongPepperError,
)
from infra.vault.home_keys import CheckStore, unlock_home

OTHER_KEY = "ab" * 32 + "\n"


def contents(home: Path) -> dict[str, str]:
    """Return every file of the home with its text."""
    return {str(path): path.read_text() for path in home.rglob("*") if path.is_file()}


def modes(home: Path) -> dict[str, int]:
    """Return who may do what with each file and folder of the home."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*")}


async def test_first_start_makes_files_of_their_owner_alone(
    tmp_path: Path, check_store: CheckStore
) -> None:
    """Whoever reads the master key reads everybody."""
    await unlock_home(tmp_path, check_store)

    assert modes(tmp_path) == {"keys": 0o700, "master.key": 0o600, "pepper.key": 0o600}


async def test_later_starts_find_the_same_keys(tmp_path: Path, check_store: CheckStore) -> None:
    """New keys on a second start would lose every name."""
    first = await unlock_home(tmp_path, check_store)

    assert await unlock_home(tmp_path, check_store) == first


async def test_start_cut_between_files_and_database_goes_on(
    tmp_path: Path, check_store: CheckStore, other_check_store: CheckStore
) -> None:
    """The first start may be killed at any point; its files are then used, not replaced."""
    first = await unlock_home(tmp_path, other_check_store)

    assert await unlock_home(tmp_path, check_store) == first


@pytest.mark.parametrize(
    ("name", "error"), [("master.key", WrongMasterKeyError), ("pepper.key", WrongPepperError)]
)
async def test_another_key_refuses_to_start_and_changes_nothing(
    tmp_path: Path, check_store: CheckStore, name: str, error: type[Exception]
) -> None:
    """Sealing on with a wrong key would split the data in two halves that never meet."""
    await unlock_home(tmp_path, check_store)
    (tmp_path / "keys" / name).write_text(OTHER_KEY)
    before = (contents(tmp_path), await check_store.read())

    with pytest.raises(error, match=r"expected .*key to hold the .* nothing was changed"):
        await unlock_home(tmp_path, check_store)

    assert (contents(tmp_path), await check_store.read()) == before


async def test_missing_file_of_a_used_home_is_not_made_anew(
    tmp_path: Path, check_store: CheckStore
) -> None:
    """A fresh key in place of a lost one hides the loss until it is too late."""
    await unlock_home(tmp_path, check_store)
    (tmp_path / "keys" / "master.key").unlink()

    with pytest.raises(KeyFileMissingError, match=r"expected .*master.key to exist"):
        await unlock_home(tmp_path, check_store)

    assert not (tmp_path / "keys" / "master.key").exists()


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "ab" * 31, "é" * 64])
async def test_file_that_is_no_key_says_which_and_why(
    tmp_path: Path, check_store: CheckStore, text: str
) -> None:
    """A truncated restore must be named, not guessed at."""
    await unlock_home(tmp_path, check_store)
    (tmp_path / "keys" / "pepper.key").write_text(text)

    with pytest.raises(KeyFileError, match=r"expected .*pepper.key to "):
        await unlock_home(tmp_path, check_store)


async def test_file_that_others_may_read_is_refused(
    tmp_path: Path, check_store: CheckStore
) -> None:
    """A restore by `cp` often opens the mode; the remedy is one command."""
    await unlock_home(tmp_path, check_store)
    (tmp_path / "keys" / "master.key").chmod(0o644)

    with pytest.raises(KeyFileError, match=r"run: chmod 600 .*master.key"):
        await unlock_home(tmp_path, check_store)


async def test_derived_keys_differ_by_purpose_and_stay(
    tmp_path: Path, check_store: CheckStore
) -> None:
    """A link's key that signs message ids too would let one be turned into the other."""
    keys = await unlock_home(tmp_path, check_store)

    assert keys.derived("link") == keys.derived("link")
    assert len({keys.derived("link"), keys.derived("message_id"), keys.master}) == 3


async def test_keys_never_print(tmp_path: Path, check_store: CheckStore) -> None:
    """Tracebacks and settings dumps show objects whole."""
    keys = await unlock_home(tmp_path, check_store)

    assert repr(keys) == "HomeKeys(master=***, pepper=***)"
