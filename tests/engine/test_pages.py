"""The pages that are written from the code are those that the code writes."""

from tools import make_capabilities, make_rules, make_state_machine, make_vocabulary


def test_the_vocabulary_is_what_its_tool_writes() -> None:
    """Run `python -m tools.make_vocabulary`: a word nobody writes down is two words soon."""
    assert make_vocabulary.PAGE.read_text(encoding="utf-8") == make_vocabulary.page()


def test_the_state_machine_is_what_its_tool_writes() -> None:
    """Run `python -m tools.make_state_machine`: the picture is that of the fold."""
    assert make_state_machine.PAGE.read_text(encoding="utf-8") == make_state_machine.page()


def test_the_rules_are_those_of_the_registries() -> None:
    """Run `python -m tools.make_rules`: who is stopped by a rule reads here what lifts it."""
    assert make_rules.PAGE.read_text(encoding="utf-8") == make_rules.page()


def test_the_capabilities_are_what_their_markers_say() -> None:
    """Run `python -m tools.make_capabilities`: a claim without its test is an advertisement."""
    known, tests = make_capabilities.rows(), make_capabilities.marked()

    assert make_capabilities.PAGE.read_text(encoding="utf-8") == make_capabilities.page()
    assert not tests.keys() - known.keys()


def test_nothing_is_missing_of_what_the_sequences_promise() -> None:
    """Hierarchy, sequences, the thirty days, cadence, milestones, status: each is shown."""
    known, tests = make_capabilities.rows(), make_capabilities.marked()
    promised = ("C04", "C12", "C13", "C14", "C15.1", "C15.6", "C16", "C28")

    missing = [
        name
        for name, row in known.items()
        if name.startswith(promised) and row.state(tests.get(name, [])) == make_capabilities.MISSING
    ]

    assert missing == []
