"""What is shown cannot steer the terminal of whoever looks."""

import unicodedata
from io import StringIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cli.harmless import STEERING, escaped, shown
from console.cli.terminal import Terminal
from console.desk.errors import UsageError
from tests.console.homes import MemoryHome, MemoryViews, typed
from tests.console.lines import account_row

HOSTILE = "Mar\x1b]0;owned\x07tin\x1b[2J\u202egnp.exe\u2066\x9b31m\r\x7f"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_nothing_that_steers_is_left(text: str) -> None:
    """Control characters and those that turn the order of reading, by Unicode's own tables."""
    left = shown(text)

    assert not [c for c in left if unicodedata.category(c) == "Cc" and c not in "\t\n"]
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert not [c for c in left if unicodedata.bidirectional(c) in turning]
    assert [c for c in text if not STEERING.match(c)] == list(left)


@given(TEXTS)
def test_a_document_means_the_same_and_is_harmless(text: str) -> None:
    """Programs get every character; a terminal that shows the document gets none of them."""
    document = escaped(msgspec.json.encode({"name": text}).decode())

    assert msgspec.json.decode(document) == {"name": text}
    assert not STEERING.search(document)


@pytest.mark.parametrize("is_json", [True, False])
def test_each_way_out_is_harmless(*, is_json: bool) -> None:
    """A result, a line of many, a note, a failure: none goes by another way."""
    out, err = StringIO(), StringIO()
    terminal = Terminal(is_json=is_json, out=out, err=err)

    terminal.show({"name": HOSTILE}, lambda console: console.print(HOSTILE))
    terminal.line({"name": HOSTILE}, HOSTILE)
    terminal.note(HOSTILE)
    terminal.fail({"name": HOSTILE}, HOSTILE)

    assert not STEERING.search(out.getvalue() + err.getvalue())
    assert "gnp.exe" in out.getvalue()


def test_a_name_in_a_table_is_harmless() -> None:
    """Cells are texts of their own, laid out one by one."""
    views = MemoryViews(accounts=[account_row(title=HOSTILE, search="mar")])

    ran = typed(MemoryHome(rows=views), "accounts", "stage", "mar", "qualification")

    assert not STEERING.search(ran.out + ran.err)


def test_what_was_typed_comes_back_harmless() -> None:
    """An error quotes it; the terminal is the one that typed, or a log of it."""
    assert not STEERING.search(shown(str(UsageError("--name", "be a name", HOSTILE))))
