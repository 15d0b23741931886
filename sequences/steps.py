"""Read one step of a sequence file, reporting each value that says nothing readable.

A value that cannot be read takes a harmless place-holder, so that the rules about the
whole plan still run and one fault never hides another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from engine.plan import (
    Anchor,
    AnchorKind,
    Condition,
    Fill,
    Landing,
    Offset,
    Phase,
    Role,
    Step,
    StepKind,
    Unit,
)
from engine.values import Channel
from sequences.findings import Mark
from sequences.grammar import (
    GrammarError,
    parse_addressees,
    parse_anchor,
    parse_offset,
    parse_requirements,
)
from sequences.nodes import Section, Text

T = TypeVar("T")

# The first word of an aim; what follows says it in the step's own terms.
AIMS: Final = (
    *("cadrer", "capter", "clore", "comprendre", "confirmer", "dater", "informer"),
    *("nourrir", "proposer", "rassurer", "recueillir", "vérifier"),
)
CONTACTS: Final = frozenset(Channel) - {Channel.TASK, Channel.DELIVERABLE}
KINDS: Final[Mapping[str, tuple[StepKind, Channel]]] = {
    **{f"contact/{channel}": (StepKind.CONTACT, channel) for channel in sorted(CONTACTS)},
    "work/task": (StepKind.WORK, Channel.TASK),
    "work/deliverable": (StepKind.WORK, Channel.DELIVERABLE),
}
_NOBODY: Final[tuple[Fill, tuple[str, ...]]] = (Fill.NOBODY, ())
_MAIL_WINDOWS: Final = ("email", "email_am", "email_pm")
_CALL_WINDOWS: Final = ("call", "call_am", "call_pm", "call_other")
WINDOWS: Final = (*_MAIL_WINDOWS, *_CALL_WINDOWS, "day", "agreed")
KEYS: Final = (
    *("id", "kind", "aim", "phase", "to", "offset", "anchor", "landing", "window", "avoid"),
    *("blocking", "scope", "condition", "requires", "group", "message", "checklist"),
    *("asks_assessment", "asks_next_point", "begins_thread", "fixes_next_point"),
)


@dataclass(frozen=True, slots=True)
class ReadStep:
    """A step with the section it was read from."""

    step: Step
    section: Section

    def at(self, key: str) -> Mark:
        """Return where a value of the step stands."""
        return self.section.at(key)


def read_step(section: Section, *, roles: Mapping[str, Role], avoids: bool) -> ReadStep:
    """Return the step a section describes; faults are in the section's findings.

    Args:
        section: one entry of `steps`.
        roles: the roles the sequence declares, by name.
        avoids: whether contacts avoid holidays where the step does not say.
    """
    kind, channel = _one_of(section, "kind", KINDS, default="contact/call", is_required=True)
    fill, addressed = _addressed(section, kind, roles)
    window = _window(section, channel)
    is_dated_contact = kind is StepKind.CONTACT and window != "agreed"
    step = Step(
        id=_required(section, "id", rule="step.no_id", remedy="give it the number of its step"),
        kind=kind,
        channel=channel,
        aim=_aim(section),
        offset=_dated(section, "offset", parse_offset, Offset(count=0, unit=Unit.DAY)),
        anchor=_dated(section, "anchor", parse_anchor, Anchor(kind=AnchorKind.START)),
        landing=_one_of(section, "landing", {word.value: word for word in Landing}),
        window=window,
        phase=_one_of(section, "phase", {word.value: word for word in Phase}),
        fill=fill,
        roles=addressed,
        is_campaign_work=_campaign_work(section, kind),
        avoids_holidays=section.flag("avoid", default=avoids and is_dated_contact),
        is_blocking=section.flag("blocking"),
        condition=_condition(section),
        requires=parsed(section, "requires", parse_requirements, ()),
        group=_plain(section, "group"),
        message=_plain(section, "message"),
        checklist=_checklist(section, kind),
        asks_assessment=_flag_of(section, "asks_assessment", channel, Channel.CALL),
        asks_next_point=_flag_of(section, "asks_next_point", channel, Channel.CALL),
        fixes_next_point=_flag_of(section, "fixes_next_point", channel, Channel.EMAIL),
        begins_thread=_flag_of(section, "begins_thread", channel, Channel.EMAIL),
    )
    section.report_unknown(KEYS)
    return ReadStep(step, section)


def _dated(section: Section, key: str, parse: Callable[[str], T], default: T) -> T:
    """Return what a value says without which the step has no date."""
    if not section.has(key):
        remedy = "say when the step is due: `offset: +8 d`, `anchor: start`"
        section.findings.add(
            f"{key}.missing", section.mark, message=f"the step has no {key}", remedy=remedy
        )
    return parsed(section, key, parse, default)


def parsed(section: Section, key: str, parse: Callable[[str], T], default: T) -> T:
    """Return what a value of a grammar says, `default` where it says nothing readable."""
    text = section.text(key)
    if text is None:
        return default
    try:
        return parse(text.value)
    except GrammarError as error:
        message = f"`{text.value}` says nothing readable"
        section.findings.add(error.rule, text.mark, message=message, remedy=error.remedy)
        return default


def _one_of(
    section: Section,
    key: str,
    words: Mapping[str, T],
    *,
    default: str = "",
    is_required: bool = False,
) -> T:
    """Return what a word of a closed list stands for; the first of the list by default."""
    fallback = words[default or next(iter(words))]
    text = section.text(key)
    if text is not None and text.value in words:
        return words[text.value]
    if text is not None:
        report_unknown_word(section, key, text, rule=f"step.unknown_{key}", words=words)
    elif is_required and not section.has(key):
        section.findings.add(
            f"step.no_{key}",
            section.mark,
            message=f"the step has no {key}",
            remedy=f"use one of: {', '.join(words)}",
        )
    return fallback


def report_unknown_word(
    section: Section, key: str, text: Text, *, rule: str, words: Mapping[str, object]
) -> None:
    """Report a word that is not of its closed list."""
    section.findings.add(
        rule,
        text.mark,
        message=f"no {key} is called `{text.value}`",
        remedy=f"use one of: {', '.join(words)}",
    )


def _required(section: Section, key: str, *, rule: str, remedy: str) -> str:
    text = section.text(key)
    if text is not None and text.value:
        return text.value
    if text is not None or not section.has(key):
        section.findings.add(rule, section.at(key), message=f"the step has no {key}", remedy=remedy)
    return ""


def _plain(section: Section, key: str) -> str:
    text = section.text(key)
    return "" if text is None else text.value


def _aim(section: Section) -> str:
    listed = f"begin with one of: {', '.join(AIMS)}"
    aim = _required(section, "aim", rule="step.no_aim", remedy=listed)
    if aim and aim.split()[0] not in AIMS:
        message = f"no aim begins with `{aim.split()[0]}`"
        section.findings.add("step.unknown_aim", section.at("aim"), message=message, remedy=listed)
    return aim


def _addressed(
    section: Section, kind: StepKind, roles: Mapping[str, Role]
) -> tuple[Fill, tuple[Role, ...]]:
    if not section.has("to"):
        if kind is StepKind.CONTACT:
            section.findings.add(
                "step.no_role",
                section.mark,
                message="the contact addresses nobody",
                remedy="write `to: role`, or make it `work/task`",
            )
        return Fill.NOBODY, ()
    fill, names = parsed(section, "to", parse_addressees, _NOBODY)
    for name in names:
        if name not in roles:
            section.findings.add(
                "step.unknown_role",
                section.at("to"),
                message=f"the sequence declares no role `{name}`",
                remedy=f"declare it under `roles`, or use one of: {', '.join(roles) or 'none yet'}",
            )
    return fill, tuple(roles[name] for name in names if name in roles)


def _window(section: Section, channel: Channel) -> str:
    window = section.text("window")
    if window is None:
        return "day"
    if window.value not in WINDOWS:
        words = dict.fromkeys(WINDOWS)
        report_unknown_word(section, "window", window, rule="step.unknown_window", words=words)
        return "day"
    wrong = _CALL_WINDOWS if channel is Channel.EMAIL else _MAIL_WINDOWS
    if channel in {Channel.EMAIL, Channel.CALL} and window.value in wrong:
        section.findings.add(
            "step.wrong_window",
            window.mark,
            message=f"`{window.value}` is no window of an {channel} step",
            remedy=f"use a window of its channel, or one of: {', '.join(WINDOWS[-2:])}",
        )
    return window.value


def _campaign_work(section: Section, kind: StepKind) -> bool:
    scope = section.text("scope")
    if scope is None:
        return False
    if scope.value != "campaign":
        report_unknown_word(
            section, "scope", scope, rule="step.unknown_scope", words={"campaign": None}
        )
    elif kind is not StepKind.WORK:
        _not_work(section, "scope")
    return scope.value == "campaign"


def _condition(section: Section) -> Condition | None:
    text = section.text("condition")
    if text is None:
        return None
    if text.value in set(Condition):
        return Condition(text.value)
    words = {word.value: word for word in Condition}
    report_unknown_word(section, "condition", text, rule="condition.unknown", words=words)
    return None


def _checklist(section: Section, kind: StepKind) -> tuple[str, ...]:
    boxes = tuple(text.value for text in section.texts("checklist"))
    if boxes and kind is not StepKind.WORK:
        _not_work(section, "checklist")
    return boxes


def _flag_of(section: Section, key: str, channel: Channel, only: Channel) -> bool:
    """Return a flag that has a meaning for one channel only."""
    is_set = section.flag(key)
    if is_set and channel is not only:
        section.findings.add(
            "step.wrong_channel",
            section.at(key),
            message=f"`{key}` has no meaning for `{channel}`",
            remedy=f"leave it out, or write it at a step of kind `contact/{only}`",
        )
    return is_set


def _not_work(section: Section, key: str) -> None:
    section.findings.add(
        "step.not_work",
        section.at(key),
        message=f"only a piece of work has a {key}",
        remedy=f"leave `{key}` out, or make the step `work/task`",
    )
