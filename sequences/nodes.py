"""Read YAML as nodes: the text of each value, with its line and column.

Values are never constructed: `1.10` stays `1.10` instead of turning into the number 1.1
(docs/decisions/0050), and every fault of a file is reported, not only the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sequences.findings import START, Findings, Mark

_NULL = "tag:yaml.org,2002:null"
_FLAGS = {"true": True, "false": False}


def compose(text: str, findings: Findings) -> "Section | None":
    """Return the file's mapping, or None after reporting why there is none."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = START if mark is None else Mark(mark.line + 1, mark.column + 1)
        _report_syntax(findings, at, error.problem or "the text is no YAML")
    except (YAMLError, RecursionError, ValueError) as error:
        _report_syntax(findings, START, f"the text is no YAML ({type(error).__name__})")
    else:
        if isinstance(node, MappingNode):
            return Section(node, findings)
        _report_syntax(findings, START, "the file is not a list of `key: value` lines")
    return None


def _report_syntax(findings: Findings, mark: Mark, message: str) -> None:
    remedy = "compare with docs/howto/write-a-sequence.md; quote texts that hold `: ` or `#`"
    findings.add("yaml.syntax", mark, message=message, remedy=remedy)


def _mark(node: Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as the file writes it."""

    value: str
    mark: Mark


class Section:
    """One mapping of a file; reading a key marks it as known, one given twice is reported."""

    def __init__(self, node: MappingNode, findings: Findings) -> None:
        self.mark = _mark(node)
        self.findings = findings
        self._values: dict[str, Node] = {}
        self._keys: dict[str, Mark] = {}
        self._read: set[str] = set()
        self._empty: dict[int, Mark] = {}  # of values left out: where their key stands
        for key, value in node.value:
            self._take(key, value)

    def _take(self, key: Node, value: Node) -> None:
        if not isinstance(key, ScalarNode):
            self._wrong(key, "a key that is a word")
        elif key.value in self._values:
            self.findings.add(
                "yaml.duplicate_key",
                _mark(key),
                message=f"`{key.value}` is given twice",
                remedy=f"keep one; the first is on line {self._keys[key.value].line}",
            )
        else:
            self._values[key.value] = value
            self._keys[key.value] = _mark(key)
            if isinstance(value, ScalarNode) and not value.value:
                self._empty[id(value)] = _mark(key)

    def keys(self) -> tuple[str, ...]:
        """Return the keys as written, in the file's order."""
        return tuple(self._values)

    def at(self, key: str) -> Mark:
        """Return where a key's value stands, or the section if the key is absent."""
        node = self._values.get(key)
        return self.mark if node is None else self._place(node)

    def _place(self, node: Node) -> Mark:
        # YAML places an absent value on the next line; its key is where to look.
        return self._empty.get(id(node)) or _mark(node)

    def has(self, key: str) -> bool:
        """Say whether the key is given."""
        return key in self._values

    def text(self, key: str) -> Text | None:
        """Return a key's text, or None if it is absent or no text (then reported)."""
        node = self._node(key)
        return None if node is None else self._text(node)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return a key's truth value, `default` if it is absent or neither (then reported)."""
        node = self._node(key)
        if node is None:
            return default
        if isinstance(node, ScalarNode) and node.value in _FLAGS:
            return _FLAGS[node.value]
        self._wrong(node, "`true` or `false`")
        return default

    def number(self, key: str, *, default: int = 0) -> int:
        """Return a key's whole number, `default` if it is absent or none (then reported)."""
        node = self._node(key)
        if node is None:
            return default
        if isinstance(node, ScalarNode) and node.value.isdecimal() and len(node.value) < 10:  # noqa: PLR2004 - nine digits fit any count of contacts
            return int(node.value)
        self._wrong(node, "a whole number, 0 or more")
        return default

    def texts(self, key: str) -> tuple[Text, ...]:
        """Return a key's list of texts, empty if absent."""
        read = (self._text(node) for node in self._list(key))
        return tuple(text for text in read if text is not None)

    def section(self, key: str) -> "Section | None":
        """Return a key's own mapping, or None if it is absent or none (then reported)."""
        node = self._node(key)
        return None if node is None else self._section(node)

    def sections(self, key: str) -> tuple["Section", ...]:
        """Return a key's list of mappings, empty if absent."""
        read = (self._section(node) for node in self._list(key))
        return tuple(section for section in read if section is not None)

    def report_unknown(self, known: Iterable[str]) -> None:
        """Report each key that nobody read."""
        names = ", ".join(sorted(known))
        for key in self._keys.keys() - self._read:
            self.findings.add(
                "yaml.unknown_key",
                self._keys[key],
                message=f"`{key}` is not known here",
                remedy=f"use one of: {names}",
            )

    def _node(self, key: str) -> Node | None:
        self._read.add(key)
        return self._values.get(key)

    def _list(self, key: str) -> tuple[Node, ...]:
        node = self._node(key)
        if node is None:
            return ()
        if isinstance(node, SequenceNode):
            return tuple(node.value)
        self._wrong(node, "a list")
        return ()

    def _text(self, node: Node) -> Text | None:
        if isinstance(node, ScalarNode) and node.tag != _NULL:
            return Text(node.value.strip(), self._place(node))
        self._wrong(node, "a text")
        return None

    def _section(self, node: Node) -> "Section | None":
        if isinstance(node, MappingNode):
            return Section(node, self.findings)
        self._wrong(node, "`key: value` lines")
        return None

    def _wrong(self, node: Node, expected: str) -> None:
        kinds: dict[type[Node], str] = {MappingNode: "`key: value` lines", SequenceNode: "a list"}
        found = kinds.get(type(node), "another text" if node.value else "nothing")
        self.findings.add(
            "yaml.type",
            self._place(node),
            message=f"expected {expected}, got {found}",
            remedy=f"write {expected}",
        )
