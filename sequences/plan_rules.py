"""Rules about a plan as a whole: each takes all steps and reports what they break together."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from engine.plan import AnchorKind, Need, Phase, Step, StepKind, Unit
from engine.values import Channel
from sequences.findings import Findings
from sequences.steps import ReadStep

# Which channels can come to what a requirement asks for.
POSSIBLE: Final[Mapping[Need, frozenset[Channel]]] = {
    Need.SENT: frozenset((Channel.EMAIL, Channel.LETTER, Channel.SOCIAL)),
    Need.ATTEMPTED: frozenset((Channel.CALL, Channel.VISIT)),
    Need.REACHED: frozenset((Channel.CALL, Channel.VISIT)),
    Need.HELD: frozenset((Channel.MEETING, Channel.VISIT)),
    Need.DONE: frozenset((Channel.TASK, Channel.DELIVERABLE)),
}
CALLS_MAX: Final = 4  # attempts per person over 30 rolling days
_CALLS_OVER_DAYS: Final = 30
# Calendar days of one unit, as few as they can be: a plan is refused only if it cannot hold.
_DAYS: Final = {
    Unit.SECOND: 0.0,
    Unit.DAY: 1.0,
    Unit.BUSINESS_DAY: 1.4,
    Unit.WEEK: 7.0,
    Unit.MONTH: 30.4,
}


def check_plan(
    steps: Sequence[ReadStep], findings: Findings, *, events: Mapping[str, date]
) -> None:
    """Report every rule that the steps break together."""
    _check_duplicates(steps, findings)
    _check_anchors(steps, findings, events)
    _check_cycles(steps, findings)
    _check_requirements(steps, findings)
    _check_phases(steps, findings)
    _check_groups(steps, findings)
    _check_calls_over_a_month(steps, findings)


def check_caps(
    steps: Sequence[ReadStep], findings: Findings, *, emails: int, calls: int, contacts: int
) -> None:
    """Report each step by which a person or the enrolment exceeds a cap of the sequence.

    Args:
        steps: the whole plan; engaged steps take the place of withdrawn ones and are
            not counted.
        findings: where faults go.
        emails: at most so many per person, 0 for no cap.
        calls: the same for calls.
        contacts: at most so many per enrolment, a group counting as one.
    """
    _check_cap(_per_person(steps, Channel.EMAIL), findings, cap=emails, name="emails")
    _check_cap(_per_person(steps, Channel.CALL), findings, cap=calls, name="calls")
    _check_cap({"": list(_contacts(steps))}, findings, cap=contacts, name="contacts")


def _check_duplicates(steps: Sequence[ReadStep], findings: Findings) -> None:
    seen: dict[tuple[str, str], ReadStep] = {}
    for read in steps:
        names = [role.name for role in read.step.roles] or [""]
        for name in names if read.step.id else ():
            first = seen.setdefault((read.step.id, name), read)
            if first is not read:
                whom = f" for `{name}`" if name else ""
                findings.add(
                    "step.duplicate",
                    read.at("id"),
                    message=f"step {read.step.id} is given twice{whom}",
                    remedy=f"number it anew; the first is on line {first.at('id').line}",
                )
                break


def _check_anchors(
    steps: Sequence[ReadStep], findings: Findings, events: Mapping[str, date]
) -> None:
    count = Counter(read.step.id for read in steps)
    for read in steps:
        anchor = read.step.anchor
        if anchor.kind is AnchorKind.STEP and count[anchor.step] != 1:
            is_known = anchor.step in count
            findings.add(
                "anchor.ambiguous_step" if is_known else "anchor.unknown_step",
                read.at("anchor"),
                message=f"{count[anchor.step] or 'no'} steps are numbered {anchor.step}",
                remedy="name a step that stands once in this file",
            )
        if anchor.kind is AnchorKind.EVENT and anchor.event not in events:
            findings.add(
                "anchor.unknown_event",
                read.at("anchor"),
                message=f"no event is called `{anchor.event}`",
                remedy=f"give its default date: `events: {{{anchor.event}: 2027-11-16}}`",
            )


def _check_cycles(steps: Sequence[ReadStep], findings: Findings) -> None:
    follows = {
        read.step.id: read.step.anchor.step
        for read in steps
        if read.step.anchor.kind is AnchorKind.STEP
    }
    for read in steps:
        if read.step.id in follows and _returns(read.step.id, follows):
            findings.add(
                "anchor.cycle",
                read.at("anchor"),
                message=f"step {read.step.id} waits for itself",
                remedy="anchor one step of the circle on `start`",
            )


def _returns(start: str, follows: Mapping[str, str]) -> bool:
    """Say whether following the anchors from `start` leads back to it."""
    at = start
    for _ in follows:
        at = follows.get(at, "")
        if at == start:
            return True
    return False


def _check_requirements(steps: Sequence[ReadStep], findings: Findings) -> None:
    known = {read.step.id for read in steps}
    before: dict[str, set[Channel]] = defaultdict(set)
    for read in steps:
        for rule, message, remedy in _requirement_faults(read.step, known, before):
            findings.add(rule, read.at("requires"), message=message, remedy=remedy)
        before[read.step.id].add(read.step.channel)


def _requirement_faults(
    step: Step, known: set[str], before: Mapping[str, set[Channel]]
) -> Iterator[tuple[str, str, str]]:
    for requirement in step.requires:
        need, possible = requirement.need, POSSIBLE[requirement.need]
        for id_ in requirement.steps:
            if id_ not in known:
                message, remedy = f"no step is numbered {id_}", "name a step of this file"
                yield "requires.unknown_step", message, remedy
            elif id_ not in before:
                message = f"step {id_} does not stand before step {step.id}"
                yield "requires.later_step", message, "require a step that stands before this one"
            elif not before[id_] & possible:
                message = f"step {id_} can never be `{need}`"
                remedy = f"`{need}` is for: {', '.join(sorted(possible))}"
                yield "requires.impossible", message, remedy


def _check_phases(steps: Sequence[ReadStep], findings: Findings) -> None:
    phases = {read.step.id: read.step.phase for read in steps}
    for read in (read for read in steps if read.step.phase is Phase.OUTREACH):
        anchor = read.step.anchor.step
        required = {id_ for requirement in read.step.requires for id_ in requirement.steps}
        for key, names in (("anchor", {anchor}), ("requires", required)):
            for name in sorted(names):
                if phases.get(name) is Phase.ENGAGED:
                    findings.add(
                        "phase.order",
                        read.at(key),
                        message=f"step {name} comes in a later phase",
                        remedy="write `phase: engaged` here, or name an outreach step",
                    )


def _check_groups(steps: Sequence[ReadStep], findings: Findings) -> None:
    groups: dict[str, list[ReadStep]] = defaultdict(list)
    for read in (read for read in steps if read.step.group):
        groups[read.step.group].append(read)
    for name, members in groups.items():
        if len(members) == 1:
            findings.add(
                "group.single",
                members[0].at("group"),
                message=f"group `{name}` has one step",
                remedy="leave the group out, or put a second step in it",
            )
        for read in members[1:]:
            if _placing(read.step) != _placing(members[0].step):
                findings.add(
                    "group.spread",
                    read.at("group"),
                    message=f"group `{name}` moves together, but this step is placed apart",
                    remedy="give it the offset, anchor, phase and addressees of the others",
                )


def _placing(step: Step) -> tuple[object, ...]:
    return step.offset, step.anchor, step.phase, step.roles


def _outreach(steps: Sequence[ReadStep]) -> Iterator[ReadStep]:
    for read in steps:
        if read.step.kind is StepKind.CONTACT and read.step.phase is Phase.OUTREACH:
            yield read


def _per_person(steps: Sequence[ReadStep], channel: Channel) -> dict[str, list[ReadStep]]:
    found: dict[str, list[ReadStep]] = defaultdict(list)
    for read in _outreach(steps):
        for role in read.step.roles if read.step.channel is channel else ():
            found[role.name].append(read)
    return found


def _contacts(steps: Sequence[ReadStep]) -> Iterator[ReadStep]:
    groups: set[str] = set()
    for read in _outreach(steps):
        if not read.step.group or read.step.group not in groups:
            yield read
        groups.add(read.step.group)


def _check_cap(
    found: Mapping[str, list[ReadStep]], findings: Findings, *, cap: int, name: str
) -> None:
    for role, steps in found.items():
        if cap and len(steps) > cap:
            whom = f"`{role}`" if role else "the enrolment"
            findings.add(
                f"caps.{name}",
                steps[cap].section.mark,
                message=f"the plan makes {len(steps)} {name} for {whom}, the cap is {cap}",
                remedy="leave a step out, or raise the cap",
            )


def _check_calls_over_a_month(steps: Sequence[ReadStep], findings: Findings) -> None:
    for role, calls in _per_person(steps, Channel.CALL).items():
        by_anchor: dict[str, list[tuple[float, ReadStep]]] = defaultdict(list)
        for read in calls:
            offset = read.step.offset
            days = offset.count * _DAYS[offset.unit]
            by_anchor[str(read.step.anchor)].append((days, read))
        for placed in by_anchor.values():
            for read in _too_dense(placed):
                findings.add(
                    "caps.calls_over_30_days",
                    read.section.mark,
                    message=f"more than {CALLS_MAX} calls to `{role}` within 30 days",
                    remedy="space the calls, or leave one out",
                )


def _too_dense(placed: list[tuple[float, ReadStep]]) -> Iterator[ReadStep]:
    ordered = sorted(placed, key=lambda pair: pair[0])
    for first, last in zip(ordered, ordered[CALLS_MAX:], strict=False):
        if last[0] - first[0] < _CALLS_OVER_DAYS:
            yield last[1]
