"""Write docs/capabilities.md: what was asked for, and the test that shows it.

Run as `python -m tools.make_capabilities`, after a test got the marker of a row.
A test says which row it shows by `@pytest.mark.capability("C04.1")`, which also stands on
classes; the rows, with the example that accepts each, are `tools/capabilities.yaml`.
"""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
ROWS = Path(__file__).with_name("capabilities.yaml")
PAGE = ROOT / "docs/capabilities.md"
FAMILIES = {
    "C04": "Entry point and hierarchy",
    "C12": "Multi-touch sequences",
    "C13": "Thirty days, week by week",
    "C14": "Cadence",
    "C15": "Public budget and political calendar",
    "C16": "Dated milestones",
    "C19": "Message templates",
    "C28": "Lead, prospect, client",
    "C42": "Audit trail",
}
PASS, PARTLY, LATER, MISSING = "pass", "partly", "later", "missing"
HEAD = """# What can it do, of what was asked for, and which test shows it?

A row is *pass* if a test shows its example, *partly* if one does and something is lacking,
*later* if it comes with something else, and *missing* if no test shows it.
The page is written by `python -m tools.make_capabilities` from the markers of the tests; every
test named here is of the gate.
"""


class CapabilityRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One testable thing that was asked for."""

    what: str
    example: str
    lacks: str = ""  # though it is tested
    later: str = ""  # with what it comes

    def state(self, tests: Sequence[str]) -> str:
        """Return how far it is, given the tests that show it."""
        if self.later and not tests:
            return LATER
        if not tests:
            return MISSING
        return PARTLY if self.lacks else PASS


def rows() -> dict[str, CapabilityRow]:
    """Return what was asked for, by its name."""
    raw = YAML(typ="safe", pure=True).load(ROWS.read_text(encoding="utf-8"))
    return msgspec.convert(raw, dict[str, CapabilityRow])


def marked() -> dict[str, list[str]]:
    """Return the tests that say they show a row, by the name of the row."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        path = file.relative_to(ROOT).as_posix()
        for name, test in _marked_in(ast.parse(file.read_text(encoding="utf-8")), path):
            found.setdefault(name, []).append(test)
    return found


def page() -> str:
    """Return the whole page."""
    known, tests = rows(), marked()
    states = {name: row.state(tests.get(name, [])) for name, row in known.items()}
    counts = ", ".join(
        f"{list(states.values()).count(state)} {state}" for state in (PASS, PARTLY, LATER, MISSING)
    )
    parts = [HEAD, f"{len(known)} rows: {counts}.\n"]
    for family, title in FAMILIES.items():
        parts.append(f"## {family} {title}\n")
        parts.append("| row | what | example that accepts it | state | shown by |")
        parts.append("|---|---|---|---|---|")
        parts += [
            _line(name, row, states[name], tests.get(name, []))
            for name, row in known.items()
            if name.startswith(family)
        ]
        parts.append("")
    return "\n".join(parts)


def _line(name: str, row: CapabilityRow, state: str, tests: Sequence[str]) -> str:
    told = "<br>".join(f"`{test}`" for test in tests)
    more = f": {row.lacks}" if state == PARTLY else f": {row.later}" if state == LATER else ""
    return f"| {name} | {row.what} | {row.example} | {state}{more} | {told} |"


def _marked_in(tree: ast.Module, path: str) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from ((name, f"{path}::{node.name}") for name in _names(node))
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                test = f"{path}::{getattr(node, 'name', '')}::{inner.name}"
                yield from ((name, test) for name in _names(inner))


def _names(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="capability"), args=words):
                yield from (str(word.value) for word in words if isinstance(word, ast.Constant))
            case _:
                pass


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
