"""The rules have no clock, no chance, no world: equal inputs give equal bodies."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.repository import PURE, Module, imported, modules_of, report

WORLD = {
    "asyncio": "async begins in infra/",
    "logging": "return what happened; infra/ logs it",
    "multiprocessing": "the rules are one function of their arguments",
    "os": "take the value as an argument",
    "pathlib": "take the text as an argument; infra/ reads files",
    "random": "derive it by hash from ids (sha256)",
    "secrets": "derive it by hash from ids (sha256)",
    "socket": "raise an input in infra/ and decide on it",
    "subprocess": "raise an input in infra/ and decide on it",
    "sys": "take the value as an argument",
    "threading": "the rules are one function of their arguments",
    "time": "take `now` as an argument",
    "uuid": "derive the id by hash from ids (sha256)",
}
CALLS = {
    "now": "take `now` as an argument",
    "utcnow": "take `now` as an argument",
    "today": "take the day as an argument",
    "open": "take the text as an argument; infra/ reads files",
    "print": "return it",
    "input": "take it as an argument",
    "hash": "it differs between processes; use hashlib",
    "id": "it differs between processes; compare values",
}
ASYNC = (ast.AsyncFor, ast.AsyncFunctionDef, ast.AsyncWith, ast.Await)


@pytest.mark.parametrize("package", PURE)
def test_imports_nothing_of_the_world(package: str) -> None:
    """A replay in another process, on another day, must decide the same."""
    found = [
        f"{module.where(node)} imports {name}: {WORLD[name.partition('.')[0]]}"
        for module in modules_of(package)
        for node, name in imported(module)
        if name.partition(".")[0] in WORLD
    ]

    assert not found, report(found)


@pytest.mark.parametrize("package", PURE)
def test_calls_nothing_that_depends_on_when_or_where_it_runs(package: str) -> None:
    """`datetime.now` needs no import of its own, and `hash` of a string is salted."""
    found = [finding for module in modules_of(package) for finding in _calls(module)]

    assert not found, report(found)


def test_the_engine_awaits_nothing() -> None:
    """What waits can be overtaken; a decision cannot."""
    found = [
        module.where(node)
        for module in modules_of("engine")
        for node in ast.walk(module.tree)
        if isinstance(node, ASYNC)
    ]

    assert not found, report(found, "async begins in infra/: move the waiting there")


def test_projections_wait_for_their_transaction_only() -> None:
    """Rows and cursor move together: a fold that waits for anything else breaks that."""
    found = [
        f"{module.where(node)} awaits {ast.unparse(node.value)}"
        for module in modules_of("projections")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Await) and not _names(node) & {"connection", "page"}
    ]

    assert not found, report(
        found, "await calls on, or with, the `connection` or the `page` handed in"
    )


@pytest.mark.parametrize("package", PURE)
def test_keeps_no_state_of_its_own(package: str) -> None:
    """Module state makes the second call differ from the first."""
    found = [
        module.where(node)
        for module in modules_of(package)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global | ast.Nonlocal)
    ]

    assert not found, report(found, "pass the value in and return the new one")


def _calls(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = _called(node)
            if name in CALLS:
                yield f"{module.where(node)} calls {name}: {CALLS[name]}"


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) if name not in {"now", "utcnow", "today"}:
            return name
        case ast.Attribute(attr=name) if name in {"now", "utcnow", "today"}:
            return name
        case _:
            return ""


def _names(node: ast.AST) -> set[str]:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
