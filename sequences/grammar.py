"""The compact forms of a sequence file: offsets, anchors, gaps, addressees, requirements.

Each parser takes the text of one value and returns what it says; a text it cannot read
raises `GrammarError`, which names the rule broken and what to write instead.
"""

import re
from typing import Final

from engine.errors import RelanceError
from engine.plan import Anchor, AnchorKind, Fill, Gap, GapScope, Need, Offset, Requirement, Unit

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# Ten years either way: beyond, a typing error is likelier than a plan.
COUNT_MAX: Final = {
    Unit.SECOND: 315_360_000,
    Unit.DAY: 3_650,
    Unit.BUSINESS_DAY: 2_600,
    Unit.WEEK: 520,
    Unit.MONTH: 120,
}
_NTH_MAX = 4  # a fifth one does not exist every year
_PLAIN_ANCHORS: Final = frozenset(AnchorKind) - {
    AnchorKind.STEP,
    AnchorKind.NTH_WEEKDAY,
    AnchorKind.EVENT,
}
_OFFSET = re.compile(r"([+-])\s*([0-9]{1,9})\s*(s|d|bd|w|m)")
_GAP = re.compile(r"([0-9]{1,4})\s*(d|bd|w|m) per (person|enrolment)")
_MONTHS_COUNT = re.compile(r"([0-9]{1,2}) m")
_STEP_ANCHOR = re.compile(r"step\s+(\S+)")
_EVENT_ANCHOR = re.compile(r"event\(\s*([a-z0-9_-]+)\s*\)")
_NTH_ANCHOR = re.compile(r"nth_weekday\(\s*(\w+)\s*,\s*(\w+)\s*,\s*(\w+)\s*\)")


class GrammarError(RelanceError):
    """A text that its grammar does not read."""

    def __init__(self, *, rule: str, text: str, remedy: str) -> None:
        self.rule, self.text, self.remedy = rule, text, remedy
        super().__init__(f"expected {rule} to be kept, got: {text}; {remedy}")


def parse_offset(text: str) -> Offset:
    """Return the offset that `+8 d` or `-1 bd` says."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise GrammarError(
            rule="offset.syntax", text=text, remedy="write `+8 d`, with s, d, bd, w or m"
        )
    sign, digits, unit = match.groups()
    count = int(digits)
    if count > COUNT_MAX[Unit(unit)]:
        raise GrammarError(
            rule="offset.range",
            text=text,
            remedy=f"stay within {COUNT_MAX[Unit(unit)]} {unit} either way",
        )
    return Offset(count=-count if sign == "-" else count, unit=Unit(unit))


def parse_anchor(text: str) -> Anchor:
    """Return the anchor that `start`, `step 4.1` or `nth_weekday(2, tuesday, june)` says."""
    if text in _PLAIN_ANCHORS:
        return Anchor(kind=AnchorKind(text))
    if match := _STEP_ANCHOR.fullmatch(text):
        return Anchor(kind=AnchorKind.STEP, step=match[1])
    if match := _EVENT_ANCHOR.fullmatch(text):
        return Anchor(kind=AnchorKind.EVENT, event=match[1])
    if match := _NTH_ANCHOR.fullmatch(text):
        return _nth_weekday(text, match[1], match[2], match[3])
    plain = ", ".join(sorted(_PLAIN_ANCHORS))
    raise GrammarError(
        rule="anchor.syntax",
        text=text,
        remedy=f"write {plain}, `step ID`, `event(NAME)` or `nth_weekday(2, tuesday, june)`",
    )


def _nth_weekday(text: str, nth: str, weekday: str, month: str) -> Anchor:
    if nth.isdecimal() and 1 <= int(nth) <= _NTH_MAX:
        day, in_month = _position(weekday, WEEKDAYS), _position(month, MONTHS)
        if day and in_month:
            return Anchor(kind=AnchorKind.NTH_WEEKDAY, nth=int(nth), weekday=day, month=in_month)
    raise GrammarError(
        rule="anchor.syntax",
        text=text,
        remedy="write `nth_weekday(2, tuesday, june)`, the first number 1 to 4",
    )


def _position(word: str, names: tuple[str, ...]) -> int:
    """Return the 1-based place of a name or number, 0 if it has none."""
    if word.isdecimal():
        return int(word) if 1 <= int(word) <= len(names) else 0
    return names.index(word.lower()) + 1 if word.lower() in names else 0


def parse_moment(text: str) -> tuple[Anchor, Offset]:
    """Return the anchor and offset that `vote +10 bd` says, the offset zero days if absent."""
    anchor, _, offset = text.partition(" +")
    sign = "+" if offset else "-"
    if not offset:
        anchor, _, offset = text.partition(" -")
    return parse_anchor(anchor.strip()), parse_offset(f"{sign}{offset}" if offset else "+0 d")


def parse_gap(text: str) -> Gap:
    """Return the gap that `2 bd per person` says."""
    match = _GAP.fullmatch(text)
    if match is None:
        raise GrammarError(
            rule="gap.syntax", text=text, remedy="write `2 bd per person` or `21 d per enrolment`"
        )
    return Gap(count=int(match[1]), unit=Unit(match[2]), scope=GapScope(match[3]))


def parse_months(text: str) -> int:
    """Return the number of months that `3 m` says."""
    match = _MONTHS_COUNT.fullmatch(text)
    if match is None:
        raise GrammarError(rule="cool_down.syntax", text=text, remedy="write `3 m`")
    return int(match[1])


def parse_addressees(text: str) -> tuple[Fill, tuple[str, ...]]:
    """Return who `dgs | dga`, `responsable_service, dsi` or `replied` addresses."""
    if text == Fill.REPLIED:
        return Fill.REPLIED, ()
    fill, mark = (Fill.EACH, ",") if "," in text else (Fill.FIRST, "|")
    names = tuple(name.strip() for name in text.split(mark))
    if not all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names):
        raise GrammarError(
            rule="step.addressees",
            text=text,
            remedy="write `role`, `role | role` (first) or `role, role` (each)",
        )
    return fill, names


def parse_requirements(text: str) -> tuple[Requirement, ...]:
    """Return what `1.4 or 1.6 attempted and 1.3 sent` requires, all of them together."""
    return tuple(_requirement(part, text) for part in text.split(" and "))


def _requirement(part: str, text: str) -> Requirement:
    words = [word for word in re.split(r"[\s,]+", part) if word and word != "or"]
    needs = {word for word in words if word in set(Need)}
    steps = tuple(word for word in words if word not in set(Need))
    if len(needs) != 1 or not steps or words[-1] not in needs:
        raise GrammarError(
            rule="requires.syntax",
            text=text,
            remedy="write `1.3 sent` or `1.4 or 1.6 attempted`, joined by `and`; the words are "
            + ", ".join(Need),
        )
    return Requirement(steps=steps, need=Need(needs.pop()))
