"""Load a sequence from its file and the texts beside it, with everything wrong about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from engine.plan import Gap, GapScope, Message, Role, Sequence, Unit
from engine.values import Channel
from sequences.findings import Finding, Findings
from sequences.grammar import parse_gap, parse_months
from sequences.message_rules import check_block, check_sources, check_use
from sequences.messages import SourceText, publishable, read_blocks, read_source, read_text
from sequences.nodes import Section, compose
from sequences.plan_rules import check_caps, check_plan
from sequences.steps import ReadStep, parsed, read_step, report_unknown_word
from sequences.variables import BLOCKS

BLOCKS_FOLDER: Final = Path(__file__).parent / "library" / "blocks"
CLASSES: Final = ("prospecting", "nurturing", "renewal")
KEYS: Final = (
    *("name", "title", "class", "yields_to", "gap", "cool_down", "avoid", "caps", "roles"),
    *("events", "steps", "draft"),
)
CAP_KEYS: Final = ("emails", "calls", "contacts")
STEPS_MAX: Final = 200
YAML_BYTES_MAX: Final = 128 * 1024
# A publication is one input, of 64 KiB at most; the rest is for who publishes it, and when.
PUBLISHED_BYTES_MAX: Final = 60 * 1024
_NO_GAP: Final = Gap(count=0, unit=Unit.DAY, scope=GapScope.PERSON)
_COOL_DOWN_MONTHS: Final = 3
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ROLE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REQUIRED: Final = {"required": True, "optional": False}
DRAFT: Final = "sequence.draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a file says, and every fault found in it and beside it."""

    sequence: Sequence | None  # None if its plan cannot be read
    findings: tuple[Finding, ...]  # sorted by file, line, column


def load(path: Path, *, blocks: Path = BLOCKS_FOLDER) -> Loaded:
    """Return the sequence of a file, and all its faults at once.

    Args:
        path: a `sequence.yaml`, or the folder that holds one.
        blocks: the folder of the texts that all messages share.

    Returns:
        The sequence is None where a fault of the plan itself leaves no plan to show;
        faults of texts leave it readable, but not publishable.
    """
    file = path / "sequence.yaml" if _is_folder(path) else path
    findings = Findings(file)
    text = read_text(file, findings, bytes_max=YAML_BYTES_MAX)
    top = None if text is None else compose(text, findings)
    sequence = None if top is None else _read(top, findings, blocks)
    return Loaded(sequence=sequence, findings=tuple(sorted(set(findings))))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long for the system: reading it says so
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """All of a sequence but its texts."""

    sequence: Sequence
    steps: tuple[ReadStep, ...]


def _read(top: Section, findings: Findings, blocks: Path) -> Sequence | None:
    plan = _read_plan(top, findings)
    is_whole = all(finding.rule == DRAFT for finding in findings)
    sources = _read_sources(findings, [read.step.message for read in plan.steps])
    messages = _read_messages(plan, sources, findings, blocks)
    if not is_whole:
        return None
    sequence = msgspec.structs.replace(plan.sequence, messages=messages)
    _check_size(top, sequence)
    return sequence


def _check_size(top: Section, sequence: Sequence) -> None:
    size_bytes = len(msgspec.json.encode(sequence))
    if size_bytes > PUBLISHED_BYTES_MAX:
        top.findings.add(
            "sequence.too_large",
            top.mark,
            message=f"published, the sequence takes {size_bytes} bytes",
            remedy=f"shorten its texts until it takes {PUBLISHED_BYTES_MAX}",
        )


def _read_plan(top: Section, findings: Findings) -> _Plan:
    is_draft = _draft(top)
    emails, calls, contacts = _caps(top)
    events = _events(top)
    steps = _steps(top)
    check_plan(steps, findings, events=events)
    check_caps(steps, findings, emails=emails, calls=calls, contacts=contacts)
    sequence = Sequence(
        name=_name(top),
        title=_title(top),
        sequence_class=_class(top),
        yields_to=_yields_to(top),
        gap=_gap(top),
        emails_max=emails,
        calls_max=calls,
        contacts_max=contacts,
        cool_down_months=parsed(top, "cool_down", parse_months, _COOL_DOWN_MONTHS),
        steps=tuple(read.step for read in steps),
        events=events,
        is_draft=is_draft,
    )
    top.report_unknown(KEYS)
    return _Plan(sequence=sequence, steps=steps)


def _draft(top: Section) -> bool:
    is_draft = top.flag("draft")
    if is_draft:
        top.findings.add(
            DRAFT,
            top.at("draft"),
            message="the sequence is a draft",
            remedy="complete its texts and leave `draft` out before publishing",
        )
    return is_draft


def _name(top: Section) -> str:
    name = top.text("name")
    if name is None or not _NAME.fullmatch(name.value):
        top.findings.add(
            "sequence.name",
            top.at("name"),
            message="the sequence has no name that can be typed",
            remedy="write `name:` with small letters, digits and hyphens",
        )
        return ""
    return name.value


