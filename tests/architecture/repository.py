"""Read the repository as data: its files, its modules, what each imports.

Whatever `.gitignore` names as a folder is not part of it.
"""

import ast
import gc
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "sequences", "projections", "infra", "console")
PURE = ("engine", "projections")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file, parsed."""

    path: str  # from the root, with slashes
    name: str  # dotted; a package is named without `__init__`
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The first word of the name."""
        return self.name.partition(".")[0]

    def where(self, node: ast.expr | ast.stmt) -> str:
        """Return `path:line` of a node, as an editor opens it."""
        return f"{self.path}:{node.lineno}"


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the repository, sorted."""
    return tuple(sorted(_walk(ROOT, _ignored_folders())))


@cache
def modules() -> tuple[Module, ...]:
    """Return every Python module of the repository, sorted by path."""
    parsed = tuple(_parse(path) for path in files() if path.suffix == ".py")
    # Half a million nodes live as long as the run: no later collection shall walk them.
    gc.freeze()
    return parsed


def modules_of(*packages: str) -> tuple[Module, ...]:
    """Return the modules below the packages named."""
    return tuple(module for module in modules() if module.package in packages)


def words(text: str) -> frozenset[str]:
    """Return the identifiers that occur in a text."""
    return frozenset(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))


def imported(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import with the dotted name it asks for, sub-module or member alike."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(module, node)
            yield from ((node, f"{origin}.{alias.name}") for alias in node.names)


def report(found: Iterable[str], remedy: str = "") -> str:
    """Return what a failing test says: the remedy, then each place, one a line."""
    return "\n".join(filter(None, [remedy, *found]))


def relative(path: Path) -> str:
    """Return a path from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def _origin(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    is_package = module.path.endswith("__init__.py")
    kept = parts[: len(parts) - node.level + is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _ignored_folders() -> frozenset[str]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip("/") for line in lines if line.endswith("/")) | {".git"}


def _walk(folder: Path, ignored: frozenset[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if not any(path.match(pattern) for pattern in ignored):
                yield from _walk(path, ignored)
        elif not path.name.startswith(".coverage"):
            yield path


def _parse(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(path=relative(path), name=name, text=text, tree=ast.parse(text))
