"""Measure how the code is built: lengths, names, arrows between modules.

Run as `python -m tools.measure [FOLDER ...] [--json]`; a column for each repository named, this
one when none is. Needs Python alone, nothing installed, and reads files only, so that an old
checkout can stand beside a new one.

*Product* is what lies in engine, sequences, projections, infra and console; *tests* is what lies in
tests. Every figure is of the product unless its name says otherwise:

- files, lines: Python files that are not empty, and all their lines, blank ones and comments too.
- function lines: from `def` to the last line, without decorators and without the docstring's
  lines. Methods and nested functions count as functions; a nested one is also part of its outer.
  `p90` is the length that nine of ten functions do not exceed.
- classes per 1,000 lines: every `class` statement, private and nested ones too, over all lines.
- class names used twice: names without a leading underscore that more than one top-level class of
  the product has.
- type names used twice: the same, with aliases of types (`Answer = Sent | Refused`), without the
  variables of generics. Two aliases of one name for the same type mean one thing.
- loops over `one`: `for one in`, in statements and in comprehensions.
- docstrings of `__init__`: the class says how to build one.
- arrows up: imports by which a module asks for one of a higher layer, or of a neighbour in the same
  layer that should not know it. The layers are the import-linter contracts of the repository in
  which this script stands, so that one rule measures every folder. Imports inside functions and
  under TYPE_CHECKING count; only direct imports do (import-linter follows chains as well).
- circles: groups of modules that reach each other by imports, wherever the imports stand. A name
  taken out of a package is an import of the module of that name, else of the package itself.
"""

import argparse
import ast
import json
import re
import statistics
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[1]
PRODUCT = ("engine", "sequences", "projections", "infra", "console")
ALIAS = re.compile(r"[A-Z]\w*[a-z]\w*")  # a constant has no small letter
Functions = ast.FunctionDef | ast.AsyncFunctionDef
Loops = ast.For | ast.AsyncFor | ast.comprehension


class Source(NamedTuple):
    """One Python file, parsed."""

    path: str  # from the root of the repository, with slashes
    name: str  # dotted; a package is named without `__init__`
    line_count: int
    nodes: tuple[ast.AST, ...]  # the whole tree, outer ones first

    def where(self, line: int) -> str:
        """Return `path:line`, as an editor opens it."""
        return f"{self.path}:{line}"


def main() -> None:
    """Print one column of figures for each folder."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure", description=_summary())
    parser.add_argument("folders", nargs="*", type=Path, default=[HERE], metavar="FOLDER")
    parser.add_argument("--json", action="store_true", help="print figures and places as JSON")
    asked = parser.parse_args()
    measured = {str(folder): figures(folder) for folder in asked.folders}
    if asked.json:
        print(json.dumps(measured, indent=2))
    else:
        print("\n".join(_table(measured)))


def figures(root: Path) -> dict[str, float | list[str]]:
    """Return the figures of one repository by name; a list holds the places it counts."""
    product, tests = read(root, *PRODUCT), read(root, "tests")
    lengths = sorted(length for source in product for _, length in function_lengths(source))
    lines = sum(source.line_count for source in product)
    classes = sum(isinstance(node, ast.ClassDef) for source in product for node in source.nodes)
    return {
        "product files": len(product),
        "product lines": lines,
        "test files": len(tests),
        "test lines": sum(source.line_count for source in tests),
        "functions": len(lengths),
        "function lines, median": statistics.median(lengths),
        "function lines, p90": statistics.quantiles(lengths, n=10, method="inclusive")[-1],
        "classes": classes,
        "classes per 1,000 lines": round(1000 * classes / lines, 1),
        "class names used twice": shared_names(product, top_level_classes),
        "type names used twice": shared_names(product, top_level_types),
        "loops over `one`": loops_over_one(product),
        "loops over `one` in tests": loops_over_one(tests),
        "docstrings of `__init__`": documented_constructors(product),
        "docstrings of `__init__` in tests": documented_constructors(tests),
        "arrows up": arrows_up(product, layers_of(HERE)),
        "circles": circles(product),
    }


def read(root: Path, *packages: str) -> tuple[Source, ...]:
    """Return the modules below these folders of a repository, sorted by path."""
    paths = sorted(path for package in packages for path in (root / package).rglob("*.py"))
    return tuple(_parse(root, path) for path in paths if path.stat().st_size)


def function_lengths(source: Source) -> Iterator[tuple[Functions, int]]:
    """Yield each function with its lines, from `def` to its end, docstring left out."""
    for node in source.nodes:
        if isinstance(node, Functions):
            yield node, _lines(node) - (_lines(node.body[0]) if _has_docstring(node) else 0)


def shared_names(
    sources: Iterable[Source], names_of: Callable[[Source], Iterable[tuple[str, str, int]]]
) -> list[str]:
    """Return each public name that means two things, with where each stands."""
    places = defaultdict[str, dict[str, str]](dict)
    for source in sources:
        for name, meaning, line in names_of(source):
            if not name.startswith("_"):
                places[name].setdefault(meaning, source.where(line))
    shared = {name: where.values() for name, where in places.items() if len(where) > 1}
    return [f"{name}: {', '.join(where)}" for name, where in sorted(shared.items())]


def top_level_classes(source: Source) -> Iterator[tuple[str, str, int]]:
    """Yield name, meaning and line of the classes of a module."""
    for node in _top_level(source):
        if isinstance(node, ast.ClassDef):
            yield node.name, source.name, node.lineno


def top_level_types(source: Source) -> Iterator[tuple[str, str, int]]:
    """Yield name, meaning and line of classes, and of what a module gives a type's name."""
    yield from top_level_classes(source)
    for node in _top_level(source):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if ALIAS.fullmatch(name) and "TypeVar(" not in (meaning := ast.unparse(value)):
                yield name, meaning, node.lineno


