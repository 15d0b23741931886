"""Say what each part of a text is, so that what passes can be written for every value.

A variable is a text, or a flag that is true or false (`sequences.variables`).  A filter
takes one text and nothing beside it, a comparison asks whether two texts are the same, and
only texts are written.  A text that breaks one of these would fail at the person it goes to.
"""

from collections.abc import Iterator
from typing import Final

from jinja2 import nodes

from sequences.templates import Fault
from sequences.variables import VARIABLES

SAME: Final = ("eq", "ne")
RULE: Final = "message.type"


def type_faults(tree: nodes.Template) -> Iterator[Fault]:
    """Yield each place where something else stands than a text, or a condition, may."""
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            if not _is_flag(node):  # one that stands bare has a rule of its own
                yield from _of_text(node)
    for test in (node.test for node in tree.find_all(nodes.If)):
        yield from _of_condition(test)


def _of_condition(node: nodes.Node) -> Iterator[Fault]:
    match node:
        case nodes.Name():
            return
        case nodes.Not():
            yield from _of_condition(node.node)
        case nodes.And() | nodes.Or():
            yield from _of_condition(node.left)
            yield from _of_condition(node.right)
        case nodes.Compare():
            yield from _of_comparison(node)
        case _:
            yield from _of_text(node)


def _of_comparison(node: nodes.Compare) -> Iterator[Fault]:
    for operand in node.ops:
        if operand.op not in SAME:
            yield _fault(
                node,
                message="texts have no order and no parts: they are the same, or not",
                remedy='write `{% if name == "text" %}` or `{% if name != "text" %}`',
            )
    for text in (node.expr, *(operand.expr for operand in node.ops)):
        yield from _of_text(text)


def _of_text(node: nodes.Node) -> Iterator[Fault]:
    match node:
        case nodes.TemplateData():
            return
        case nodes.Name() if _is_flag(node):
            yield _fault(
                node,
                word=node.name,
                message=f"`{node.name}` is true or false, no text",
                remedy="write `{% if " + node.name + " %}`, without filter or comparison",
            )
        case nodes.Const() if not isinstance(node.value, str):
            yield _fault(
                node,
                word=str(node.value),
                message=f"`{node.value}` is no text, and every variable is one",
                remedy=f'write it in quotes: "{node.value}"',
            )
        case nodes.Filter():
            yield from _of_filter(node)
        case nodes.And() | nodes.Or():
            yield from _of_text(node.left)
            yield from _of_text(node.right)
        case nodes.Not() | nodes.Compare():
            yield _fault(
                node,
                message="a condition is written where a text must stand",
                remedy="put it in `{% if ... %}` around what depends on it",
            )
        case _:  # a variable, or what is not part of the language at all
            return


def _of_filter(node: nodes.Filter) -> Iterator[Fault]:
    if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        yield _fault(
            node,
            word=node.name,
            message=f"the filter `{node.name}` takes nothing beside the text before it",
            remedy="write `{{ name|" + node.name + " }}`",
        )
    if node.node is not None:
        yield from _of_text(node.node)


def _is_flag(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and (
        node.name in VARIABLES and VARIABLES[node.name].is_flag
    )


def _fault(node: nodes.Node, *, message: str, remedy: str, word: str = "") -> Fault:
    return Fault(rule=RULE, line=node.lineno, word=word, message=message, remedy=remedy)
