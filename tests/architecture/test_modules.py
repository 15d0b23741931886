"""How a module reads: what it is for, how long it is, whether anybody needs it."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.repository import PACKAGES, Module, imported, modules, modules_of, report

OPENING_LENGTH_MAX = 100  # aim at 80
LINES_MAX = 400
FUNCTION_LINES_MAX = 60  # a table may be as long as it has rows
BRANCHES = (ast.For, ast.AsyncFor, ast.If, ast.Match, ast.Try, ast.While)
# A list that is read from top to bottom may be longer than code that must be understood.
LISTS = frozenset({"engine/events.py", "engine/requests.py", "engine/rule_ids.py"})
# Where running begins: nobody imports these; a command is loaded by its name.
ENTRANCES = re.compile(
    r"console\.cli\.entry|console\.cli\.commands\.\w+|.*\.__main__|tools\..*|tests\.(.*\.)?(test_\w+|conftest)"
)
# Loaded by name from a Makefile or a setting; what a module starts is found by its name there.
STARTED = frozenset({"tests.servers.prepare", "tests.architecture.nothing_skipped"})


def test_each_module_opens_with_what_it_is_for() -> None:
    """The first line is what a newcomer reads to decide whether to read on."""
    silent = [
        f"{module.path}: {_opening(module)!r}"
        for module in modules()
        if module.tree.body and not _is_sentence(_opening(module))
    ]

    assert not silent, report(
        silent,
        f"open the module with one sentence of at most {OPENING_LENGTH_MAX} characters"
        " that ends with a full stop and says what it is for",
    )


def test_modules_are_short_enough_to_read() -> None:
    """A file is read in one go; what does not fit holds two concerns."""
    long = [
        f"{module.path}: {lines} lines"
        for module in modules()
        if (lines := module.text.count("\n")) >= LINES_MAX and module.path not in LISTS
    ]

    assert not long, report(long, f"split by concern; the limit is {LINES_MAX} lines")


def test_functions_fit_on_a_screen() -> None:
    """Branches go up and work goes down: what is longer hides a leaf."""
    long = [
        f"{module.where(node)} {node.name}: {lines} lines"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := _body_lines(node)) > FUNCTION_LINES_MAX
        and not _is_table(node)
    ]

    assert not long, report(long, f"move work into leaves; the limit is {FUNCTION_LINES_MAX} lines")


def test_values_of_the_engine_are_frozen() -> None:
    """A value that can change after it was decided upon is not a fact."""
    loose = [
        f"{module.where(node)} {node.name}"
        for module in modules_of("engine")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and not _is_frozen(module, node)
    ]

    assert not loose, report(loose, "write `frozen=True`, and `kw_only=True` beside it")


def test_no_module_is_unreachable() -> None:
    """What nobody imports is not run, and what is not run rots."""
    asked_for = {name for module in modules() for _, name in imported(module)}
    started = {name for module in modules() for name in _dotted_words(module)} | STARTED
    reached = asked_for | {name.rpartition(".")[0] for name in asked_for} | started
    dead = [
        module.path
        for module in modules()
        if module.tree.body
        and not module.path.endswith("__init__.py")
        and not ENTRANCES.fullmatch(module.name)
        and module.name not in reached
    ]

    assert not dead, report(dead, "import it where it is needed, or delete it")


def test_packages_hold_no_logic() -> None:
    """An import must not run anything a reader has not asked for."""
    busy = [
        module.where(node)
        for module in modules_of(*PACKAGES)
        if module.path.endswith("__init__.py")
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.For)
    ]

    assert not busy, report(busy, "move it into a module of the package")


def _opening(module: Module) -> str:
    return (ast.get_docstring(module.tree) or "").split("\n", 1)[0]


def _is_sentence(line: str) -> bool:
    return 0 < len(line) <= OPENING_LENGTH_MAX and line.endswith(".") and line[0].isupper()


def _dotted_words(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            yield node.value


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    has_docstring = ast.get_docstring(node) is not None
    start = (first.end_lineno or first.lineno) + 1 if has_docstring else node.lineno
    return (node.end_lineno or node.lineno) - start + 1


def _is_table(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a function is one match whose rows do not branch, and nothing else does."""
    matches = [statement for statement in node.body if isinstance(statement, ast.Match)]
    rows = [statement for match in matches for row in match.cases for statement in row.body]
    others = [statement for statement in node.body if statement not in matches]
    return len(matches) == 1 and not any(map(_branches, [*rows, *others]))


def _branches(statement: ast.stmt) -> bool:
    return any(isinstance(inner, BRANCHES) for inner in ast.walk(statement))


def _is_frozen(module: Module, node: ast.ClassDef) -> bool:
    dataclasses = [
        call
        for call in node.decorator_list
        if isinstance(call, ast.Call | ast.Name) and "dataclass" in ast.unparse(call)
    ]
    structs = [base for base in node.bases if ast.unparse(base).endswith("Struct")]
    if not dataclasses and not structs:
        return True
    header = module.text.splitlines()[_first_line(node) - 1 : node.body[0].lineno]
    return "frozen=True" in "".join(header)


def _first_line(node: ast.ClassDef) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])
