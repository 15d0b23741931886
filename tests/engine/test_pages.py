"""The pages that are written from the code are those that the code writes."""

from tools import make_rules, make_state_machine, make_vocabulary


def test_the_vocabulary_is_what_its_tool_writes() -> None:
    """Run `python -m tools.make_vocabulary`: a word nobody writes down is two words soon."""
    assert make_vocabulary.PAGE.read_text(encoding="utf-8") == make_vocabulary.page()


def test_the_state_machine_is_what_its_tool_writes() -> None:
    """Run `python -m tools.make_state_machine`: the picture is that of the fold."""
    assert make_state_machine.PAGE.read_text(encoding="utf-8") == make_state_machine.page()


def test_the_rules_are_those_of_the_registries() -> None:
    """Run `python -m tools.make_rules`: who is stopped by a rule reads here what lifts it."""
    assert make_rules.PAGE.read_text(encoding="utf-8") == make_rules.page()
