"""Rules about texts: their language, what every e-mail must carry, what none may say."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from jinja2 import nodes

from engine.plan import Need, Phase, StepKind
from engine.values import Channel
from sequences.findings import START, Findings, Mark
from sequences.messages import DIMENSIONS, FRONT_KEYS, SourceText, blocks_in
from sequences.steps import ReadStep
from sequences.templates import Fault, faults_of, parse, written_without_condition
from sequences.text_types import type_faults
from sequences.variables import BLOCKS, VARIABLES

VALUES_MAX: Final = 150
BLOCK_VALUES_MAX: Final = 20
"""How many values a text, and a block in it, may name: each as long as a value may be, they fit
the limit of what is rendered."""
SCRIPTED: Final = frozenset((Channel.EMAIL, Channel.LETTER, Channel.CALL))
# Openings that talk about us, and follow-ups that bring nothing.
BANNED: Final = (
    (
        re.compile(
            r"(?:j['’]aimerais|je (?:souhaite|souhaiterais|voudrais|me permets de)) "
            r"vous présenter (?:notre|nos|mon|ma|mes) ",
            re.IGNORECASE,
        ),
        "begin with their problem, a similar body's story, or a public fact about them",
    ),
    (
        re.compile(r"prendre (?:de vos|des) nouvelles", re.IGNORECASE),
        "say what is new for them, or do not write",
    ),
)
# A text that mentions an earlier touch can only go out once that touch has taken place.
MENTIONS: Final[Mapping[str, frozenset[Need]]] = {
    "jour_dernier_email": frozenset((Need.SENT,)),
    "jour_dernier_appel": frozenset((Need.ATTEMPTED, Need.REACHED)),
}


def check_use(
    steps: Sequence[ReadStep],
    sources: Mapping[str, SourceText],
    findings: Findings,
    *,
    is_draft: bool,
) -> None:
    """Report steps without their text, texts without a step, mentions nobody vouches for."""
    for read in steps:
        key = read.step.message
        if key and key not in sources:
            _missing(read, findings, message=f"there is no file `{key}.md` beside the sequence")
        elif not key and not is_draft and read.step.channel in SCRIPTED:
            _missing(read, findings, message=f"the {read.step.channel} has no text")
    used = {read.step.message for read in steps}
    for key, source in sources.items():
        if key not in used:
            findings.about(source.file).add(
                "message.unused",
                START,
                message="no step uses this text",
                remedy=f"write `message: {key}` in a step, or delete the file",
            )


def _missing(read: ReadStep, findings: Findings, *, message: str) -> None:
    remedy = "write `message: NAME` and the file NAME.md beside the sequence"
    findings.add("message.missing", read.at("message"), message=message, remedy=remedy)


def check_sources(
    steps: Sequence[ReadStep], sources: Mapping[str, SourceText], findings: Findings
) -> None:
    """Report what each text says that it must not, and lacks that it must have."""
    channels = {
        key: {read.step.channel for read in steps if read.step.message == key} for key in sources
    }
    for key, source in sources.items():
        about = findings.about(source.file)
        is_email = Channel.EMAIL in channels[key]
        _check_language(source, about)
        _check_front(source, about, is_email=is_email)
        _check_banned(source, about)
        if is_email:
            _check_opposition(source, about)
    _check_information(steps, sources, findings)
    _check_mentions(steps, sources, findings)


def check_block(source: SourceText, findings: Findings) -> None:
    """Report what a shared text says that it must not."""
    _check_language(source, findings.about(source.file), names=frozenset())


def _check_language(
    source: SourceText, findings: Findings, *, names: frozenset[str] = frozenset(BLOCKS)
) -> None:
    # A body is published with a line end: half a comment at its very end reads otherwise without.
    for text, is_subject in ((source.subject, True), (f"{source.body}\n", False)):
        tree = parse(text)
        if isinstance(tree, Fault):
            faults = [tree]
        else:
            faults = [*_faults(tree, source, names), *_faults_of_length(tree, text, names)]
        for fault in faults:
            mark = (
                source.place_in_subject(fault.word)
                if is_subject
                else source.place(fault.line, fault.word)
            )
            findings.add(fault.rule, mark, message=fault.message, remedy=fault.remedy)


def _faults(tree: nodes.Template, source: SourceText, names: frozenset[str]) -> Iterator[Fault]:
    yield from faults_of(tree, names=names)
    yield from type_faults(tree)
    for name, line in written_without_condition(tree).items():
        variable = VARIABLES.get(name)
        if variable is not None and variable.may_be_empty and name not in source.optional:
            yield Fault(
                rule="message.unguarded",
                line=line,
                word=name,
                message=f"`{name}` may be empty",
                remedy="write `{{ salutation }}`, or put it under `{% if " + name + " %}`",
            )
    yield from _written_flags(tree)


def _faults_of_length(tree: nodes.Template, text: str, names: frozenset[str]) -> Iterator[Fault]:
    """Yield what keeps a text from being whole, or from its limit of length."""
    lines = text.split("\n")
    found = Counter((node.name, node.lineno) for node in tree.find_all(nodes.Name))
    for (name, line), count in found.items():
        if name in names and count > blocks_in(lines[line - 1])[name]:
            yield Fault(
                rule="message.block",
                line=line,
                word=name,
                message=f"`{name}` is copied in whole: it has no value to test or to change",
                remedy="write `{{ " + name + " }}` and nothing else in its braces",
            )
    most = VALUES_MAX if names else BLOCK_VALUES_MAX
    count = sum(n * (BLOCK_VALUES_MAX if name in names else 1) for (name, _), n in found.items())
    if count > most:
        yield Fault(
            rule="message.construct",
            line=1,
            word="",
            message=f"the text names {count} values, counting {BLOCK_VALUES_MAX} for each block",
            remedy=f"name at most {most}: with long values it would outgrow a message",
        )


def _written_flags(tree: nodes.Template) -> Iterator[Fault]:
    for output in tree.find_all(nodes.Output):
        for name in output.find_all(nodes.Name):
            if name.name in VARIABLES and VARIABLES[name.name].is_flag:
                yield Fault(
                    rule="message.written_flag",
                    line=name.lineno,
                    word=name.name,
                    message=f"`{name.name}` is true or false, no text",
                    remedy="write `{% if " + name.name + " %}` around what depends on it",
                )


def _check_front(source: SourceText, findings: Findings, *, is_email: bool) -> None:
    if is_email and not source.subject:
        remedy = "begin the file with `---`, `subject: ...`, `---`"
        findings.add(
            "message.no_subject", START, message="the e-mail has no subject", remedy=remedy
        )
    if source.subject and not is_email:
        remedy = f"leave it out; of {', '.join(FRONT_KEYS)} a script takes `optional`"
        findings.add(
            "message.front_matter",
            source.marks["subject"],
            message="only an e-mail has a subject",
            remedy=remedy,
        )
    for name in sorted(source.optional - VARIABLES.keys()):
        findings.add(
            "message.unknown_variable",
            source.marks["optional"],
            message=f"no variable is called `{name}`",
            remedy="use a variable of sequences/variables.py",
        )
    if source.dimensions and set(source.dimensions) != set(DIMENSIONS):
        findings.add(
            "message.dimensions",
            source.marks["dimensions"],
            message="the text does not speak of all three dimensions",
            remedy=f"say what changes for each of: {', '.join(DIMENSIONS)}",
        )


def _check_banned(source: SourceText, findings: Findings) -> None:
    for pattern, remedy in BANNED:
        for match in pattern.finditer(source.subject):
            mark = source.place_in_subject(match[0])
            findings.add("message.banned_phrase", mark, message=_said(match[0]), remedy=remedy)
        for match in pattern.finditer(source.body):
            before = source.body[: match.start()]
            line, column = before.count("\n"), match.start() - before.rfind("\n")
            mark = Mark(source.body_line + line, column)
            findings.add("message.banned_phrase", mark, message=_said(match[0]), remedy=remedy)


def _said(words: str) -> str:
    return f"« {words.strip()} » opens no conversation"


def _carries(source: SourceText, block: str) -> bool:
    return re.search(r"\{\{-?\s*" + block + r"\s*-?\}\}", source.body) is not None


def _check_opposition(source: SourceText, findings: Findings) -> None:
    if not re.search(r"^\{\{-?\s*bloc_opposition\s*-?\}\}", source.body, re.MULTILINE):
        findings.add(
            "message.no_objection",
            Mark(source.body_line + source.body.count("\n"), 1),
            message="the e-mail does not say how to object",
            remedy="end it with `{{ bloc_opposition }}` on a line of its own",
        )


def _check_information(
    steps: Sequence[ReadStep], sources: Mapping[str, SourceText], findings: Findings
) -> None:
    informed: set[str] = set()
    for read in (read for read in steps if read.step.channel is Channel.EMAIL):
        first = sorted({role.name for role in read.step.roles} - informed)
        informed.update(first)
        source = sources.get(read.step.message)
        if source is not None and first and not _carries(source, "bloc_information"):
            findings.about(source.file).add(
                "message.no_information",
                Mark(source.body_line, 1),
                message=f"the first e-mail to `{', '.join(first)}` does not say where the "
                f"address comes from",
                remedy="write `{{ bloc_information }}`, under `{% if is_first_message %}` if an "
                "earlier sequence may have said it",
            )


def _check_mentions(
    steps: Sequence[ReadStep], sources: Mapping[str, SourceText], findings: Findings
) -> None:
    for index, read in enumerate(steps):
        source = sources.get(read.step.message)
        named = {} if source is None else _named(source)
        needs = {requirement.need for requirement in read.step.requires}
        for variable in sorted(named.keys() & MENTIONS.keys()):
            if not needs & MENTIONS[variable]:
                words = " or ".join(sorted(MENTIONS[variable]))
                findings.add(
                    "requires.undeclared",
                    read.at("requires"),
                    message=f"the text says `{variable}`, but the step requires no such touch",
                    remedy=f"write `requires: ID {words}`, or put it under `{{% if %}}`",
                )
        if "jour_prochain_appel" in named and not _calls_later(read, steps[index + 1 :]):
            findings.add(
                "message.no_next_call",
                read.at("message"),
                message="the text announces a call, but none follows in the plan",
                remedy="put `jour_prochain_appel` under `{% if %}`, or plan a call",
            )


def _named(source: SourceText) -> dict[str, int]:
    named: dict[str, int] = {}
    for text in (source.subject, source.body):
        tree = parse(text)
        if not isinstance(tree, Fault):
            named |= written_without_condition(tree)
    return {name: line for name, line in named.items() if name not in source.optional}


def _calls_later(read: ReadStep, later: Sequence[ReadStep]) -> bool:
    names = {role.name for role in read.step.roles}
    return any(
        other.step.kind is StepKind.CONTACT
        and other.step.channel is Channel.CALL
        and other.step.phase is Phase.OUTREACH
        and names & {role.name for role in other.step.roles}
        for other in later
    )
