"""Say an event in one short line: its name, the values that tell, the rule behind it."""

from collections.abc import Mapping

from console.desk.clock_words import DEFAULT_ZONE, on_the_clock
from projections.queries.happenings import Happening

VALUES_MAX = 4

TELLING = {
    "account_added": ("attributes.name",),
    "person_added": ("person", "role"),
    "enrolled": ("enrolment", "sequence.name", "start_on", "campaign"),
    "enrolment_lacked": ("roles.1", "values.1", "points.1"),
    "phase_changed": ("enrolment", "phase"),
    "touch_planned": ("touch", "step", "channel", "role", "slot.on"),
    "touch_moved": ("touch", "slot.on"),
    "touch_kept_back": ("touch", "slot.on"),
    "touch_attempted": ("touch", "attempt"),
    "task_opened": ("task", "kind", "due_on", "missing.1"),
    "milestone_set": ("next_point.on", "next_point.object", "next_point.deliverable"),
    "objected": ("scope", "account", "person"),
    "person_linked": ("account", "person"),
    "preparation_planned": ("task", "step", "slot.on"),
    "campaign_created": ("title", "sequence.name", "start_on"),
    "ruleset_published": ("w", "ruleset.version"),
    "sequence_published": ("w", "sequence.name", "hash"),
    "mailbox_published": ("w", "mailbox.name"),
}
"""What people look for in an event; of others, the first values in order."""

LEFT_OUT = frozenset({"digest", "step_index", "hash", "closes_at", "size_bytes", "tag"})


def happening_text(happening: Happening, zone: str = DEFAULT_ZONE) -> str:
    """Return an event as people of a zone read it.

    Examples:
        >>> values = {"touch": "4", "step": "1.6", "channel": "call", "slot": {"on": "2027-01-26"}}
        >>> happening_text(Happening(name="touch_planned", rule="plan.entry", values=values))
        'touch planned: touch 4, step 1.6, channel call, on 2027-01-26 (plan.entry)'
    """
    name = happening.name.replace("_", " ")
    values = happening.told()
    told = ", ".join(_value(key, values[key], zone) for key in _keys(happening.name, values))
    return f"{name}: {told} ({happening.rule})" if told else f"{name} ({happening.rule})"


def _keys(name: str, values: Mapping[str, str]) -> tuple[str, ...]:
    wanted = TELLING.get(name)
    if wanted is not None:
        return tuple(key for key in wanted if key in values)
    plain = (key for key in values if key.rpartition(".")[2] not in LEFT_OUT)
    return tuple(plain)[:VALUES_MAX]


def _value(key: str, value: str, zone: str) -> str:
    parts = [part for part in key.split(".") if not part.isdigit()]
    name = parts[-1].replace("_", " ")
    return name if value == "True" else f"{name} {on_the_clock(value, zone)}"
