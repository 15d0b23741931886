"""The rule ids that an outcome carries: of its events, of their moves, of its refusal."""

from collections.abc import Iterator

from msgspec import Struct

from engine.decision import Events, Outcome, Refused
from engine.rule_ids import RuleId


def unregistered(outcome: Outcome) -> set[str]:
    """Return the ids of rules in an outcome that the registry does not know."""
    return set(_rules(outcome)) - set(RuleId) - {""}


def _rules(outcome: Outcome) -> Iterator[str]:
    match outcome:
        case Events(events=events):
            for event in events:
                yield from _rules_in(event)
        case Refused(rule=rule):
            yield rule
        case _:
            return


def _rules_in(value: Struct) -> Iterator[str]:
    for name in value.__struct_fields__:
        field = getattr(value, name)
        if name == "rule":
            yield field
        for part in field if isinstance(field, tuple) else (field,):
            if isinstance(part, Struct):
                yield from _rules_in(part)
