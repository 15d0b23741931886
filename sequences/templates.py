"""The language of messages: texts, variables, three filters, conditions, nothing else.

A small part of Jinja (docs/decisions/0051): no loop, no assignment, no inclusion, no
attribute, so that a text is bounded by its values and can be understood without running.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from sequences import french
from sequences.variables import VARIABLES

FILTERS: Final = {
    "a": french.a,
    "ceci": french.ceci,
    "de": french.de,
    "maj": french.maj,
}
# Far beyond any letter, far below where walking or compiling a tree would fail.
DEPTH_MAX: Final = 40
_TAG_LINE = re.compile(r"^[ \t]*(\{%[^%\n]*%\}|\{#[^#\n]*#\})[ \t]*\n", re.MULTILINE)
_ALLOWED: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Filter, nodes.If),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Const),
)


def environment() -> SandboxedEnvironment:
    """Return a sandbox with our filters and nothing else: no global, no test."""
    sandbox = SandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )
    sandbox.globals = {}
    sandbox.tests = {}
    sandbox.filters = dict(FILTERS)
    return sandbox


@lru_cache(maxsize=1)
def shared_environment() -> SandboxedEnvironment:
    """Return the one sandbox of this process; it holds no state of any text."""
    return environment()


def without_tag_lines(source: str) -> str:
    """Return a text in which a line that holds one tag or comment only leaves no line behind.

    Jinja's own trimming also joins a line that merely *ends* with a tag to the next one.
    """
    return _TAG_LINE.sub(r"\1", source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a text; the line counts from 1 within it."""

    rule: str
    line: int
    word: str  # what to look for in that line; may be empty
    message: str
    remedy: str


def parse(source: str) -> nodes.Template | Fault:
    """Return the tree of a text, or the fault that keeps it from having one."""
    try:
        tree = shared_environment().parse(source)
        return _too_deep() if _depth(tree) > DEPTH_MAX else tree
    except RecursionError:
        return _too_deep()
    except TemplateSyntaxError as error:
        return Fault(
            rule="message.syntax",
            line=error.lineno,
            word="",
            message=error.message or "the text does not read as a template",
            remedy="close each `{{ name }}` and each `{% if name %}` with `{% endif %}`",
        )


def _too_deep() -> Fault:
    return Fault(
        rule="message.construct",
        line=1,
        word="",
        message="the text nests conditions or filters too deeply",
        remedy="split it into conditions that stand one after the other",
    )


def _depth(tree: nodes.Node) -> int:
    """Return how deep a tree is, counted without recursion; at most one more than allowed."""
    level, depth = [tree], 0
    while level and depth <= DEPTH_MAX:
        level = [child for node in level for child in node.iter_child_nodes()]
        depth += 1
    return depth


def faults_of(tree: nodes.Template, *, names: frozenset[str]) -> Iterator[Fault]:
    """Yield each construct, filter and variable that a message may not use.

    Args:
        tree: a parsed text.
        names: what may be named besides the variables: blocks.
    """
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            yield _forbidden(node)
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield _unknown_filter(node)
        elif isinstance(node, nodes.Name) and node.name not in VARIABLES.keys() | names:
            yield _unknown_variable(node)


def _forbidden(node: nodes.Node) -> Fault:
    return Fault(
        rule="message.construct",
        line=node.lineno,
        word="{%" if isinstance(node, nodes.Stmt) else "",
        message=f"`{type(node).__name__.lower()}` is not part of the language of messages",
        remedy="use `{{ name }}`, `{{ name|filter }}` and `{% if name %}` only",
    )


def _unknown_filter(node: nodes.Filter) -> Fault:
    return Fault(
        rule="message.unknown_filter",
        line=node.lineno,
        word=node.name,
        message=f"no filter is called `{node.name}`",
        remedy=f"use one of: {', '.join(sorted(FILTERS))}",
    )


def _unknown_variable(node: nodes.Name) -> Fault:
    return Fault(
        rule="message.unknown_variable",
        line=node.lineno,
        word=node.name,
        message=f"no variable is called `{node.name}`",
        remedy="use a variable of sequences/variables.py, or add it there with its meaning",
    )


def names_of(tree: nodes.Template) -> frozenset[str]:
    """Return every variable a text names; nothing in the language of messages binds one."""
    return frozenset(node.name for node in tree.find_all(nodes.Name))


def written_without_condition(tree: nodes.Template) -> dict[str, int]:
    """Return what is written whether it has a value or not, with the line it first is."""
    found: dict[str, int] = {}
    for name, line in _written(tree.body, frozenset()):
        found.setdefault(name, line)
    return found


def _written(body: list[nodes.Node], sure: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield the names written where none of the conditions around makes them sure."""
    for node in body:
        if isinstance(node, nodes.If):
            yield from _written(node.body, sure | _made_sure(node.test))
            yield from _written([*node.elif_, *node.else_], sure | _made_sure_not(node.test))
        elif isinstance(node, nodes.Output):
            for name in node.find_all(nodes.Name):
                if name.name not in sure:
                    yield name.name, name.lineno


def _made_sure(test: nodes.Node) -> frozenset[str]:
    """Return the names that have a value where `test` is true."""
    match test:
        case nodes.Name():
            return frozenset((test.name,))
        case nodes.And():
            return _made_sure(test.left) | _made_sure(test.right)
        case nodes.Not():
            return _made_sure_not(test.node)
        case _:
            return frozenset()


def _made_sure_not(test: nodes.Node) -> frozenset[str]:
    """Return the names that have a value where `test` is false."""
    match test:
        case nodes.Or():
            return _made_sure_not(test.left) | _made_sure_not(test.right)
        case nodes.Not():
            return _made_sure(test.node)
        case _:
            return frozenset()
