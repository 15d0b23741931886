"""The gates themselves: locks, Makefile, what the integration server runs."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.version import Version

from tests.architecture.repository import ROOT, report

TARGETS_MAX = 8
PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    """A dependency outside the lock is missing on the next machine, or another version."""
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    runtime = [*project["dependencies"], *extras["install"]]
    missing = [
        *_missing("requirements.lock", runtime),
        *_missing("requirements-dev.lock", [*runtime, *extras["dev"]]),
    ]

    assert not missing, report(missing, "run `make lock`")


def test_both_locks_pin_the_same_versions() -> None:
    """What was tested is what is installed."""
    runtime, tested = _pins("requirements.lock"), _pins("requirements-dev.lock")
    different = [name for name, version in runtime.items() if tested.get(name) != version]

    assert not different, report(different, "run `make lock`")


def test_each_dependency_says_what_it_is_for() -> None:
    """Whoever wants to remove one must know who would miss it."""
    silent = [
        line.strip()
        for line in _text("pyproject.toml").splitlines()
        if re.match(r'\s*"[A-Za-z][\w.\[\]-]*(>=|==|<)', line) and "#" not in line
    ]

    assert not silent, report(silent, "add a comment: what it is for")


def test_the_makefile_has_few_targets_and_help_lists_each() -> None:
    """Somebody who types `make` sees all there is."""
    text = _text("Makefile")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    helped = re.findall(r"^([a-z]+):.*## \S", text, re.MULTILINE)

    assert helped == phony.split()
    assert helped[0] == "help"
    assert len(helped) <= TARGETS_MAX, "put it behind an option of a target that exists"


def test_the_integration_server_runs_make_test_and_nothing_else() -> None:
    """What is green there must be green here, by the same words."""
    commands = [
        line
        for line in _text(".ci/run").splitlines()
        if line and not line.startswith(("#", "set ", "cd "))
    ]

    assert commands == ["make test"]


def test_locks_name_no_address() -> None:
    """An address in a lock is a machine that everybody must reach."""
    found = [
        f"{name}:{number}"
        for name in ("requirements.lock", "requirements-dev.lock")
        for number, line in enumerate(_text(name).splitlines(), start=1)
        if "://" in line or line.startswith("-")
    ]

    assert not found, report(found, "run `make lock`, which writes names and hashes only")


def _missing(lock: str, requirements: list[str]) -> list[str]:
    pins = _pins(lock)
    return [
        f"{lock}: {requirement}"
        for requirement in map(Requirement, requirements)
        if not requirement.specifier.contains(pins.get(_normal(requirement.name), Version("0")))
    ]


def _pins(lock: str) -> dict[str, Version]:
    return {name: Version(version) for name, version in PINNED.findall(_text(lock))}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
