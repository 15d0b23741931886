"""Read the texts beside a sequence file, and make them whole for publication.

A text opens with `key: value` lines between two `---` lines, values taken verbatim (a
French subject is full of colons, braces and quotes), then its body.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG
from typing import Final

from engine.plan import Message
from sequences.findings import START, Findings, Mark
from sequences.templates import Fault, names_of, parse, written_without_condition
from sequences.variables import BLOCKS, VARIABLES

FRONT_KEYS: Final = ("dimensions", "optional", "subject")
DIMENSIONS: Final = ("usagers", "agents", "budget")
BYTES_MAX: Final = 32 * 1024  # of one text as written; published it fits an input
_FENCE: Final = "---"
_BLOCK = re.compile(r"\{\{-?\s*(" + "|".join(BLOCKS) + r")\s*-?\}\}")
_INFORMATION = re.compile(r"\{\{-?\s*bloc_information\s*-?\}\}")
_OPPOSITION = re.compile(r"^\{\{-?\s*bloc_opposition\s*-?\}\}", re.MULTILINE)
_IF_FIRST: Final = "{% if is_first_message %}\n{{ bloc_information }}\n\n{% endif %}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A text as its author wrote it."""

    file: Path
    subject: str = ""
    body: str = ""
    body_line: int = 1  # where the body starts in the file
    optional: frozenset[str] = frozenset()
    dimensions: tuple[str, ...] = ()
    marks: Mapping[str, Mark] = field(default_factory=dict)  # of the front matter's values

    def place(self, line: int, word: str) -> Mark:
        """Return where a word of the body stands; `line` counts from 1 in the body."""
        lines = self.body.split("\n")
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        return Mark(self.body_line + line - 1, max(text.find(word), 0) + 1)

    def place_in_subject(self, word: str) -> Mark:
        """Return where a word of the subject stands."""
        mark = self.marks.get("subject", START)
        return Mark(mark.line, mark.column + max(self.subject.find(word), 0))


def read_text(file: Path, findings: Findings, *, bytes_max: int = BYTES_MAX) -> str | None:
    """Return a file's text, or None after reporting why it cannot be read."""
    try:
        # A device never ends, and a pipe does not even open: only files are read.
        if not S_ISREG(file.stat().st_mode):
            _unreadable(findings, "it is no plain file", "give a file that can be read")
            return None
        with file.open("rb") as opened:
            raw = opened.read(bytes_max + 1)
        if len(raw) > bytes_max:
            _unreadable(findings, f"the file is larger than {bytes_max} bytes", "shorten it")
            return None
        return raw.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        _unreadable(findings, "the file is not UTF-8 text", "save it again as UTF-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        _unreadable(findings, f"the file cannot be read: {reason}", "give a file that can be read")
    return None


def _unreadable(findings: Findings, message: str, remedy: str) -> None:
    findings.add("file.unreadable", START, message=message, remedy=remedy)


def read_source(file: Path, findings: Findings) -> SourceText | None:
    """Return the text of one file; faults of its front matter are reported, not raised."""
    text = read_text(file, findings)
    if text is None:
        return None
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return SourceText(file=file, body=text)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        _front_fault(findings, START, "the front matter is not closed", "close it with `---`")
        return SourceText(file=file, body="\n".join(lines[1:]), body_line=2)
    front, marks = _read_front(lines[1:end], findings)
    return SourceText(
        file=file,
        subject=front.get("subject", ""),
        body="\n".join(lines[end + 1 :]),
        body_line=end + 2,
        optional=frozenset(_words(front.get("optional", ""))),
        dimensions=_words(front.get("dimensions", "")),
        marks=marks,
    )


def _read_front(lines: list[str], findings: Findings) -> tuple[dict[str, str], dict[str, Mark]]:
    front: dict[str, str] = {}
    marks: dict[str, Mark] = {}
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon or key not in FRONT_KEYS or key in front:
            message = f"`{key.strip()}` is no line of a front matter, or stands twice"
            remedy = f"write `key: value`, each once, of: {', '.join(FRONT_KEYS)}"
            _front_fault(findings, Mark(number, 1), message, remedy)
            continue
        front[key] = value.strip()
        marks[key] = Mark(number, len(line) - len(value.lstrip()) + 1)
    return front, marks


def _front_fault(findings: Findings, mark: Mark, message: str, remedy: str) -> None:
    findings.add("message.front_matter", mark, message=message, remedy=remedy)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def read_blocks(folder: Path, findings: Findings) -> dict[str, str]:
    """Return the shared texts of a folder by name; a missing one is reported and empty."""
    blocks = {}
    for name in BLOCKS:
        file = folder / f"{name}.md"
        blocks[name] = (read_text(file, findings.about(file)) or "").strip()
    return blocks


def blocks_in(text: str) -> Counter[str]:
    """Return how often each shared text stands in a text, to be copied in."""
    return Counter(match[1] for match in _BLOCK.finditer(text))


def publishable(source: SourceText, blocks: Mapping[str, str], *, is_email: bool) -> Message | None:
    """Return the text as it is published, or None if it does not read as a template.

    Blocks are copied in, so that what was published is whole whatever becomes of them.
    An e-mail that does not say where the address comes from gets the information block,
    shown only if it is the first message the person receives.
    """
    body = _with_information(source.body) if is_email else source.body
    body = _BLOCK.sub(lambda match: blocks[match[1]], body).strip() + "\n"
    trees = [parse(text) for text in (source.subject, body)]
    names: set[str] = set()
    written: set[str] = set()
    for tree in trees:
        if isinstance(tree, Fault):
            return None
        names |= names_of(tree)
        written |= written_without_condition(tree).keys()
    needs = (written - source.optional) | {name for name in names if _is_flag(name)}
    return Message(
        subject=source.subject,
        body=body,
        needs=tuple(sorted(needs)),
        may_use=tuple(sorted(names - needs)),
    )


def _is_flag(name: str) -> bool:
    return name in VARIABLES and VARIABLES[name].is_flag


def _with_information(body: str) -> str:
    if _INFORMATION.search(body):
        return body
    return _OPPOSITION.sub(lambda match: _IF_FIRST + match[0], body, count=1)
