"""Any text that passes the checks is written for any values, without an exception."""

from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st
from jinja2 import nodes

from engine.plan import Message
from engine.texts import TEXT_MAX
from sequences.findings import Findings
from sequences.message_rules import check_block
from sequences.messages import SourceText, publishable
from sequences.render import MessageValue, render
from sequences.templates import parse
from sequences.text_types import type_faults
from sequences.variables import VARIABLES

FLAGS = sorted(name for name, variable in VARIABLES.items() if variable.is_flag)
TEXTS = sorted(VARIABLES.keys() - set(FLAGS))
FILTERS = (*("de", "a", "maj", "ceci") * 4, "upper")
OPERATORS = (*("==", "!=") * 3, ">", "<=", "in", "not in")

names = st.sampled_from([*TEXTS[:6], "duree_annees", "civilite_nom", *FLAGS])
constants = st.sampled_from(
    [*['"été"', '""', "'x'", '"{{"', '"{%"'] * 3, "3", "2.5", "true", "none"]
)


def filtered(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return expressions through a filter, as authors write them and as they do not."""
    arguments = st.sampled_from([*[""] * 9, "(1)", "()", "(x=1)", "(*y)"])
    return st.builds("{}|{}{}".format, inner, st.sampled_from(FILTERS), arguments)


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return conditions made of two."""
    words = st.sampled_from([*["and", "or"] * 5, *OPERATORS])
    return st.builds("({} {} {})".format, inner, words, inner)


expressions = st.recursive(
    names | constants,
    lambda inner: filtered(inner) | joined(inner) | inner.map("not {}".format),
    max_leaves=5,
)
words = st.sampled_from(["Bonjour", " ", "\n", "l’été\n", "{# non #}", "{", "}", "%"])


def blocks_of(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return texts with parts that depend on conditions."""
    return st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, expressions, inner, inner)


pieces = st.recursive(
    words | st.builds("{{{{ {} }}}}".format, expressions) | st.builds("{{{{ {} }}}}".format, names),
    lambda inner: blocks_of(inner) | st.lists(inner, min_size=1, max_size=3).map("".join),
    max_leaves=6,
)
sayable = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40
).filter(str.strip)
values = sayable | sayable.map(lambda text: (text * TEXT_MAX)[:TEXT_MAX])


@st.composite
def given_values(draw: st.DrawFn, message: Message) -> dict[str, MessageValue]:
    """Return a value of its type for what a message needs, and for some of what it may use."""
    wanted = [*message.needs, *(name for name in message.may_use if draw(st.booleans()))]
    typed: dict[bool, st.SearchStrategy[MessageValue]] = {True: st.booleans(), False: values}
    return {name: draw(typed[name in FLAGS]) for name in wanted}


def passes(source: SourceText) -> bool:
    """Whether the checks find nothing in a text."""
    findings = Findings(source.file)
    check_block(source, findings)
    return not findings.found


@settings(max_examples=200)
@given(subject=pieces, body=pieces, data=st.data())
def test_that_passes_is_written_for_every_value(
    subject: str, body: str, data: st.DataObject
) -> None:
    """« if duree_annees > 3 » and « probleme|de(1) » passed, and ended the home at the touch."""
    source = SourceText(file=Path("text.md"), subject=subject, body=body)
    if not passes(source):
        event("refused")
        return
    event("passes")
    message = publishable(source, {}, is_email=False)
    assert message is not None

    written = render(message, data.draw(given_values(message)))

    assert isinstance(written.subject, str)
    assert isinstance(written.body, str)


@given(text=pieces)
def test_is_judged_without_running_it(text: str) -> None:
    """What an author types must never end the checker."""
    tree = parse(text)
    if isinstance(tree, nodes.Template):
        for fault in type_faults(tree):
            assert fault.line >= 1


@given(text=st.text(max_size=60) | st.text("{}%#|\"' \n()and", max_size=40))
def test_of_any_characters_passes_or_is_told_what_is_wrong(text: str) -> None:
    """Half a tag, a stray brace, a NUL: each is a finding, or nothing."""
    source = SourceText(file=Path("text.md"), body=text)

    if passes(source):
        message = publishable(source, {}, is_email=False)
        assert message is not None
        render(message, dict.fromkeys(message.needs, "x"))
