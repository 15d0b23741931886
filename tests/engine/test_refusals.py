"""The codes of refusals: each has its remedy, and each is said by some rule."""

from pathlib import Path

import pytest

import engine
from engine.refusals import ALLOWED_BY, RefusalCode

RULES = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(engine.__path__[0]).rglob("*.py")
    if path.name != "refusals.py"
)


@pytest.mark.parametrize("code", list(RefusalCode))
def test_each_code_says_what_would_allow_it(code: RefusalCode) -> None:
    """Whoever is refused asks what to do, not who is to blame."""
    remedy = ALLOWED_BY[code]

    assert remedy
    assert not remedy.endswith(".")


@pytest.mark.parametrize("code", list(RefusalCode))
def test_each_code_is_said_by_some_rule(code: RefusalCode) -> None:
    """A code nobody says is a promise to readers that nothing keeps."""
    assert f"RefusalCode.{code.name}" in RULES


@pytest.mark.parametrize("code", list(RefusalCode))
def test_each_code_is_its_own_name(code: RefusalCode) -> None:
    """Codes are stored: what is read in the log is found in the source."""
    assert code.value == code.name.lower()
