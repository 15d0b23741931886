"""The page on writing a sequence, followed as it stands."""

import re
from pathlib import Path

from engine.plan import AnchorKind, Condition, Landing, Need
from sequences.load import KEYS, load
from sequences.steps import AIMS, KINDS, WINDOWS
from sequences.steps import KEYS as STEP_KEYS
from tests.architecture.repository import ROOT

PAGE = (ROOT / "docs/howto/write-a-sequence.md").read_text(encoding="utf-8")
RULE = re.compile(
    r"(?:anchor|caps|class|condition|cool_down|event|file|gap|group|message|offset|phase"
    r"|requires|role|sequence|step|yaml)\.[a-z0-9_]+"
)
# Ids that are put together where they are raised.
COMPOSED = {
    *("caps.emails", "caps.calls", "caps.contacts", "offset.missing", "anchor.missing"),
    *("step.unknown_kind", "step.unknown_landing", "step.unknown_phase", "step.no_kind"),
}


def _block(title: str) -> str:
    """Return the code block that follows a title in the page."""
    return PAGE.partition(title)[2].partition("```")[2].partition("\n")[2].partition("```")[0]


def _raised() -> set[str]:
    """Return every rule id that stands between quotes in the checker's modules."""
    sources = (ROOT / "sequences").glob("*.py")
    quoted = {
        text for file in sources for text in re.findall(r'"([a-z0-9_.]+)"', file.read_text("utf-8"))
    }
    return {text for text in quoted if RULE.fullmatch(text)} - {"sequence.yaml"} | COMPOSED


def test_the_sequence_of_the_page_has_no_fault(tmp_path: Path) -> None:
    """Whoever copies it begins with something that works."""
    (tmp_path / "sequence.yaml").write_text(_block("## The plan"))
    (tmp_path / "premier-email.md").write_text(_block("`premier-email.md`:"))
    (tmp_path / "appel.md").write_text(_block("`appel.md`:"))

    loaded = load(tmp_path)

    assert loaded.findings == ()
    assert loaded.sequence is not None


def test_the_page_names_every_word_a_file_may_use() -> None:
    """A word that is not on the page is found by reading code."""
    words = {*AIMS, *KINDS, *WINDOWS, *AnchorKind, *Condition, *Landing, *Need, *KEYS, *STEP_KEYS}
    anchors = {AnchorKind.STEP, AnchorKind.EVENT, AnchorKind.NTH_WEEKDAY}

    absent = sorted(
        word for word in words - anchors if not re.search(rf"\b{re.escape(word)}\b", PAGE)
    )

    assert absent == []


def test_the_page_names_every_rule_and_no_other() -> None:
    """A finding's rule is looked up here."""
    section = PAGE.partition("## The rules of the checker")[2]

    assert set(RULE.findall(section)) == _raised()
