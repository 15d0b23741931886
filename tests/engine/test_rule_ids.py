"""The registry of rules: each is explained and used, and none stands outside it."""

import ast
import re
from collections.abc import Iterator

from engine.rule_ids import FORMER_RULES, RULES, RuleId
from tests.architecture.repository import PACKAGES, Module, modules_of, report
from tests.golden.make import RULE_IDS

REGISTRY = "engine/rule_ids.py"
ID = re.compile(r"[a-z_]+(\.[a-z_]+)*")
DOTTED = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def test_each_rule_is_explained() -> None:
    """Whoever reads an id asks what it means, then what can be done about it."""
    unclear = [
        f"{rule}: {explained}"
        for rule in RuleId
        if not (explained := RULES.get(rule))
        or not re.fullmatch(r"[A-Z].*[^.]\.", explained.sentence)
        or explained.lifted_by.endswith(".")
    ]

    assert not unclear, report(unclear, "say it in one sentence; what lifts it has no full stop")


def test_each_rule_is_its_own_name() -> None:
    """Ids are stored: what is read in the log is found in the source."""
    renamed = [f"{rule.name}: {rule}" for rule in RuleId if rule.name != _member(rule)]

    assert not renamed, report(renamed, "a stored id keeps its value: rename the member")


def test_rules_stand_in_the_order_of_their_ids() -> None:
    """A rule is looked up by eye, in the members as in the sentences."""
    assert [*RuleId] == sorted(RuleId)
    assert [*RULES] == [*RuleId]


def test_the_registry_holds_the_rules_that_code_names_and_no_other() -> None:
    """A rule nobody names is a promise to readers that nothing keeps."""
    named = {
        node.attr
        for module in _product()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "RuleId"
    }
    members = {rule.name for rule in set(RuleId) - FORMER_RULES}

    assert not named - members, report(sorted(named - members), f"register it in {REGISTRY}")
    assert not members - named, report(sorted(members - named), f"delete it from {REGISTRY}")


def test_no_rule_that_was_ever_stored_is_forgotten() -> None:
    """The log is read for ever: an id without a sentence tells its reader nothing."""
    assert set(RULE_IDS.read_text(encoding="utf-8").split()) <= set(RULES)


def test_each_rule_stands_in_the_list_of_those_ever_stored() -> None:
    """Run `python -m tests.golden.make` for a new one."""
    assert set(RULES) <= set(RULE_IDS.read_text(encoding="utf-8").split())


def test_no_rule_is_written_as_a_text() -> None:
    """An id beside the registry has no sentence, and nobody finds it."""
    literals = [
        f"{module.where(node)}: {text}"
        for module in _product()
        for node, text in _texts(module)
        if DOTTED.fullmatch(text) and (module.package == "engine" or text in set(RuleId))
    ]

    assert not literals, report(literals, f"say RuleId.X, and register it in {REGISTRY}")


def test_each_argument_named_rule_is_a_member_or_carries_one() -> None:
    """A rule composed at the call is known to nobody before it is stored."""
    composed = [
        f"{module.where(node)}: rule={ast.unparse(node)}"
        for module in _product()
        if module.package != "sequences"  # its findings have ids of their own
        for node in _rules_given(module)
        if isinstance(node, ast.BinOp)
        or (isinstance(node, ast.JoinedStr) and module.package == "engine")
        or (isinstance(node, ast.Constant) and ID.fullmatch(str(node.value)))
    ]

    assert not composed, report(composed, "look the member up in a table")


def _member(rule: RuleId) -> str:
    return rule.value.replace(".", "_").upper()


def _product() -> Iterator[Module]:
    return (module for module in modules_of(*PACKAGES) if module.path != REGISTRY)


def _texts(module: Module) -> Iterator[tuple[ast.Constant, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, node.value


def _rules_given(module: Module) -> Iterator[ast.expr]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.keyword) and node.arg == "rule":
            yield node.value
