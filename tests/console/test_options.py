"""No option is accepted, logged for ever and ignored: a command reads it, and so do the rules."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import get_args

from console.cli.closing import Closing
from engine.requests import Request

ROOT = Path(__file__).parents[2]
REQUESTS = {kind.__name__: kind for kind in get_args(Request)}
HANDED_IN = "context"
UNREAD = {
    "AddTouch.subject": "stands in old inputs",
    "CreateCampaign.mailbox": "stands in old inputs",
    "Wake.due_at": "for whoever reads the log: which timer",
    "Wake.fired_at": "for whoever reads the log: how late",
    "AttemptTouch.due_at": "for whoever reads the log: which timer",
    "AttemptTouch.fired_at": "for whoever reads the log: how late",
    "RecordDeadPoint.account": "for whoever reads the log: where it was seen",
    "RecordDeadPoint.person": "for whoever reads the log: where it was seen",
    "Adopt.w": "for whoever reads the log: which publication",
}
"""Fields of requests that no rule of the engine reads, and what they are for."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def nodes(folder: str) -> Iterator[ast.AST]:
    """Yield every node of the modules of a folder."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def test_a_command_reads_each_of_its_parameters() -> None:
    """Whoever typed an option believes that it did something."""
    ignored = [
        f"{command.name}: {name}"
        for command in nodes("console/cli/commands")
        if isinstance(command, Function) and HANDED_IN in _parameters(command)
        for name in _parameters(command).keys() - _names_read(command)
    ]

    assert ignored == []


def test_what_may_be_said_of_a_task_is_read() -> None:
    """Its options are a class, which would hide one that nobody reads."""
    read = {
        node.attr
        for node in nodes("console/cli")
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "closing"
    }

    assert {field.name for field in fields(Closing)} - read == set()


def test_the_rules_read_what_a_command_asks_with() -> None:
    """A field of a request that no rule reads is stored for ever, and changes nothing."""
    read = _fields_read_by_the_rules()
    ignored = [
        f"{call.func.id}.{keyword.arg}"
        for call in nodes("console")
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in REQUESTS
        for keyword in call.keywords
        if keyword.arg not in read[call.func.id]
    ]

    assert ignored == []


def test_what_no_rule_reads_is_known() -> None:
    """A new field that nobody reads is a promise; and a test that reads code must see enough."""
    read = _fields_read_by_the_rules()
    unread = {
        f"{name}.{field}"
        for name, kind in REQUESTS.items()
        for field in kind.__struct_fields__
        if field not in read[name]
    }

    assert unread == UNREAD.keys()


def _parameters(function: Function) -> Mapping[str, ast.expr | None]:
    arguments = function.args
    return {
        argument.arg: argument.annotation
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    } | ({arguments.vararg.arg: arguments.vararg.annotation} if arguments.vararg else {})


def _names_read(function: Function) -> set[str]:
    return {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _fields_read_by_the_rules() -> Mapping[str, set[str]]:
    """Return by request what is read of it: through a parameter of its type, or in a pattern."""
    read: dict[str, set[str]] = defaultdict(set)
    for node in nodes("engine"):
        if isinstance(node, ast.MatchClass):
            read[_last_name(node.cls)].update(node.kwd_attrs)
        elif isinstance(node, Function):
            for name, annotation in _parameters(node).items():
                for kind in _kinds(annotation):
                    read[kind].update(_attributes_read(node, name))
    return read


def _kinds(annotation: ast.expr | None) -> set[str]:
    """Return the requests that an annotation names, alone or in a union."""
    named = {_last_name(node) for node in ast.walk(annotation)} if annotation else set()
    return named & REQUESTS.keys()


def _attributes_read(function: Function, name: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }


def _last_name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