def loops_over_one(sources: Iterable[Source]) -> list[str]:
    """Return where a loop calls its thing `one`."""
    return [
        source.where(node.target.lineno)
        for source in sources
        for node in source.nodes
        if isinstance(node, Loops) and isinstance(node.target, ast.Name) and node.target.id == "one"
    ]


def documented_constructors(sources: Iterable[Source]) -> list[str]:
    """Return where an `__init__` has a docstring of its own."""
    return [
        source.where(node.lineno)
        for source in sources
        for node in source.nodes
        if isinstance(node, Functions) and node.name == "__init__" and _has_docstring(node)
    ]


def layers_of(root: Path) -> list[dict[str, tuple[int, str]]]:
    """Return the contracts of a repository: for each, the height and name of a package's layer."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    return [
        {
            f"{container}.{package}" if container else package: (-depth, package)
            for depth, layer in enumerate(contract["layers"])
            for package in layer.split(" | ")
        }
        for contract in contracts
        if contract["type"] == "layers"
        for container in contract.get("containers", [""])
    ]


def arrows_up(
    sources: tuple[Source, ...], contracts: Iterable[Mapping[str, tuple[int, str]]]
) -> list[str]:
    """Return the imports that ask for a higher layer, or for a neighbour in the same."""
    names = {source.name for source in sources}
    return [
        f"{source.where(line)} imports {target}"
        for heights in contracts
        for source in sources
        for line, target in imports(source, names)
        if (low := _layer(heights, source.name)) and (high := _layer(heights, target))
        if high[0] >= low[0] and high != low
    ]


def circles(sources: tuple[Source, ...]) -> list[str]:
    """Return the groups of modules that reach each other, one example way round for each."""
    names = {source.name for source in sources}
    known = {source.name: {target for _, target in imports(source, names)} for source in sources}
    found: list[str] = []
    while (way := _circle(known)) is not None:
        found.append(" -> ".join(way))
        group = _reaching_each_other(known, way[0])
        known = {name: targets - group for name, targets in known.items() if name not in group}
    return found


def imports(source: Source, names: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the line and the module of each import of a module among these names."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            asked = [(alias.name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""  # the house imports by absolute names only
            asked = [(f"{origin}.{alias.name}", origin) for alias in node.names]
        else:
            continue
        for member, package in asked:
            target = member if member in names else package
            if target in names and target != source.name:
                yield node.lineno, target


def _parse(root: Path, path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    parts = path.relative_to(root).with_suffix("").parts
    return Source(
        path=path.relative_to(root).as_posix(),
        name=".".join(parts[:-1] if parts[-1] == "__init__" else parts),
        line_count=len(text.splitlines()),
        nodes=tuple(ast.walk(ast.parse(text))),
    )


def _top_level(source: Source) -> list[ast.stmt]:
    module = source.nodes[0]
    return module.body if isinstance(module, ast.Module) else []


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _has_docstring(node: Functions) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def _layer(heights: Mapping[str, tuple[int, str]], module: str) -> tuple[int, str] | None:
    parts = module.split(".")
    prefixes = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((heights[prefix] for prefix in prefixes if prefix in heights), None)


def _circle(known: Mapping[str, set[str]]) -> list[str] | None:
    try:
        TopologicalSorter(known).prepare()
    except CycleError as error:
        way: list[str] = error.args[1]
        return way[::-1]
    return None


def _reaching_each_other(known: Mapping[str, set[str]], start: str) -> set[str]:
    importers = defaultdict[str, set[str]](set)
    for name, targets in known.items():
        for target in targets:
            importers[target].add(name)
    return _reached(known, start) & _reached(importers, start)


def _reached(arrows: Mapping[str, set[str]], start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        fresh = arrows.get(waiting.pop(), set()) - reached
        reached |= fresh
        waiting += fresh
    return reached


def _table(measured: Mapping[str, Mapping[str, float | list[str]]]) -> Iterator[str]:
    columns = list(measured.values())
    width = max(len(name) for name in columns[0])
    widths = [max(len(folder), 10) for folder in measured]
    yield _row("", measured, width, widths)
    for name in columns[0]:
        yield _row(name, (_shown(column[name]) for column in columns), width, widths)
    for folder, column in measured.items():
        for name in ("type names used twice", "arrows up", "circles"):
            places = column[name]
            if isinstance(places, list) and places:
                yield f"\n{folder}: {name}"
                yield from (f"  {place}" for place in places)


def _row(name: str, cells: Iterable[str], width: int, widths: Iterable[int]) -> str:
    padded = (cell.rjust(size) for cell, size in zip(cells, widths, strict=True))
    return "  ".join([name.ljust(width), *padded]).rstrip()


def _shown(figure: float | list[str]) -> str:
    return f"{len(figure) if isinstance(figure, list) else figure:,g}"


def _summary() -> str:
    return (__doc__ or "").split("\n", 1)[0]


if __name__ == "__main__":
    main()
