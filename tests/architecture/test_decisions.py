"""Decisions are written to be found, checked and revisited."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.pages import pages
from tests.architecture.repository import ROOT, modules, relative, report

ADR_LINES_MAX = 60
ADR_PARTS = (
    "Question",
    "Forces",
    "Options",
    "Decision",
    "Consequences",
    "Check",
    "Revisit when",
)


def test_decisions_have_every_part_and_stay_short() -> None:
    """Without its check a decision is undone by accident."""
    faults = [fault for path in _decisions() for fault in _faults_of(path)]

    assert not faults, report(faults, "see docs/decisions/README.md")


def test_the_list_of_decisions_names_each_with_its_title() -> None:
    """The list is how a newcomer learns what would surprise him."""
    text = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    absent = [line for path in _decisions() if (line := _entry(path)) not in text]

    assert not absent, report(absent, "add to docs/decisions/README.md")


def test_tests_named_in_pages_exist() -> None:
    """A decision whose guard was renamed is a decision without a guard."""
    known = {module.path: module.tree for module in modules()}
    gone = [
        f"{relative(page)}: {path}::{name}"
        for page in pages()
        for path, name in _tests_named(page.read_text(encoding="utf-8"))
        if path not in known or name.split("::")[-1] not in _defined(known[path])
    ]

    assert not gone, report(gone, "name the test that guards it now")


def _decisions() -> list[Path]:
    return sorted((ROOT / "docs/decisions").glob("[0-9][0-9][0-9][0-9]-*.md"))


def _entry(path: Path) -> str:
    title = path.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")
    number, _, words_of_title = title.partition(". ")
    return f"- [{number}]({path.name}) {words_of_title}"


def _faults_of(path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > ADR_LINES_MAX:
        yield f"{relative(path)}: {len(lines)} lines, at most {ADR_LINES_MAX}"
    if not lines[0].startswith(f"# {path.name[:4]}. "):
        yield f"{relative(path)}: the title does not begin with `# {path.name[:4]}. `"
    if not any(line.startswith("Status: ") for line in lines):
        yield f"{relative(path)}: no line `Status: `"
    parts = tuple(line.removeprefix("## ") for line in lines if line.startswith("## "))
    if parts != ADR_PARTS:
        yield f"{relative(path)}: parts are {parts}, expected {ADR_PARTS}"


def _tests_named(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", text)


def _defined(tree: ast.Module) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
