"""The environment: read once, checked whole, refused with every fault named."""

from pathlib import Path

import pytest

from infra.settings import SOURCES, LogLevel, Settings, SettingsError, read_settings


def _binaries(folder: Path) -> Path:
    folder.mkdir()
    for program in ("postgres", "initdb"):
        (folder / program).touch()
    return folder


def test_nothing_set_gives_the_documented_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who sets nothing gets what the README shows."""
    monkeypatch.chdir("/")

    assert read_settings({}) == Settings(
        home=Path("/.relance"),
        postgres_binaries=None,
        log_level=LogLevel.INFO,
        partition_count=None,
    )


def test_each_variable_reaches_its_field(tmp_path: Path) -> None:
    """A variable that is read and dropped would be worse than none."""
    binaries = _binaries(tmp_path / "bin")

    settings = read_settings(
        {
            "RELANCE_HOME": str(tmp_path / "home"),
            "RELANCE_PG_BIN": str(binaries),
            "RELANCE_LOG_LEVEL": "debug",
            "RELANCE_PARTITIONS": "4",
            "PATH": "nobody minds",
        }
    )

    assert settings == Settings(
        home=tmp_path / "home",
        postgres_binaries=binaries,
        log_level=LogLevel.DEBUG,
        partition_count=4,
    )


def test_an_empty_variable_counts_as_not_set() -> None:
    """Shells and unit files write `NAME=` to take a variable away."""
    empty = {source.name: "" for source in SOURCES}

    assert read_settings(empty) == read_settings({})


def test_a_home_relative_to_the_working_folder_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server of the home is a process of its own, with a working folder of its own."""
    monkeypatch.chdir(tmp_path)

    assert read_settings({"RELANCE_HOME": "here"}).home == tmp_path / "here"


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    """One start, one list to repair; not one start for each fault."""
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(SettingsError) as caught:
        read_settings(
            {
                "RELANCE_HOME": str(file),
                "RELANCE_PG_BIN": str(tmp_path),
                "RELANCE_LOG_LEVEL": "loud",
                "RELANCE_PARTITIONS": "0",
                "RELANCE_HOMES": "elsewhere",
            }
        )

    assert str(caught.value).splitlines() == [
        f"expected RELANCE_HOME to name a folder, got: {file}",
        f"expected RELANCE_PG_BIN to name a folder that holds postgres and initdb, got: {tmp_path}",
        "expected RELANCE_LOG_LEVEL to be one of debug, info, warning, error, got: loud",
        "expected RELANCE_PARTITIONS to be a whole number from 1 to 1024, got: 0",
        (
            "expected RELANCE_HOMES to be a setting (RELANCE_HOME, RELANCE_LOG_LEVEL,"
            " RELANCE_PARTITIONS, RELANCE_PG_BIN), got: elsewhere"
        ),
    ]


@pytest.mark.parametrize("text", ["1025", "-1", "1.5", "sixteen", "²"])
def test_a_partition_count_out_of_range_is_refused(text: str) -> None:
    """The number is fixed when the log is created, so a slip would stay."""
    with pytest.raises(SettingsError, match="whole number from 1 to 1024"):
        read_settings({"RELANCE_PARTITIONS": text})


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """The composition root passes nothing."""
    monkeypatch.setenv("RELANCE_PARTITIONS", "7")

    assert read_settings().partition_count == 7
