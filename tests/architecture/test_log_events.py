"""Log lines carry names that somebody listed, and each listed name is written somewhere."""

import ast
from collections.abc import Iterator

from infra.telemetry import LOG_EVENTS
from tests.architecture.repository import PACKAGES, Module, modules_of, report

LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
LIST = "infra/telemetry.py"


def test_every_log_line_has_a_listed_name() -> None:
    """An alarm is set on a name that the page on operating explains."""
    unlisted = [
        f"{where}: {name}"
        for module in modules_of(*PACKAGES)
        for where, name in _names_written(module)
        if name not in LOG_EVENTS
    ]

    assert not unlisted, report(unlisted, f"add it to {LIST} and to docs/operating.md")


def test_every_listed_name_is_written_somewhere() -> None:
    """An alarm that waits for a name nobody writes never rings."""
    said = {word for module in modules_of(*PACKAGES) for word in _words(module)}
    silent = sorted(set(LOG_EVENTS) - said)

    assert not silent, report(silent, f"take it out of {LIST} and docs/operating.md")


def _names_written(module: Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            match node.args[0]:
                case ast.Constant(value=str(name)) if node.func.attr in LEVELS:
                    yield module.where(node), name


def _words(module: Module) -> Iterator[str]:
    if module.path == LIST:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
