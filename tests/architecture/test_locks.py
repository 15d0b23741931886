"""The locks are complete: an install from them asks no resolver, and no stranger's release.

No network is needed: what a locked distribution requires is read where it is installed.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.repository import ROOT, report

PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
LOCKS = ("requirements.lock", "requirements-dev.lock")
# The systems that the locks serve, as markers name them.
SYSTEMS = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
)


def test_a_lock_meets_every_requirement_of_what_it_locks() -> None:
    """Locks are installed without a resolver: what one lacks is missing on the next machine."""
    missing = [
        f"{lock}: {lack}" for lock in LOCKS for lack in _lacking(_asked_of(lock), _pins(lock))
    ]

    assert not missing, report(missing, "run `make lock`")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_without_any_one_of_its_lines_is_noticed(lock: str) -> None:
    """Each pin is there because something needs it, on one of the systems at least."""
    asked, pins = _asked_of(lock), _pins(lock)
    unnoticed = [
        f"{lock}: {name}"
        for name in pins
        if not any(_lacking(asked, {key: pins[key] for key in pins if key != name}))
    ]

    assert not unnoticed, report(unnoticed, "run `make lock`: nothing asks for it")


def test_both_locks_pin_the_same_versions() -> None:
    """What was tested is what is installed."""
    runtime, tested = map(_pins, LOCKS)
    different = [name for name, version in runtime.items() if tested.get(name) != version]

    assert not different, report(different, "run `make lock`")


def test_locks_name_no_address() -> None:
    """An address in a lock is a machine that everybody must reach."""
    found = [
        f"{name}:{number}"
        for name in LOCKS
        for number, line in enumerate(_text(name).splitlines(), start=1)
        if "://" in line or line.startswith("-")
    ]

    assert not found, report(found, "run `make lock`, which writes names and hashes only")


def test_kafka_comes_from_exact_versions_by_a_plugin_of_an_exact_version() -> None:
    """Maven takes the newest plugin of the day for one named without a version."""
    pom = _text("tools/kafka.pom.xml")
    versions = re.findall(r"<version>([^<]+)</version>", pom)
    named = pom.count("<dependency>") + pom.count("<plugin>") + 1

    assert "<artifactId>maven-dependency-plugin</artifactId>" in pom
    assert len(versions) == named
    assert all(re.fullmatch(r"\d+(\.\d+)*", version) for version in versions)


def _asked_of(lock: str) -> list[Requirement]:
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["install"]]
    if lock == "requirements-dev.lock":
        asked += extras["dev"]
    return [*map(Requirement, asked)]


def _lacking(asked: Iterable[Requirement], pins: dict[str, Version]) -> Iterator[str]:
    """Yield what is asked for, by the project or by a locked one of its extras, and not pinned."""
    to_meet = list(asked)
    met = set[str]()
    while to_meet:
        requirement = to_meet.pop()
        if str(requirement) in met:
            continue
        met.add(str(requirement))
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None or not requirement.specifier.contains(pin):
            yield f"{requirement} (pinned: {pin or 'not'})"
        to_meet += _required_by(requirement)


def _required_by(requirement: Requirement) -> Iterator[Requirement]:
    try:
        requires = distribution(requirement.name).requires or ()
    except PackageNotFoundError:
        return  # a distribution of another system: nobody here can tell what it needs
    for further in map(Requirement, requires):
        if any(_applies(further, extra) for extra in ("", *requirement.extras)):
            yield further


def _applies(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**system, "extra": extra}) for system in SYSTEMS)


def _pins(lock: str) -> dict[str, Version]:
    return {name: Version(version) for name, version in PINNED.findall(_text(lock))}


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