def _title(top: Section) -> str:
    title = top.text("title")
    if title is None or not title.value:
        remedy = "write `title:` with a few words for people"
        top.findings.add(
            "sequence.title", top.at("title"), message="the sequence has no title", remedy=remedy
        )
        return ""
    return title.value


def _class(top: Section) -> str:
    text = top.text("class")
    if text is not None and text.value in CLASSES:
        return text.value
    if text is not None:
        words = dict.fromkeys(CLASSES)
        report_unknown_word(top, "class", text, rule="class.unknown", words=words)
    elif not top.has("class"):
        top.findings.add(
            "class.unknown",
            top.mark,
            message="the sequence has no class",
            remedy=f"write `class:` with one of: {', '.join(CLASSES)}",
        )
    return ""


def _yields_to(top: Section) -> tuple[str, ...]:
    classes = top.texts("yields_to")
    for text in classes:
        if text.value not in CLASSES:
            words = dict.fromkeys(CLASSES)
            report_unknown_word(top, "class", text, rule="class.unknown", words=words)
    return tuple(text.value for text in classes)


def _gap(top: Section) -> Gap:
    if not top.has("gap"):
        top.findings.add(
            "gap.missing",
            top.mark,
            message="the sequence does not say how far apart contacts are",
            remedy="write `gap: 2 bd per person`",
        )
    return parsed(top, "gap", parse_gap, _NO_GAP)


def _caps(top: Section) -> tuple[int, int, int]:
    caps = top.section("caps")
    if caps is None:
        return 0, 0, 0
    emails, calls, contacts = (caps.number(key) for key in CAP_KEYS)
    caps.report_unknown(CAP_KEYS)
    return emails, calls, contacts


def _events(top: Section) -> dict[str, date]:
    section = top.section("events")
    if section is None:
        return {}
    events = {}
    for name in section.keys():  # noqa: SIM118 - a section is read by its keys, it is no mapping
        text = section.text(name)
        try:
            events[name] = date.fromisoformat("" if text is None else text.value)
        except ValueError:
            section.findings.add(
                "event.date",
                section.at(name),
                message=f"event `{name}` has no date",
                remedy="write its default date as 2027-11-16",
            )
            # A place-holder, so that anchors on this event are not reported too.
            events[name] = date.min
    return events


def _roles(top: Section) -> Mapping[str, Role]:
    section = top.section("roles")
    if section is None:
        return {}
    roles = {}
    for name in section.keys():  # noqa: SIM118 - a section is read by its keys, it is no mapping
        text = section.text(name)
        if text is None or text.value not in _REQUIRED or not _ROLE_NAME.fullmatch(name):
            section.findings.add(
                "role.syntax",
                section.at(name),
                message=f"role `{name}` is neither required nor optional",
                remedy="write `name: required` or `name: optional`, in small letters",
            )
        is_required = text is not None and _REQUIRED.get(text.value, False)
        roles[name] = Role(name=name, is_required=is_required)
    return roles


def _steps(top: Section) -> tuple[ReadStep, ...]:
    avoids, roles = top.flag("avoid"), _roles(top)
    sections = top.sections("steps")
    if not 0 < len(sections) <= STEPS_MAX:
        top.findings.add(
            "sequence.steps",
            top.at("steps"),
            message=f"the sequence has {len(sections)} steps",
            remedy=f"give it 1 to {STEPS_MAX} of them under `steps:`",
        )
    read = (read_step(section, roles=roles, avoids=avoids) for section in sections[:STEPS_MAX])
    return tuple(read)


def _read_sources(findings: Findings, keys: list[str]) -> dict[str, SourceText]:
    folder = findings.file.parent
    # Only a `sequence.yaml` owns its folder; beside another file lie texts of other things.
    is_owner = findings.file.name == "sequence.yaml"
    names = {file.stem for file in folder.glob("*.md")} if is_owner else set()
    names.discard("README")
    named = {key for key in keys if key and Path(key).name == key}
    sources = {}
    for key in sorted(names | {key for key in named if (folder / f"{key}.md").is_file()}):
        file = folder / f"{key}.md"
        source = read_source(file, findings.about(file))
        sources[key] = SourceText(file=file) if source is None else source
    return sources


def _read_messages(
    plan: _Plan, sources: Mapping[str, SourceText], findings: Findings, blocks: Path
) -> dict[str, Message]:
    check_use(plan.steps, sources, findings, is_draft=plan.sequence.is_draft)
    check_sources(plan.steps, sources, findings)
    texts = read_blocks(blocks, findings)
    for name in BLOCKS:
        check_block(SourceText(file=blocks / f"{name}.md", body=texts[name]), findings)
    mailed = {read.step.message for read in plan.steps if read.step.channel is Channel.EMAIL}
    used = {read.step.message for read in plan.steps}
    messages = {
        key: publishable(source, texts, is_email=key in mailed)
        for key, source in sources.items()
        if key in used
    }
    return {key: message for key, message in messages.items() if message is not None}
