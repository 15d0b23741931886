"""What the product holds, the product uses: the furniture of tests stands with the tests."""

import ast
from collections.abc import Iterator

from tests.architecture.repository import PACKAGES, Module, imported, modules_of, report
from tests.architecture.test_modules import ENTRANCES

# The other adapters of ports that the product uses: one contract suite holds each to its port.
ADAPTERS = frozenset(
    {
        "infra.log.kafka",
        "infra.log.memory",
        "infra.log.memory_leases",
        "infra.runtime.following.memory_cursors",
        "infra.runtime.owning.memory_states",
        "infra.touching.memory_tables",
        "infra.vault.memory_keys",
    }
)
# Written before the desk that asks it; the line goes with the first who imports it.
AWAITED = frozenset({"projections.queries.published"})
# Names that only tests say, each with its reason.
KEPT = {
    "handle_RCPT": "aiosmtpd calls it",
    "handle_DATA": "aiosmtpd calls it",
    "handle_exception": "aiosmtpd calls it",
    "connection_count": "that a stopped catcher cut everybody off cannot be seen otherwise",
    "parse_message_id": "the other half of message_id: whoever receives an answer needs it",
}
MOVE = "move it beside the tests that need it"


def test_no_module_is_there_for_tests_alone() -> None:
    """What only tests import is read by everybody, shipped to everybody, and used by nobody."""
    asked_for = {name for module in _users() for _, name in imported(module)}
    reached = asked_for | {name.rpartition(".")[0] for name in asked_for} | ADAPTERS | AWAITED
    idle = [
        module.path
        for module in modules_of(*PACKAGES)
        if module.tree.body
        and not module.path.endswith("__init__.py")
        and not ENTRANCES.fullmatch(module.name)
        and module.name not in reached
    ]

    assert not idle, report(idle, MOVE)


def test_no_public_name_is_there_for_tests_alone() -> None:
    """A function or class that the product never says is furniture, wherever it stands."""
    said = {word for module in _users() for word in _words(module)} | KEPT.keys()
    idle = [
        f"{module.where(node)} {node.name}"
        for module in modules_of(*PACKAGES)
        if module.name not in ADAPTERS | AWAITED and not ENTRANCES.fullmatch(module.name)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and node.name not in said
    ]

    assert not idle, report(idle, MOVE)


def test_what_is_kept_is_still_idle() -> None:
    """A reason outlives its name unless somebody takes it out."""
    said = {word for module in _users() for word in _words(module)}

    assert not KEPT.keys() & said


def _users() -> tuple[Module, ...]:
    return modules_of(*PACKAGES, "tools")


def _words(module: Module) -> Iterator[str]:
    """Yield each name that a module uses, and none that it only defines."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id=word, ctx=ast.Load()) | ast.Attribute(attr=word):
                yield word
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.name.rpartition(".")[2] for alias in names)
            case _:
                pass
