"""The gates themselves: dependencies, Makefile, what the integration server runs."""

import re

from tests.architecture.repository import ROOT, report

TARGETS_MAX = 11  # two of them prove the runtime at a length that no gate can wait for


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
    helped = re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE)

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


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
