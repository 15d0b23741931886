"""What may be written in a sequence, a ruleset or a request is read by somebody's rule.

A field that is parsed and ignored lies to whoever fills it.  A copy under the same name is
no reading: `goals=request.goals` only carries it further.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import get_args

from msgspec import Struct

from engine import plan, requests, ruleset
from engine.requests import RETIRED
from sequences import load, steps
from tests.architecture.repository import Module, modules_of, report

READERS = ("engine", "infra", "sequences")
ONLY_DEFINES = ("engine/requests.py", "engine/events.py")

FOR_PEOPLE = {
    "Attributes.population": "shown, and a criterion of segments",
    "Attributes.is_sample": "shown: what is invented is marked",
    "AttemptTouch.fired_at": "lateness, which an auditor reads",
    "Wake.fired_at": "lateness, which an auditor reads",
    "CreateCampaign.segment": "shown: whom it addresses",
    "CreateCampaign.policy": "shown: which public policy it serves",
    "Step.aim": "shown; a step without one cannot be published",
    "Ruleset.language": "says in which language its names are",
    "Ruleset.sources": "says where its calendars come from, and its four fields with it",
    "Source.package": "the same",
    "Source.used_for": "the same",
    "Source.licence": "the same",
    "Source.read_on": "the same",
    "Territory.phone_region": "what normal forms of numbers take, from a table of their own",
}
"""What no rule reads, and why it stands there all the same."""

CARRIED = {
    "Wake.due_at": "which timer fired: it is in the name of the input",
    "Wake.fired_at": "lateness, which an auditor reads",
    "AttemptTouch.due_at": "the place in the line of turns",
    "AttemptTouch.fired_at": "lateness, which an auditor reads",
    "Adopt.w": "which publication: the partition knows the next one",
    "RecordDeadPoint.account": "where it was heard, which an auditor reads",
    "RecordDeadPoint.person": "of whom it was heard, which an auditor reads",
}
"""What the decision of a request does not ask for, and why it is in the record."""

KEPT_AS = {
    "class": ("sequence_class",),
    "caps": ("emails_max", "calls_max", "contacts_max"),
    "cool_down": ("cool_down_months",),
    "avoid": ("avoids_holidays",),
    "draft": ("is_draft",),
    "scope": ("is_campaign_work",),
    "to": ("roles", "fill"),
    "blocking": ("is_blocking",),
}
"""Keys of a sequence file whose field has another name."""


def test_every_field_of_a_request_is_taken_by_what_decides_it() -> None:
    """`--goal`, `--accounts-min`, `--subject`: each was accepted, stored, and ignored."""
    taken = _taken()
    ignored = {
        f"{kind.__name__}.{name}"
        for kind in get_args(requests.Request)
        for name in kind.__struct_fields__
        if name not in taken.get(kind.__name__, ())
    }

    retired = {f"{kind.__name__}.{name}" for kind, names in RETIRED.items() for name in names}
    assert ignored - CARRIED.keys() == retired


def test_every_field_of_requests_sequences_and_rulesets_is_read() -> None:
    """`yields_to`, `contacts_max`, the end of a calendar: parsed, and read by nobody."""
    read = _read()
    ignored = {
        f"{kind.__name__}.{name}"
        for module in (requests, plan, ruleset)
        for kind in _structs(module)
        for name in kind.__struct_fields__
        if name not in read
    }

    unread = ignored - FOR_PEOPLE.keys()
    assert not unread, report(sorted(unread), "let a rule read it, or refuse it as unknown")
    assert FOR_PEOPLE.keys() <= ignored, "what is read by now needs no reason"


def test_every_key_of_a_sequence_file_reaches_the_plan() -> None:
    """A key that the checker knows and drops would pass for a setting."""
    fields = {*plan.Sequence.__struct_fields__, *plan.Step.__struct_fields__}
    keys = {*load.KEYS, *steps.KEYS}

    assert {key for key in keys if not fields.issuperset(KEPT_AS.get(key, (key,)))} == set()


@cache
def _read() -> frozenset[str]:
    """Return the names of attributes that are read, and not only copied under their name."""
    read: set[str] = set()
    for module in _readers():
        copies = {
            id(node.value)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.keyword)
            and isinstance(node.value, ast.Attribute)
            and node.arg == node.value.attr
        }
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and id(node) not in copies:
                read.add(node.attr)
            elif isinstance(node, ast.MatchClass):
                read.update(node.kwd_attrs)
    return frozenset(read)


def _taken() -> dict[str, set[str]]:
    """Return which fields are taken from values that are known to be of a class."""
    taken: dict[str, set[str]] = {}
    for module in _readers():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.MatchClass):
                taken.setdefault(_last(node.cls), set()).update(node.kwd_attrs)
            elif isinstance(node, ast.FunctionDef):
                for name, kinds in _annotated(node):
                    fields = _attributes(node, name)
                    for kind in kinds:
                        taken.setdefault(kind, set()).update(fields)
    return taken


def _annotated(function: ast.FunctionDef) -> Iterator[tuple[str, set[str]]]:
    """Yield each parameter with the names in its annotation."""
    for argument in (*function.args.args, *function.args.kwonlyargs):
        if argument.annotation is not None:
            kinds = {
                _last(part)
                for part in ast.walk(argument.annotation)
                if isinstance(part, ast.Name | ast.Attribute)
            }
            yield argument.arg, kinds


def _attributes(function: ast.FunctionDef, name: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    }


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _readers() -> Iterator[Module]:
    return (module for module in modules_of(*READERS) if module.path not in ONLY_DEFINES)


def _structs(module: ModuleType) -> Iterator[type[Struct]]:
    for name, kind in inspect.getmembers(module, inspect.isclass):
        is_own = kind.__module__ == module.__name__ and not name.startswith("_")
        if is_own and issubclass(kind, Struct):
            yield kind
