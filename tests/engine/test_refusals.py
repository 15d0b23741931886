"""The codes of refusals: each has its remedy, and each is said by some rule."""

import re
from pathlib import Path

import engine
from engine.refusals import REFUSALS, RefusalCode
from tests.architecture.repository import report

RULES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(engine.__path__[0]).rglob("*.py")
    if path.name != "refusals.py"
)


def test_each_code_says_what_it_means_and_what_would_allow_it() -> None:
    """Whoever is refused asks what to do, not who is to blame."""
    silent = [
        f"{code}: {explained}"
        for code in RefusalCode
        if not (explained := REFUSALS.get(code))
        or not re.fullmatch(r"[A-Z].*[^.]\.", explained.sentence)
        or not re.fullmatch(r".*[^.]", explained.lifted_by)
    ]

    assert not silent, report(silent, "add a sentence, and what would allow it without a full stop")


def test_each_code_is_said_by_some_rule() -> None:
    """A code nobody says is a promise to readers that nothing keeps."""
    unsaid = [code for code in RefusalCode if f"RefusalCode.{code.name}" not in RULES]

    assert not unsaid, report(unsaid, "refuse with it, or delete it")


def test_each_code_is_its_own_name() -> None:
    """Codes are stored: what is read in the log is found in the source."""
    renamed = [f"{code.name}: {code}" for code in RefusalCode if code.value != code.name.lower()]

    assert not renamed, report(renamed, "a stored code keeps its value: rename the member")
