"""The table of deliberate faults fits the code it is about, and its page."""

import ast
from collections import Counter

import pytest

from tests.architecture.repository import ROOT
from tests.breakages.page import PAGE, page
from tests.breakages.parts import PART_SIZE, part_of, parts_count
from tests.breakages.planting import Breakage, sound_text
from tests.breakages.table import TABLE
from tests.breakages.witnesses import SEEDS

FAULTS_MIN = 30


@pytest.mark.parametrize("breakage", TABLE, ids=[breakage.name for breakage in TABLE])
def test_each_fault_can_be_planted(breakage: Breakage) -> None:
    """A fault whose place has moved takes nothing away, and would seem to be caught by luck."""
    ast.parse(breakage.planted_in(sound_text(breakage.path)))


def test_each_test_that_should_notice_is_there() -> None:
    """A name that leads nowhere notices nothing."""
    paths = {breakage.noticed_by.partition("::")[0] for breakage in TABLE}
    tests = {path for path in paths if not path.startswith(SEEDS)}

    assert not [path for path in tests if not (ROOT / path).is_file()]


def test_each_fault_has_a_name_of_its_own() -> None:
    """One is asked for by its name."""
    names = Counter(breakage.name for breakage in TABLE)

    assert names.most_common(1)[0][1] == 1
    assert len(TABLE) >= FAULTS_MIN


def test_each_fault_has_its_day() -> None:
    """Whoever runs the gate daily has run them all after a while."""
    days = [part_of(TABLE, day) for day in range(1, parts_count(TABLE) + 1)]

    assert Counter(breakage for part in days for breakage in part) == Counter(TABLE)
    assert max(map(len, days)) <= PART_SIZE


def test_the_page_is_what_its_script_writes() -> None:
    """Whoever looks for what notices a fault must not be led astray."""
    assert PAGE.read_text(encoding="utf-8") == page()
