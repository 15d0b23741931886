"""Render a published message with the values of one person.

Texts are compiled once and kept by their content; a value that a text needs and nobody
gave raises before anything is rendered, and no error ever quotes a value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jinja2 import Template, nodes

from engine.errors import InvalidValueError
from engine.plan import Message
from sequences.errors import MissingValueError, TextTooLongError
from sequences.french import typographic
from sequences.invisible import without_invisible
from sequences.templates import (
    Fault,
    faults_of,
    names_of,
    parse,
    shared_environment,
    without_tag_lines,
)
from sequences.text_types import type_faults

BYTES_MAX: Final = 2 * 1024 * 1024
"""Of a subject or a body: more than a text that passes can reach with the longest values."""
_KEPT_MAX: Final = 2_048  # texts: a hundred sequences of ten messages, subject and body

MessageValue = str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A text ready to send or to read: plain, lines ended by a line feed."""

    subject: str  # one line; empty for a script
    body: str


def missing_values(message: Message, values: Mapping[str, MessageValue]) -> tuple[str, ...]:
    """Return the variables the message needs and `values` lacks or leaves empty, sorted."""
    return tuple(name for name in message.needs if _is_missing(values.get(name, "")))


def render(message: Message, values: Mapping[str, MessageValue]) -> Rendered:
    """Return the message written for one person.

    Args:
        message: as published, blocks copied in.
        values: texts, and true or false for a flag; names the message does not use are
            ignored.

    Raises:
        MissingValueError: a needed value is absent or empty; names the first by name.
        TextTooLongError: subject or body outgrew 2 MiB.
        InvalidValueError: the text was never checked and is no message.
    """
    filled = _filled(message, values)
    return Rendered(
        subject=_subject(message, filled),
        body=typographic(_tidy(without_invisible(_fill(message.body, filled)))),
    )


def render_subject(message: Message, values: Mapping[str, MessageValue]) -> str:
    """Return the subject alone, as `render` writes it under the same values."""
    return _subject(message, _filled(message, values))


def names_in(source: str) -> frozenset[str]:
    """Return the variables that a text of a published message names."""
    return _compile(source).names if source else frozenset()


def _filled(message: Message, values: Mapping[str, MessageValue]) -> dict[str, MessageValue]:
    """Return what the texts of a message are filled with."""
    for variable in missing_values(message, values):
        raise MissingValueError(variable)
    shown = {name: _shown(value) for name, value in values.items()}
    return {**dict.fromkeys(message.may_use, ""), **shown}


def _subject(message: Message, filled: Mapping[str, MessageValue]) -> str:
    subject = without_invisible(_fill(message.subject, filled))
    return typographic(re.sub(r"[\r\n\t]+\s*", " ", subject).strip())


def _is_missing(value: MessageValue) -> bool:
    return _shown(value) == ""


def _shown(value: MessageValue) -> MessageValue:
    """Return a value without what takes no room, within it and around it."""
    return without_invisible(value).strip() if isinstance(value, str) else value


def _fill(source: str, values: Mapping[str, MessageValue]) -> str:
    if not source:
        return ""
    compiled = _compile(source)
    for name in sorted(compiled.names - values.keys()):
        raise MissingValueError(name)
    parts, size_bytes = [], 0
    for part in compiled.template.generate(values):
        parts.append(part)
        size_bytes += len(part.encode())
        if size_bytes > BYTES_MAX:
            raise TextTooLongError(BYTES_MAX)
    return "".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    template: Template
    names: frozenset[str]


@lru_cache(maxsize=_KEPT_MAX)
def _compile(source: str) -> _Compiled:
    tree = parse(source)
    if isinstance(tree, Fault):
        raise InvalidValueError(name="message", rule="read as a template", value=tree.message)
    for rule in _broken_rules(tree):
        raise InvalidValueError(name="message", rule="keep to the language of messages", value=rule)
    template = shared_environment().from_string(without_tag_lines(source))
    return _Compiled(template=template, names=names_of(tree))


def _broken_rules(tree: nodes.Template) -> tuple[str, ...]:
    """Return the rules broken by a text that was published unchecked, sorted."""
    faults = (*faults_of(tree, names=names_of(tree)), *type_faults(tree))
    return tuple(sorted(fault.rule for fault in faults))


def _tidy(text: str) -> str:
    """Return a text without the empty lines that absent parts leave behind."""
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
